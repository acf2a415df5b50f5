"""Charts of how sure a difference is: paired dots, intervals, all flips of signs."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from helpers.plots.style import COLOURS, STYLE, legend_below, show

MOST_FLIPS = 16  # differences, so 65,536 patterns of signs
TOLERANCE = 1e-12  # means that differ by less count as equal
Row = tuple[str, float, float, float, int]


def forest(rows: Sequence[Row], *, title: str, axis: str, scale: float = 1.0) -> None:
    """Shows differences with their intervals, a row each, and a line at 0.

    Intervals that don't hold 0 are filled, those that do are hollow.

    Args:
        rows: For each its label, its mean, low and high end of the interval, and how many values
            it is of; in the order to be drawn.
        title: Title of the figure.
        axis: Meaning and unit of the differences, after scaling, and which interval it is.
        scale: What the values are multiplied with; 100 shows shares in points.

    Raises:
        ValueError: There is no row, or a mean lies outside its interval.
    """
    show(*drawn_forest(rows, title=title, axis=axis, scale=scale))


def drawn_forest(
    rows: Sequence[Row], *, title: str, axis: str, scale: float = 1.0
) -> tuple[Figure, str]:
    """The figure that `forest` shows, and its alt text."""
    if not rows:
        raise ValueError("there is no row; expected (label, mean, low, high, n) for each.")
    told = []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 0.45 * len(rows) + 1.3), layout="constrained")
        axes = figure.add_subplot()
        axes.axvline(0, color="black", linewidth=1)
        for place, (label, *numbers, count) in enumerate(rows):
            mean, low, high = (scale * number for number in numbers)
            if not low <= mean <= high:
                raise ValueError(f"{label}: the mean {mean:g} is not from {low:g} to {high:g}.")
            clear = not low <= 0 <= high
            look = {"color": COLOURS[0], "linewidth": 2, "solid_capstyle": "butt"}
            axes.plot([low, high], [place, place], **look)
            look = {"color": COLOURS[0], "markerfacecolor": COLOURS[0] if clear else "white"}
            axes.plot(mean, place, "s", markersize=8, **look)
            words = f"{_signed(mean)} [{_signed(low)}, {_signed(high)}], n = {count}"
            look = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": 10}
            axes.text(1.02, place, words, **look)
            told.append(f"{label} {_signed(mean)}, {_signed(low)} to {_signed(high)}, n = {count}")
        axes.set_yticks(range(len(rows)), [row[0] for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
        axes.set(title=title, xlabel=axis)
    clear = sum(not low <= 0 <= high for _, _, low, high, _ in rows)
    return figure, (
        f"Forest plot, {title}. {axis}, mean and interval: {'; '.join(told)}. "
        f"{clear} of {len(rows)} intervals don't hold 0."
    )


def sign_flips(differences: np.ndarray, *, title: str, axis: str, scale: float = 1.0) -> None:
    """Shows the means of all patterns of signs, and which are as far from 0 as the measured one.

    The share of those is the p-value of the sign-flip test, two-sided; it stands in the title.

    Args:
        differences: Paired differences, `(n,)`, 1 to 16 of them.
        title: Beginning of the figure's title.
        axis: Meaning and unit of the means, after scaling.
        scale: What the differences are multiplied with; 100 shows shares in points.

    Raises:
        ValueError: There is no difference, there are more than 16, or one is not finite.
    """
    show(*drawn_flips(differences, title=title, axis=axis, scale=scale))


def drawn_flips(
    differences: np.ndarray, *, title: str, axis: str, scale: float = 1.0
) -> tuple[Figure, str]:
    """The figure that `sign_flips` shows, and its alt text."""
    differences = _checked(differences, MOST_FLIPS)
    measured, means = scale * differences.mean(), scale * flipped_means(differences)
    far = np.abs(means) >= abs(measured) - scale * TOLERANCE
    p = float(far.mean())
    reach = 1.08 * max(np.abs(means).max(), 1e-9)
    # an odd number of bins: one is in the middle, and both halves mirror each other
    edges = np.linspace(-reach, reach, 2 * min(20, 2 ** (len(differences) - 1)) + 2)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 3.4), layout="constrained")
        axes = figure.add_subplot()
        parts, looks = [means[~far], means[far]], (COLOURS[4], COLOURS[1])
        axes.hist(parts, edges, stacked=True, color=looks, edgecolor="white", linewidth=0.4)
        axes.axvline(measured, color="black", linestyle="--")
        count = f"{int(far.sum()):,} of {len(means):,}"
        axes.set(title=f"{title}: {count} as far from 0, p = {p:.3g}", xlabel=axis)
        axes.set_ylabel("patterns of signs")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        handles = [
            Line2D([], [], color="black", linestyle="--", label=f"measured: {_signed(measured)}"),
            Line2D([], [], color=looks[1], linewidth=6, label="as far from 0, or farther"),
            Line2D([], [], color=looks[0], linewidth=6, label="nearer to 0"),
        ]
        legend_below(figure, handles)
    return figure, (
        f"Histogram, {title}. {axis}, for all {len(means):,} patterns of signs of "
        f"{len(differences)} differences: from {_signed(means.min())} to {_signed(means.max())}. A "
        f"dashed line marks the measured mean, {_signed(measured)}. {count} are as far from 0: "
        f"p = {p:.3g}."
    )


def flipped_means(differences: np.ndarray) -> np.ndarray:
    """The means of a sample with all patterns of signs, `(2 ** n,)`; the first one as measured."""
    patterns = np.arange(2 ** len(differences))[:, None] >> np.arange(len(differences))
    return ((1 - 2 * (patterns & 1)) * differences).mean(axis=1)


def paired(
    differences: np.ndarray,
    labels: Sequence[str] | None = None,
    *,
    title: str,
    axis: str,
    scale: float = 1.0,
) -> None:
    """Shows paired differences as dots, a row each, a line at 0 and their mean.

    Args:
        differences: `(n,)`, for example one a seed.
        labels: One a difference; None writes `seed 0`, `seed 1` and so on.
        title: Title of the figure.
        axis: Meaning and unit of the differences, after scaling.
        scale: What the differences are multiplied with; 100 shows shares in points.

    Raises:
        ValueError: There is no difference, one is not finite, or labels are missing.
    """
    show(*drawn_paired(differences, labels, title=title, axis=axis, scale=scale))


def drawn_paired(
    differences: np.ndarray,
    labels: Sequence[str] | None = None,
    *,
    title: str,
    axis: str,
    scale: float = 1.0,
) -> tuple[Figure, str]:
    """The figure that `paired` shows, and its alt text."""
    values = scale * _checked(differences)
    labels = [f"seed {k}" for k in range(len(values))] if labels is None else list(labels)
    if len(labels) != len(values):
        raise ValueError(f"{len(labels)} labels for {len(values)} differences; expected as many.")
    mean, places = values.mean(), np.arange(len(values))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7, 0.28 * len(values) + 1.3), layout="constrained")
        axes = figure.add_subplot()
        axes.hlines(places, 0, values, color=COLOURS[0], alpha=0.5, linewidth=1.5)
        axes.plot(values, places, "o", color=COLOURS[0])
        axes.axvline(0, color="black", linewidth=1)
        name = f"mean: {_signed(mean)}"
        handle = axes.axvline(mean, color=COLOURS[1], linestyle="--", label=name)
        axes.set_yticks(places, labels)
        axes.set_ylim(len(values) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        axes.set(title=title, xlabel=axis)
        legend_below(figure, [handle])
    listed = ", ".join(f"{n} {_signed(v)}" for n, v in zip(labels, values, strict=True))
    return figure, (
        f"Dot chart, {title}. {axis}: {listed}. {int((values > 0).sum())} of {len(values)} lie "
        f"above 0. A dashed line marks their mean, {_signed(mean)}."
    )


def _checked(differences: np.ndarray, most: int | None = None) -> np.ndarray:
    differences = np.asarray(differences, float)
    if differences.ndim != 1 or not len(differences) or len(differences) > (most or np.inf):
        wanted = f"1 to {most} numbers" if most else "one number or more"
        raise ValueError(f"differences have shape {differences.shape}; expected {wanted}, (n,).")
    if not np.isfinite(differences).all():
        raise ValueError("some differences are nan or infinite.")
    return differences


def _signed(value: float) -> str:
    """A difference with its sign, two decimals; smaller ones with two digits."""
    text = f"{value:+.2f}" if abs(value) >= 0.095 or value == 0 else f"{value:+.2g}"
    return "0" if value == 0 else text.replace("-", "−")
