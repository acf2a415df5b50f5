"""Every chart of the course: bars, lines, training curves; with alt text on each."""

from collections.abc import Sequence
from typing import Protocol

import matplotlib as mpl
import numpy as np
import seaborn
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers import results
from helpers.plots.style import COLOURS, STYLE, show


class Trained(Protocol):
    """Something with a history: one list a metric, one float an epoch."""

    history: dict[str, list[float]]


def bars(
    names: Sequence[str],
    values: np.ndarray,
    *,
    title: str,
    axis: str,
    line: tuple[float, str] | None = None,
) -> None:
    """Shows one horizontal bar for each name, in the order given.

    Args:
        names: Labels of the bars.
        values: Lengths, `(names,)`, or `(seeds, names)`: then bars show means, error bars spreads.
        title: Title of the figure.
        axis: What the lengths mean, with the unit.
        line: A value to mark with a line, and what it is.
    """
    mean, spread = _over_seeds(values)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 0.35 * len(names) + 1.2))
        axes = figure.add_subplot()
        axes.barh(names, mean, xerr=spread, capsize=3)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set(title=title, xlabel=axis)
        if line:
            axes.axvline(line[0], color="black", linestyle="--", label=line[1])
            axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        listed = ", ".join(f"{n} {_short(v)}" for n, v in zip(names, mean, strict=True))
        show(figure, f"Bar chart, {title}. {axis}: {listed}.{_marks(line, spread is not None)}")


def lines(
    x: Sequence[float],
    series: dict[str, np.ndarray],
    *,
    title: str,
    x_axis: str,
    y_axis: str,
    line: tuple[float, str] | None = None,
) -> None:
    """Shows one line for each series over the same x values; the y axis holds 0.

    Args:
        x: Positions of the points.
        series: By name, y values `(points,)`, or `(seeds, points)`: then lines show means, error
            bars spreads.
        title: Title of the figure.
        x_axis: Meaning and unit of x.
        y_axis: Meaning and unit of y.
        line: A height to mark with a line, and what it is.
    """
    show(*drawn_lines(x, series, title=title, x_axis=x_axis, y_axis=y_axis, line=line))


def drawn_lines(
    x: Sequence[float],
    series: dict[str, np.ndarray],
    *,
    title: str,
    x_axis: str,
    y_axis: str,
    line: tuple[float, str] | None = None,
) -> tuple[Figure, str]:
    """The figure that `lines` shows, and its alt text."""
    told, any_spread = [], False
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 3.6))
        axes = figure.add_subplot()
        for name, values in series.items():
            mean, spread = _over_seeds(values)
            any_spread = any_spread or spread is not None
            axes.errorbar(x, mean, spread, marker="o", capsize=3, label=name)
            told_points = len(mean) if len(mean) <= 8 else 5
            some = np.unique(np.linspace(0, len(mean) - 1, told_points).astype(int))
            told.append(f"{name} " + ", ".join(_short(mean[i]) for i in some))
        if line:
            axes.axhline(line[0], color="black", linestyle="--", label=line[1])
        axes.set(title=title, xlabel=x_axis, ylabel=y_axis)
        if min(np.min(values) for values in series.values()) >= 0:
            axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()
    where = f"from {_short(x[0])} to {_short(x[-1])}"
    stop = "" if title.endswith("?") else "."
    text = f"Line chart, {title}{stop} {y_axis} over {x_axis} {where}: {'; '.join(told)}."
    return figure, text + _marks(line, any_spread)


def dots(groups: dict[str, np.ndarray], *, title: str, axis: str, scale: float = 1.0) -> None:
    """Shows one dot for each value, a row a group, with mean and spread; the axis needn't hold 0.

    Args:
        groups: By name, values `(n,)`, for example one a seed.
        title: Title of the figure.
        axis: Meaning and unit of the values, after scaling.
        scale: What the values are multiplied with; 100 shows shares in per cent.
    """
    show(*drawn_dots(groups, title=title, axis=axis, scale=scale))


def drawn_dots(
    groups: dict[str, np.ndarray], *, title: str, axis: str, scale: float = 1.0
) -> tuple[Figure, str]:
    """The figure that `dots` shows, and its alt text."""
    told = []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 0.5 * len(groups) + 1.3), layout="constrained")
        axes = figure.add_subplot()
        for place, (name, values) in enumerate(groups.items()):
            scaled = scale * np.asarray(values, float)
            mean, spread = results.mean_and_spread(scaled)
            axes.plot(scaled, np.full(len(scaled), place), "o", color=COLOURS[0], alpha=0.5)
            error = None if np.isnan(spread) else spread
            look = {"color": "black", "capsize": 5, "markersize": 14}
            axes.errorbar(mean, place, xerr=error, fmt="|", **look)
            told.append(f"{name} {mean:.1f}" + ("" if error is None else f" ± {error:.1f}"))
        axes.set_yticks(range(len(groups)), list(groups))
        axes.set_ylim(len(groups) - 0.5, -0.5)
        axes.set(title=title, xlabel=axis)
    return figure, f"Dot chart, {title}. {axis}, mean ± standard deviation: {'; '.join(told)}."


def curves(trainings: Sequence[Trained], *, title: str) -> None:
    """Shows loss and accuracy, epoch by epoch, on the training and the validation images.

    Args:
        trainings: Trainings of one model; each seed has a line of its own.
        title: Title of the figure.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10, 3.6), layout="constrained")
        for place, metric in enumerate(("loss", "accuracy")):
            axes = figure.add_subplot(1, 2, place + 1)
            for part, prefix, colour in (
                ("training", "", COLOURS[0]),
                ("validation", "val_", COLOURS[1]),
            ):
                for number, training in enumerate(trainings):
                    y = training.history[prefix + metric]
                    label = part if number == 0 else None
                    look = {"color": colour, "alpha": 0.7, "label": label}
                    marker = "o" if len(y) == 1 else ""
                    axes.plot(range(1, len(y) + 1), y, marker=marker, **look)
            axes.set(title=metric, xlabel="epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.legend()
        figure.suptitle(title)
        last = {
            key: _short(np.mean([t.history[key][-1] for t in trainings]))
            for key in ("loss", "val_loss", "accuracy", "val_accuracy")
        }
        show(
            figure,
            f"Two line charts over {len(y)} epochs, {title}. At the end the loss is {last['loss']} "
            f"in training and {last['val_loss']} in validation, the accuracy {last['accuracy']} in "
            f"training and {last['val_accuracy']} in validation.",
        )


def confusion(counts: np.ndarray, class_names: Sequence[str], *, title: str) -> None:
    """Shows a confusion matrix; each row is divided by its sum.

    Args:
        counts: `(classes, classes)`; row: the right class, column: the answer.
        class_names: Names of the classes, in order.
        title: Title of the figure.
    """
    show(*drawn_confusion(counts, class_names, title=title))


def drawn_confusion(
    counts: np.ndarray, class_names: Sequence[str], *, title: str
) -> tuple[Figure, str]:
    """The figure that `confusion` shows, and its alt text."""
    shares = 100 * counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.5, 6))
        axes = figure.add_subplot()
        names = {"xticklabels": class_names, "yticklabels": class_names}
        bar = {"label": "per cent of the right class"}
        look = {"annot": True, "fmt": ".0f", "cmap": "Blues", "vmin": 0, "cbar_kws": bar}
        seaborn.heatmap(shares, ax=axes, **look, **names)
        axes.grid(visible=False)
        axes.set(title=title, xlabel="answered", ylabel="right class")
        axes.tick_params(axis="x", rotation=45)
        axes.tick_params(axis="y", rotation=0)
        right = np.diag(shares)
        wrong = np.where(np.eye(len(shares), dtype=bool), -1, shares)
        row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    return figure, (
        f"Heat map, {title}. Per cent of each class. On the diagonal, the right answers: "
        f"from {right.min():.0f} ({class_names[right.argmin()]}) to {right.max():.0f} "
        f"({class_names[right.argmax()]}). Largest elsewhere: {class_names[row]} answered as "
        f"{class_names[column]}, {wrong.max():.0f}."
    )


def _over_seeds(values: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Mean and sample standard deviation over the rows; no deviation for a single row."""
    rows = np.atleast_2d(np.asarray(values, float))
    return rows.mean(axis=0), rows.std(axis=0, ddof=1) if len(rows) > 1 else None


def _marks(line: tuple[float, str] | None, spread: bool) -> str:
    marked = f" A dashed line marks {line[1]} at {_short(line[0])}." if line else ""
    return marked + (" Error bars show the spread over seeds." if spread else "")


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1_000 else f"{value:,.0f}"
