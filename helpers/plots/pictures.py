"""Pictures in a grid: photos, filters, feature maps; each with alt text."""

from collections.abc import Sequence
from itertools import cycle

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.plots.style import COLOURS, STYLE, show


def images(
    pictures: Sequence[np.ndarray],
    titles: Sequence[str] | None = None,
    *,
    columns: int = 8,
    alt: str,
) -> None:
    """Shows pictures of one size in a grid.

    Args:
        pictures: uint8, each `(height, width, 3)` in colour or `(height, width)` in grey.
        titles: One title a picture.
        columns: Pictures in a row.
        alt: What they show, in words.

    Raises:
        ValueError: There is no picture, they are not uint8, or titles are missing.
    """
    if len(pictures) == 0 or any(np.asarray(p).dtype != np.uint8 for p in pictures):
        raise ValueError("expected one or more uint8 pictures; scale them to 0…255 and convert.")
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"{len(titles)} titles for {len(pictures)} pictures; expected as many.")
    colour = [p if p.ndim == 3 else np.repeat(p[..., None], 3, axis=2) for p in pictures]
    height, width = colour[0].shape[:2]
    edge, head = max(1, width // 16), (height // 4 if titles is not None else 0)
    rows = -(-len(colour) // columns)
    shape = (rows * (height + head + edge), columns * (width + edge) - edge, 3)
    sheet = np.full(shape, 255, np.uint8)
    with mpl.rc_context(STYLE):
        size = min(10, 4 * columns)
        figure = Figure(figsize=(size, size * shape[0] / shape[1]))
        axes = figure.add_axes((0, 0, 1, 1))
        for index, picture in enumerate(colour):
            top = (index // columns) * (height + head + edge) + head
            left = (index % columns) * (width + edge)
            sheet[top : top + height, left : left + width] = picture
            if titles is not None:
                place = (left + width / 2, top - head * 0.2)
                axes.text(*place, titles[index], ha="center", va="bottom", fontsize=10)
        axes.imshow(sheet)
        axes.axis("off")
        show(figure, alt)


def predictions(
    photos: dict[str, np.ndarray], answers: np.ndarray, class_names: Sequence[str], *, alt: str
) -> None:
    """Shows pictures with their three most probable classes as bars, three pictures a row.

    Args:
        photos: By name, uint8 `(height, width, 3)`.
        answers: Probabilities `(photos, classes)`.
        class_names: Names of the classes, in order.
        alt: What the pictures are, in words; the answers are added.

    Raises:
        ValueError: There is no picture, or not one row of answers for each.
    """
    if not photos or len(answers) != len(photos):
        raise ValueError(f"{len(photos)} pictures and {len(answers)} answers; expected as many.")
    rows, told = -(-len(photos) // 3), []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11, 1.7 * rows), layout="constrained")
        grid = figure.subplots(rows, 6, squeeze=False, width_ratios=[1, 1.3] * 3).ravel()
        for axes in grid:
            axes.axis("off")
        cells = zip(grid[::2], grid[1::2], strict=True)
        for (name, photo), answer, (left, right) in zip(
            photos.items(), answers, cells, strict=False
        ):
            best = np.argsort(answer)[::-1][:3]
            left.imshow(photo)
            left.set_title(name, fontsize=9)
            right.barh(range(3), 100 * answer[best], color=COLOURS[0], alpha=0.5)
            for place, index in enumerate(best):
                label = f"{class_names[index]} {answer[index]:.0%}"
                right.text(2, place, label, va="center", fontsize=9)
            right.set(xlim=(0, 100), ylim=(2.6, -0.6))
            told.append(f"{name}: {class_names[best[0]]} {answer[best[0]]:.0%}")
        show(figure, f"{alt} Most probable: {'; '.join(told)}.")


def grey_levels(values: np.ndarray, *, signed: bool = False) -> np.ndarray:
    """Numbers as pictures: each picture has its own scale.

    Args:
        values: `(n, height, width)` or `(n, height, width, 3)`.
        signed: False shows 0 as black and the largest number as white (negative ones as black);
            True shows 0 as middle grey, so that negative is darker and positive brighter.

    Returns:
        uint8 of the same shape. A picture of zeros alone is black, or middle grey.

    Raises:
        ValueError: `values` has another shape, or a number that is not finite.
    """
    values = np.asarray(values, float)
    if not np.isfinite(values).all():
        raise ValueError("some values are nan or infinite; pictures need finite numbers.")
    if values.ndim not in (3, 4):
        raise ValueError(f"values have shape {values.shape}; expected (n, height, width).")
    size = np.abs(values) if signed else np.maximum(values, 0)
    largest = size.max(axis=tuple(range(1, values.ndim)), keepdims=True)
    shares = np.divide(values, largest, out=np.zeros_like(values), where=largest > 0)
    levels = 127.5 + 127.5 * shares if signed else 255 * shares
    return np.clip(levels.round(), 0, 255).astype(np.uint8)


def boxes(picture: np.ndarray, squares: dict[str, tuple[int, int, int]], *, alt: str) -> None:
    """Shows one picture with squares drawn on it.

    Args:
        picture: uint8 `(height, width, 3)`.
        squares: By name, the first row, the first column and the side of a square, in pixels.
        alt: What is seen, in words.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.4, 4.4))
        axes = figure.add_subplot()
        axes.imshow(picture)
        for (name, (top, left, side)), colour in zip(squares.items(), cycle(COLOURS), strict=False):
            corner = (left - 0.4, top - 0.4)  # just inside, so that neighbours don't overlap
            look = {"fill": False, "color": colour, "linewidth": 2.5, "label": name}
            axes.add_patch(Rectangle(corner, side - 0.2, side - 0.2, **look))
        axes.grid(visible=False)
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        show(figure, alt)
