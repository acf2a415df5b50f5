"""Charts of numbers: bars, lines, dots; this run beside the published one, alt text on each."""

from collections.abc import Sequence
from itertools import cycle

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from helpers import results
from helpers.plots.style import COLOURS, STYLE, legend_below, runs_explained, short, show

MARKERS = ("o", "s", "^", "D", "v", "P")
HOLLOW = {"markerfacecolor": "white", "markeredgewidth": 1.5}
MARKED = 30  # points of a line, at most, that have markers
TOLD_WHOLE = 8  # points of a line that alt text tells one by one


def bars(
    names: Sequence[str],
    values: np.ndarray,
    *,
    title: str,
    axis: str,
    line: tuple[float, str] | None = None,
    published: np.ndarray | None = None,
) -> None:
    """Shows one horizontal bar for each name, in the order given.

    Args:
        names: Labels of the bars.
        values: Lengths, `(names,)`, or `(seeds, names)`: then bars show means, error bars spreads.
        title: Title of the figure.
        axis: What the lengths mean, with the unit.
        line: A value to mark with a line, and what it is.
        published: The values of the published run, of the same form, drawn hollow below each bar;
            nan where there is none.

    Raises:
        ValueError: There isn't one value for each name.
    """
    figure = drawn_bars(names, values, title=title, axis=axis, line=line, published=published)
    show(*figure)


def drawn_bars(
    names: Sequence[str],
    values: np.ndarray,
    *,
    title: str,
    axis: str,
    line: tuple[float, str] | None = None,
    published: np.ndarray | None = None,
) -> tuple[Figure, str]:
    """The figure that `bars` shows, and its alt text."""
    runs = [_over_seeds(run) for run in (values, published) if run is not None]
    if any(len(mean) != len(names) for mean, _ in runs):
        counts = ", ".join(str(len(mean)) for mean, _ in runs)
        raise ValueError(f"{counts} values for {len(names)} names; expected as many.")
    thick, colour = 0.8 / len(runs), COLOURS[0]
    looks = ({"color": colour}, {"facecolor": "white", "edgecolor": colour, "linewidth": 1.5})
    with mpl.rc_context(STYLE):
        size = (7, 0.35 * len(names) * (1 + 0.5 * (len(runs) - 1)) + 1.2)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        for number, (mean, spread) in enumerate(runs):
            places = np.arange(len(names)) + (number - (len(runs) - 1) / 2) * thick
            errors = {"xerr": spread, "capsize": 3}
            axes.barh(places, mean, 0.94 * thick, **errors, **looks[number])
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        axes.set(title=title, xlabel=axis)
        if axes.get_xlim()[0] < 0:
            axes.axvline(0, color="black", linewidth=1)
        handles = _marked(axes, line, upright=True)
        legend_below(figure, handles + (runs_explained(bars=True) if len(runs) > 1 else []))
        told = [_listed(names, mean) for mean, _ in runs]
    text = f"Bar chart, {title}{_stop(title)} {axis}: {told[0]}."
    text += _marks(line, any(spread is not None for _, spread in runs))
    return figure, text + (f" Published run, hollow bars: {told[1]}." if len(told) > 1 else "")


def lines(
    x: Sequence[float],
    series: dict[str, np.ndarray],
    *,
    title: str,
    x_axis: str,
    y_axis: str,
    line: tuple[float, str] | None = None,
    published: dict[str, np.ndarray] | None = None,
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
        published: Series of the published run, over the same x; drawn hollow and dotted, in the
            colour of the series of the same name.
    """
    words = {"title": title, "x_axis": x_axis, "y_axis": y_axis}
    show(*drawn_lines(x, series, **words, line=line, published=published))


def drawn_lines(
    x: Sequence[float],
    series: dict[str, np.ndarray],
    *,
    title: str,
    x_axis: str,
    y_axis: str,
    line: tuple[float, str] | None = None,
    published: dict[str, np.ndarray] | None = None,
) -> tuple[Figure, str]:
    """The figure that `lines` shows, and its alt text."""
    known = published or {}
    names = list(dict.fromkeys([*series, *known]))
    looks = dict(zip(names, cycle(zip(COLOURS, MARKERS, strict=True)), strict=False))
    any_spread = False
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 3.6), layout="constrained")
        axes = figure.add_subplot()
        for run, hollow in ((known, True), (series, False)):
            for name, values in run.items():
                mean, spread = _over_seeds(values)
                any_spread |= spread is not None
                look = dict(zip(("color", "marker"), looks[name], strict=True))
                look["markersize"] = 6 if len(mean) <= MARKED else 0
                look |= {"linestyle": ":", **HOLLOW} if hollow else {}
                axes.errorbar(x, mean, spread, capsize=3, **look)
        handles = [Line2D([], [], color=looks[n][0], marker=looks[n][1], label=n) for n in names]
        handles += _marked(axes, line)
        axes.set(title=title, xlabel=x_axis, ylabel=y_axis)
        if min(np.nanmin(values) for run in (series, known) for values in run.values()) >= 0:
            axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        legend_below(figure, handles + (runs_explained() if published else []))
    where = f"from {short(x[0])} to {short(x[-1])}"
    text = f"Line chart, {title}{_stop(title)} {y_axis} over {x_axis} {where}: {_points(series)}."
    text += _marks(line, any_spread)
    return figure, text + (f" Published run, hollow and dotted: {_points(known)}." if known else "")


def dots(
    groups: dict[str, np.ndarray],
    *,
    title: str,
    axis: str,
    scale: float = 1.0,
    published: dict[str, np.ndarray] | None = None,
) -> None:
    """Shows one dot for each value, a row a group, with mean and spread; the axis needn't hold 0.

    Args:
        groups: By name, values `(n,)`, for example one a seed.
        title: Title of the figure.
        axis: Meaning and unit of the values, after scaling.
        scale: What the values are multiplied with; 100 shows shares in per cent.
        published: Groups of the published run; drawn hollow, in the row of the group of that name.
    """
    show(*drawn_dots(groups, title=title, axis=axis, scale=scale, published=published))


def drawn_dots(
    groups: dict[str, np.ndarray],
    *,
    title: str,
    axis: str,
    scale: float = 1.0,
    published: dict[str, np.ndarray] | None = None,
) -> tuple[Figure, str]:
    """The figure that `dots` shows, and its alt text."""
    known = published or {}
    rows = list(dict.fromkeys([*groups, *known]))
    apart, told = (0.17 if known else 0), []
    with mpl.rc_context(STYLE):
        height = (0.7 if known else 0.5) * len(rows) + 1.3
        figure = Figure(figsize=(7, height), layout="constrained")
        axes = figure.add_subplot()
        for run, shift, look in ((groups, -apart, {"alpha": 0.5}), (known, apart, HOLLOW)):
            told.append([])
            for name, values in run.items():
                place = rows.index(name) + shift
                scaled = scale * np.asarray(values, float)
                mean, spread = results.mean_and_spread(scaled)
                axes.plot(scaled, np.full(len(scaled), place), "o", color=COLOURS[0], **look)
                error = None if np.isnan(spread) else spread
                bar = {"color": "black", "capsize": 5, "markersize": 14}
                axes.errorbar(mean, place, xerr=error, fmt="|", **bar)
                told[-1].append(f"{name} {mean:.1f}" + ("" if error is None else f" ± {error:.1f}"))
        low, high = axes.get_xlim()
        if low < 0 < high:
            axes.axvline(0, color="black", linewidth=1, zorder=0)
        axes.set_yticks(range(len(rows)), rows)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set(title=title, xlabel=axis)
        if known:
            legend_below(figure, runs_explained())
    text = f"Dot chart, {title}. {axis}, mean ± standard deviation: {'; '.join(told[0])}."
    return figure, text + (f" Published run, hollow dots: {'; '.join(told[1])}." if known else "")


def _over_seeds(values: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Mean and sample standard deviation over the rows; no deviation for a single row."""
    rows = np.atleast_2d(np.asarray(values, float))
    return rows.mean(axis=0), rows.std(axis=0, ddof=1) if len(rows) > 1 else None


def _marked(axes: Axes, line: tuple[float, str] | None, *, upright: bool = False) -> list[Line2D]:
    """Draws the line that marks a value, and returns it for the legend."""
    if line is None:
        return []
    draw = axes.axvline if upright else axes.axhline
    return [draw(line[0], color="black", linestyle="--", label=line[1])]


def _marks(line: tuple[float, str] | None, spread: bool) -> str:
    marked = f" A dashed line marks {line[1]} at {short(line[0])}." if line else ""
    return marked + (" Error bars show the spread over seeds." if spread else "")


def _listed(names: Sequence[str], means: np.ndarray) -> str:
    pairs = zip(names, means, strict=True)
    return ", ".join(f"{name} {short(value)}" for name, value in pairs if np.isfinite(value))


def _points(run: dict[str, np.ndarray]) -> str:
    """Some points of each series, in words; of short ones all."""
    told = []
    for name, values in run.items():
        mean = _over_seeds(values)[0]
        mean = mean[np.isfinite(mean)]  # a shorter run has nothing to say at the end
        count = len(mean) if len(mean) <= TOLD_WHOLE else 5
        some = np.unique(np.linspace(0, len(mean) - 1, count).astype(int))
        told.append(f"{name} " + ", ".join(short(mean[i]) for i in some))
    return "; ".join(told)


def _stop(title: str) -> str:
    return "" if title.endswith("?") else "."
