"""Rows of a batch's leaderboard, and means over seeds."""

import csv
import io
import json
import math
import statistics
from collections.abc import Iterable

FIRST = ("notebook", "student")
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
            row |= {f"p_{name}": result["parameters"].get(name) for name in parameters}
            row |= {key: record.get(key) for key in ("dataset", "profile", "model")}
            row |= {key: share(record.get(key)) for key in ("val_accuracy", "test_accuracy")}
            made.append({key: row[key] for key in columns(parameters)})
    return made


def columns(parameters: list[str]) -> list[str]:
    """Names of the columns, in order."""
    return [*FIRST, *(f"p_{name}" for name in parameters), *REST]


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


def as_csv(rows: list[dict], parameters: list[str]) -> str:
    """The rows as CSV; words that a spreadsheet would take for a formula begin with `'`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns(parameters))
    writer.writerows([_plain(value) for value in row.values()] for row in rows)
    return buffer.getvalue()


def _plain(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def rankings(results: Iterable[dict]) -> dict[tuple[str, str], list[dict]]:
    """Models by dataset and profile, best validation accuracy first; never mixed.

    Runs of the same notebook and student whose parameters differ in `seeds` only are seeds of one
    model. They are ranked by validation accuracy: the test images judge, they don't choose.

    Returns:
        For each dataset and profile, dictionaries with `notebook, student, parameters, model, n,
        val, test` (mean and standard deviation, or None), `curve` (mean validation accuracy by
        epoch), `points`, `points_possible`, `executed` (of the first run).
    """
    groups: dict[tuple, list[tuple[dict, dict]]] = {}
    for result in results:
        settings = {k: v for k, v in result["parameters"].items() if k != "seeds"}
        for record in trainings(result):
            where = (str(record.get("dataset")), str(record.get("profile")))
            who = (result["notebook"], result["student"], json.dumps(settings, sort_keys=True))
            key = (where, *who, str(record.get("model")))
            groups.setdefault(key, []).append((result, record))
    boards: dict[tuple[str, str], list[dict]] = {}
    for (where, notebook, student, settings, model), members in groups.items():
        first = members[0][0]
        boards.setdefault(where, []).append(
            {
                "notebook": notebook,
                "student": student,
                "parameters": json.loads(settings),
                "model": model,
                "n": len(members),
                "val": mean_and_std([record.get("val_accuracy") for _, record in members]),
                "test": mean_and_std([record.get("test_accuracy") for _, record in members]),
                "curve": _mean_curve([record.get("history") for _, record in members]),
                "points": first["points"],
                "points_possible": first["points_possible"],
                "executed": first["executed"],
            }
        )
    for board in boards.values():
        board.sort(key=lambda row: -row["val"][0] if row["val"] else math.inf)
    return dict(sorted(boards.items()))


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
