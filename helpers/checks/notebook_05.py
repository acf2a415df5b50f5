"""Checks of the exercises of notebook 05."""

import math
from collections.abc import Callable
from functools import partial

import keras
import numpy as np

from helpers.checks import networks
from helpers.checks.calling import Hint
from helpers.checks.judging import Judge, by_cases

LARGEST_MODEL = 400_000
GREY = 128


def _holes(images, rows, columns, side: int, inside: Callable | None = None, fill=GREY):
    """Images with a grey square each; `inside` says otherwise which pixels are covered."""
    down, right = np.indices(images.shape[1:3])
    covered = inside or _square(0, side - 1)
    hole = [covered(down - y, right - x) for y, x in zip(rows, columns, strict=True)]
    return np.where(np.array(hole)[..., None], fill, images).astype("uint8")


def _sliced(images, rows, columns, side: int, first: float = -math.inf):
    result = images.copy()
    for image, y, x in zip(result, rows, columns, strict=True):
        image[max(y, first) : y + side, max(x, first) : x + side] = GREY
    return result


def _one_channel(images, rows, columns, side: int):
    result = images.copy()
    result[..., 0] = _holes(images, rows, columns, side)[..., 0]
    return result


def _square(first: int, last: int) -> Callable:
    """Says which pixels are covered, counted from the corner in both directions."""
    return lambda d, r: (np.minimum(d, r) >= first) & (np.maximum(d, r) <= last)


def _pictures(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape[0]).integers(0, 256, shape).astype("uint8")


_with_holes = by_cases(
    _holes,
    [
        (_pictures(3, 6, 9, 3), np.array([4, -2, 1]), np.array([2, 3, 7]), 4),
        (_pictures(4, 9, 7, 3), np.array([0, -1, 5, 5]), np.array([-2, 4, -1, 1]), 3),
        (_pictures(2, 5, 8, 3), np.array([2, 3]), np.array([6, 1]), 1),
        (_pictures(1, 8, 5, 3), np.array([3]), np.array([0]), 2),
        (_pictures(5, 7, 6, 3), np.array([-7, 2, 1, 9, 3]), np.array([1, -9, 6, 2, 2]), 4),
        (_pictures(2, 36, 40, 3), np.array([30, -3]), np.array([35, 31]), 8),
    ],
    mistakes=[
        ("Nothing is covered: the images come back as they were.", lambda i, y, x, s: i),
        ("The squares are black. Which number is grey here?", lambda i, *o: _holes(i, *o, fill=0)),
        (
            "Rows and columns are swapped: rows count from the top, columns from the left.",
            lambda i, y, x, s: _holes(i, x, y, s),
        ),
        (
            "All images have the hole of the first one.",
            lambda i, y, x, s: _holes(i, 0 * y + y[0], 0 * x + x[0], s),
        ),
        ("Only one of the three colours is covered.", _one_channel),
        (
            "A corner at row −2: what does image[-2:2] take? Rows are counted from the end there.",
            _sliced,
        ),
        (
            "A square that lies wholly outside covers nothing. What does image[0:-3] take?",
            lambda i, y, x, s: _sliced(i, y, x, s, first=0),
        ),
        (
            "The square is one pixel too wide. Does your last row or column still belong to it?",
            lambda i, y, x, s: _holes(i, y, x, s, _square(0, s)),
        ),
        (
            "The place is that of the upper left corner, not of the middle.",
            lambda i, y, x, s: _holes(i, y, x, s, _square(-(s // 2), s - s // 2 - 1)),
        ),
        (
            "A square at the edge keeps its place: only the part inside the image is covered.",
            lambda i, y, x, s: _holes(
                i, np.clip(y, 0, i.shape[1] - s), np.clip(x, 0, i.shape[2] - s), s
            ),
        ),
        (
            "A corner outside moves to the edge in yours, and the square becomes too large.",
            lambda i, y, x, s: _holes(i, np.maximum(y, 0), np.maximum(x, 0), s),
        ),
        (
            "Inside and outside are swapped: the square is kept, the rest is grey.",
            lambda i, y, x, s: np.where(_holes(0 * i, y, x, s, fill=1) > 0, i, np.uint8(GREY)),
        ),
    ],
    steps=(
        "Take one image and one corner. Which rows are grey, which columns?",
        "Print the first colour of one small image, before and after. Which pixel is wrong?",
        "The rows from max(row, 0) up to, but not including, max(row + side, 0); columns alike.",
    ),
    array=True,
)


def _one_hot(labels, classes: int, amount: float = 0.0) -> np.ndarray:
    return (np.asarray(labels)[:, None] == np.arange(classes)).astype(float)


_smoothed = by_cases(
    lambda y, c, a: (1 - a) * _one_hot(y, c) + a / c,
    [
        (np.array([3, 9, 0, 3]), 10, 0.1),
        (np.array([2, 3]), 4, 0.2),
        (np.array([11, 0, 2, 11, 5, 3], "uint8"), 12, 0.35),
        (np.array([1, 2], "int32"), 3, 0.6),
        (np.array([1]), 2, 0.3),
        (np.array([0, 2, 1]), 5, 0.45),
    ],
    mistakes=[
        ("These are one-hot rows: nothing is taken and shared yet.", _one_hot),
        (
            "What is shared goes to all classes: the right one gets its part as well.",
            lambda y, c, a: (1 - a) * _one_hot(y, c) + a / (c - 1) * (1 - _one_hot(y, c)),
        ),
        (
            "Each row must sum to 1. How large is the part of one class?",
            lambda y, c, a: (1 - a) * _one_hot(y, c) + a,
        ),
        (
            "The rows sum to more than 1. From where is taken what you share?",
            lambda y, c, a: _one_hot(y, c) + a / c,
        ),
        (
            "You share 1/classes. How much is shared is `amount`; in one example both are 0.1.",
            lambda y, c, a: (1 - 1 / c) * _one_hot(y, c) + 1 / c**2,
        ),
        (
            "The two parts are swapped: `amount` is what is taken, not what stays.",
            lambda y, c, a: a * _one_hot(y, c) + (1 - a) / c,
        ),
        (
            "The last class is never the right one.",
            lambda y, c, a: (1 - a) * _one_hot(y, c) * (np.arange(c) < c - 1) + a / c,
        ),
    ],
    steps=(
        "Write the row of label 2, of 4 classes and amount 0.2, on paper. What does yours say?",
        "Do it in two steps, and print both: what is left of the 1, and what each class gets.",
        "One-hot rows times what is left, plus the same small number everywhere.",
    ),
)


_NEXT = {  # the rate after a reduction, and after typical mistakes: rate, factor, patience, first
    "": lambda r, f, p, first: r * f,
    "rest": lambda r, f, p, first: r * (1 - f),
    "by_patience": lambda r, f, p, first: r / p,
    "once": lambda r, f, p, first: first * f,
    "is_factor": lambda r, f, p, first: f,
    "never": lambda r, f, p, first: r,
}


def _rates(losses, rate, factor, patience, mistake="") -> list[float]:
    """Learning rates as Keras' callback chooses them, or with one typical mistake."""
    first, rates, bad = rate, [], 0
    best = {"first_is_bad": losses[0], "from_zero": 0.0}.get(mistake, math.inf)
    limit = {"late": patience + 1, "two": 2}.get(mistake, patience)
    for loss in losses:
        noted = rate
        better = loss <= best if mistake == "equal_is_better" else loss < best
        bad = bad + 1 if not better else (bad if mistake == "keep_bad" else 0)
        best = loss if mistake == "previous" else min(best, loss)
        if bad >= limit:
            rate = _NEXT.get(mistake, _NEXT[""])(rate, factor, patience, first)
            bad = bad if mistake == "keep_count" else 0
            best = loss if mistake == "forget_best" else best
        rates.append(rate if mistake == "at_once" else noted)
    return rates


_MISTAKES = {
    "at_once": "The new rate counts from the *next* epoch on: note the rate, then change it.",
    "late": "One epoch late: the rate falls when the count *reaches* patience.",
    "first_is_bad": "The first epoch is the best one so far, not a bad one.",
    "from_zero": "Your best loss begins so low that no loss is ever lower.",
    "forget_best": "A reduction doesn't change the best loss: only a lower loss does.",
    "keep_count": "After a reduction the count of bad epochs goes back to 0.",
    "previous": "Compare with the best loss so far, not with the one of the epoch before.",
    "equal_is_better": "A loss that only equals the best one is no progress: it must be lower.",
    "keep_bad": "A new best loss sets the count back to 0: only bad epochs in a row count.",
    "two": "Your patience is always 2. It is given.",
    "rest": "The rate is multiplied by `factor`, not by what is left of 1 without it.",
    "by_patience": "You divide by patience. That says when the rate falls, not how far.",
    "once": "The second reduction begins with the first rate again, not with the present one.",
    "is_factor": "The factor became the rate: multiply by it.",
    "never": "The rate never changes. When the count reaches patience it must.",
}
_LONG = [2.0, 2.1, 1.5, 1.6, 1.55, 1.7, 1.4, 1.4, 1.45, 1.5, 1.65, 1.6, 1.62, 1.3, 1.2, 1.25, 1.3]

_plateau_rates = by_cases(
    _rates,
    [
        ([3.0, 2.0, 2.5, 2.0, 1.0], 0.8, 0.25, 2),
        (_LONG, 0.7, 0.3, 3),
        (_LONG, 0.9, 0.2, 2),
        ([0.9, 0.8, 0.85, 0.7, 0.7], 0.05, 0.6, 1),
        ([1.5], 0.1, 0.4, 2),
        ([250.0, 260.0, 240.0, 245.0, 230.0], 0.6, 0.5, 1),
    ],
    mistakes=[(hint, partial(_rates, mistake=mistake)) for mistake, hint in _MISTAKES.items()],
    steps=(
        "Which three things must your function remember from one epoch to the next?",
        "Walk through the example with a pencil: rate, best loss and count, epoch by epoch.",
        "In each epoch: note the rate; count or set the count to 0; then look at the patience.",
    ),
)


def _normalises(model: keras.Model) -> None:
    """Checks, by calling it, that a network normalises by the batch while it trains.

    Raises:
        Hint: It doesn't.
    """
    answers = []
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (4, 32, 32, 3)).astype("uint8")
    for others in (pictures[1:], pictures[1:] // 4 + 20):
        answers.append(networks.answers_in_training(model, np.concatenate([pictures[:1], others])))
    if np.abs(answers[0][0] - answers[1][0]).max() > 1e-4:
        return
    if any(isinstance(part, keras.layers.BatchNormalization) for part in model._flatten_layers()):
        raise Hint("Its batch normalisation never looks at the batch: is it frozen, or unused?")
    raise Hint("There is no batch normalisation in it.")


EXERCISES: dict[str, Judge] = {
    "05.1": _with_holes,
    "05.2": _smoothed,
    "05.3": _plateau_rates,
    "05.4": networks.open_ended(LARGEST_MODEL, _normalises, fewest=2),
}
