"""Checks of the exercises of notebook 12."""

from functools import partial

import numpy as np

from helpers.checks import choosing, searching
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


EXERCISES: dict[str, Judge] = {
    "12.1": _in_logs,
    "12.2": _trained_epochs,
    "12.3": choosing.best_of,
    "12.4": choosing.chosen_and_judged,
    "12.5": searching.search,
}
