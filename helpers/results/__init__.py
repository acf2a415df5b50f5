"""Records of what was run, as JSON files, and what is read from them.

`log` is what a notebook writes with, `records` reads and writes, `stored` holds published ones,
`tables` and `races` sum up; `tracking` sends on, `studies` are Optuna's.
May import data, photos and the rooms below them, and no TensorFlow.
New: another kind of record, another way to sum records up.
"""

from helpers.results import batch_runs, studies, tracking, waiting
from helpers.results.log import Log
from helpers.results.races import Entry, entries, entry, first_seed
from helpers.results.records import (
    add_test,
    earlier,
    load_records,
    mean_and_spread,
    percent,
    points,
    read,
    records_dir,
    save_training,
    save_variant,
)
from helpers.results.stored import (
    PUBLISHED,
    classes_of,
    of_one_dataset,
    published,
    published_files,
)
from helpers.results.tables import (
    markdown_table,
    published_table,
    summarise,
    table,
    tested,
    tested_datasets,
    until,
)

__all__ = [
    "PUBLISHED",
    "Entry",
    "Log",
    "add_test",
    "batch_runs",
    "classes_of",
    "earlier",
    "entries",
    "entry",
    "first_seed",
    "load_records",
    "markdown_table",
    "mean_and_spread",
    "of_one_dataset",
    "percent",
    "points",
    "published",
    "published_files",
    "published_table",
    "read",
    "records_dir",
    "save_training",
    "save_variant",
    "studies",
    "summarise",
    "table",
    "tested",
    "tested_datasets",
    "tracking",
    "until",
    "waiting",
]
