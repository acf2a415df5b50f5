"""Heat maps over pictures, with one colour bar and alt text."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from helpers.plots.style import STYLE, show

COLUMNS = 8
OPACITY = 0.7
QUARTERS = (("upper", "lower"), ("left", "right"))


def overlays(pictures: np.ndarray, heats: np.ndarray, titles: Sequence[str], *, alt: str) -> None:
    """Shows each picture, and below it the same one in grey with its heat in colours.

    Args:
        pictures: uint8 `(n, height, width, 3)`.
        heats: `(n, height, width)`, 0 or more; each is divided by its own largest value.
        titles: One title a picture.
        alt: What the pictures are, in words; where each heat is largest is added.

    Raises:
        ValueError: There is no picture, or heats or titles don't fit the pictures.
    """
    heats = np.asarray(heats, float)
    if len(pictures) == 0 or heats.shape != pictures.shape[:3] or len(titles) != len(pictures):
        raise ValueError(
            f"{len(titles)} titles, heat of shape {heats.shape} for pictures of shape "
            f"{pictures.shape}; expected one title and one heat of the same size for each."
        )
    if not np.isfinite(heats).all() or heats.min() < 0:
        raise ValueError("heat has to be finite and 0 or more; cut negative values off first.")
    largest = heats.max(axis=(1, 2), keepdims=True)
    shares = np.divide(heats, largest, out=np.zeros_like(heats), where=largest > 0)
    columns = min(COLUMNS, len(pictures))
    bands = -(-len(pictures) // columns)
    colours = mpl.cm.ScalarMappable(mpl.colors.Normalize(0, 1), "inferno")
    with mpl.rc_context(STYLE):
        size = (1.35 * columns + 1.2, 3.1 * bands)
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(2 * bands, columns, squeeze=False)
        for axes in grid.ravel():
            axes.axis("off")
        for number, (picture, share, title) in enumerate(
            zip(pictures, shares, titles, strict=True)
        ):
            band, column = divmod(number, columns)
            upper, lower = grid[2 * band, column], grid[2 * band + 1, column]
            upper.imshow(picture)
            upper.set_title(title, fontsize=9)
            lower.imshow(picture.mean(axis=-1), cmap="gray", vmin=0, vmax=255)
            lower.imshow(share, cmap=colours.cmap, norm=colours.norm, alpha=OPACITY)
            if share.max() == 0:
                lower.set_title("no heat", fontsize=9)
        bar = figure.colorbar(colours, ax=grid, shrink=0.7)
        bar.set_label("heat, share of the picture's largest\n(the picture shines through)")
        told = [
            f"{t.replace(chr(10), ', ')}: {_hottest(s)}"
            for t, s in zip(titles, shares, strict=True)
        ]
        show(figure, f"{alt}. Hottest: {'; '.join(told)}. A colour bar goes from 0 to 1.")


def _hottest(share: np.ndarray) -> str:
    """Where a heat map is largest, in words."""
    if share.max() == 0:
        return "nowhere"
    place = np.unravel_index(share.argmax(), share.shape)
    middle = [abs((p + 0.5) / n - 0.5) < 1 / 6 for p, n in zip(place, share.shape, strict=True)]
    words = [
        QUARTERS[axis][int((place[axis] + 0.5) / share.shape[axis] > 0.5)]
        for axis in (0, 1)
        if not middle[axis]
    ]
    return " ".join(words) or "middle"
