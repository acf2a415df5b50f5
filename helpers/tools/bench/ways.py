"""What `make bench` measured, as rows: medians over the rounds, and ratios round by round."""

import statistics
from collections import defaultdict
from collections.abc import Iterable

from helpers.plots import COLOURS
from helpers.tools.machines import PLAIN, TORCH_WAYS

STALL_SECONDS = 0.2  # after its last step, a call of `fit` should end at once
PRECISIONS = {"float32": "float32", "mixed_bfloat16": "bfloat16"}
WAYS = {
    "course": ("the course", COLOURS[0]),
    "whole": ("notebook 08, with all its ideas", COLOURS[0]),
    "stock": ("Keras as it comes", COLOURS[1]),
    "eigen": ("Keras as it comes without oneDNN", COLOURS[5]),
    "pipeline": ("Keras, tf.data that maps after batching", COLOURS[1]),
    "eager": ("PyTorch, channels last", COLOURS[2]),
    "compiled": ("PyTorch, channels last, compiled", COLOURS[2]),
    "limit": ("the convolutions alone", COLOURS[3]),
}


def one_line(record: dict) -> str:
    """One record, for the log of a run."""
    title = f"{record['network']}, {record['way']}, {record['precision']}"
    if "step_seconds" in record:
        return f"{title}: {1000 * record['step_seconds']:.1f} ms a step"
    return f"{title}: {record.get('error', 'done')}"


def label(way: str, kind: str) -> str:
    """What tables and charts call a way; where TensorFlow may start without oneDNN, they say it."""
    return WAYS[way][0] + (" with oneDNN" if (way, kind) == ("stock", PLAIN) else "")


def rows(measured: dict) -> list[dict]:
    """One row a network, way and precision: medians over the rounds, ratios round by round.

    Args:
        measured: The entry of one machine.

    Returns:
        Rows with `network`, `way`, `precision`; `trained`, the images a second of the steps in each
        round; `called`, the same for whole calls; `predicted`; `stalled` calls out of `calls`;
        `against_stock` in the same precision, `against_float32`, `against_eigen`, `against_torch`
        (the faster of PyTorch's rows in the same precision) and `of_limit`, ratios; `memory`, the
        peak of training, in bytes. A number is None, or a list empty, where it wasn't measured.
    """
    groups = defaultdict(list)
    for record in measured["records"]:
        if "step_seconds" in record:
            key = record["network"], record["way"], record["precision"]
            groups[key].append(record)
    return [_row(key, groups, measured["networks"][key[0]]) for key in groups]


def _row(key: tuple[str, str, str], groups: dict, network: dict) -> dict:
    name, way, precision = key
    records = groups[key]
    ends = [end for record in records for end in record.get("end_seconds", [])]
    images = network["steps"] * network["batch_size"]
    calls = [statistics.median(r["call_seconds"]) for r in records if "call_seconds" in r]
    return {
        "network": name,
        "way": way,
        "precision": precision,
        "trained": [network["batch_size"] / record["step_seconds"] for record in records],
        "called": [images / seconds for seconds in calls],
        "predicted": [network["images"] / record["predict_seconds"] for record in records],
        "stalled": sum(end > STALL_SECONDS for end in ends) if ends else None,
        "calls": len(ends),
        "against_stock": _ratio(groups.get((name, "stock", precision)), records),
        "against_float32": _ratio(groups.get((name, "stock", "float32")), records),
        "against_eigen": _ratio(groups.get((name, "eigen", precision)), records),
        "against_torch": _ratio(_fastest(groups, name, TORCH_WAYS, precision), records),
        "of_limit": _ratio(groups.get((name, "limit", precision)), records),
        "memory": statistics.median(record.get("peak_memory") or 0 for record in records),
    }


def _ratio(others: list[dict] | None, records: list[dict]) -> float | None:
    """How many times as fast as others, the median over the rounds that both have."""
    seconds = {other["round"]: other["step_seconds"] for other in others or []}
    ratios = [
        seconds[record["round"]] / record["step_seconds"]
        for record in records
        if record["round"] in seconds
    ]
    return statistics.median(ratios) if ratios else None


def _fastest(groups: dict, name: str, ways: Iterable[str], precision: str) -> list[dict] | None:
    """The records of the way with the shortest median step."""
    found = [groups[name, way, precision] for way in ways if (name, way, precision) in groups]
    return min(
        found, key=lambda group: statistics.median(r["step_seconds"] for r in group), default=None
    )
