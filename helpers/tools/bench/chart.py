"""Charts of what `make bench` measured, one a machine, made from its records alone."""

import statistics

import matplotlib as mpl
from matplotlib.figure import Figure

from helpers import plots
from helpers.plots import STYLE
from helpers.tools.bench.ways import PRECISIONS, WAYS, label, rows
from helpers.tools.machines import NATIVE, PLAIN, TORCH_WAYS

FILES = {NATIVE: "bench", PLAIN: "bench_float32"}
COMPARED = (("course",), ("stock",), ("eigen",), TORCH_WAYS)


def files(published: dict) -> dict[str, dict]:
    """The entries of all machines, by the name of their chart; a kind's first has its plain name.

    Args:
        published: What `bench.json` holds.
    """
    named = {}
    for measured in published["machines"]:
        name, number = FILES[measured["kind"]], 1
        while f"{name}.svg" in named:
            number += 1
            name = f"{FILES[measured['kind']]}_{number}"
        named[f"{name}.svg"] = measured
    return named


def chart(measured: dict) -> str:
    """Images a second in training, as SVG: a panel a network, a bar a row.

    Args:
        measured: The entry of one machine.
    """
    table, networks = rows(measured), measured["networks"]
    counts = [sum(row["network"] == name for row in table) for name in networks]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 0.34 * sum(counts) + 3), layout="constrained")
        panels = figure.subplots(len(networks), height_ratios=counts, squeeze=False)[:, 0]
        for axes, (name, network) in zip(panels, networks.items(), strict=True):
            shown = [row for row in table if row["network"] == name]
            _panel(axes, shown, network["title"], measured["kind"])
        panels[-1].set_xlabel("training, images a second (steps alone; line: smallest to largest)")
        figure.suptitle(heading(measured))
    return plots.svg(figure, alt_text(measured))


def heading(measured: dict) -> str:
    """Kind and name of a machine."""
    kind = measured["kind"]
    return f"{kind[0].upper()}{kind[1:]}: {measured['machine']}"


def alt_text(measured: dict) -> str:
    """What the chart of a machine shows, in words: the course, Keras and PyTorch."""
    told = []
    for name, network in measured["networks"].items():
        table = [row for row in rows(measured) if row["network"] == name]
        precisions = dict.fromkeys(row["precision"] for row in table)
        parts = [f"in {PRECISIONS[p]} {_compared(table, p, measured['kind'])}" for p in precisions]
        told.append(f"{network['title']}: {'; '.join(parts)}.")
    return (
        f"Bar charts, training images a second on {measured['cores']} cores. {heading(measured)}. "
        f"{' '.join(told)} All rows: figures/bench.md."
    )


def _compared(table: list[dict], precision: str, kind: str) -> str:
    """Course, Keras and the faster of PyTorch's rows in one precision, with their numbers."""
    told = []
    for ways in COMPARED:
        speeds = [
            statistics.median(row["trained"])
            for row in table
            if row["way"] in ways and row["precision"] == precision
        ]
        name = "PyTorch at its best" if ways == TORCH_WAYS else label(ways[0], kind)
        told += [f"{name} {max(speeds):,.0f}"] if speeds else []
    return ", ".join(told)


def _panel(axes, table: list[dict], title: str, kind: str) -> None:
    table = sorted(table, key=lambda row: statistics.median(row["trained"]))
    for place, row in enumerate(table):
        speed, colour = statistics.median(row["trained"]), WAYS[row["way"]][1]
        axes.barh(place, speed, color=colour, alpha=0.75, height=0.7)
        axes.plot([min(row["trained"]), max(row["trained"])], [place, place], color="black")
        axes.text(max(row["trained"]), place, f" {speed:,.0f}", va="center", fontsize=9)
    names = [f"{label(row['way'], kind)}, {PRECISIONS[row['precision']]}" for row in table]
    axes.set_yticks(range(len(table)), names, fontsize=9)
    axes.grid(axis="y", visible=False)
    axes.set_title(title)
