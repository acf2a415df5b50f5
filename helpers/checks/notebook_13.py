"""Checks of the exercises of notebook 13."""

import numpy as np

from helpers.checks import halving, handling
from helpers.checks.judging import Judge, by_cases


def _within(bounds, counts, share, mistake=""):
    counts, bounds = np.asarray(counts, float), np.asarray(bounds, float)
    if mistake == "apart":
        counts = counts.cumsum()
    rank = share * counts[-1]
    place = int(np.argmax(counts >= rank))
    low, before = (bounds[place - 1], counts[place - 1]) if place else (0.0, 0.0)
    if mistake == "begins":
        low = 0.0
    inside = (rank - before) / (counts[place] - before)
    if mistake == "rank":
        inside = rank / counts[place]
    if mistake in ("upper", "lower", "middle"):
        inside = {"upper": 1.0, "lower": 0.0, "middle": 0.5}[mistake]
    return low + inside * (bounds[place] - low)


_latency_within = by_cases(
    _within,
    [
        (np.array([0.1, 0.2, 0.4]), np.array([10, 30, 40]), 0.5),
        (np.array([0.005, 0.01, 0.025, 0.05, 0.1]), np.array([3, 50, 180, 199, 200]), 0.97),
        (np.array([0.3, 0.7]), np.array([8, 10]), 0.25),
        (np.array([1.0, 2.0, 4.0, 9.0]), np.array([5, 5, 5, 20]), 0.6),
        (np.array([1.0, 2.0, 4.0, 9.0]), np.array([5, 5, 5, 20]), 0.25),
        (np.array([0.25]), np.array([7]), 0.3),
        (np.array([0.1, 0.6, 0.8]), np.array([0, 2, 9]), 1.0),
    ],
    mistakes=[
        (hint, lambda bounds, counts, share, m=name: _within(bounds, counts, share, m))
        for name, hint in {
            "apart": "The counts are cumulative already: each one holds those before it.",
            "upper": "That is where the bucket ends. Go along the straight line inside it.",
            "lower": "That is where the bucket begins. Go along the straight line inside it.",
            "middle": "Not the middle of the bucket: how far inside it is the one you look for?",
            "begins": "A bucket begins where the one before it ends; only the first begins at 0.",
            "rank": "Inside the bucket, count from its beginning: take those before it away.",
        }.items()
    ]
    + [
        (
            "Counts can be equal: take the *first* bucket that reaches the number.",
            lambda bounds, counts, share: np.interp(share * counts[-1], [0, *counts], [0, *bounds]),
        ),
        (
            "The first bucket begins at 0 seconds, with 0 requests.",
            lambda bounds, counts, share: np.interp(share * counts[-1], counts, bounds),
        ),
        (
            "That is a share of the longest latency. Which request do you look for, by its number?",
            lambda bounds, counts, share: share * bounds[-1],
        ),
    ],
    steps=(
        "In the example: which request is in the middle, by its number? In which bucket is it?",
        "The number is share · counts[-1]. The bucket is the first whose count is at least that.",
        "low + (number − before) / (count − before) · (high − low), with low and before of the "
        "bucket before, or 0.",
    ),
)


EXERCISES: dict[str, Judge] = {
    "13.1": _latency_within,
    "13.2": handling.pictures_in,
    "13.3": handling.bytes_that_stay,
    "13.4": halving.halved,
}
