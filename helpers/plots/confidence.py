"""Charts of answers: the confusion matrix, histograms of confidence, the reliability diagram."""

from collections.abc import Sequence
from itertools import cycle

import matplotlib as mpl
import numpy as np
import seaborn
from matplotlib.figure import Figure

from helpers.plots.style import COLOURS, STYLE, legend_below, show


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


def histograms(groups: dict[str, np.ndarray], *, title: str, axis: str) -> None:
    """Shows how values from 0 to 1 are spread, one histogram a group, as shares of the group.

    Args:
        groups: By name, values `(n,)` from 0 to 1.
        title: Title of the figure.
        axis: What the values mean.
    """
    told, edges = [], np.linspace(0, 1, 21)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 3.6), layout="constrained")
        axes = figure.add_subplot()
        for (name, values), colour in zip(groups.items(), cycle(COLOURS), strict=False):
            shares = 100 * np.histogram(values, edges)[0] / len(values)
            axes.stairs(shares, edges, fill=True, alpha=0.4, color=colour, label=name)
            told.append(
                f"{name}: median {np.median(values):.2f}, {np.mean(values > 0.9):.0%} > 0.9"
            )
        axes.set(title=title, xlabel=axis, ylabel="per cent of the group", xlim=(0, 1))
        legend_below(figure, axes.get_legend_handles_labels()[0])
        show(figure, f"Histograms, {title}. {axis}; {'; '.join(told)}.")


def reliability(bins: dict[str, list[tuple[float, float, int]]], *, title: str) -> None:
    """Shows how often answers of some confidence are right; on the diagonal they are calibrated.

    Args:
        bins: By name, for each bin with answers in it: mean confidence, share of right answers
            (both 0 to 1), number of answers.
        title: Title of the figure.
    """
    told = []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.4, 4.6))
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], "--", color="black", label="calibrated")
        for (name, rows), colour in zip(bins.items(), cycle(COLOURS), strict=False):
            confidence, right, counts = np.array(rows, float).T
            sizes = 20 + 200 * counts / counts.sum()
            axes.plot(confidence, right, color=colour, label=name)
            axes.scatter(confidence, right, s=sizes, color=colour, alpha=0.5)
            listed = ", ".join(f"{c:.2f} → {r:.2f}" for c, r in zip(confidence, right, strict=True))
            told.append(f"{name}: {listed}")
        labels = {"xlabel": "mean confidence", "ylabel": "share of right answers"}
        axes.set(title=title, xlim=(0, 1), ylim=(0, 1), **labels)
        legend_below(figure, axes.get_legend_handles_labels()[0])
        show(
            figure,
            f"Reliability diagram, {title}. Confidence → share right; {'; '.join(told)}. Larger "
            "dots hold more answers; a dashed diagonal marks calibrated answers.",
        )
