"""Checks of the exercises of notebook 12."""

from functools import partial

import numpy as np

from helpers.checks import searching
from helpers.checks.judging import Judge, by_cases


def _between(low, high, shares):
    return low * (high / low) ** np.asarray(shares, float)


_in_logs = by_cases(
    _between,
    [
        (0.01, 1.0, np.array([0.0, 0.5, 1.0])),
        (0.002, 0.3, np.array([0.9, 0.1, 0.35, 0.35])),
        (2.0, 50.0, np.array([0.25])),
        (3.0, 7.0, np.array([])),
    ],
    mistakes=[
        (
            "These steps are equal in size; equal *factors* are asked for.",
            lambda low, high, s: low + (high - low) * s,
        ),
        (
            "These are the logarithms. Which number has this logarithm?",
            lambda low, high, s: np.log(low) + (np.log(high) - np.log(low)) * s,
        ),
        (
            "These are the logarithms. Which number has this logarithm?",
            lambda low, high, s: np.log10(low) + (np.log10(high) - np.log10(low)) * s,
        ),
        ("Share 0 should give `low`, share 1 `high`.", lambda a, b, s: _between(b, a, s)),
        ("Begin at `low`: at share 0 yours is 1.", lambda low, high, s: (high / low) ** s),
        (
            "The logarithm and its inverse must belong together: np.log and np.exp, or np.log10 "
            "and 10 ** x.",
            lambda low, high, s: 10 ** (np.log(low) + np.log(high / low) * s),
        ),
        (
            "The logarithm and its inverse must belong together: np.log and np.exp, or np.log10 "
            "and 10 ** x.",
            lambda low, high, s: np.exp(np.log10(low) + np.log10(high / low) * s),
        ),
        (
            "These values are drawn at random, or evenly: take the shares that are given.",
            lambda low, high, s: _between(low, high, np.linspace(0, 1, len(s))),
        ),
    ],
    steps=(
        "In the example, what is 0.1 divided by 0.01, and 1 divided by 0.1?",
        "Half of the way in logs is the middle of log(low) and log(high), turned back.",
        "log(low) + share · (log(high) − log(low)); then the inverse of the logarithm.",
    ),
)


def _stopped(curve, finished, mistake=""):
    curve, finished = np.asarray(curve), np.asarray(finished)
    if mistake == "best":
        curve = np.maximum.accumulate(curve)
    if mistake == "median":
        behind = curve < np.median(finished, axis=0)
    elif mistake == "mean":
        behind = curve < finished.mean(axis=0)
    elif mistake == "equal":
        behind = (finished >= curve).mean(axis=0) > 0.5
    elif mistake == "half":
        behind = (finished > curve).mean(axis=0) >= 0.5
    elif mistake == "any":
        behind = (finished > curve).any(axis=0)
    elif mistake == "all":
        behind = (finished > curve).all(axis=0)
    elif mistake == "turned":
        behind = (finished < curve).mean(axis=0) > 0.5
    else:
        behind = (finished > curve).mean(axis=0) > 0.5
    if mistake == "last":
        return len(curve) - int(behind[::-1].argmax()) if behind.any() else len(curve)
    if mistake == "count":
        return len(curve) - int(behind.sum())
    never = {"zero": 0, "before": len(curve)}.get(mistake, len(curve))
    return int(behind.argmax()) + (mistake != "before") if behind.any() else never


_CURVES = np.random.default_rng(3).integers(30, 60, (9, 7)) / 100
_trained_epochs = by_cases(
    _stopped,
    [
        (np.array([0.3, 0.4, 0.4]), np.array([[0.2, 0.5, 0.6], [0.4, 0.45, 0.3]])),
        (np.array([0.5, 0.4, 0.6, 0.2]), np.array([[0.5, 0.4, 0.6, 0.2]] * 3)),
        (np.array([0.5, 0.4, 0.7]), np.array([[0.6, 0.5, 0.1], [0.2, 0.3, 0.9], [0.9, 0.1, 0.8]])),
        (np.array([0.42, 0.44, 0.43, 0.46, 0.41, 0.5, 0.6]), _CURVES),
        (np.array([0.9, 0.3, 0.9, 0.1]), np.array([[0.5, 0.4, 0.6, 0.2]] * 2)),
        (np.array([0.1, 0.9, 0.8]), np.array([[0.2, 0.5, 0.6]])),
        (np.array([0.5, 0.5, 0.1]), np.array([[0.1, 0.1, 0.7], [0.9, 0.9, 0.9], [0.4, 0.4, 0.8]])),
        (
            np.array([0.5, 0.5, 0.5]),
            np.array([[0.6, 0.1, 0.9], [0.1, 0.1, 0.9], [0.1, 0.6, 0.1], [0.6, 0.1, 0.1]]),
        ),
        (np.array([0.4, 0.8]), np.array([[0.1, 0.9], [0.2, 0.9], [0.99, 0.9]])),
    ],
    mistakes=[
        (hint, partial(_stopped, mistake=name))
        for name, hint in {
            "before": "It is stopped *after* that epoch: the epoch was trained, too.",
            "zero": "A trial that is never stopped is trained for all its epochs.",
            "last": "It stops at the first such epoch, not at the last.",
            "count": "After a stop there is no further epoch: the first one decides.",
            "best": "Compare the accuracy of this epoch, not the best so far.",
            "equal": "An equal accuracy isn't lower.",
            "half": "More than half: exactly half isn't enough.",
            "any": "One better trial isn't enough: more than half of them.",
            "all": "Not all of them have to be better: more than half.",
            "turned": "It is stopped where it is *lower* than the others, not higher.",
            "mean": "Count the trials that are better; their mean is another thing.",
            "median": "Count the trials that are better. With an even number of them, the median "
            "lies between two, and the rule is another.",
        }.items()
    ],
    steps=(
        "In the second epoch of the example, how many finished trials are better than 0.4?",
        "(finished > curve) has a row for each trial and a column for each epoch.",
        "The mean of each column above 0.5 says stop; the first such column, plus 1.",
    ),
)


def _expected(values, n, mistake=""):
    ordered = np.sort(values)[:: -1 if mistake == "least" else 1]
    places = np.arange(len(ordered) + 1) / len(ordered)
    if mistake == "shifted":
        return float((ordered * np.diff(np.r_[places[1:], 1.0] ** n)).sum())
    at_most = places * n if mistake == "times" else places**n
    if mistake == "cumulative":
        return float((ordered * at_most[1:]).sum())
    return float((ordered * np.diff(at_most)).sum())


def _without(values, n):
    """The same without putting back, for n up to as many as there are."""
    ordered, m = np.sort(values), len(values)
    n = min(n, m)
    missed = [
        np.prod([(i - k) / (m - k) for k in range(n)]) if i >= n else 0.0 for i in range(m + 1)
    ]
    return float((ordered * np.diff(missed)).sum())


_best_of = by_cases(
    _expected,
    [
        (np.array([0.5, 0.7]), 2),
        (np.array([0.61, 0.35, 0.52, 0.58, 0.44]), 3),
        (np.array([0.3, 0.9, 0.3, 0.6]), 1),
        (np.array([0.42]), 5),
        (np.random.default_rng(5).integers(20, 80, 12) / 100, 7),
    ],
    mistakes=[
        ("That is the best of all values, however few are drawn.", lambda v, n: np.max(v)),
        ("That is the mean of all values, the best of one.", lambda v, n: np.mean(v)),
        ("That is the expected *worst* of n.", partial(_expected, mistake="least")),
        (
            "That is the mean of the n largest. The n draws are random.",
            lambda v, n: np.sort(v)[-n:].mean(),
        ),
        (
            "That is the best of the first n values. Over all possible draws, on average?",
            lambda v, n: np.max(v[:n]),
        ),
        (
            "The probability that all n draws are at most the i-th is a power, (i / m)ⁿ.",
            partial(_expected, mistake="times"),
        ),
        (
            "(i / m)ⁿ is the probability of *at most* the i-th: subtract that of at most the one "
            "before.",
            partial(_expected, mistake="cumulative"),
        ),
        (
            "Your places are one too far: i goes from 1 for the smallest to m for the largest.",
            partial(_expected, mistake="shifted"),
        ),
        (
            "Sort the values first: `values` come in any order.",
            lambda v, n: float((v * np.diff((np.arange(len(v) + 1) / len(v)) ** n)).sum()),
        ),
        ("The draws are put back: a value can come twice.", _without),
    ],
    steps=(
        "In the example there are four pairs of draws. What is the best of each?",
        "The best is at most the i-th with probability (i / m)ⁿ.",
        "Each sorted value times ((i / m)ⁿ − ((i − 1) / m)ⁿ), and the sum of that.",
    ),
)


def _judged(right, choosing, mistake=""):
    right = np.asarray(right, float)
    seen = right if mistake == "all" else right[:, :choosing]
    if mistake == "others":
        seen = right[:, choosing:]
    scores = seen.mean(axis=1)
    best = len(scores) - 1 - scores[::-1].argmax() if mistake == "last" else scores.argmax()
    if mistake == "best":
        return right[:, :choosing].mean(axis=1).max(), right[:, choosing:].mean(axis=1).max()
    if mistake == "everything":
        return right[best, :choosing].mean(), right[best].mean()
    if mistake == "counts":
        return right[best, :choosing].sum(), right[best, choosing:].sum()
    if mistake == "worst":
        best = scores.argmin()
    return right[best, :choosing].mean(), right[best, choosing:].mean()


_ANSWERS = np.random.default_rng(11).random((6, 40)) < 0.6
_chosen_and_judged = by_cases(
    _judged,
    [
        (np.array([[1, 0, 1, 1], [1, 1, 0, 1]]), 2),
        (_ANSWERS, 10),
        (~_ANSWERS[:, ::-1], 25),
        (np.array([[0, 1, 1, 0, 0], [1, 0, 0, 0, 1], [0, 0, 1, 1, 1]]), 1),
        (np.array([[0, 1, 0, 1, 1], [1, 0, 1, 0, 0], [0, 0, 0, 1, 0]]), 2),
    ],
    mistakes=[
        (hint, partial(_judged, mistake=name))
        for name, hint in {
            "all": "All images have chosen. Only the first `choosing` ones may.",
            "others": "The other images have chosen: those are for the judgement.",
            "last": "If several trials are equal, the first one is taken.",
            "best": "The second number is of the trial that was chosen, not the best one there.",
            "everything": "The second accuracy is on the *other* images alone.",
            "counts": "Shares are asked for, not counts.",
            "worst": "This is the worst trial.",
        }.items()
    ]
    + [
        (
            "First the images that chose, then the others.",
            lambda right, choosing: _judged(right, choosing)[::-1],
        ),
        (
            "That is the lead alone; return both accuracies.",
            lambda right, choosing: float(np.subtract(*_judged(right, choosing))),
        ),
    ],
    steps=(
        "In the example, how many of the first two images does each trial answer rightly?",
        "The means of right[:, :choosing] over the images say which trial is chosen.",
        "Of its row, the mean up to `choosing`, and the mean from there on.",
    ),
)

EXERCISES: dict[str, Judge] = {
    "12.1": _in_logs,
    "12.2": _trained_epochs,
    "12.3": _best_of,
    "12.4": _chosen_and_judged,
    "12.5": searching.search,
}
