"""The charts of `figures/`, drawn from published records alone; each with its alt text."""

import re
from collections.abc import Callable, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from helpers import plots, results
from helpers.plots import COLOURS, STYLE

Chart = tuple[Figure, str]
SHIFTS = [f"accuracy after a shift of {d}" for d in range(5)]


def drawn(records: list[dict]) -> dict[str, Chart]:
    """All charts for which there are records: by name, the figure and its alt text.

    Args:
        records: Records of one dataset and profile.
    """
    makers: dict[str, Callable[[list[dict]], Chart | None]] = {
        "ladder": _ladder,
        "curves": _curves,
        "kernel_size": _kernel_size,
        "ablation": _ablation,
        "confusion": _confusion,
        "robustness": _robustness,
        "race": _race,
    }
    charts = {name: make(records) for name, make in makers.items()}
    return {name: chart for name, chart in charts.items() if chart is not None}


def file_name(chart: str, dataset: str = "") -> str:
    """The file of a chart in `figures/`; those of a further dataset have its name in theirs."""
    words = re.sub(r"[^a-z0-9]+", "_", dataset.lower()).strip("_")
    return f"{chart}_{words}.svg" if words else f"{chart}.svg"


def _ladder(records: list[dict]) -> Chart | None:
    if not results.tested(records):
        return None
    dataset = results.tested(records)[0]["dataset"]
    guessing = 100 / results.classes_of(dataset)
    title = f"Test accuracy on {dataset}"
    return ladder(results.summarise(records), title=title, guessing=guessing)


def _curves(records: list[dict]) -> Chart | None:
    """Validation accuracy epoch by epoch, first seed of each tested model."""
    first = {}
    for record in sorted(results.tested(records), key=lambda r: r["seed"]):
        if "history" in record:
            first.setdefault((record["notebook"], record["model"]), record)
    if not first:
        return None
    told = []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 4), layout="constrained")
        axes = figure.add_subplot()
        for (_, model), record in sorted(first.items()):
            scores = 100 * np.array(record["history"]["val_accuracy"])
            axes.plot(range(1, len(scores) + 1), scores, label=model)
            told.append(f"{model} {scores[0]:.0f} to {scores[-1]:.0f} in {len(scores)} epochs")
        title = "Validation accuracy while training, one seed each"
        axes.set(title=title, xlabel="epoch", ylabel="per cent", ylim=(0, 100))
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure, f"Line chart, {title}: {'; '.join(told)}."


def _kernel_size(records: list[dict]) -> Chart | None:
    groups: dict[str, list[float]] = {}
    for record in records:
        if record["kind"] == "training" and record["model"].startswith("kernel "):
            groups.setdefault(record["model"], []).append(record["val_accuracy"])
    if not groups:
        return None
    title, axis = "Kernel size in the two-layer CNN", "validation accuracy in per cent"
    by_size = dict(sorted(groups.items(), key=lambda item: (len(item[0]), item[0])))
    return plots.drawn_dots(by_size, title=title, axis=axis, scale=100)


def _ablation(records: list[dict]) -> Chart | None:
    begin = "ablation, worth of "
    found = sorted((r for r in records if _named(r).startswith(begin)), key=lambda r: -r["value"])
    rows = {r["name"].removeprefix(begin): r for r in found}
    if not rows:
        return None
    title, told = "What each part of the advanced CNN is worth", []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 0.5 * len(rows) + 1.3), layout="constrained")
        axes = figure.add_subplot()
        for place, (name, row) in enumerate(rows.items()):
            value, spread = 100 * row["value"], row["spread"]
            error = None if spread is None else 100 * spread
            axes.barh(place, value, xerr=error, capsize=5, color=COLOURS[0], alpha=0.6)
            told.append(f"{name} {value:.1f}" + ("" if error is None else f" ± {error:.1f}"))
        axes.axvline(0, color="black", linewidth=1)
        axes.set_yticks(range(len(rows)), list(rows))
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
        axes.set(title=title, xlabel="points of validation accuracy, complete minus without it")
    return figure, f"Bar chart, {title}, in points at a short budget: {'; '.join(told)}."


def _confusion(records: list[dict]) -> Chart | None:
    found = [r for r in records if _named(r) == "confusions"]
    if not found:
        return None
    title = "Advanced CNN, better recipe, validation images"
    return plots.drawn_confusion(np.array(found[-1]["rows"]), found[-1]["labels"], title=title)


def _robustness(records: list[dict]) -> Chart | None:
    series = {}
    for notebook in sorted({r["notebook"] for r in records}):
        values = {
            _named(r): r["value"] for r in records if r["notebook"] == notebook and "value" in r
        }
        if set(SHIFTS) <= set(values):
            series[notebook[:2]] = np.array([values[name] for name in SHIFTS])
    if not series:
        return None
    named = {f"notebook {number}": values for number, values in series.items()}
    words = {"x_axis": "shift in pixels", "y_axis": "validation accuracy"}
    title = "Images shifted to the right, by model"
    return plots.drawn_lines(range(5), named, title=title, **words, line=(0.1, "guessing"))


def _race(records: list[dict]) -> Chart | None:
    """Accuracy against minutes of the models whose operations a notebook has counted."""
    found = [r for r in records if _named(r) == "operations"]
    if not found:
        return None
    counted = [zip(table["labels"], table["rows"][0], strict=True) for table in found]
    operations = {model: number for one in counted for model, number in one}
    trained = {model: results.first_seed(records, model) for model in operations}
    entries = [results.entry(record, operations[m]) for m, record in trained.items() if record]
    dataset = found[0]["dataset"]
    return plots.drawn_race(entries, title=f"Accuracy against minutes, {dataset}, first seeds")


def _named(record: dict) -> str:
    return record.get("name") or ""


def ladder(rows: Sequence[dict], *, title: str, guessing: float = 10) -> tuple[Figure, str]:
    """Draws the test accuracies of the course's models, one bar each.

    Args:
        rows: As `tables.summarise` returns them.
        title: Title of the figure.
        guessing: Per cent that guessing has.

    Returns:
        The figure, and its alt text.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 0.6 * len(rows) + 1.4), layout="constrained")
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            tests = 100 * np.array(row["test_accuracies"])
            axes.barh(place, tests.mean(), color=COLOURS[0], alpha=0.75, height=0.6)
            axes.plot(tests, np.full(len(tests), place), "o", color="black", markersize=3)
            label = f" {results.percent(row['test_accuracies'])}"
            axes.text(tests.max() + 0.5, place, label, va="center")
        parameters = [f"{row['model']}\n{row['parameter_count']:,} parameters" for row in rows]
        axes.set_yticks(range(len(rows)), parameters)
        axes.invert_yaxis()
        words = "test accuracy in per cent; dots: single seeds; dashed: guessing"
        axes.set(title=title, xlabel=words, xlim=(0, 100))
        axes.axvline(guessing, color="black", linestyle="--")
        axes.grid(axis="y", visible=False)
        listed = "; ".join(
            f"{row['model']} {results.percent(row['test_accuracies'])} "
            f"with {row['parameter_count']:,} parameters"
            for row in rows
        )
    return figure, f"Bar chart, {title}: {listed}. A dashed line marks guessing at {guessing:g} %."
