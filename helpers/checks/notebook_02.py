"""Checks of the exercises of notebook 02."""

from collections.abc import Callable

import numpy as np

from helpers import convolution
from helpers.checks import networks
from helpers.checks.calling import Hint, numbers, precision
from helpers.checks.judging import Judge, by_cases

LARGEST_MODEL = 300_000


def _loops(
    picture: np.ndarray,
    kernel: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    *,
    dtype: type = float,
    one_less: int = 0,
    moves: tuple[bool, bool] = (True, True),
) -> np.ndarray:
    """A convolution by hand, with switches for what can go wrong in it."""
    padded = np.pad(picture, padding)
    (height, width), rows = kernel.shape, (padded.shape[0] - kernel.shape[0]) // stride + 1
    columns = (padded.shape[1] - width) // stride + 1
    result = np.zeros((rows - one_less, columns - one_less), dtype)
    for row, column in np.ndindex(result.shape):
        top, left = (
            at * stride if moved else at for at, moved in zip((row, column), moves, strict=True)
        )
        result[row, column] = (padded[top : top + height, left : left + width] * kernel).sum()
    return result


def _padded_with(**how: str) -> Callable:
    """The convolution, with a border that isn't made of zeros."""
    return lambda x, k, s, p: _loops(np.pad(x, p, **how) if p else x, k, s)


_made = np.random.default_rng(2)
_SMOOTH = np.array([[0.1, 0.3], [0.05, 0.2], [0.15, 0.1]])
_convolution = by_cases(
    _loops,
    [
        (np.array([[1, 1, 1, 9]] * 3), convolution.EDGES, 1, 0),
        (np.array([[1, 1, 1, 9]] * 3), convolution.EDGES, 2, 1),
        (_made.integers(0, 256, (5, 8)).astype("uint8"), _SMOOTH, 1, 0),
        (_made.normal(size=(6, 9)), _made.normal(size=(3, 3)), 2, 1),
        (_made.normal(size=(8, 7)).astype("float32"), _made.normal(size=(2, 4)), 3, 2),
        (np.array([[-3.5]]), np.array([[2.0]]), 1, 0),
    ],
    mistakes=[
        (
            "You turned the kernel by 180 degrees. Here it stays as it is.",
            lambda x, k, s, p: _loops(x, k[::-1, ::-1], s, p),
        ),
        ("It makes nothing of `stride`.", lambda x, k, s, p: _loops(x, k, 1, p)),
        ("It makes nothing of `padding`.", lambda x, k, s, p: _loops(x, k, s, 0)),
        (
            "It makes nothing of `stride` and `padding`: begin with one of them.",
            lambda x, k, s, p: _loops(x, k),
        ),
        (
            "The size is right, but the kernel still moves by 1. Where does place 1 begin?",
            lambda x, k, s, p: _loops(x, k, s, p, moves=(False, False)),
        ),
        (
            "The stride counts for rows and for columns.",
            lambda x, k, s, p: _loops(x, k, s, p, moves=(True, False)),
        ),
        (
            "The stride counts for rows and for columns.",
            lambda x, k, s, p: _loops(x, k, s, p, moves=(False, True)),
        ),
        (
            "A row and a column are missing: how often does a kernel of 2 fit into 3 pixels?",
            lambda x, k, s, p: _loops(x, k, s, p, one_less=1),
        ),
        ("Padding adds zeros, no copies of the edge.", _padded_with(mode="edge")),
        ("Padding adds zeros, no mirrored pixels.", _padded_with(mode="reflect")),
        ("Add up the products, no mean.", lambda x, k, s, p: _loops(x, k, s, p) / k.size),
        (
            "The result is cut to whole numbers. Which type has the array that you fill?",
            lambda x, k, s, p: _loops(x, k, s, p, dtype=x.dtype),
        ),
        (
            "The result is cut to whole numbers. Which type has the array that you fill?",
            lambda x, k, s, p: _loops(x, k, s, p, dtype=int),
        ),
        (
            "A negative result stays negative: no ReLU here, nothing is cut.",
            lambda x, k, s, p: np.maximum(_loops(x, k, s, p), 0),
        ),
        (
            "A negative result stays negative: nothing is cut or turned.",
            lambda x, k, s, p: abs(_loops(x, k, s, p)),
        ),
    ],
    steps=(
        "Draw the example on paper, with its border. Where does the kernel lie first, where next?",
        "How many places are there in a row? And at which pixel does place 1 begin, and place 2?",
        "np.pad first. Then two loops over the result: cut out the patch that begins at "
        "row * stride, column * stride, multiply it by the kernel, and add up.",
    ),
    array=True,
)


def _vertical_edges(answer: Callable[[], np.ndarray]) -> None:
    got = answer()
    kernel, again = numbers(got, array=True), numbers(answer())
    if kernel.shape != (3, 3):
        raise Hint(f"The kernel has shape {kernel.shape}; expected (3, 3).")
    if not np.isfinite(kernel).all():
        raise Hint("Some of its numbers are nan or infinite.")
    if not np.array_equal(kernel, again):
        raise Hint("Called twice, it gives two kernels.")
    if not kernel.any():
        raise Hint("All nine numbers are 0: it never answers.")
    nothing = precision(got) * np.abs(kernel).sum()
    if not abs(kernel.sum()) <= nothing:
        raise Hint("On an area of one colour the answer isn't 0. What is the sum of its numbers?")
    rows, columns = np.abs(kernel.sum(axis=1)).max(), np.abs(kernel.sum(axis=0)).max()
    if rows > nothing >= columns:
        raise Hint("This one finds horizontal edges. Along which direction should it change?")
    if rows > nothing:
        raise Hint("It answers to horizontal edges, too. Look at the sum of each row.")
    _check_sides(kernel, nothing)


def _check_sides(kernel: np.ndarray, nothing: float) -> None:
    """Checks the answers at the two places where an edge lies between the kernel's columns."""
    each = np.stack([kernel[:, 2], kernel[:, 1] + kernel[:, 2]])
    whole = each.sum(axis=1)
    if (whole <= nothing).all() and (whole < -nothing).any():
        raise Hint("It is negative where the right side is brighter. It should be positive there.")
    if (whole < -nothing).any() or (whole <= nothing).all():
        raise Hint("Where dark (left) changes to bright (right) it should be positive, everywhere.")
    if (each < -nothing).any():
        raise Hint("Its rows contradict each other: an edge of one row of pixels can be negative.")


def _windows(images: np.ndarray, size: int) -> np.ndarray:
    n, rows, columns, channels = images.shape
    return images.reshape(n, rows // size, size, columns // size, size, channels)


def _pooled(how: str, scale: Callable[[int], float] = lambda size: 1, **options) -> Callable:
    """Pooling by a method of arrays, divided by a number that depends on the size."""
    return lambda x, s: getattr(_windows(x, s), how)(axis=(2, 4), **options) / scale(s)


def _other_order(images: np.ndarray, size: int) -> np.ndarray:
    n, rows, columns, channels = images.shape
    cut = images.reshape(n, size, rows // size, size, columns // size, channels)
    return cut.mean(axis=(1, 3))


_MEAN = "Each number should be the mean of one window. Which pixels of the picture are in it?"
_averages = by_cases(
    _pooled("mean"),
    [
        (np.array([[1, 5], [3, 4]], "uint8").reshape(1, 2, 2, 1), 2),
        (_made.integers(120, 256, (3, 4, 10, 2)).astype("uint8"), 2),
        (_made.normal(size=(2, 6, 12, 3)).astype("float32"), 3),
        (_made.normal(size=(1, 5, 10, 4)), 5),
    ],
    mistakes=[
        ("That is max pooling. Take the mean of each window.", _pooled("max")),
        ("You took the smallest number of each window, not the mean.", _pooled("min")),
        ("You summed. Divide by the number of pixels in a window.", _pooled("sum")),
        ("How many pixels are in a window? Not `size`.", _pooled("sum", lambda size: size)),
        (
            "4 pixels are in a window of 2 × 2 only. What is it for `size`?",
            _pooled("sum", lambda size: 4),
        ),
        (
            "You took one pixel of each window. Take the mean of all.",
            lambda x, s: x[:, ::s, ::s],
        ),
        (
            "The order in `reshape` is wrong: first which window, then the row inside.",
            _other_order,
        ),
        (
            "The result is cut to whole numbers. Which type has the array that you fill?",
            lambda x, s: _pooled("mean")(x, s).astype(x.dtype),
        ),
        (
            "8 bits can't count past 255: sums of uint8 begin again at 0. Convert first.",
            lambda x, s: _pooled("sum", lambda size: size**2, dtype=x.dtype)(x, s),
        ),
    ],
    steps=(
        _MEAN,
        "Cut rows and columns into windows, as max pooling by hand did in section 3.",
        "Reshape to (n, window rows, size, window columns, size, channels); then the mean over "
        "both axes of length `size`.",
    ),
    array=True,
)


def _average_pool(answer: Callable[[np.ndarray, int], np.ndarray]) -> None:
    try:
        _averages(answer)
    except Hint as error:
        if "uint8 is not in the list" in str(error):
            told = "Keras pools no uint8: convert the pictures first, images.astype('float32')."
            raise Hint(told) from error
        raise


_average_pool.right, _average_pool.mistakes = _averages.right, _averages.mistakes

EXERCISES: dict[str, Judge] = {
    "02.1": _convolution,
    "02.2": _vertical_edges,
    "02.3": _average_pool,
    "02.4": networks.open_ended(LARGEST_MODEL, fewest=1, most=1, widest=2),
}
