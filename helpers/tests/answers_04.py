"""Right and wrong answers to the exercises of notebook 04."""

import itertools

import keras
import numpy as np

from helpers.tests.answers_02 import network


def dilated(convolutions=2, rate=2, compiled=True):
    """So many convolutions, the first one dilated."""
    first = keras.layers.Conv2D(3, 3, padding="same", dilation_rate=rate)
    return network(convolutions - 1, first=first, compiled=compiled)


def pairs(accuracies):
    return np.array([a - b for a, b in itertools.combinations(accuracies, 2)])


RIGHT = {
    "04.1": [
        lambda s, k, i, f: s * s * k * k * i * f,
        lambda s, k, i, f: float((s * k) ** 2 * i * f),
    ],
    "04.2": [
        lambda a, gap: (abs(pairs(a)) >= gap - 1e-12).mean(),
        lambda a, gap: (
            sum(abs(x - y) >= gap for i, x in enumerate(a) for y in a[:i])
            / (len(a) * (len(a) - 1) / 2)
        ),
    ],
    "04.3": [
        lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / len(a) ** 0.5),
        lambda a, b: [np.mean(a) - np.mean(b), np.sqrt(np.var(a - b, ddof=1) / len(a))],
    ],
    "04.4": [dilated, lambda: dilated(rate=(1, 3))],
}
STUBS = {
    "04.1": lambda side, kernel_size, inputs, filters: None,
    "04.2": lambda accuracies, gap: None,
    "04.3": lambda a, b: None,
    "04.4": lambda: None,
}
WRONG = [
    ("04.1", lambda s, k, i, f: k * k * i * f, "These are the weights"),
    ("04.1", lambda s, k, i, f: s * s * k * k * f, "inputs are missing"),
    ("04.1", lambda s, k, i, f: s * s * k * i * f, "as many columns"),
    ("04.1", lambda s, k, i, f: s * k * k * i * f, "The map has side rows"),
    ("04.1", lambda s, k, i, f: 2 * s * s * k * k * i * f, "These are FLOPs"),
    ("04.1", lambda s, k, i, f: s, "times filters"),
    ("04.2", lambda a, gap: (abs(pairs(a)) >= gap).sum(), "You counted the pairs"),
    ("04.2", lambda a, gap: (pairs(a) >= gap).mean(), "has no sign"),
    ("04.2", lambda a, gap: (abs(a[:, None] - a) >= gap).mean(), "pair with itself"),
    ("04.2", lambda a, gap: (abs(np.diff(a)) >= gap).mean(), "neighbours"),
    ("04.2", lambda a, gap: (abs(pairs(a)) > gap + 1e-12).mean(), "exactly `gap` apart"),
    ("04.2", lambda a, gap: abs(pairs(a)) >= gap, "one number is asked for"),
    ("04.2", lambda a, gap: 0.123, "2 of 3 pairs"),
    ("04.3", lambda a, b: (b.mean() - a.mean(), 1), "other way round"),
    ("04.3", lambda a, b: ((a - b).mean(), (a - b).std(ddof=1)), "smaller by √n"),
    ("04.3", lambda a, b: ((a - b).mean(), (a - b).std() / len(a) ** 0.5), "n − 1"),
    (
        "04.3",
        lambda a, b: ((a - b).mean(), ((a.var(ddof=1) + b.var(ddof=1)) / len(a)) ** 0.5),
        "You added the spreads",
    ),
    ("04.3", lambda a, b: (a - b).mean(), "Return two numbers"),
    ("04.3", lambda a, b: (0.5, 0.1), "mean of the differences"),
    ("04.3", lambda a, b: ((a - b).mean(), 7), "Standard error"),
    ("04.4", lambda: network(2), "No convolution is dilated"),
    ("04.4", lambda: dilated(3), "3 convolution layers"),
    ("04.4", lambda: dilated(compiled=False), "not compiled"),
    ("04.4", lambda: 5, "It returns a int"),
]
