"""Large tables of numbers as maps: too many rows for names, so groups are marked instead."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from helpers.plots.style import STYLE, short, show

MOST = 4  # largest values that the alt text names


def confusion_map(
    counts: np.ndarray,
    class_names: Sequence[str],
    *,
    order: Sequence[int],
    groups: Sequence[int],
    title: str,
) -> None:
    """Shows a confusion matrix of many classes, in an order of one's own, with groups framed.

    Each row is divided by its sum. The diagonal, the right answers, is left white, so that the
    colours tell the confusions apart.

    Args:
        counts: `(classes, classes)`; row: the right class, column: the answer.
        class_names: Names of the classes, in the order of `counts`.
        order: In which order the classes are drawn: each class index once.
        groups: The group of each class, in the order of `counts`; classes of one group that follow
            each other are framed together.
        title: Title of the figure.

    Raises:
        ValueError: `order` doesn't name each class once, or names or groups are missing.
    """
    show(*drawn_confusion_map(counts, class_names, order=order, groups=groups, title=title))


def drawn_confusion_map(
    counts: np.ndarray,
    class_names: Sequence[str],
    *,
    order: Sequence[int],
    groups: Sequence[int],
    title: str,
) -> tuple[Figure, str]:
    """The figure that `confusion_map` shows, and its alt text."""
    counts, order = np.asarray(counts, float), np.asarray(order)
    n = len(counts)
    if counts.shape != (n, n) or sorted(order.tolist()) != list(range(n)):
        raise ValueError(f"order should name each of the {n} classes of the table once.")
    if len(class_names) != n or len(groups) != n:
        raise ValueError(
            f"{len(class_names)} names and {len(groups)} groups for {n} classes; expected as many."
        )
    shares = 100 * counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    right = np.diag(shares).copy()
    np.fill_diagonal(shares, 0)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.5, 6.4), layout="constrained")
        axes = figure.add_subplot()
        drawn = axes.imshow(shares[np.ix_(order, order)], cmap="Blues", vmin=0)
        for first, last in _runs(np.asarray(groups)[order]):
            side = last - first
            frame = mpl.patches.Rectangle((first - 0.5, first - 0.5), side, side)
            frame.set(fill=False, edgecolor="black", linewidth=0.8)
            axes.add_patch(frame)
        axes.grid(visible=False)
        axes.set(title=title, xlabel="answered", ylabel="right class", xticks=[], yticks=[])
        figure.colorbar(drawn, ax=axes, label="per cent of the right class")
    inside = np.equal.outer(groups, groups)
    share = shares[inside].sum() / max(shares.sum(), 1e-9)
    return figure, (
        f"Map of confusions, {title}. {n} rows and columns, the diagonal left white: there "
        f"{right.mean():.0f} per cent are right on average. {100 * share:.0f} per cent of the "
        f"mistakes lie in the {len(set(groups))} framed groups. Darkest: "
        f"{_darkest(shares, class_names)}."
    )


def _runs(values: np.ndarray) -> list[tuple[int, int]]:
    """First place and the one behind the last, for each run of equal values of two or more."""
    ends = np.flatnonzero(np.r_[values[1:] != values[:-1], True]) + 1
    starts = np.r_[0, ends[:-1]]
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True) if b - a > 1]


def _darkest(shares: np.ndarray, names: Sequence[str]) -> str:
    places = np.argsort(shares, axis=None)[::-1][:MOST]
    found = zip(*np.unravel_index(places, shares.shape), strict=True)
    return ", ".join(f"{names[r]} answered as {names[c]} {short(shares[r, c])}" for r, c in found)
