"""Charts of trainings: loss and accuracy by epoch; every model of the course against minutes."""

from collections.abc import Sequence
from itertools import cycle
from typing import Protocol

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers.plots.style import COLOURS, STYLE, legend_below, short, show
from helpers.results import Entry


class Trained(Protocol):
    """Something with a history: one list a metric, one float an epoch."""

    history: dict[str, list[float]]


def curves(trainings: Sequence[Trained], *, title: str) -> None:
    """Shows loss and accuracy, epoch by epoch, on the training and the validation images.

    Args:
        trainings: Trainings of one model; each seed has a line of its own.
        title: Title of the figure.
    """
    parts = (("training", "", COLOURS[0]), ("validation", "val_", COLOURS[1]))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(10, 3.4), layout="constrained")
        for place, metric in enumerate(("loss", "accuracy")):
            axes = figure.add_subplot(1, 2, place + 1)
            for _, prefix, colour in parts:
                for training in trainings:
                    y = training.history[prefix + metric]
                    marker = "o" if len(y) == 1 else ""
                    look = {"color": colour, "alpha": 0.7, "marker": marker}
                    axes.plot(range(1, len(y) + 1), y, **look)
            axes.set(title=metric, xlabel="epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.suptitle(title)
        legend_below(figure, [Line2D([], [], color=c, label=part) for part, _, c in parts])
        last = {
            key: short(np.mean([t.history[key][-1] for t in trainings]))
            for key in ("loss", "val_loss", "accuracy", "val_accuracy")
        }
        show(
            figure,
            f"Two line charts over {len(y)} epochs, {title}. At the end the loss is {last['loss']} "
            f"in training and {last['val_loss']} in validation, the accuracy {last['accuracy']} in "
            f"training and {last['val_accuracy']} in validation.",
        )


def race(some: Sequence[Entry], *, title: str, published: Sequence[Entry] | None = None) -> None:
    """Shows a line for each model: validation accuracy over minutes, which are on a log scale.

    Args:
        some: The models of this run.
        title: Title of the figure.
        published: Those of the published run; drawn dotted, with a hollow dot at the end, in the
            colour of the model of the same name.
    """
    show(*drawn_race(some, title=title, published=published))


def drawn_race(
    some: Sequence[Entry], *, title: str, published: Sequence[Entry] | None = None
) -> tuple[Figure, str]:
    """The figure that `race` shows, and its alt text."""
    known = list(published or ())
    names = list(dict.fromkeys(one.model for one in [*some, *known]))
    colours = dict(zip(names, cycle(COLOURS), strict=False))
    handles, told = ([], []), ([], [])
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 4.4), layout="constrained")
        axes = figure.add_subplot()
        for number, one in [*((1, k) for k in known), *((0, s) for s in some)]:
            shares = 100 * np.array(one.accuracies)
            minutes = one.minutes * np.arange(1, len(shares) + 1) / len(shares)
            colour, face = colours[one.model], "white" if number else colours[one.model]
            axes.plot(minutes, shares, ":" if number else "-", color=colour)
            axes.plot(minutes[-1], shares[-1], "o", color=colour, markerfacecolor=face)
            label = f"{one.model}: {_short(one.petaflop)}" + (" (published)" if number else "")
            look = {"linestyle": ":" if number else "-", "marker": "o", "markerfacecolor": face}
            handles[number].append(Line2D([], [], color=colour, label=label, **look))
            told[number].append(
                f"{one.model} {shares[-1]:.1f} after {one.minutes:.1f} minutes and "
                f"{_short(one.petaflop)} · 10¹⁵ operations"
            )
        axes.set(title=title, xlabel="minutes of training (log scale)", xscale="log")
        axes.set(ylabel="validation accuracy in per cent", ylim=(0, 100))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        legend_below(figure, [*handles[0], *handles[1]], title="10¹⁵ operations")
    text = f"Line chart, {title}. Validation accuracy in per cent: {'; '.join(told[0])}."
    return figure, text + (f" Published run, dotted: {'; '.join(told[1])}." if known else "")


def _short(petaflop: float) -> str:
    return f"{petaflop:.2g}"
