"""Tables of results: one row for each model, from records."""

from collections.abc import Iterable

import numpy as np
from IPython.display import display

from helpers.config import Settings
from helpers.data import Dataset
from helpers.results import records, stored


def tested(records: Iterable[dict]) -> list[dict]:
    """The records of trainings whose model was tried on the test images."""
    return [r for r in records if r["kind"] == "training" and r["test_accuracy"] is not None]


def summarise(records: Iterable[dict]) -> list[dict]:
    """One row a model: mean and spread over its seeds, lowest test accuracy first.

    Args:
        records: Records of one dataset and profile; only trainings with a test accuracy count.

    Returns:
        Dictionaries with `model, parameter_count, val_accuracy, test_accuracies,
        test_accuracy, seconds, n`; accuracies from 0 to 1, seconds the median of one training.
    """
    groups: dict[tuple, list[dict]] = {}
    for record in tested(records):
        groups.setdefault((record["notebook"], record["model"]), []).append(record)
    rows = []
    for (notebook, model), group in groups.items():
        tests = [record["test_accuracy"] for record in group]
        rows.append(
            {
                "notebook": notebook,
                "model": model,
                "parameter_count": group[0]["parameter_count"],
                "val_accuracy": float(np.mean([record["val_accuracy"] for record in group])),
                "test_accuracies": tests,
                "test_accuracy": float(np.mean(tests)),
                "seconds": float(np.median([record["seconds"] for record in group])),
                "n": len(group),
            }
        )
    return sorted(rows, key=lambda row: row["test_accuracy"])


def markdown_table(rows: Iterable[dict]) -> str:
    """The rows of `summarise` as a Markdown table."""
    lines = [
        "| Model | Parameters | Test accuracy | Seeds | Training time (median) |",
        "|---|--:|--:|--:|--:|",
    ]
    for row in rows:
        lines.append(
            f"| {row['model']} | {row['parameter_count']:,} | "
            f"{records.percent(row['test_accuracies'])} | {row['n']} | {row['seconds']:.0f} s |"
        )
    return "\n".join(lines)


def table(settings: Settings, data: Dataset) -> None:
    """Shows the models of the course so far, from records of the same dataset and profile.

    Of each model only the recipe that was run last counts, and of this notebook only the seeds of
    this run; shortened trainings of other notebooks don't count. Models of other notebooks that
    have no such record are shown from the published run, in a table of their own that says so:
    on the same dataset, if it was published, else on the course's own. Later notebooks ask for
    predictions of their results, so their rows are left out. Nothing is trained for it.
    """
    same = {"dataset_fingerprint": data.fingerprint, "profile": settings.profile}
    recorded = tested(records.load_records(records.records_dir()))
    recorded = until(recorded, settings.notebook)
    mine = [r for r in recorded if same.items() <= r.items() and counts(r, settings)]
    rows = summarise(of_last_recipe(mine))
    text = _titled(f"{data.name}, profile `{settings.profile}`", rows)
    known = {row["model"] for row in rows}
    rest = [r for r in tested(stored.published()) if r["notebook"] != settings.notebook]
    rest = until(stored.of_one_dataset(rest, data.name), settings.notebook)
    others = [row for row in summarise(rest) if row["model"] not in known]
    if others:
        origin = f"{rest[0]['dataset']}, profile `{rest[0]['profile']}`"
        text += "\n\n" + _titled(f"Not run here; from the published run ({origin})", others)
    display({"text/markdown": text, "text/plain": text}, raw=True)


def until(records: Iterable[dict], notebook: str) -> list[dict]:
    """The records of a notebook and of those before it in the course."""
    return [record for record in records if record["notebook"] <= notebook]


def published_table(records: list[dict]) -> str:
    """A table of the README, with a line above it that says where the numbers come from.

    Args:
        records: Of one dataset and profile, at least one of a model that was tested.
    """
    first = tested(records)[0]
    return _titled(f"{first['dataset']}, profile `{first['profile']}`", summarise(records))


def tested_datasets(records: Iterable[dict]) -> list[str]:
    """Names of the datasets on which models were tested, first the one of most notebooks."""
    return stored.datasets(tested(records))


def counts(record: dict, settings: Settings) -> bool:
    """Whether a record counts: of this notebook those of its seeds, of others whole trainings."""
    if record["notebook"] == settings.notebook:
        return record["seed"] in settings.seeds
    return not record.get("shortened")


def of_last_recipe(records: Iterable[dict]) -> list[dict]:
    """Of each model only the trainings with the recipe that was run last.

    Args:
        records: Of trainings, oldest first.
    """
    records = list(records)
    last = {(r["notebook"], r["model"]): r["recipe"] for r in records}
    return [r for r in records if r["recipe"] == last[r["notebook"], r["model"]]]


def _titled(title: str, rows: list[dict]) -> str:
    return f"**{title}**\n\n{markdown_table(rows)}"
