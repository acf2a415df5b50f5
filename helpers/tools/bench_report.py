"""Table and chart of what `make bench` measured, made from its records alone."""

import json
import statistics
from collections import defaultdict
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from helpers import storage, style
from helpers.style import COLOURS, STYLE
from helpers.tools import publish

STALL_SECONDS = 0.2  # after its last step, a call of `fit` should end at once
PRECISIONS = {"float32": "float32", "mixed_bfloat16": "bfloat16"}
WAYS = {
    "course": ("the course", COLOURS[0]),
    "whole": ("notebook 08, with all its ideas", COLOURS[0]),
    "stock": ("Keras as it comes", COLOURS[1]),
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


def write(measured: dict, folder: Path) -> None:
    """Writes `bench.json`, `bench.md` and `bench.svg`, and shows the chart in the README.

    Args:
        measured: What `bench.main` collected.
        folder: Where the three files go.
    """
    svg, text = chart(measured), page(measured)
    readme = publish.README.read_text(encoding="utf-8")
    shown = publish.with_part(readme, "speed", f"![{alt_text(measured)}](figures/bench.svg)")
    storage.write_whole(folder / "bench.json", json.dumps(measured, indent=1) + "\n")
    storage.write_whole(folder / "bench.md", text)
    storage.write_whole(folder / "bench.svg", svg)
    storage.write_whole(publish.README, shown)


def rows(measured: dict) -> list[dict]:
    """One row a network, way and precision: medians over the rounds, ratios round by round.

    Returns:
        Rows with `network`, `way`, `precision`; `trained`, the images a second of the steps in each
        round; `called`, the same for whole calls; `predicted`; `stalled` calls out of `calls`;
        `against_stock` in the same precision, `against_float32` and `of_limit`, ratios; `memory`,
        the peak of training, in bytes. A number is None, or a list
        empty, where it wasn't measured.
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


def page(measured: dict) -> str:
    """The table, with machine, versions and what it says, as Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
    lines = [
        "# How fast the course trains",
        "",
        f"Machine: {measured['machine']}, {measured['cores']} of them used. Versions: {versions}.",
        f"Medians of {measured['rounds']} rounds, in which the rows took turns, each in a process "
        "of its own; in brackets the smallest and the largest.",
        "",
        "- Images a second: in the steps alone; in whole calls of `fit`, feeding included; in "
        "calls of `predict` (Keras as it comes takes batches of 32 there, the others larger ones).",
        "- × Keras: how many times as fast, by the steps, as Keras as it comes, in the same "
        "precision and in float32.",
        "- Limit: the convolutions of the network alone, forward and backward, one by one.",
        f"- Stalled: calls that ended more than {STALL_SECONDS} s after their last step.",
        "- Peak memory: of the process, training only.",
    ]
    table = rows(measured)
    for name, network in measured["networks"].items():
        title = network["title"][0].upper() + network["title"][1:]
        lines += [
            "",
            f"## {title}: {network['parameter_count']:,} parameters, "
            f"batch size {network['batch_size']}",
            "",
            "| | steps, images/s | × Keras | × Keras, float32 | % of the limit "
            "| calls, images/s | stalled | predict, images/s | peak memory |",
            "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
            *[_line(row) for row in table if row["network"] == name],
        ]
    lines += [
        "",
        *_augmentations(measured),
        *[f"- {note}" for note in [*measured["notes"], *_errors(measured)]],
    ]
    return "\n".join(lines).rstrip() + "\n"


def _line(row: dict) -> str:
    stalled = "" if row["stalled"] is None else f"{row['stalled']} of {row['calls']}"
    cells = [
        f"{WAYS[row['way']][0]}, {PRECISIONS[row['precision']]}",
        _spread(row["trained"]),
        "" if row["against_stock"] is None else f"{row['against_stock']:.2f}",
        "" if row["against_float32"] is None else f"{row['against_float32']:.2f}",
        "" if row["of_limit"] is None else f"{100 * row['of_limit']:.0f}",
        f"{statistics.median(row['called']):,.0f}" if row["called"] else "",
        stalled,
        f"{statistics.median(row['predicted']):,.0f}",
        f"{row['memory'] / 1e6:,.0f} MB" if row["memory"] else "",
    ]
    return f"| {' | '.join(cells)} |"


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def _augmentations(measured: dict) -> list[str]:
    """What Keras' augmentation layers cost, beside a step of the advanced network."""
    found = [r["augmentation_seconds"] for r in measured["records"] if "augmentation_seconds" in r]
    if not found:
        return []
    native = measured["precision"]
    (step,) = [
        measured["networks"]["advanced"]["batch_size"] / statistics.median(row["trained"])
        for row in rows(measured)
        if (row["network"], row["way"], row["precision"]) == ("advanced", "course", native)
    ]
    lines = [
        f"## Augmentation layers, beside a step of the advanced CNN ({1000 * step:.0f} ms)",
        "",
        "| layer | ms a batch | % of a step |",
        "|---|---:|---:|",
    ]
    for name in found[0]:
        seconds = statistics.median(one[name] for one in found)
        lines.append(f"| {name} | {1000 * seconds:.1f} | {100 * seconds / step:.1f} |")
    return [*lines, ""]


def _errors(measured: dict) -> list[str]:
    failed = {
        (r["network"], r["way"], r["precision"], r["error"]): None
        for r in measured["records"]
        if "error" in r
    }
    return [
        f"Absent: {measured['networks'][network]['title']}, {WAYS[way][0]}, "
        f"{PRECISIONS[precision]}: {error}"
        for network, way, precision, error in failed
    ]


def chart(measured: dict) -> str:
    """Images a second in training, as SVG: a panel a network, a bar a row."""
    table, networks = rows(measured), measured["networks"]
    counts = [sum(row["network"] == name for row in table) for name in networks]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 0.34 * sum(counts) + 2.6), layout="constrained")
        panels = figure.subplots(len(networks), height_ratios=counts, squeeze=False)[:, 0]
        for axes, (name, network) in zip(panels, networks.items(), strict=True):
            _panel(axes, [row for row in table if row["network"] == name], network["title"])
        panels[-1].set_xlabel("training, images a second (steps alone; line: smallest to largest)")
    return style.svg(figure, alt_text(measured))


def alt_text(measured: dict) -> str:
    """What the chart shows, in words."""
    listed = defaultdict(list)
    for row in rows(measured):
        name = f"{WAYS[row['way']][0]} in {PRECISIONS[row['precision']]}"
        listed[row["network"]].append(f"{name} {statistics.median(row['trained']):,.0f}")
    told = [f"{measured['networks'][name]['title']}: {', '.join(listed[name])}" for name in listed]
    return f"Bar charts, training images a second on {measured['cores']} cores. {'. '.join(told)}."


def _panel(axes, table: list[dict], title: str) -> None:
    table = sorted(table, key=lambda row: statistics.median(row["trained"]))
    for place, row in enumerate(table):
        speed, colour = statistics.median(row["trained"]), WAYS[row["way"]][1]
        axes.barh(place, speed, color=colour, alpha=0.75, height=0.7)
        axes.plot([min(row["trained"]), max(row["trained"])], [place, place], color="black")
        axes.text(max(row["trained"]), place, f" {speed:,.0f}", va="center", fontsize=9)
    names = [f"{WAYS[row['way']][0]}, {PRECISIONS[row['precision']]}" for row in table]
    axes.set_yticks(range(len(table)), names, fontsize=9)
    axes.grid(axis="y", visible=False)
    axes.set_title(title)
