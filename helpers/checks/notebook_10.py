"""Checks of the exercises of notebook 10."""

from functools import partial
from itertools import pairwise

import numpy as np

from helpers.checks import networks, superclasses
from helpers.checks.judging import Judge, by_cases
from helpers.checks.superclasses import rows

LARGEST_MODEL = 1_777_636  # what the simple network has
FEWEST = 2  # convolutions


def _rank(answers, labels) -> np.ndarray:
    """How many classes are more probable than the right one."""
    own = answers[np.arange(len(answers)), labels]
    return (answers > own[:, None]).sum(axis=1)


_EVEN = np.array([[0.25, 0.25, 0.25, 0.25], [0.4, 0.2, 0.2, 0.2], [0.1, 0.3, 0.3, 0.3]], np.float32)
_BEFORE = (
    "Where classes are equally probable, only those that are *more* probable stand before the "
    "right one."
)
_top_share = by_cases(
    lambda answers, labels, k: (_rank(answers, labels) < k).mean(),
    [
        (np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]), np.array([1, 0]), 2),
        (rows(9, 7), np.array([0, 1, 2, 3, 4, 5, 6, 0, 1]), 3),
        (rows(8, 12, seed=1), np.array([11, 3, 3, 0, 7, 8, 5, 2]), 5),
        (_EVEN, np.array([2, 3, 1]), 1),
        (rows(5, 6, seed=2), np.array([0, 5, 2, 2, 1]), 6),
        (rows(1, 4, seed=3), np.array([2]), 1),
    ],
    mistakes=[
        (
            "That is ordinary accuracy: only the most probable class counts. What is k for?",
            lambda a, y, k: (_rank(a, y) < 1).mean(),
        ),
        (
            "That is ordinary accuracy: only the most probable class counts. What is k for?",
            lambda a, y, k: (a.argmax(axis=1) == y).mean(),
        ),
        ("Your k is always 5. It is given.", lambda a, y, k: (_rank(a, y) < 5).mean()),
        (
            "Your k is one too large: k = 1 is the first place alone.",
            (lambda a, y, k: (_rank(a, y) <= k).mean()),
        ),
        (
            "Your k is one too small: k = 1 must count the first place.",
            (lambda a, y, k: (_rank(a, y) < k - 1).mean()),
        ),
        (
            "These are the k smallest. argsort begins with the smallest number.",
            lambda a, y, k: (_rank(-a, y) < k).mean(),
        ),
        (
            "This is a count; divide by the number of rows.",
            (lambda a, y, k: (_rank(a, y) < k).sum()),
        ),
        (
            _BEFORE,
            lambda a, y, k: ((a >= a[np.arange(len(a)), y][:, None]).sum(axis=1) <= k).mean(),
        ),
        *(
            (
                _BEFORE,
                lambda a, y, k, order=order: (order(a)[:, :k] == y[:, None]).any(axis=1).mean(),
            )
            for order in (
                lambda a: np.argsort(-a, axis=1, kind="stable"),
                lambda a: np.argsort(a, axis=1, kind="stable")[:, ::-1],
            )
        ),
        (
            "The share goes from 0 to 1; yours is in per cent.",
            lambda a, y, k: 100 * (_rank(a, y) < k).mean(),
        ),
        ("This is the share that is missed.", lambda a, y, k: (_rank(a, y) >= k).mean()),
    ],
    steps=(
        "In the first row of the example, which classes are more probable than the right one?",
        "The right class of row i has the probability answers[i, labels[i]].",
        "Count, in each row, the classes with more than that; compare the count with k.",
    ),
)


def _vgg(filters, side, units, classes, mistake=""):
    """Trained parameters and all, of convolutions with norms and two dense layers."""
    channels = [1 if mistake == "grey" else 3, *filters]
    size = {"kernel": 1, "five": 25}.get(mistake, 9)
    convolutions = sum(
        size * a * b + (0 if mistake == "no_bias" else b) for a, b in pairwise(channels)
    )
    maps = sum(filters) + (0 if mistake == "dense_norm" else units)
    last = sum(filters) if mistake == "sum" else filters[-1]
    read = last * (1 if mistake == "pooled" else side if mistake == "line" else side**2)
    dense = read * units + units * classes
    dense += 0 if mistake == "no_dense_bias" else units + classes
    dense -= units * classes + classes if mistake == "no_output" else 0
    trained = convolutions + dense + (0 if mistake == "no_norm" else 2 * maps)
    if mistake == "all":
        return trained + 2 * maps, trained + 2 * maps
    return trained, trained + (0 if mistake == "trained" else 2 * maps)


_vgg_parameters = by_cases(
    _vgg,
    [
        ([8], 2, 4, 3),
        ([64, 64, 128], 4, 32, 10),
        ([5, 7, 11, 13], 3, 17, 100),
        ([6, 6], 1, 9, 20),
    ],
    mistakes=[
        (hint, partial(_vgg, mistake=name))
        for name, hint in {
            "no_bias": "Each filter has a bias.",
            "kernel": "A kernel has 3 × 3 places.",
            "five": "A kernel has 3 × 3 places, not 5 × 5.",
            "dense_norm": "Behind the first dense layer stands a batch normalisation, too.",
            "no_norm": "Batch normalisation has two trained numbers for each map: γ and β.",
            "pooled": "The maps aren't averaged: the dense layer reads each place of each map.",
            "line": "The maps have side × side places.",
            "no_output": "The output layer is missing.",
            "grey": "The first convolution reads three channels.",
            "sum": "The dense layer reads the maps of the last convolution alone.",
            "no_dense_bias": "Dense layers have biases, one for each unit.",
            "all": "The moving averages aren't trained.",
            "trained": "All parameters are more than the trained ones: the moving averages, two "
            "for each map.",
        }.items()
    ]
    + [
        (
            "The second number is that of all parameters, not of the moving averages alone.",
            lambda f, s, u, c: (_vgg(f, s, u, c)[0], 2 * (sum(f) + u)),
        ),
        ("The trained ones come first.", lambda *given: _vgg(*given)[::-1]),
        ("There are `classes` outputs, not always 100.", lambda f, s, u, c: _vgg(f, s, u, 100)),
    ],
    steps=(
        "Take the example: one convolution of 8 filters. Write down its numbers and its norm's.",
        "Print the parts: convolutions, their norms, the first dense layer, its norm, the last.",
        "9 × channels × filters + filters; 2 for each map or unit with a norm; side² × maps × "
        "units + units; units × classes + classes. Moving averages are as many as γ and β.",
    ),
)

EXERCISES: dict[str, Judge] = {
    "10.1": _top_share,
    "10.2": _vgg_parameters,
    "10.3": superclasses.coarse_answers,
    "10.4": superclasses.severity,
    "10.5": networks.open_ended(LARGEST_MODEL, fewest=FEWEST, widest=3, classes=100),
}
