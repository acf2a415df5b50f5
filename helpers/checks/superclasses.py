"""Judges of two exercises on superclasses: read off from classes, and how wrong mistakes are."""

import numpy as np

from helpers.checks.judging import by_cases


def rows(count: int, classes: int, seed: int = 0) -> np.ndarray:
    """Made-up probabilities, all different, float32 `(count, classes)`."""
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(classes), count).astype("float32")


_uneven = np.array([0, 1, 1, 2, 2, 0, 2, 1])


def _summed(answers, group, how=np.sum) -> np.ndarray:
    return np.stack([how(answers[:, group == g], axis=1) for g in range(group.max() + 1)], axis=1)


coarse_answers = by_cases(
    lambda answers, group: _summed(answers, group).argmax(axis=1),
    [
        (np.array([[0.4, 0.3, 0.3], [0.1, 0.6, 0.3]]), np.array([0, 1, 1])),
        (rows(40, 8), _uneven),
        (rows(30, 5, seed=4), np.array([1, 0, 1, 0, 1])),
        (rows(1, 6, seed=5), np.array([0, 0, 0, 1, 2, 2])),
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
            "Superclasses are numbered from 0.",
            lambda answers, group: _summed(answers, group).argmax(axis=1) + 1,
        ),
        (
            "The last superclass is never answered: how many are there?",
            lambda answers, group: _summed(answers, group)[:, :-1].argmax(axis=1),
        ),
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


severity = by_cases(
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
            "Right answers don't count: take the mistakes alone.",
            lambda y, a, g: np.where(g[a] == g[y], 1, 2).mean(),
        ),
        (
            "A mistake inside the superclass is one, too.",
            lambda y, a, g: 2.0 if (g[a] != g[y]).any() else 0.0,
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
