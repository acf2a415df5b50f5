"""Right and wrong answers to the exercises of notebook 04."""

import keras
import numpy as np

from helpers.tests.checks.answers_02 import network


def dilated(convolutions=2, rate=2, compiled=True):
    """So many convolutions, the first one dilated."""
    first = keras.layers.Conv2D(3, 3, padding="same", dilation_rate=rate)
    return network(convolutions - 1, first=first, compiled=compiled)


def nested():
    """The dilated convolution in a model inside."""
    layer = keras.layers.Conv2D(3, 3, padding="same", dilation_rate=2)
    return network(1, first=keras.Sequential([keras.Input((32, 32, 3)), layer]))


RIGHT = {
    "04.1": [
        lambda s, k, i, f: s * s * k * k * i * f,
        lambda s, k, i, f: float((s * k) ** 2 * i * f),
    ],
    "04.2": [
        lambda level: next(n for n in range(1, 99) if 2 / 2**n < level),
        lambda level: int(np.floor(1 - np.log2(level))) + 1,
    ],
    "04.3": [
        lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / len(a) ** 0.5),
        lambda a, b: [np.mean(a) - np.mean(b), np.sqrt(np.var(a - b, ddof=1) / len(a))],
    ],
    "04.4": [dilated, lambda: dilated(rate=(1, 3)), nested],
}
STUBS = {
    "04.1": lambda side, kernel_size, inputs, filters: None,
    "04.2": lambda level: None,
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
    ("04.2", lambda level: next(n for n in range(1, 99) if 1 / 2**n < level), "both sides"),
    ("04.2", lambda level: next(n for n in range(1, 99) if 2 / 2**n <= level), "exactly 0.25"),
    ("04.2", lambda level: next(n for n in range(1, 99) if 4 / 2**n < level), "One too many"),
    ("04.2", lambda level: 1 - np.log2(level), "no part of a seed"),
    ("04.2", lambda level: [3], "one number is asked for"),
    ("04.2", lambda level: 8, "Count up from 1"),
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
