"""Checks of the exercises of notebook 10."""

from functools import partial
from itertools import pairwise

import numpy as np

from helpers.checks import networks
from helpers.checks.judging import Judge, by_cases

LARGEST_MODEL = 1_777_636  # what the simple network has
FEWEST = 2  # convolutions


def _rows(*counts: int, seed: int = 0) -> np.ndarray:
    """Made-up probabilities, all different, that float32 tells apart."""
    rng = np.random.default_rng(seed)
    rows = np.stack([rng.permutation(np.arange(1, counts[1] + 1)) for _ in range(counts[0])])
    return rows / rows.sum(axis=1, keepdims=True)


def _rank(answers, labels) -> np.ndarray:
    """How many classes are more probable than the right one."""
    own = answers[np.arange(len(answers)), labels]
    return (answers > own[:, None]).sum(axis=1)


_EVEN = np.array([[0.25, 0.25, 0.25, 0.25], [0.4, 0.2, 0.2, 0.2], [0.1, 0.3, 0.3, 0.3]])
_top_share = by_cases(
    lambda answers, labels, k: (_rank(answers, labels) < k).mean(),
    [
        (np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]), np.array([1, 0]), 2),
        (_rows(9, 7), np.array([0, 1, 2, 3, 4, 5, 6, 0, 1]), 3),
        (_rows(8, 12, seed=1), np.array([11, 3, 3, 0, 7, 8, 5, 2]), 5),
        (_EVEN, np.array([2, 3, 1]), 1),
        (_rows(5, 6, seed=2), np.array([0, 5, 2, 2, 1]), 6),
        (_rows(1, 4, seed=3), np.array([2]), 1),
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
            "Where classes are equally probable, only those that are *more* probable stand before "
            "the right one.",
            lambda a, y, k: ((a >= a[np.arange(len(a)), y][:, None]).sum(axis=1) <= k).mean(),
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
    channels = [3, *filters]
    size = {"kernel": 1, "five": 25}.get(mistake, 9)
    convolutions = sum(
        size * a * b + (0 if mistake == "no_bias" else b) for a, b in pairwise(channels)
    )
    maps = sum(filters) + (0 if mistake == "dense_norm" else units)
    read = filters[-1] * (1 if mistake == "pooled" else side if mistake == "line" else side**2)
    dense = read * units + units * classes
    dense += 0 if mistake == "no_dense_bias" else units + classes
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
            "no_dense_bias": "Dense layers have biases, one for each unit.",
            "all": "The moving averages aren't trained.",
            "trained": "All parameters are more than the trained ones: the moving averages, two "
            "for each map.",
        }.items()
    ]
    + [
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

_uneven = np.array([0, 1, 1, 1, 2, 0, 2, 1])


def _summed(answers, group, how=np.sum) -> np.ndarray:
    return np.stack([how(answers[:, group == g], axis=1) for g in range(group.max() + 1)], axis=1)


_coarse_answers = by_cases(
    lambda answers, group: _summed(answers, group).argmax(axis=1),
    [
        (np.array([[0.4, 0.3, 0.3], [0.1, 0.6, 0.3]]), np.array([0, 1, 1])),
        (_rows(40, 8), _uneven),
        (_rows(30, 5, seed=4), np.array([1, 0, 1, 0, 1])),
        (_rows(1, 6, seed=5), np.array([0, 0, 0, 1, 2, 2])),
    ],
    mistakes=[
        (
            "You take the superclass of the most probable class. Several less probable classes "
            "together can have more.",
            lambda answers, group: group[answers.argmax(axis=1)],
        ),
        (
            "Superclasses needn't have the same number of classes: sums, no means.",
            lambda answers, group: _summed(answers, group, np.mean).argmax(axis=1),
        ),
        ("These are the sums. Which superclass is answered?", _summed),
        (
            "These are the probabilities of the answers. Which superclass is it?",
            lambda answers, group: _summed(answers, group).max(axis=1),
        ),
        (
            "These are classes; superclasses are asked for.",
            (lambda answers, group: answers.argmax(axis=1)),
        ),
        (
            "This is the least probable superclass.",
            (lambda answers, group: _summed(answers, group).argmin(axis=1)),
        ),
    ],
    steps=(
        "What has superclass 1 in the first row of the example?",
        "answers[:, group == 1] are the columns of superclass 1.",
        "Sum these columns for each superclass, stack the sums, take the largest of each row.",
    ),
    array=True,
)


def _distances(labels, answered, group) -> np.ndarray:
    return np.where(answered == labels, 0, np.where(group[answered] == group[labels], 1, 2))


def _severe(labels, answered, group) -> float:
    wrong = answered != labels
    return _distances(labels, answered, group)[wrong].mean() if wrong.any() else 0.0


def _random_case(n: int, seed: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 8, n), rng.integers(0, 8, n), _uneven


_severity = by_cases(
    _severe,
    [
        (np.array([0, 1, 2, 3]), np.array([0, 2, 0, 1]), np.array([0, 1, 1, 1])),
        _random_case(50, 1),
        _random_case(33, 2),
        (np.array([4, 1, 1]), np.array([4, 1, 1]), _uneven),
        (np.array([5]), np.array([0]), _uneven),
    ],
    mistakes=[
        (
            "Right answers don't count: it is the mean over the mistakes.",
            lambda y, a, g: _distances(y, a, g).mean(),
        ),
        (
            "A mistake inside the superclass is 1, another one 2.",
            lambda y, a, g: _severe(y, a, g) - 1 if (y != a).any() else 0.0,
        ),
        (
            "Without any mistake the mean of nothing is nan. Return 0 then.",
            lambda y, a, g: _severe(y, a, g) if (y != a).any() else np.nan,
        ),
        ("This is the share of mistakes.", lambda y, a, g: (y != a).mean()),
        (
            "This is the sum; the mean is asked for.",
            lambda y, a, g: _distances(y, a, g).sum(),
        ),
        (
            "1 and 2 are swapped: another superclass is the worse mistake.",
            lambda y, a, g: 3 - _severe(y, a, g) if (y != a).any() else 0.0,
        ),
    ],
    steps=(
        "In the example, which of the four answers are wrong, and how far is each?",
        "group[answered] == group[labels] tells whether the superclass is right.",
        "Keep the wrong ones only. Their distance is 1 if the superclass is right, else 2.",
    ),
)

EXERCISES: dict[str, Judge] = {
    "10.1": _top_share,
    "10.2": _vgg_parameters,
    "10.3": _coarse_answers,
    "10.4": _severity,
    "10.5": networks.open_ended(LARGEST_MODEL, fewest=FEWEST, widest=3, classes=100),
}
