"""A check of notebook 13: weights in half the bytes."""

from collections.abc import Callable

import numpy as np

from helpers.checks.calling import Hint, with_article
from helpers.checks.judging import Unrecognised

ALLOWED = 0.01  # of the largest weight of a filter
_STEPS = (
    "How many bytes has a number of float32? Which kinds of numbers have half of them, or less?",
    "Whole numbers from −127 to 127 fit into int8: one byte. What has to be stored beside them?",
    "For each filter: scale = largest / 127, steps = round(kernel / scale) as int8; and back, "
    "steps · scale. A filter that is 0 everywhere needs a scale that isn't 0.",
)


def _kernels() -> list[np.ndarray]:
    rng = np.random.default_rng(13)
    even = rng.normal(0, 0.1, (3, 3, 4, 6))
    apart = rng.normal(0, 1, (1, 5, 4, 7)) * np.geomspace(0.001, 1, 7)
    empty = rng.normal(0, 1, (3, 2, 5, 4)) * [1, 0, 0.3, 2]
    alone = rng.uniform(-0.5, 0.2, (2, 1, 6, 1))
    return [kernel.astype(np.float32) for kernel in (even, apart, empty, alone)]


def halved(answer: Callable) -> None:
    """Judges exercise 13.4 on kernels with filters of one size, of many, and of zeros."""
    for kernel in _kernels():
        stored, restored = _pair(answer(kernel))
        size = sum(part.nbytes for part in stored)
        if size > kernel.nbytes / 2:
            raise Hint(
                f"For a kernel of {kernel.nbytes:,} bytes yours stores {size:,}; at most "
                f"{kernel.nbytes // 2:,} are allowed."
            )
        if restored.shape != kernel.shape:
            raise Hint(f"restored has shape {restored.shape}; expected {kernel.shape}.")
        if restored.dtype != np.float32:
            raise Hint(f"restored holds {restored.dtype}; expected float32.")
        if not np.isfinite(restored).all():
            raise Hint("restored holds nan or inf: is there a filter whose weights are all 0?")
        if np.array_equal(restored, kernel):
            raise Hint("restored is the kernel itself; compute it from what is stored, alone.")
        _check_error(kernel, restored)
        again, other = _pair(answer(2 * kernel))
        alike = len(again) == len(stored) and all(map(np.array_equal, stored, again))
        if alike and not np.array_equal(restored, other):
            raise Hint(
                "A kernel twice as large is stored in the same numbers. What is missing to tell "
                "the two apart?"
            )


def _pair(got: object) -> tuple[list[np.ndarray], np.ndarray]:
    """What an answer returned, if it is of the right kind."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Hint("Two things are asked for: a list of arrays, and a kernel.")
    stored, restored = got
    if not isinstance(stored, tuple | list):
        stored = [stored]
    for part in (*stored, restored):
        if not isinstance(part, np.ndarray | np.generic):
            raise Hint(f"Arrays are asked for; {with_article(type(part).__name__)} is among them.")
    return list(stored), np.asarray(restored)


def _check_error(kernel: np.ndarray, restored: np.ndarray) -> None:
    axes = (0, 1, 2)
    error = np.abs(restored.astype(float) - kernel).max(axis=axes)
    largest = np.abs(kernel).max(axis=axes)
    if (error <= ALLOWED * largest + 1e-12).all():
        return
    if error.max() <= ALLOWED * largest.max():
        raise Hint(
            "The largest filter is right, and a small one is lost: each filter needs a scale of "
            "its own."
        )
    raise Unrecognised(_STEPS)


halved.praise = "ready to try."
