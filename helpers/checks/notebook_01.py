"""Checks of the exercises of notebook 01."""

import numpy as np

from helpers.checks import networks
from helpers.checks.judging import Judge, by_cases

LARGEST_MODEL = 1_000_000

_ARROWS = "Every input is connected to every unit. Is that a sum?"
_dense_parameters = by_cases(
    lambda inputs, units: inputs * units + units,
    [(7, 3), (3_072, 256), (256, 10), (1, 1), (2, 5)],
    mistakes=[
        ("You counted the weights. What else does each unit add?", lambda i, u: i * u),
        ("Whom do the biases belong to: the inputs or the units?", lambda i, u: i * u + i),
        ("Each unit has a bias of its own, not the layer.", lambda i, u: i * u + 1),
        (_ARROWS, lambda i, u: i + u),
        (_ARROWS, lambda i, u: i + u + u),
    ],
    steps=(
        "Draw a layer with 2 inputs and 3 units. What do the arrows stand for, what else is there?",
        "Count the arrows of your drawing first, then the biases. Compare with your function.",
        "In words: one weight for each pair of input and unit, and one bias for each unit.",
    ),
)


def _one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    return (labels[:, None] == np.arange(classes)).astype("float32")


_LABELS = [(np.array(labels), classes) for labels, classes in (([2, 0, 1, 2, 4], 5), ([3, 1], 4))]
_one_hot_rows = by_cases(
    _one_hot,
    [*_LABELS, (np.array([0]), 1), (np.array([5, 0, 6, 6, 3, 1]), 7), (np.array([1, 0]), 3)],
    mistakes=[
        ("One number for each label is not one-hot: give each label a row.", lambda y, c: y),
        ("Rows and columns are swapped: give each label a row.", lambda y, c: _one_hot(y, c).T),
        ("Ones and zeros are swapped.", lambda y, c: 1 - _one_hot(y, c)),
        (
            "One 1 in each row is right, but not where it stands. Which column is class 0?",
            lambda y, c: np.roll(_one_hot(y, c), -1, axis=1),
        ),
        ("The rows are there, and all are zeros.", lambda y, c: np.zeros((len(y), c))),
        ("The last class never gets its 1.", lambda y, c: _one_hot(y, c) * (np.arange(c) < c - 1)),
        ("The first class never gets its 1.", lambda y, c: _one_hot(y, c) * (np.arange(c) > 0)),
        ("You number the rows, not the labels.", lambda y, c: np.eye(len(y), c)),
    ],
    steps=(
        "Take the label 2 of 4 classes, and write its row on paper. Does yours look like it?",
        "Print what your function gives for the labels 2, 0, 1. One row is wrong: which?",
        "Begin with zeros of shape (labels, classes), then set one number of each row to 1.",
    ),
    array=True,
)


def _of_right(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    return p[np.arange(len(y)), y]


def _softmax_rows(images: int, classes: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(classes), images)


_PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.5, 0.25], [0.2, 0.1, 0.7]])
_mean_cross_entropy = by_cases(
    lambda p, y: -np.log(_of_right(p, y)).mean(),
    [
        (_PROBABILITIES[:2], np.array([1, 2])),
        (_PROBABILITIES, np.array([1, 2, 1, 0])),
        (np.array([[0.5, 0.5]]), np.array([0])),
        (_softmax_rows(4, 4, 1), np.array([3, 0, 2, 2])),
        (_softmax_rows(7, 10, 2).astype("float32"), np.array([9, 4, 4, 0, 1, 7, 5])),
    ],
    mistakes=[
        (
            "The sign is wrong: the logarithm of a probability is negative, a loss is not.",
            lambda p, y: np.log(_of_right(p, y)).mean(),
        ),
        (
            "You summed over the images. The loss is their mean.",
            lambda p, y: -np.log(_of_right(p, y)).sum(),
        ),
        ("Use the natural logarithm, np.log.", lambda p, y: -np.log2(_of_right(p, y)).mean()),
        ("Use the natural logarithm, np.log.", lambda p, y: -np.log10(_of_right(p, y)).mean()),
        (
            "You averaged over all classes. Only the probability of the right class counts.",
            lambda p, y: -np.log(p).mean(),
        ),
        (
            "You took the largest probability. The label says which one counts.",
            lambda p, y: -np.log(p.max(1)).mean(),
        ),
        (
            "The logarithm comes before the mean: a mean of logarithms.",
            lambda p, y: -np.log(_of_right(p, y).mean()),
        ),
        (
            "Divide by the number of images, not of classes.",
            lambda p, y: -np.log(_of_right(p, y)).sum() / p.shape[1],
        ),
        (
            "p[labels, labels] takes row 3 for label 3: rows count the images.",
            lambda p, y: -np.log(p[y % len(p), y]).mean(),
        ),
        (
            "Rows and columns are swapped: rows are images, columns are classes.",
            lambda p, y: -np.log(np.resize(p, (10, 10))[y, np.arange(len(y))]).mean(),
        ),
        (
            "The diagonal is right only if image 0 is of class 0, image 1 of class 1, and so on.",
            lambda p, y: -np.log(np.diag(p)).mean(),
        ),
    ],
    steps=(
        "For one image only one of its probabilities matters. Does yours pick that one?",
        "Compute two images by hand: pick, take the logarithm, turn the sign. Then their mean.",
        "p[np.arange(n), labels] picks one number of each row.",
    ),
)


EXERCISES: dict[str, Judge] = {
    "01.1": _dense_parameters,
    "01.2": _one_hot_rows,
    "01.3": _mean_cross_entropy,
    "01.4": networks.open_ended(LARGEST_MODEL, most=0),
}
