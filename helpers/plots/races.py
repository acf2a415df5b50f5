"""Accuracy against minutes: every model of the course on one chart, with its operations."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from helpers.plots.style import STYLE, show
from helpers.results import Entry


def race(some: Sequence[Entry], *, title: str) -> None:
    """Shows a line for each model: validation accuracy over minutes, which are on a log scale."""
    show(*drawn_race(some, title=title))


def drawn_race(some: Sequence[Entry], *, title: str) -> tuple[Figure, str]:
    """The figure that `race` shows, and its alt text."""
    told = []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 4.6), layout="constrained")
        axes = figure.add_subplot()
        for one in some:
            shares = 100 * np.array(one.accuracies)
            minutes = one.minutes * np.arange(1, len(shares) + 1) / len(shares)
            label = f"{one.model}: {_short(one.petaflop)}"
            (line,) = axes.plot(minutes, shares, label=label)
            axes.plot(minutes[-1], shares[-1], "o", color=line.get_color())
            told.append(
                f"{one.model} {shares[-1]:.1f} after {one.minutes:.1f} minutes and "
                f"{_short(one.petaflop)} · 10¹⁵ operations"
            )
        axes.set(title=title, xlabel="minutes of training (log scale)", xscale="log")
        axes.set(ylabel="validation accuracy in per cent", ylim=(0, 100))
        axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda x, _: f"{x:g}"))
        axes.legend(title="10¹⁵ operations", loc="lower right", fontsize=9)
    return figure, f"Line chart, {title}. Validation accuracy in per cent: {'; '.join(told)}."


def _short(petaflop: float) -> str:
    return f"{petaflop:.2g}"
