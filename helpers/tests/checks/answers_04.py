"""Right and wrong answers to the exercises of notebook 04."""

import itertools

import keras
import numpy as np
from scipy import stats

from helpers.tests.checks.answers_01 import LOGITS, LOSS
from helpers.tests.checks.answers_02 import network


def recipe(rate=0.02, momentum=0.9, schedule=True):
    rate = keras.optimizers.schedules.CosineDecay(rate, decay_steps=100) if schedule else rate
    return keras.optimizers.SGD(rate, momentum=momentum, nesterov=True, weight_decay=0.03)


def dilated(
    rates=(2, 2),
    size=3,
    filters=32,
    activation="relu",
    pooling=keras.layers.MaxPooling2D,
    nested=False,
    drop=0.0,
    last="softmax",
    loss=LOSS,
    optimizer=recipe,
    padding="same",
    mirrored=False,
):
    """The network of the notebook, with one or both convolutions dilated, or one more change."""
    how = {"activation": activation, "padding": padding}
    first = keras.layers.Conv2D(filters, size, dilation_rate=rates[0], **how)
    if nested:
        first = keras.Sequential([keras.Input((32, 32, 3)), first])
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *([keras.layers.RandomFlip("horizontal")] if mirrored else []),
            keras.layers.Rescaling(1 / 127.5, offset=-1),
            first,
            pooling(2),
            keras.layers.Conv2D(2 * filters, size, dilation_rate=rates[1], **how),
            pooling(2),
            keras.layers.Flatten(),
            keras.layers.Dropout(drop),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation=last),
        ]
    )
    if optimizer is not None:
        model.compile(optimizer() if callable(optimizer) else optimizer, loss, metrics=["accuracy"])
    return model


def interval(a, b, factor):
    differences = a - b
    error = differences.std(ddof=1) / len(a) ** 0.5
    return differences.mean() - factor * error, differences.mean() + factor * error


def in_place(a, b, factor):
    """Right, and changes its own copy."""
    a -= b
    reach = factor * (sum((a - a.mean()) ** 2) / (len(a) - 1) / len(a)) ** 0.5
    return [a.mean() - reach, a.mean() + reach]


def by_library(a, b, factor):
    return np.mean(a - b) + factor * stats.sem(a - b) * np.array([-1, 1])


def for_five(a, b, factor):
    reach = factor * (a - b).std(ddof=1) / 5**0.5
    return (a - b).mean() - reach, (a - b).mean() + reach


def not_below_zero(a, b, factor):
    reach = factor * (a - b).std(ddof=1) / len(a) ** 0.5
    return abs((a - b).mean()) - reach, abs((a - b).mean()) + reach


def spread_itself(a, b, factor):
    reach = factor * (a - b).std(ddof=1)
    return (a - b).mean() - reach, (a - b).mean() + reach


def by_n(a, b, factor):
    reach = factor * (a - b).std() / len(a) ** 0.5
    return (a - b).mean() - reach, (a - b).mean() + reach


def both_spreads(a, b, factor):
    reach = factor * ((a.var(ddof=1) + b.var(ddof=1)) / len(a)) ** 0.5
    return (a - b).mean() - reach, (a - b).mean() + reach


def seeds(level):
    return next(n for n in itertools.count(1) if 2 / 2**n < level)


def holm(p_values, level):
    """Right, by the largest limit that all smaller ones pass."""
    shown = [False] * len(p_values)
    for tests_left, place in zip(range(len(shown), 0, -1), np.argsort(p_values), strict=True):
        if p_values[place] >= level / tests_left:
            break
        shown[place] = True
    return shown


def by_comparing(p_values, level):
    """Right: each is shown if all that are not larger pass."""
    ordered = sorted(p_values)
    passed = np.array(ordered) < level / np.arange(len(ordered), 0, -1)
    good = len(ordered) if passed.all() else passed.argmin()
    return np.array([ordered.index(p) < good for p in p_values])


RIGHT = {
    "04.1": [interval, in_place, by_library],
    "04.2": [seeds, lambda level: int(np.floor(1 - np.log2(level))) + 1],
    "04.3": [holm, by_comparing, lambda p, level: np.array(holm(p, level), int)],
    "04.4": [
        dilated,
        lambda: dilated((1, 3)),
        lambda: dilated((2, 1), nested=True),
        lambda: dilated(loss=keras.losses.SparseCategoricalCrossentropy()),
    ],
}
STUBS = {
    "04.1": lambda a, b, factor: None,
    "04.2": lambda level: None,
    "04.3": lambda p_values, level: None,
    "04.4": lambda: None,
}
WRONG = [
    ("04.1", lambda a, b, factor: interval(b, a, factor), "other way round"),
    ("04.1", spread_itself, "smaller by √n"),
    ("04.1", by_n, "n − 1"),
    ("04.1", both_spreads, "You added the spreads"),
    ("04.1", not_below_zero, "A mean below 0 stays below 0"),
    ("04.1", for_five, "wrong for [0.75, 0.76, 0.77]"),
    ("04.1", lambda a, b, factor: interval(a, b, 1), "What is `factor` for"),
    ("04.1", lambda a, b, factor: interval(a, b, 4.3), "is right for [0.75, 0.76, 0.77]"),
    ("04.1", lambda a, b, factor: (a - b).mean(), "2 numbers"),
    ("04.1", lambda a, b, factor: interval(a, b, factor)[::-1], "First the lower end"),
    ("04.1", lambda a, b, factor: (0.5, 0.1), "differences of the example"),
    ("04.1", lambda a, b, factor: str(interval(a, b, factor)), "It returns a str"),
    ("04.2", lambda level: next(n for n in range(1, 99) if 1 / 2**n < level), "all signs alike"),
    ("04.2", lambda level: next(n for n in range(1, 99) if 2 / 2**n <= level), "exactly 0.25"),
    ("04.2", lambda level: next(n for n in range(1, 99) if 4 / 2**n < level), "One too many"),
    ("04.2", lambda level: 1 - np.log2(level), "no part of a seed"),
    ("04.2", lambda level: [3], "one number is asked for"),
    ("04.2", lambda level: 8, "is right for 0.0125, and wrong for 0.3"),
    ("04.2", lambda level: 40, "smallest p-value that two seeds"),
    ("04.3", lambda p, level: p < level / len(p), "That is Bonferroni"),
    ("04.3", lambda p, level: p < level, "number of tests makes no difference"),
    ("04.3", lambda p, level: sorted(holm(p, level), reverse=True), "Bring them back"),
    ("04.3", lambda p, level: sum(holm(p, level)), "expected (3,)"),
    ("04.3", lambda p, level: np.flatnonzero(holm(p, level)), "expected (3,)"),
    ("04.3", lambda p, level: np.zeros(len(p)), "is right for"),
    ("04.3", lambda p, level: 0.5 * p, "What is the limit of the first one"),
    ("04.3", lambda p, level: ["shown"] * len(p), "It returns a str"),
    ("04.4", lambda: network(2, padding="same"), "No convolution is dilated"),
    ("04.4", lambda: dilated((1, 1)), "No convolution is dilated"),
    ("04.4", lambda: network(3), "3 convolutions"),
    ("04.4", lambda: dilated(optimizer=None), "not compiled"),
    ("04.4", lambda: dilated(mirrored=True), "not the same network"),
    ("04.4", lambda: 5, "expected a Keras model"),
    ("04.4", lambda: dilated(size=5), "Keep 3 × 3"),
    ("04.4", lambda: dilated(size=1, rates=(3, 3)), "Its kernels are 1 × 1"),
    ("04.4", lambda: dilated(filters=30), "What else did you change"),
    ("04.4", lambda: dilated(padding="valid"), "What else did you change"),
    ("04.4", lambda: dilated(activation="tanh"), "not the same network"),
    ("04.4", lambda: dilated(pooling=keras.layers.AveragePooling2D), "not the same network"),
    ("04.4", lambda: dilated(drop=0.5), "not the same network"),
    ("04.4", lambda: dilated(loss=LOGITS), "one of the two is too much"),
    ("04.4", lambda: dilated(last=None), "sum to 1"),
    ("04.4", lambda: dilated(optimizer="adam"), "Keep the recipe"),
    ("04.4", lambda: dilated(optimizer=lambda: recipe(0.1)), "Keep the recipe"),
    ("04.4", lambda: dilated(optimizer=lambda: recipe(momentum=0.0)), "Keep the recipe"),
    ("04.4", lambda: dilated(optimizer=lambda: recipe(0.0, schedule=False)), "learning rate is 0"),
]
