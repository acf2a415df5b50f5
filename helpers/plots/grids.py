"""Numbers in cells: the parts that drawings of kernels and windows are made of."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.plots.style import COLOURS, short

WIDE, CELL = 9.0, 0.45  # inches: of a sheet, and of a cell, at most
MOST = 12  # rows or columns of numbers that can be read
KERNEL, RESULT, ZEROS = COLOURS[1], COLOURS[0], "#E5E5E5"


def checked(name: str, values: np.ndarray) -> np.ndarray:
    """Numbers that can be drawn as a grid, as float.

    Raises:
        ValueError: They are not 2-D, not finite, none, or more than 12 in a row or column.
    """
    values = np.asarray(values, float)
    if values.ndim != 2 or values.size == 0 or max(values.shape) > MOST:
        raise ValueError(
            f"{name}: the shape is {values.shape}; expected (rows, columns), 1 to {MOST} each."
        )
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: some numbers are nan or infinite.")
    return values


def sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty figure whose axes count in cells, from the upper left corner to right and down."""
    cell = min(CELL, WIDE / width)
    figure = Figure(figsize=(cell * width, cell * (height + 1)))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.1, width + 0.1), ylim=(height + 0.1, -1), aspect="equal")
    axes.axis("off")
    return figure, axes


def cells(
    axes: Axes,
    values: np.ndarray,
    corner: tuple[float, float],
    *,
    faint: np.ndarray | None = None,
    bold: np.ndarray | None = None,
    colour: str | None = None,
) -> None:
    """Draws a grid of numbers.

    Args:
        axes: Of a sheet.
        values: `(rows, columns)`; a cell with nan stays empty.
        corner: Row and column of the upper left corner, in cells.
        faint, bold: bool `(rows, columns)`: where cells are grey, where numbers are bold.
        colour: Fills all cells, lightly.
    """
    size = _points(axes)
    for (row, column), value in np.ndenumerate(values):
        y, x = corner[0] + row, corner[1] + column
        grey = faint is not None and faint[row, column]
        face = ZEROS if grey else mpl.colors.to_rgba(colour, 0.25) if colour else "none"
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=face, edgecolor="#999999", linewidth=0.7))
        if not np.isnan(value):
            weight = "bold" if bold is not None and bold[row, column] else "normal"
            look = {"fontsize": size, "fontweight": weight, "color": "#777777" if grey else "black"}
            axes.text(x + 0.5, y + 0.45, short(value), ha="center", va="center", **look)


def lay(axes: Axes, kernel: np.ndarray, corner: tuple[float, float]) -> None:
    """Lays a kernel on a grid that is drawn: coloured cells, with the weights small in a corner."""
    for (row, column), weight in np.ndenumerate(kernel):
        y, x = corner[0] + row, corner[1] + column
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=KERNEL, alpha=0.22, linewidth=0))
        look = {"fontsize": 0.7 * _points(axes), "color": "#8A3A00"}
        axes.text(x + 0.95, y + 0.95, f"×{short(weight)}", ha="right", va="bottom", **look)
    frame(axes, (*corner, *kernel.shape), KERNEL)


def frame(axes: Axes, window: tuple[float, float, float, float], colour: str) -> None:
    """Draws a frame around a window: row, column, rows, columns."""
    top, left, rows, columns = window
    look = {"fill": False, "edgecolor": colour, "linewidth": 2.2, "zorder": 5}
    axes.add_patch(Rectangle((left, top), columns, rows, **look))


def say(
    axes: Axes, place: tuple[float, float], text: str, *, align: str = "center", small: bool = False
) -> None:
    """Writes words at a place: row and column, in cells; small words hang down from it."""
    look = {"fontsize": (0.8 if small else 1) * _points(axes), "linespacing": 1.25}
    axes.text(place[1], place[0], text, ha=align, va="top" if small else "center", **look)


def by(values: np.ndarray) -> str:
    """The shape of a grid in words, as in `"3×4"`."""
    return "×".join(map(str, values.shape))


def _points(axes: Axes) -> float:
    """Size of the letters that fit into a cell."""
    cell = axes.figure.get_figwidth() / (axes.get_xlim()[1] - axes.get_xlim()[0])
    return max(6.0, min(11.0, 26 * cell))
