"""The records of the published runs: one file a notebook, any number of datasets in each."""

import json
from collections.abc import Iterable

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


def of_one_dataset(records: Iterable[dict], dataset: str = "") -> list[dict]:
    """The records of one dataset: of `dataset` if there are any, else of the first one by name."""
    records = list(records)
    names = {record["dataset"] for record in records}
    chosen = dataset if dataset in names else min(names, default="")
    return [record for record in records if record["dataset"] == chosen]
