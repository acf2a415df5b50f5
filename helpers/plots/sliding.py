"""How a kernel lies on numbers: sliding, over several channels; and the windows of a pooling."""

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers import convolution
from helpers.plots import grids
from helpers.plots.grids import KERNEL, RESULT, by
from helpers.plots.style import COLOURS, STYLE, short, show

GAP = 1.3  # cells between two grids
ROOMY = 8  # columns of an image that is drawn three times
WIDEST = 3  # columns of a kernel whose products are written out


def sliding_kernel(
    image: np.ndarray, kernel: np.ndarray, *, stride: int = 1, padding: str = "valid"
) -> None:
    """Shows a kernel on an image of few numbers at its first, second and last place.

    The second is left out where the image is wide. Each place has a column: above the image, in
    grey its padding, with the kernel lying on it (weights small and coloured), below the result as
    far as it is found, between them the products.

    Args:
        image: `(rows, columns)`, at most 12 each with padding.
        kernel: `(height, width)`.
        stride: Pixels from one place to the next.
        padding: `"same"` or `"valid"`, see `convolution.output_size`.

    Raises:
        ValueError: An array isn't 2-D, is too large to be read, or the kernel doesn't fit.
    """
    show(*drawn_sliding(image, kernel, stride=stride, padding=padding))


def drawn_sliding(
    image: np.ndarray, kernel: np.ndarray, *, stride: int = 1, padding: str = "valid"
) -> tuple[Figure, str]:
    """The figure that `sliding_kernel` shows, and its alt text."""
    image, kernel = grids.checked("image", image), grids.checked("kernel", kernel)
    options = {"stride": stride, "padding": padding}
    found = convolution.conv2d(image[None, ..., None], kernel[..., None, None], **options)[
        0, ..., 0
    ]
    sides = [convolution.border(image.shape[k], kernel.shape[k], stride, padding) for k in (0, 1)]
    padded = grids.checked("image with its padding", np.pad(image, sides))
    frame = np.pad(np.zeros(image.shape, bool), sides, constant_values=True)
    second = 1 if padded.shape[1] <= ROOMY and found.size > 1 else 0
    places = sorted({0, second, found.size - 1})
    (rows, columns), told = padded.shape, []
    step = columns + GAP
    lines = len(kernel) + 1 if kernel.shape[1] <= WIDEST else 1
    under = rows + 0.8 + 0.36 * lines
    with mpl.rc_context(STYLE):
        figure, axes = grids.sheet(len(places) * step - GAP, under + len(found) + 0.1)
        for number, place in enumerate(places):
            row, column = divmod(place, found.shape[1])
            left, top = number * step, row * stride
            grids.cells(axes, padded, (0, left), faint=frame)
            grids.lay(axes, kernel, (top, left + column * stride))
            known = np.where(np.arange(found.size).reshape(found.shape) <= place, found, np.nan)
            beside = left + (columns - found.shape[1]) / 2
            grids.cells(axes, known, (under, beside))
            grids.frame(axes, (under + row, beside + column, 1, 1), RESULT)
            name = "last place" if place == found.size - 1 and place else f"place {place + 1}"
            grids.say(axes, (-0.5, left + columns / 2), f"{name} of {found.size}")
            value = found[row, column]
            patch = padded[top:, column * stride :][: kernel.shape[0], : kernel.shape[1]]
            words = _sum(patch, kernel, value)
            grids.say(axes, (rows + 0.3, left + columns / 2), words, small=True)
            told.append(f"{name} (row {row + 1}, column {column + 1}): {short(value)}")
    zeros = f", with {int(frame.sum())} zeros around it" if frame.any() else ""
    several = f"{len(places)} place{'s' * (len(places) > 1)}"
    return figure, (
        f"A grid of {by(image)} numbers{zeros}, and a {by(kernel)} kernel lying on it at "
        f"{several}, stride {stride}. Result of {by(found)} numbers; {'; '.join(told)}."
    )


def kernel_channels(
    image: np.ndarray, kernel: np.ndarray, *, place: tuple[int, int] = (0, 0)
) -> None:
    """Shows how one kernel looks at several channels: a slice for each, all products added up.

    Args:
        image: `(rows, columns, channels)`, at most 12 rows and columns.
        kernel: `(height, width, channels)`: one filter.
        place: Row and column of the kernel's upper left corner.

    Raises:
        ValueError: Shapes don't fit together, or the kernel would lie outside.
    """
    show(*drawn_channels(image, kernel, place=place))


def drawn_channels(
    image: np.ndarray, kernel: np.ndarray, *, place: tuple[int, int] = (0, 0)
) -> tuple[Figure, str]:
    """The figure that `kernel_channels` shows, and its alt text."""
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    if image.ndim != 3 or kernel.ndim != 3 or image.shape[2] != kernel.shape[2]:
        raise ValueError(
            f"image {image.shape} and kernel {kernel.shape}; expected (rows, columns, channels) "
            "and (height, width, channels) with as many channels."
        )
    (top, left), (height, width, channels) = place, kernel.shape
    rows, columns = image.shape[:2]
    if not (0 <= top <= rows - height and 0 <= left <= columns - width):
        raise ValueError(f"a {height}×{width} kernel at {place} lies outside {rows}×{columns}.")
    patch = image[top : top + height, left : left + width]
    sums = (patch * kernel).sum(axis=(0, 1))
    step, beside = max(rows, height) + 1, columns + GAP + 0.4
    end = beside + width + 1.2
    with mpl.rc_context(STYLE):
        figure, axes = grids.sheet(end + 3.4, channels * step - 0.4)
        for channel in range(channels):
            upper = channel * step
            middle = upper + rows / 2
            grids.cells(axes, grids.checked("a channel", image[..., channel]), (upper, 0))
            grids.frame(axes, (upper + top, left, height, width), KERNEL)
            grids.cells(axes, kernel[..., channel], (middle - height / 2, beside), colour=KERNEL)
            grids.say(axes, (middle, columns + GAP / 2 + 0.2), "×")
            grids.say(axes, (middle, end - 0.1), f"= {short(sums[channel])}", align="left")
            grids.say(axes, (upper - 0.3, columns / 2), f"channel {channel + 1}")
        whole = f"sum {short(sums.sum())}"
        grids.say(axes, (channels * step / 2 - 0.5, end + 2.6), whole)
        axes.plot([end + 1.6] * 2, [0, channels * step - 1], color=RESULT, linewidth=2)
    listed = ", ".join(f"{k + 1}: {short(value)}" for k, value in enumerate(sums))
    return figure, (
        f"{channels} channels of {rows}×{columns} numbers, each with a slice of {height}×{width} "
        f"weights of one kernel lying at row {top + 1}, column {left + 1}. Sums of products by "
        f"channel: {listed}. Together {short(sums.sum())}, one number of the result."
    )


def pooling(image: np.ndarray, *, size: int = 2, kind: str = "max") -> None:
    """Shows the windows of a pooling, and what each gives in the same colour.

    Args:
        image: `(rows, columns)`, at most 12 each; a border that fills no window stays white.
        size: Rows and columns of a window, and the stride.
        kind: `"max"` or `"mean"`.

    Raises:
        ValueError: The image isn't 2-D or too large, no window fits, or `kind` is another word.
    """
    show(*drawn_pooling(image, size=size, kind=kind))


def drawn_pooling(image: np.ndarray, *, size: int = 2, kind: str = "max") -> tuple[Figure, str]:
    """The figure that `pooling` shows, and its alt text."""
    image = grids.checked("image", image)
    if kind not in ("max", "mean"):
        raise ValueError(f"kind is {kind!r}; expected 'max' or 'mean'.")
    rows, columns = (convolution.output_size(n, size, size, "valid") for n in image.shape)
    whole = image[: rows * size, : columns * size].reshape(rows, size, columns, size)
    found = getattr(whole, kind)(axis=(1, 3))
    beside = image.shape[1] + 2.4
    with mpl.rc_context(STYLE):
        figure, axes = grids.sheet(beside + columns, image.shape[0])
        for row, column in np.ndindex(rows, columns):
            look = {"facecolor": COLOURS[(row * columns + column + row) % 6], "alpha": 0.35}
            corner = (column * size, row * size)
            axes.add_patch(Rectangle(corner, size, size, linewidth=0, **look))
            corner = (beside + column, (len(image) - rows) / 2 + row)
            axes.add_patch(Rectangle(corner, 1, 1, linewidth=0, **look))
        bold = np.zeros(image.shape, bool)
        if kind == "max":
            spread = found.repeat(size, axis=0).repeat(size, axis=1)
            bold[: rows * size, : columns * size] = whole.reshape(spread.shape) == spread
        grids.cells(axes, image, (0, 0), bold=bold)
        grids.cells(axes, found, ((len(image) - rows) / 2, beside), bold=np.ones(found.shape, bool))
        for row, column in np.ndindex(rows, columns):
            grids.frame(axes, (row * size, column * size, size, size), "black")
        grids.say(axes, (len(image) / 2, image.shape[1] + 1.2), f"{kind}\n→")
    listed = "; ".join(", ".join(short(value) for value in row) for row in found)
    left_out = image.size - whole.size
    border = f" {left_out} numbers at the border lie in no window." if left_out else ""
    return figure, (
        f"A grid of {by(image)} numbers in coloured windows of {size}×{size}, and beside it the "
        f"{kind} of each window in its colour, row by row: {listed}.{border}"
    )


def _sum(patch: np.ndarray, kernel: np.ndarray, value: float) -> str:
    """The products of a patch and a kernel, a line for each row, and their sum."""
    if kernel.shape[1] > WIDEST:
        return f"sum of {kernel.size} products = {short(value)}"
    lines = [
        " + ".join(f"{short(pixel)}·{_signed(weight)}" for pixel, weight in zip(*rows, strict=True))
        for rows in zip(patch, kernel, strict=True)
    ]
    return " +\n".join(lines) + f"\n= {short(value)}"


def _signed(weight: float) -> str:
    return f"({short(weight)})" if weight < 0 else short(weight)
