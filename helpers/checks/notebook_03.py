"""Checks of the exercises of notebook 03."""

import math
from collections.abc import Callable

import numpy as np

from helpers.checks import networks
from helpers.checks.judging import Judge, by_cases

LARGEST_MODEL = 100_000


def _seen(
    layers: list,
    place: int,
    *,
    strides: bool = True,
    too_far: int = 0,
    apart: bool = False,
) -> tuple[int, int]:
    """First and last pixel that a number sees, with switches for what can go wrong."""
    first = last = place
    for kernel, stride in reversed(layers):
        step = stride if strides else 1
        first = first * step
        last = (last + 1) * stride - 1 if apart else last * step + kernel - 1 + too_far
    return first, last


def _narrow(layers: list, place: int) -> tuple[int, int]:
    """Takes the last number from the first one: only the first layer's kernel is left."""
    first = place * math.prod(stride for _, stride in layers)
    return first, first + (layers[0][0] if layers else 1) - 1


def _width_only(layers: list, place: int) -> tuple[int, int]:
    first, last = _seen(layers, 0)
    return place + first, place + last


_TWO_LAYERS = [(3, 1), (2, 2), (3, 1), (2, 2)]
_pixels_seen = by_cases(
    _seen,
    [
        (_TWO_LAYERS, 1),
        (_TWO_LAYERS, 0),
        ([(5, 2), (3, 1), (2, 2)], 3),
        ([(7, 3), (2, 2), (4, 1)], 2),
        ([(3, 1)], 4),
        ([], 6),
    ],
    mistakes=[
        (
            "You begin with the layer next to the picture. At which end does `place` stand?",
            lambda layers, place: _seen(layers[::-1], place),
        ),
        (
            "Each layer takes one number too many: i·s + k would already be the next one.",
            lambda layers, place: _seen(layers, place, too_far=1),
        ),
        (
            "It makes nothing of the strides.",
            lambda layers, place: _seen(layers, place, strides=False),
        ),
        (
            "It makes nothing of the kernels: patches overlap where the kernel is larger than "
            "the stride.",
            lambda layers, place: _seen(layers, place, apart=True),
        ),
        ("The first pixel is right. Follow the *last* number down in the same way.", _narrow),
        (
            "The width is right. But the next number begins as many pixels further as all "
            "strides together.",
            _width_only,
        ),
        ("This is for place 0. Where does `place` come in?", lambda ll, place: _seen(ll, 0)),
        ("Pixels are counted from 0.", lambda *case: tuple(1 + n for n in _seen(*case))),
        (
            "The second number is the last pixel itself, not the one behind it.",
            lambda *case: (_seen(*case)[0], _seen(*case)[1] + 1),
        ),
        ("First the first pixel, then the last one.", lambda *case: _seen(*case)[::-1]),
    ],
    steps=(
        "Take the last layer alone: which numbers of the map below does it read?",
        "Draw the four maps of the example as four rows of dots. Follow both ends of the cone "
        "down, one row at a time.",
        "Begin with first = last = place. Then for each layer, from the last one to the first, "
        "both become numbers of the map below.",
    ),
)


def _shares(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall."""
    right = np.diag(counts)
    return right / counts.sum(axis=0), right / counts.sum(axis=1)


def _of_largest(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return counts.max(axis=0) / counts.sum(axis=0), counts.max(axis=1) / counts.sum(axis=1)


def _by_all(counts: np.ndarray) -> np.ndarray:
    return np.diag(counts) / counts.sum()


_confused = np.random.default_rng(3).integers(1, 30, (5, 5))
_NOT_ALL = "Divide by the sum of a row or a column, not by the number of all images."
_precision_and_recall = by_cases(
    _shares,
    [
        (np.array([[8, 2], [4, 1]]),),
        (np.array([[6, 2, 5], [1, 0, 3], [4, 1, 2]]),),
        (_confused,),
        (np.array([[0.5, 1.5, 0, 2], [3, 1, 2, 0], [1, 0, 4, 0], [2, 2, 0, 0.25]]),),
        (np.array([[7]]),),
    ],
    mistakes=[
        (
            "The two are swapped. Rows are the right classes, columns the answers.",
            lambda c: _shares(c)[::-1],
        ),
        (
            "Precision is right. Recall: of all images of a class, how many were found?",
            lambda c: (_shares(c)[0], _shares(c)[0]),
        ),
        (
            "Recall is right. Precision: of all answers 'class c', how many were right?",
            lambda c: (_shares(c)[1], _shares(c)[1]),
        ),
        (_NOT_ALL, lambda c: (_by_all(c), _by_all(c))),
        (_NOT_ALL, lambda c: (_by_all(c), _shares(c)[1])),
        (_NOT_ALL, lambda c: (_shares(c)[0], _by_all(c))),
        (
            "You took the largest count of a row or a column. Is that always the right answer?",
            _of_largest,
        ),
        (
            "You cut the shares to whole numbers: // leaves no fraction.",
            lambda c: (np.diag(c) // c.sum(axis=0), np.diag(c) // c.sum(axis=1)),
        ),
        (
            "These are the shares of wrong answers. What is left of 1?",
            lambda c: tuple(1 - part for part in _shares(c)),
        ),
    ],
    steps=(
        "Take the class 'cat'. Where in the matrix are the cats that were called cat?",
        "The same number stands above both fractions. Which sums stand below: of its row, of its "
        "column?",
        "In the column of a class are all answers of that name, in its row all its images.",
    ),
)


def _place(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """At which place the right class stands, 0 for the most probable one."""
    right = probabilities[np.arange(len(labels)), labels]
    return (probabilities > right[:, None]).sum(axis=1)


def _by_place(rule: Callable, scale: Callable = lambda n, k: 1) -> Callable:
    """A share of rows, by the place of the right class; times what a mistake multiplies with."""
    return lambda p, y, k: rule(_place(p, y), k, p.shape[1]).mean() * scale(len(y), k)


def _among(place: np.ndarray, k: int, classes: int) -> np.ndarray:
    return place < k


def _answers(images: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Made-up probabilities and labels, some of which are right."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(classes), images)
    labels = rng.integers(0, classes, images)
    labels[::4] = probabilities[::4].argmax(axis=1)
    return probabilities, labels


_EXAMPLE = np.array([[0.5, 0.2, 0.3], [0.1, 0.7, 0.2]]), np.array([2, 0])
_MANY, _FEW = _answers(41, 6, 0), _answers(9, 4, 1)
_top_accuracy = by_cases(
    _by_place(_among),
    [
        (*_EXAMPLE, 2),
        (*_EXAMPLE, 1),
        (*_MANY, 1),
        (*_MANY, 2),
        (*_MANY, 3),
        (*_MANY, 6),
        (_FEW[0].astype("float32"), _FEW[1].astype("uint8"), 3),
        (np.array([[0.4, 0.15, 0.15, 0.3]]), np.array([3]), 2),
    ],
    mistakes=[
        (
            "k makes no difference in your function: it looks at the most probable class alone.",
            _by_place(lambda place, k, classes: place < 1),
        ),
        (
            "You took the k least probable classes. argsort begins with the smallest.",
            _by_place(lambda place, k, classes: place >= classes - k),
        ),
        (
            "The right class may be anywhere among the first k, not only at place k.",
            _by_place(lambda place, k, classes: place == k - 1),
        ),
        (
            "You counted the images. The share is the count, divided by the number of images.",
            _by_place(_among, lambda n, k: n),
        ),
        (
            "Divide by the number of images, not by all k × n classes that you looked at.",
            _by_place(_among, lambda n, k: 1 / k),
        ),
        (
            "You look at one class too many.",
            _by_place(lambda place, k, classes: place < k + 1),
        ),
        (
            "You look at one class too few.",
            _by_place(lambda place, k, classes: place < k - 1),
        ),
        (
            "These are the images whose class is *not* among the first k.",
            _by_place(lambda place, k, classes: place >= k),
        ),
        ("A share lies from 0 to 1; this is in per cent.", _by_place(_among, lambda n, k: 100)),
    ],
    steps=(
        "Take the example with k = 2. Which two classes are the most probable ones of each image?",
        "For k = 1 it should be the accuracy, for k = all classes 1. Is it?",
        "argsort each row, keep its last k columns, and see whether the label is one of them.",
    ),
)


EXERCISES: dict[str, Judge] = {
    "03.1": _pixels_seen,
    "03.2": _precision_and_recall,
    "03.3": _top_accuracy,
    "03.4": networks.open_ended(LARGEST_MODEL, fewest=2),
}
