"""Singular values, sorted: before and after something was done to a matrix."""

from itertools import cycle

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.plots.style import COLOURS, STYLE, legend_below, short, show

MARKED = 40  # values, at most, that have markers
LOOKS = tuple(zip(COLOURS, ("-", "--", "-.", ":", "-", "--"), strict=True))


def spectrum(
    series: dict[str, np.ndarray], *, title: str, axis: str = "singular value", log: bool = False
) -> None:
    """Shows singular values from the largest to the smallest, a line for each series.

    Args:
        series: By name, values `(n,)` in any order, 0 or more.
        title: Title of the figure.
        axis: What the values are.
        log: Whether the axis of the values is logarithmic; then all have to be above 0.

    Raises:
        ValueError: There is no series, one is empty, or a value is negative (on a log axis: 0) or
            not finite.
    """
    show(*drawn_spectrum(series, title=title, axis=axis, log=log))


def drawn_spectrum(
    series: dict[str, np.ndarray], *, title: str, axis: str = "singular value", log: bool = False
) -> tuple[Figure, str]:
    """The figure that `spectrum` shows, and its alt text."""
    if not series:
        raise ValueError("there is no series; expected values by name.")
    sorted_series = {name: _sorted(name, values, log) for name, values in series.items()}
    told = []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 3.4), layout="constrained")
        axes = figure.add_subplot()
        for (name, values), (colour, line) in zip(
            sorted_series.items(), cycle(LOOKS), strict=False
        ):
            marker = "o" if len(values) <= MARKED else ""
            look = {"color": colour, "linestyle": line, "marker": marker, "markersize": 4}
            axes.plot(range(1, len(values) + 1), values, label=name, **look)
            ratio = f", {short(values[0] / values[-1])} times the smallest" if values[-1] else ""
            told.append(
                f"{name}: {len(values)} values, largest {short(values[0])}, median "
                f"{short(float(np.median(values)))}, smallest {short(values[-1])}{ratio}"
            )
        axes.set(title=title, xlabel="number, the largest first", ylabel=axis)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if log:
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=0)
        legend_below(figure, axes.get_legend_handles_labels()[0])
    return figure, f"Line chart, {title}. {axis}, sorted; {'; '.join(told)}."


def _sorted(name: str, values: np.ndarray, log: bool) -> np.ndarray:
    values = np.asarray(values, float).ravel()
    if not values.size or not np.isfinite(values).all() or values.min() < 0:
        raise ValueError(f"{name}: expected one value or more, finite and not negative.")
    if log and values.min() == 0:
        raise ValueError(f"{name}: a value is 0, which has no place on a logarithmic axis.")
    return np.sort(values)[::-1]
