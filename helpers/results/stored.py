"""The records of the published runs: one file a notebook, any number of datasets in each."""

import json
import re
from collections.abc import Iterable, Sequence

from helpers import config

PUBLISHED = config.course_root() / "figures" / "results"


def published() -> list[dict]:
    """The records of the published runs, from the files of `figures/results/`, one a notebook."""
    files = (path.read_text(encoding="utf-8") for path in sorted(PUBLISHED.glob("*.json")))
    return [record for file in files for record in json.loads(file)["records"]]


def published_files(records: Iterable[dict]) -> dict[str, str]:
    """The files of `figures/results/`: by name, the text; a changed number is a changed line."""
    notebooks: dict[str, list[dict]] = {}
    for record in records:
        notebooks.setdefault(record["notebook"], []).append(record)
    return {f"{name}.json": _in_lines({"records": own}) + "\n" for name, own in notebooks.items()}


def _in_lines(value: object, margin: str = "\n") -> str:
    """JSON with a line for each key and each row; a list of plain values is one line."""
    inner = margin + " "
    if isinstance(value, dict) and value:
        lines = [f"{json.dumps(key)}: {_in_lines(v, inner)}" for key, v in value.items()]
        return "{" + inner + f",{inner}".join(lines) + margin + "}"
    if isinstance(value, list) and any(isinstance(v, dict | list) for v in value):
        return "[" + inner + f",{inner}".join(_in_lines(v, inner) for v in value) + margin + "]"
    return json.dumps(value, ensure_ascii=False)


def datasets(records: Iterable[dict]) -> list[str]:
    """Names of the datasets of some records: first the one that most notebooks have used."""
    notebooks: dict[str, set[str]] = {}
    for record in records:
        notebooks.setdefault(record["dataset"], set()).add(record["notebook"])
    return sorted(notebooks, key=lambda name: (-len(notebooks[name]), name))


def classes_of(dataset: str) -> int:
    """How many classes a dataset has, by its name: 100 of CIFAR-100 and its stand-in, else 10.

    A name that ends in a number of classes, as `"digits, 5 classes"`, has some of them only.
    """
    some = re.search(r", (\d+) classes$", dataset)
    return int(some[1]) if some else 100 if "100" in dataset else 10


def of_one_dataset(records: Iterable[dict], dataset: str = "") -> list[dict]:
    """The records of one dataset: of `dataset` if there are any, else of the most used one.

    Ten classes and a hundred can't be compared, so the other one has as many as `dataset`.
    """
    records = list(records)
    names = [n for n in datasets(records) if classes_of(n) == classes_of(dataset)]
    chosen = dataset if dataset in names else next(iter(names), "")
    return [record for record in records if record["dataset"] == chosen]


def with_all(measured: Sequence[dict], names: Iterable[str]) -> list[dict]:
    """The measurements on those datasets that have all of some names; all if none has them."""
    found: dict[str, set[str]] = {}
    for record in measured:
        found.setdefault(record["dataset"], set()).add(record["name"])
    whole = [record for record in measured if set(names) <= found[record["dataset"]]]
    return whole or list(measured)
