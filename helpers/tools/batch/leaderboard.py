"""Rows of a batch's leaderboard, and means over seeds."""

import csv
import io
import json
import math
import statistics
from collections.abc import Iterable

FIRST = ("notebook", "student", "file")
NOBODY = "no name"
REST = ("state", "error", "points", "points_possible", "seconds", "peak_memory_mb")
REST += ("dataset", "profile", "model", "val_accuracy", "test_accuracy", "executed")


def rows(results: Iterable[dict], parameters: list[str]) -> list[dict]:
    """One row a training's record, one row a run without any, or that failed.

    Args:
        results: What `kept.save` gives, in the order of the grid.
        parameters: Names of the grid's parameters.

    Returns:
        Dictionaries with `FIRST`, `p_` and each parameter, `REST`. Of a failed run only the run
        counts, not what it had trained before. `seconds` and `peak_memory_mb` are the run's.
    """
    made = []
    for result in results:
        trained = trainings(result)
        for record in trained or [{}]:
            row = {key: result[key] for key in (*FIRST, *REST[:6], "executed")}
            row["student"] = who(result)
            row |= {f"p_{name}": result["parameters"].get(name) for name in parameters}
            row |= {key: record.get(key) for key in ("dataset", "profile", "model")}
            row |= {key: share(record.get(key)) for key in ("val_accuracy", "test_accuracy")}
            made.append({key: row[key] for key in columns(parameters)})
    return made


def columns(parameters: list[str]) -> list[str]:
    """Names of the columns, in order."""
    return [*FIRST, *(f"p_{name}" for name in parameters), *REST]


def points(results: list[dict], parameters: list[str]) -> list[dict]:
    """One row a run: its points, and each exercise (1 right, 0 wrong, empty: no check ran)."""
    numbers = sorted({number for result in results for number in result["exercises"]})
    made = []
    for result in results:
        row = {key: result[key] for key in FIRST} | {"student": who(result)}
        row |= {f"p_{name}": result["parameters"].get(name) for name in parameters}
        row |= {key: result[key] for key in ("state", "error", "place")}
        row |= {key: result[key] for key in ("points", "points_possible")}
        told = {number: result["exercises"].get(number) for number in numbers}
        row |= {number: verdict and int(verdict["right"]) for number, verdict in told.items()}
        made.append(row | {"executed": result["executed"]})
    return made


def who(result: dict) -> str:
    """The student of a run, or words that say that there is none."""
    return result["student"] or NOBODY


def trainings(result: dict) -> list[dict]:
    """The records of trainings of a run that went well; none of one that didn't."""
    if result["state"] != "ok":
        return []
    return [record for record in result["records"] if record.get("kind") == "training"]


def share(value: object) -> float | None:
    """A number from 0 to 1; None for anything else, since submissions can write what they like."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    return None


def as_csv(rows: list[dict]) -> str:
    """The rows as CSV; words that a spreadsheet would take for a formula begin with `'`.

    The text begins with a byte-order mark, so that Excel takes it for UTF-8.

    Args:
        rows: Dictionaries with the same keys; without any the text is empty.
    """
    if not rows:
        return ""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_plain(value) for value in row.values()] for row in rows)
    return "\ufeff" + buffer.getvalue()


def _plain(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def rankings(results: Iterable[dict]) -> dict[tuple[str, str, str], list[dict]]:
    """Models by dataset, profile and fingerprint, best validation accuracy first; never mixed.

    Runs of the same file whose parameters differ in `seeds` only are seeds of one model. Ranked by
    validation accuracy: the test images judge, they don't choose.

    Students whose trainings gave exactly the same numbers, since they left a model of the course
    as it was, share a row.

    Returns:
        For each dataset, profile and fingerprint of its images, dictionaries with `notebook,
        parameters, model, n, val, test` (mean and standard deviation, or None), `curve` (mean
        validation accuracy by epoch) and `members`: of each student, the first run.
    """
    groups: dict[tuple, list[tuple[dict, dict]]] = {}
    for result in results:
        settings = {k: v for k, v in result["parameters"].items() if k != "seeds"}
        for record in trainings(result):
            told = (record.get(key) for key in ("dataset", "profile", "dataset_fingerprint"))
            where = tuple(map(str, told))
            who = (result["notebook"], result["file"], json.dumps(settings, sort_keys=True))
            key = (where, *who, str(record.get("model")))
            groups.setdefault(key, []).append((result, record))
    boards: dict[tuple[str, str, str], dict[str, dict]] = {}
    for (where, notebook, _, settings, model), members in groups.items():
        row = {
            "notebook": notebook,
            "parameters": json.loads(settings),
            "model": model,
            "n": len(members),
            "val": mean_and_std([record.get("val_accuracy") for _, record in members]),
            "test": mean_and_std([record.get("test_accuracy") for _, record in members]),
            "curve": _mean_curve([record.get("history") for _, record in members]),
        }
        board = boards.setdefault(where, {})
        board.setdefault(repr(row), row | {"members": []})["members"].append(members[0][0])
    ranked = {
        where: sorted(board.values(), key=lambda row: -row["val"][0] if row["val"] else math.inf)
        for where, board in boards.items()
    }
    return dict(sorted(ranked.items()))


def mean_and_std(values: Iterable[object]) -> tuple[float, float] | None:
    """Mean and sample standard deviation (nan for one value) of what are shares; None if none."""
    known = [number for number in map(share, values) if number is not None]
    if not known:
        return None
    return statistics.mean(known), statistics.stdev(known) if len(known) > 1 else math.nan


def _mean_curve(histories: list[object]) -> list[float]:
    curves = []
    for history in histories:
        values = history.get("val_accuracy") if isinstance(history, dict) else None
        values = [share(v) for v in values] if isinstance(values, list) else []
        if values and None not in values:
            curves.append(values)
    return [statistics.mean(epoch) for epoch in zip(*curves, strict=False)]
