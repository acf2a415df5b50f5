"""Charts of a search for settings: its trials epoch by epoch, side by side, over two settings."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from helpers.plots.style import COLOURS, STYLE, legend_below, short, show

SHADES = "viridis"  # from low to high
GAP = 0.04  # by which trials with the same choice lie apart, so that each line can be seen


def trials(curves: Sequence[Sequence[float]], whole: int, *, title: str, axis: str) -> None:
    """Shows a line for each trial; those that were stopped end early, with a cross.

    Args:
        curves: For each trial its values, epoch by epoch.
        whole: Epochs of a trial that wasn't stopped.
        title: Title of the figure.
        axis: What the values are.
    """
    show(*drawn_trials(curves, whole, title=title, axis=axis))


def drawn_trials(
    curves: Sequence[Sequence[float]], whole: int, *, title: str, axis: str
) -> tuple[Figure, str]:
    """The figure that `trials` shows, and its alt text."""
    stopped = [curve for curve in curves if len(curve) < whole]
    ended = [curve for curve in curves if len(curve) >= whole]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 3.6), layout="constrained")
        axes = figure.add_subplot()
        for group, colour, mark in ((stopped, COLOURS[1], "x"), (ended, COLOURS[0], "o")):
            for curve in group:
                epochs = range(1, len(curve) + 1)
                axes.plot(epochs, curve, color=colour, alpha=0.6)
                axes.plot(epochs[-1], curve[-1], mark, color=colour)
        axes.set(title=title, xlabel="epoch", ylabel=axis)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        looks = (("trained to the end", COLOURS[0], "o"), ("stopped", COLOURS[1], "x"))
        legend_below(figure, [Line2D([], [], color=c, marker=m, label=n) for n, c, m in looks])
    told = f"Line chart, {title}. {len(ended)} trials were trained for {whole} epochs"
    if ended:
        last = [curve[-1] for curve in ended]
        told += f" and end between {short(min(last))} and {short(max(last))}"
    early = [len(curve) for curve in stopped]
    told += f"; stopped: {len(stopped)}"
    return figure, told + (f", after {min(early)} to {max(early)} epochs." if early else ".")


def parallel(
    settings: Sequence[Mapping[str, object]],
    values: np.ndarray,
    *,
    logs: Sequence[str] = (),
    title: str,
    axis: str,
) -> None:
    """Shows each trial as a line through one upright axis for each setting, and one for its value.

    Args:
        settings: For each trial, the same names with numbers, words or True and False.
        values: For each trial its value; it is the colour of the line and its last point.
        logs: Names of the settings whose axes are logarithmic.
        title: Title of the figure.
        axis: What the values are.

    Raises:
        ValueError: There isn't one value for each trial, or there is no trial.
    """
    show(*drawn_parallel(settings, values, logs=logs, title=title, axis=axis))


def drawn_parallel(
    settings: Sequence[Mapping[str, object]],
    values: np.ndarray,
    *,
    logs: Sequence[str] = (),
    title: str,
    axis: str,
) -> tuple[Figure, str]:
    """The figure that `parallel` shows, and its alt text."""
    values = np.asarray(values, float)
    if len(settings) != len(values) or not len(values):
        raise ValueError(f"{len(values)} values for {len(settings)} trials; expected one each.")
    names = list(settings[0])
    columns = [_column([one[name] for one in settings], name in logs) for name in names]
    columns.append(_column(list(values), False))
    shades = ScalarMappable(Normalize(values.min(), values.max()), SHADES)
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        figure = Figure(figsize=(8, 3.8), layout="constrained")
        axes = figure.add_subplot()
        heights = np.array([heights for heights, _ in columns])
        for number in np.argsort(values):
            axes.plot(heights[:, number], color=shades.to_rgba(values[number]), alpha=0.7)
        for place, (_, ticks) in enumerate(columns):
            axes.axvline(place, color="black", linewidth=1)
            for height, label in ticks:
                look = {"va": "center", "fontsize": 9, "backgroundcolor": "#ffffffaa"}
                axes.text(place + 0.03, height, label, **look)
        axes.set_xticks(range(len(columns)), [*names, axis])
        axes.set_yticks([])
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set(title=title, xlim=(-0.1, len(columns) - 0.5))
    best = settings[int(values.argmax())]
    told = ", ".join(f"{name} {_word(value)}" for name, value in best.items())
    return figure, (
        f"Parallel coordinates, {title}. One line for each of {len(values)} trials through "
        f"{len(names)} settings; {axis} from {short(values.min())} to {short(values.max())}. The "
        f"highest has {told}."
    )


def _column(values: list, log: bool) -> tuple[np.ndarray, list[tuple[float, str]]]:
    """Heights from 0 to 1, and the labels of an axis with theirs."""
    plain = all(isinstance(v, float | np.floating) for v in values)
    if not plain:
        options = sorted(set(values))
        step = 1 / max(1, len(options) - 1)
        apart = GAP * (np.arange(len(values)) / max(1, len(values) - 1) - 0.5)
        heights = np.array([options.index(v) * step for v in values]) + apart
        return heights, [(i * step, _word(option)) for i, option in enumerate(options)]
    numbers = np.log(values) if log else np.asarray(values, float)
    low, high = numbers.min(), numbers.max()
    ends = (float(min(values)), float(max(values)))
    return (numbers - low) / ((high - low) or 1), list(
        zip((0.0, 1.0), map(short, ends), strict=True)
    )


def _word(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return short(float(value)) if isinstance(value, float | np.floating) else str(value)


def landscape(
    x: np.ndarray,
    y: np.ndarray,
    values: np.ndarray,
    *,
    title: str,
    x_axis: str,
    y_axis: str,
    logs: bool = True,
) -> None:
    """Shows trials as points over two settings, with contours of their values between them.

    Args:
        x, y: `(trials,)`, the two settings.
        values: `(trials,)`, what came out; the colour.
        title: Title of the figure.
        x_axis, y_axis: What the settings are.
        logs: Whether both axes are logarithmic.

    Raises:
        ValueError: There are fewer than four trials, too few for contours.
    """
    words = {"title": title, "x_axis": x_axis, "y_axis": y_axis}
    show(*drawn_landscape(x, y, values, **words, logs=logs))


def drawn_landscape(
    x: np.ndarray,
    y: np.ndarray,
    values: np.ndarray,
    *,
    title: str,
    x_axis: str,
    y_axis: str,
    logs: bool = True,
) -> tuple[Figure, str]:
    """The figure that `landscape` shows, and its alt text."""
    x, y, values = (np.asarray(v, float) for v in (x, y, values))
    if len(values) < 4:
        raise ValueError(f"{len(values)} trials are too few for contours; expected 4 or more.")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 4.2), layout="constrained")
        axes = figure.add_subplot()
        if logs:
            axes.set(xscale="log", yscale="log")
        norm = Normalize(values.min(), values.max())
        places = (np.log(x), np.log(y)) if logs else (x, y)
        triangles = mpl.tri.Triangulation(*places)
        drawn = mpl.tri.Triangulation(x, y, triangles.triangles)
        axes.tricontourf(drawn, values, levels=10, cmap=SHADES, norm=norm, alpha=0.6)
        axes.scatter(x, y, c=values, cmap=SHADES, norm=norm, edgecolors="black", s=36)
        best = int(values.argmax())
        axes.plot(x[best], y[best], "*", markersize=18, markerfacecolor="none", color="black")
        figure.colorbar(ScalarMappable(norm, SHADES), ax=axes)
        axes.set(title=title, xlabel=x_axis, ylabel=y_axis)
    return figure, (
        f"Contours, {title}. {len(values)} trials over {x_axis} and {y_axis}; values from "
        f"{short(values.min())} to {short(values.max())}. A star marks the highest, at "
        f"{short(x[best])} and {short(y[best])}."
    )
