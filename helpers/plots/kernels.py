"""Kernels as numbered pictures: beside their feature maps, and before and after a training."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.plots.heat import hottest
from helpers.plots.pictures import grey_levels
from helpers.plots.style import STYLE, short, show

PAIRS, PAIRS_A_ROW = 6, 3
KERNELS_A_ROW = 16


def kernel_pairs(
    kernels: np.ndarray,
    maps: np.ndarray,
    *,
    titles: Sequence[str] | None = None,
    picks: Sequence[int] = range(PAIRS),
    alt: str,
) -> None:
    """Shows numbered pairs, three a row: a kernel, and beside it the feature map that it makes.

    In a kernel middle grey is 0, darker is negative, brighter positive; in a map black is 0. Each
    picture has a scale of its own.

    Args:
        kernels: As Keras holds them, `(height, width, 1 or 3 channels, filters)`.
        maps: Of one picture, `(rows, columns, filters)`.
        titles: A word for each pair, written behind its number.
        picks: Numbers of the filters to show.
        alt: What the picture is, in words; what is seen of each pair is added.

    Raises:
        ValueError: Shapes don't fit together, or a filter that is picked isn't there.
    """
    show(*drawn_pairs(kernels, maps, titles=titles, picks=picks, alt=alt))


def drawn_pairs(
    kernels: np.ndarray,
    maps: np.ndarray,
    *,
    titles: Sequence[str] | None = None,
    picks: Sequence[int] = range(PAIRS),
    alt: str,
) -> tuple[Figure, str]:
    """The figure that `kernel_pairs` shows, and its alt text."""
    kernels, maps = _checked(kernels, picks), np.asarray(maps, float)
    if maps.ndim != 3 or maps.shape[2] != kernels.shape[3]:
        raise ValueError(
            f"{kernels.shape[3]} kernels and maps of shape {maps.shape}; expected a map each, "
            "(rows, columns, filters)."
        )
    words = [""] * len(picks) if titles is None else [f" {title}" for title in titles]
    if len(words) != len(picks):
        raise ValueError(f"{len(words)} titles for {len(picks)} pairs; expected as many.")
    left, right = _pictures(kernels), grey_levels(np.moveaxis(maps, 2, 0))
    rows, told = -(-len(picks) // PAIRS_A_ROW), []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 1.75 * rows), layout="constrained")
        widths = [1, 1, 0.15] * PAIRS_A_ROW
        grid = figure.subplots(rows, 3 * PAIRS_A_ROW, squeeze=False, width_ratios=widths)
        for axes in grid.ravel():
            axes.axis("off")
        for number, (pick, word) in enumerate(zip(picks, words, strict=True)):
            row, column = divmod(number, PAIRS_A_ROW)
            _picture(grid[row, 3 * column], left[pick], f"kernel {pick}")
            _picture(grid[row, 3 * column + 1], right[pick], f"map {pick}{word}")
            one, weights = np.maximum(maps[..., pick], 0), kernels[..., pick]
            told.append(
                f"{pick}{word}: weights {short(weights.min())} to {short(weights.max())}, "
                f"{np.mean(one == 0):.0%} of the map black, brightest {hottest(one)}"
            )
    return figure, f"{alt} Pairs of kernel and feature map: {'; '.join(told)}."


def kernels_compared(
    before: np.ndarray,
    after: np.ndarray,
    *,
    names: tuple[str, str] = ("untrained", "trained"),
    picks: Sequence[int] | None = None,
    title: str,
) -> None:
    """Shows numbered kernels in two rows, one above the other: untrained and trained.

    Middle grey is 0; a kernel before and after have one scale, so that growth is seen.

    Args:
        before, after: As Keras holds them, `(height, width, 1 or 3 channels, filters)`.
        names: What the rows are called.
        picks: Numbers of the filters to show; None for all.
        title: Title of the figure.

    Raises:
        ValueError: Shapes differ or are others, or a filter that is picked isn't there.
    """
    show(*drawn_compared(before, after, names=names, picks=picks, title=title))


def drawn_compared(
    before: np.ndarray,
    after: np.ndarray,
    *,
    names: tuple[str, str] = ("untrained", "trained"),
    picks: Sequence[int] | None = None,
    title: str,
) -> tuple[Figure, str]:
    """The figure that `kernels_compared` shows, and its alt text."""
    if np.shape(before) != np.shape(after):
        raise ValueError(f"kernels of {np.shape(before)} and {np.shape(after)}; expected the same.")
    picks = range(np.shape(before)[-1]) if picks is None else picks
    before, after = _checked(before, picks), _checked(after, picks)
    both = _pictures(np.concatenate([before, after], axis=1))  # side by side: one scale for the two
    halves = both[:, :, : before.shape[1]], both[:, :, before.shape[1] :]
    columns = min(KERNELS_A_ROW, len(picks))
    bands = -(-len(picks) // columns)
    with mpl.rc_context(STYLE):
        size = (min(9, 1.1 * columns + 1.2), (1.3 * bands if columns > 8 else 2.4 * bands) + 0.4)
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(2 * bands, columns, squeeze=False)
        for axes in grid.ravel():
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
            axes.grid(visible=False)
        for number, pick in enumerate(picks):
            band, column = divmod(number, columns)
            for row, (half, name) in enumerate(zip(halves, names, strict=True)):
                axes = grid[2 * band + row, column]
                _picture(axes, half[pick], "" if row else str(pick))
                if column == 0:
                    label = {"rotation": 0, "ha": "right", "va": "center", "fontsize": 9}
                    axes.set_ylabel(name, **label)
        figure.suptitle(title)
    moved = {pick: _moved(before[..., pick], after[..., pick]) for pick in picks}
    least, most = min(moved, key=moved.get), max(moved, key=moved.get)
    return figure, (
        f"{len(picks)} kernels of {before.shape[0]}×{before.shape[1]} weights, {names[0]} above "
        f"{names[1]}, {title}. Distance of the two, as a share of the {names[0]} kernel's length: "
        f"median {np.median(list(moved.values())):.0%}, least of {least} ({moved[least]:.0%}), "
        f"most of {most} ({moved[most]:.0%})."
    )


def _checked(kernels: np.ndarray, picks: Sequence[int]) -> np.ndarray:
    kernels = np.asarray(kernels, float)
    if kernels.ndim != 4 or kernels.shape[2] not in (1, 3):
        raise ValueError(
            f"kernels have shape {kernels.shape}; expected (height, width, channels, filters) with "
            "1 or 3 channels."
        )
    if len(picks) == 0 or not all(0 <= pick < kernels.shape[3] for pick in picks):
        raise ValueError(f"picks are {list(picks)}; expected some of 0 to {kernels.shape[3] - 1}.")
    return kernels


def _pictures(kernels: np.ndarray) -> np.ndarray:
    """Kernels as uint8 pictures in colour, `(filters, height, width, 3)`."""
    levels = grey_levels(np.moveaxis(kernels, 3, 0), signed=True)
    return np.repeat(levels, 3 // kernels.shape[2], axis=3)


def _picture(axes: Axes, picture: np.ndarray, title: str) -> None:
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
    axes.set_title(title, fontsize=9, pad=3)


def _moved(before: np.ndarray, after: np.ndarray) -> float:
    length = np.linalg.norm(before)
    return float(np.linalg.norm(after - before) / length) if length else float("nan")
