"""Heat maps over pictures: one below each, or several beside it; with alt text."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from helpers.plots.style import STYLE, show

COLUMNS = 8
OPACITY = 0.7
HEAT = ScalarMappable(Normalize(0, 1), "inferno")
Box = tuple[int, int, int, int]
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
    shares = _shares(pictures, heats, titles)
    columns = min(COLUMNS, len(pictures))
    bands = -(-len(pictures) // columns)
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
            _overlay(lower, picture, share)
            if share.max() == 0:
                lower.set_title("no heat", fontsize=9)
        bar = figure.colorbar(HEAT, ax=grid, shrink=0.7)
        bar.set_label("heat, share of the picture's largest\n(the picture shines through)")
        told = [
            f"{t.replace(chr(10), ', ')}: {hottest(s)}" for t, s in zip(titles, shares, strict=True)
        ]
        show(figure, f"{alt}. Hottest: {'; '.join(told)}. A colour bar goes from 0 to 1.")


def heat_rows(
    pictures: np.ndarray,
    heats: dict[str, np.ndarray],
    titles: Sequence[str],
    *,
    boxes: Sequence[Box | None] | None = None,
    alt: str,
) -> None:
    """Shows a row for each picture: itself, and beside it the heat of several methods.

    Args:
        pictures: uint8 `(n, height, width, 3)`.
        heats: By name of the method, `(n, height, width)`, 0 or more; each map is divided by its
            own largest value and lies over the picture in grey.
        titles: One title a picture.
        boxes: For each picture where the thing is, drawn on it and on each of its maps: first row,
            first column, rows and columns, in pixels; None where it isn't known.
        alt: What the pictures are, in words; where each heat is largest and how much of it lies
            in the box is added.

    Raises:
        ValueError: There is no picture or no heat, or heats, titles or boxes don't fit.
    """
    show(*drawn_rows(pictures, heats, titles, boxes=boxes, alt=alt))


def drawn_rows(
    pictures: np.ndarray,
    heats: dict[str, np.ndarray],
    titles: Sequence[str],
    *,
    boxes: Sequence[Box | None] | None = None,
    alt: str,
) -> tuple[Figure, str]:
    """The figure that `heat_rows` shows, and its alt text."""
    if not heats:
        raise ValueError("there is no heat; expected maps by the name of their method.")
    shares = {name: _shares(pictures, heat, titles) for name, heat in heats.items()}
    boxes = [None] * len(pictures) if boxes is None else boxes
    if len(boxes) != len(pictures):
        raise ValueError(f"{len(boxes)} boxes for {len(pictures)} pictures; expected as many.")
    columns, told = 1 + len(heats), []
    with mpl.rc_context(STYLE):
        side = min(1.5, 8 / columns)
        size = (side * columns + 1, side * len(pictures) + 0.4)
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(len(pictures), columns, squeeze=False)
        for row, (axes, picture, box) in enumerate(zip(grid, pictures, boxes, strict=True)):
            axes[0].imshow(picture)
            for one, share in zip(axes[1:], shares.values(), strict=True):
                _overlay(one, picture, share[row])
            for one, name in zip(axes, ("picture", *heats), strict=True):
                one.set(xticks=[], yticks=[])
                one.grid(visible=False)
                one.spines[:].set_visible(False)
                one.set_title("" if row else name, fontsize=10)
                if box is not None:
                    one.add_patch(_outline(box))
            label = {"rotation": 0, "ha": "right", "va": "center", "fontsize": 9}
            axes[0].set_ylabel(titles[row], **label)
            methods = ", ".join(f"{n} {_found(s[row], box)}" for n, s in shares.items())
            told.append(f"{titles[row].replace(chr(10), ', ')}: {methods}")
        bar = figure.colorbar(HEAT, ax=grid, shrink=min(1, 2 / len(pictures)), fraction=0.03)
        bar.set_label("heat, share of the map's largest", fontsize=9)
    boxed = " Frames mark where the thing is." if any(b is not None for b in boxes) else ""
    methods = ", ".join(heats)
    return figure, f"{alt} Beside each picture its maps: {methods}.{boxed} {'; '.join(told)}."


def _shares(pictures: np.ndarray, heats: np.ndarray, titles: Sequence[str]) -> np.ndarray:
    """Heats divided by the largest of each map; one without any stays 0."""
    heats = np.asarray(heats, float)
    if len(pictures) == 0 or heats.shape != pictures.shape[:3] or len(titles) != len(pictures):
        raise ValueError(
            f"{len(titles)} titles, heat of shape {heats.shape} for pictures of shape "
            f"{pictures.shape}; expected one title and one heat of the same size for each."
        )
    if not np.isfinite(heats).all() or heats.min() < 0:
        raise ValueError("heat has to be finite and 0 or more; cut negative values off first.")
    largest = heats.max(axis=(1, 2), keepdims=True)
    return np.divide(heats, largest, out=np.zeros_like(heats), where=largest > 0)


def _overlay(axes: Axes, picture: np.ndarray, share: np.ndarray) -> None:
    axes.imshow(picture.mean(axis=-1), cmap="gray", vmin=0, vmax=255)
    axes.imshow(share, cmap=HEAT.cmap, norm=HEAT.norm, alpha=OPACITY)


def _outline(box: Box) -> Rectangle:
    """A bright frame with a dark rim, to be seen on every ground."""
    top, left, rows, columns = box
    rim = [withStroke(linewidth=3.5, foreground="black")]
    look = {"fill": False, "edgecolor": "white", "linewidth": 1.5, "path_effects": rim}
    return Rectangle((left - 0.5, top - 0.5), columns, rows, **look)


def _found(share: np.ndarray, box: Box | None) -> str:
    """Where a map is largest, and how much of it lies in the box, in words."""
    if box is None or share.max() == 0:
        return hottest(share)
    top, left, rows, columns = box
    inside = share[top : top + rows, left : left + columns].sum() / share.sum()
    return f"{hottest(share)} ({inside:.0%} in the frame)"


def hottest(share: np.ndarray) -> str:
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
