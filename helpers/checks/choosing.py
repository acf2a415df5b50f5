"""Two checks of notebook 12: the expected best of n trials, and a choice that others judge."""

from functools import partial

import numpy as np

from helpers.checks.judging import by_cases


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


best_of = by_cases(
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
chosen_and_judged = by_cases(
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
