"""Which records are published: those of one notebook take the place of its earlier ones."""

import json
import sys
from pathlib import Path


def tables_of(notebook: str, records: list[dict]) -> dict[str, str]:
    """By dataset, the table of results as a notebook shows it: its models and earlier ones."""
    from helpers import results

    return {
        dataset: results.markdown_table(results.summarise(results.until(part, notebook)))
        for dataset, part in by_dataset(records).items()
    }


def refuse_mixed(records: list[dict]) -> None:
    """Ends the command if models of one table would come from different images.

    Datasets may stand side by side; one name for two sets of images may not.
    """
    from helpers import results

    found: dict[str, set[str]] = {}
    for record in results.tested(records):
        found.setdefault(record["dataset"], set()).add(record["dataset_fingerprint"])
    mixed = [dataset for dataset, fingerprints in found.items() if len(fingerprints) > 1]
    if mixed:
        sys.exit(
            f"Nothing was published: {mixed[0]} would be the name of two different sets of images "
            "in one table. Publish all notebooks from the same copy."
        )


def by_dataset(records: list[dict]) -> dict[str, list[dict]]:
    """The records of each dataset on which models were tested, the course's own first."""
    from helpers import results

    names = results.tested_datasets(records)
    return {name: [r for r in records if r["dataset"] == name] for name in names}


def restore(published: list[dict], notebook: str, folder: Path) -> None:
    """Fills a folder of records with the published ones of all other notebooks.

    So the notebook that is run next compares itself with them, as if all had run together.

    Args:
        published: The published records.
        notebook: The notebook whose records are left out.
        folder: The folder; other records in it are deleted.
    """
    from helpers import storage

    for old in folder.glob("*.json"):
        old.unlink()
    for number, record in enumerate(r for r in published if r["notebook"] != notebook):
        storage.write_whole(folder / f"published-{number:03d}.json", json.dumps(record))


def merged(published: list[dict], new: list[dict], notebook: str) -> list[dict]:
    """The published records with those of one notebook replaced, in a fixed order.

    What the notebook has published on other datasets stays; another copy of the same dataset, as
    in `CIFAR-10 (JPEG copy)`, is replaced.

    Args:
        published: Records of all notebooks so far.
        new: Records of a run; only those of `notebook` count.
        notebook: Name of the notebook that was run.
    """
    own = [record for record in new if record["notebook"] == notebook]
    replaced = {(notebook, _without_copy(record)) for record in own}
    kept = [r for r in published if (r["notebook"], _without_copy(r)) not in replaced]
    return sorted([*kept, *own], key=_place)


def _without_copy(record: dict) -> str:
    """The dataset of a record, whichever copy of it was used."""
    return record["dataset"].partition(" (")[0]


def _place(record: dict) -> tuple:
    name = record.get("model") or record.get("name")
    return (record["notebook"], record["dataset"], record["kind"], name, record.get("seed", 0))
