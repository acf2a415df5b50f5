"""Right and wrong answers to the exercises of notebook 03."""

import keras
import numpy as np
from sklearn.metrics import top_k_accuracy_score

from helpers.tests.checks.answers_01 import LOGITS, frozen_model
from helpers.tests.checks.answers_02 import network, own_convolution


def seen(layers, place):
    """Right, by the rules of section 2: the field's width, and all strides together."""
    width, step = 1, 1
    for kernel, stride in layers:
        width += (kernel - 1) * step
        step *= stride
    return place * step, place * step + width - 1


def by_sets(layers, place):
    """Right, by all numbers of each map."""
    numbers = {place}
    for kernel, stride in layers[::-1]:
        numbers = {n * stride + k for n in numbers for k in range(kernel)}
    return np.array([min(numbers), max(numbers)])


def used_up(layers, place):
    """Right, and empties its own copy of the list."""
    first = last = place
    while layers:
        kernel, stride = layers.pop()
        first, last = first * stride, last * stride + kernel - 1
    return [first, last]


def not_reversed(layers, place):
    first = last = place
    for kernel, stride in layers:
        first, last = first * stride, last * stride + kernel - 1
    return first, last


def by_first(layers, place):
    """The last number is taken from the first one."""
    first = last = place
    for kernel, stride in reversed(layers):
        first = first * stride
        last = first + kernel - 1
    return first, last


def place(probabilities, labels):
    """How many classes are at least as probable as the right one."""
    right = probabilities[np.arange(len(labels)), labels]
    return (probabilities >= right[:, None]).sum(axis=1)


def by_columns(counts):
    return np.diag(counts) / counts.sum(axis=0)


def by_rows(counts):
    return np.diag(counts) / counts.sum(axis=1)


def by_all(counts):
    return np.diag(counts) / counts.sum()


def by_errors(counts):
    """Right, but changes the matrix that it was given."""
    answered, true = counts.sum(axis=0), counts.sum(axis=1)
    np.fill_diagonal(counts, 0)
    return 1 - counts.sum(axis=0) / answered, 1 - counts.sum(axis=1) / true


def of_three(counts):
    """For three classes only."""
    right = np.array([counts[c, c] for c in range(3)])
    return right / counts[:, :3].sum(axis=0), right / counts[:3].sum(axis=1)


def nested():
    """Two convolutions, one of them in a model inside."""
    block = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(3, 3, padding="same")])
    return network(1, first=block)


def top_by_blanking(probabilities, labels, k):
    """Right, but changes the array that it was given."""
    found = np.zeros(len(labels), bool)
    for _ in range(k):
        best = probabilities.argmax(axis=1)
        found |= best == labels
        probabilities[np.arange(len(labels)), best] = -1
    return found.mean()


def top_by_library(p, y, k):
    classes = p.shape[1]
    return top_k_accuracy_score(y, p, k=k, labels=np.arange(classes)) if k < classes else 1.0


def all_compared(p, y, k):
    return (p.argsort(axis=1)[:, -k:] == y[:, None]).mean()


RIGHT = {
    "03.1": [seen, by_sets, used_up],
    "03.2": [
        lambda c: (by_columns(c), by_rows(c)),
        lambda c: [list(by_columns(c)), by_rows(c)],
        lambda c: np.array([by_columns(c), by_rows(c)]),
        by_errors,
    ],
    "03.3": [lambda p, y, k: (place(p, y) <= k).mean(), top_by_blanking, top_by_library],
    "03.4": [
        lambda: network(2, pool=4),
        nested,
        lambda: network(2, last=None, loss=LOGITS),
        lambda: network(2, size=(1, 3)),
        lambda: network(1, first=keras.layers.Conv2D(4, 1)),
        lambda: network(
            1,
            first=keras.layers.SpectralNormalization(keras.layers.Conv2D(8, 3, activation="relu")),
        ),
    ],
}
STUBS = {
    "03.1": lambda layers, place: None,
    "03.2": lambda counts: None,
    "03.3": lambda probabilities, labels, k: None,
    "03.4": lambda: None,
}
WRONG = [
    ("03.1", not_reversed, "At which end"),
    ("03.1", by_first, "Follow the *last* number"),
    ("03.1", lambda layers, i: (seen(layers, i)[0], seen(layers, i)[1] + 1), "itself, not the one"),
    ("03.1", lambda layers, i: (i, i + seen(layers, 0)[1]), "as many pixels further"),
    ("03.1", lambda layers, i: seen(layers, 0), "This is for place 0"),
    ("03.1", lambda layers, i: seen([(k, 1) for k, _ in layers], i), "nothing of the strides"),
    ("03.1", lambda layers, i: seen([(s, s) for _, s in layers], i), "nothing of the kernels"),
    ("03.1", lambda layers, i: (1 + seen(layers, i)[0], 1 + seen(layers, i)[1]), "from 0"),
    ("03.1", lambda layers, i: seen(layers, i)[1], "2 numbers"),
    ("03.1", lambda layers, i: (4 * i, 4 * i + 9), "wrong for"),
    ("03.1", lambda layers, i: (3, 5), "Take the last layer alone"),
    ("03.1", lambda layers, i: range(3), "It returns a range"),
    ("03.2", lambda c: (by_rows(c), by_columns(c)), "swapped"),
    ("03.2", lambda c: (by_all(c), by_rows(c)), "not by the number of all"),
    ("03.2", lambda c: (by_columns(c), by_columns(c)), "Precision is right"),
    ("03.2", lambda c: (by_rows(c), by_rows(c)), "Recall is right"),
    ("03.2", by_rows, "expected"),
    ("03.2", lambda c: (by_columns(c).mean(), by_rows(c).mean()), "expected (2,), (2,)"),
    ("03.2", lambda c: (c.max(0) / c.sum(0), c.max(1) / c.sum(1)), "the largest count"),
    ("03.2", of_three, "stopped with IndexError"),
    ("03.2", lambda c: (np.ones(len(c)), np.ones(len(c))), "wrong for [[8, 2], [4, 1]]"),
    ("03.2", lambda c: (np.full(len(c), 0.3), np.full(len(c), 0.2)), "Take the class 'cat'"),
    ("03.2", lambda c: (by_columns(c).astype(str), by_rows(c)), "expected numbers"),
    ("03.3", lambda p, y, k: (p.argmax(1) == y).mean(), "k makes no difference"),
    ("03.3", lambda p, y, k: (place(-p, y) <= k).mean(), "least probable"),
    ("03.3", lambda p, y, k: (place(p, y) == k).mean(), "not only at place k"),
    ("03.3", lambda p, y, k: (place(p, y) <= k).sum(), "You counted"),
    ("03.3", lambda p, y, k: (place(p, y) <= k).sum() / 41, "is right for"),
    ("03.3", lambda p, y, k: place(p, y) <= k, "one number"),
    ("03.3", lambda p, y, k: (place(p, y) < k).mean(), "one class too few"),
    ("03.3", all_compared, "not by all k × n"),
    ("03.3", lambda p, y, k: 0.31 * k, "Which two classes"),
    ("03.4", lambda: network(1), "1 convolution; expected 2"),
    ("03.4", lambda: network(2, pool=1), "at most 100,000"),
    ("03.4", lambda: network(2, compiled=False), "not compiled"),
    ("03.4", lambda: network(2, loss=LOGITS), "one of the two is too much"),
    ("03.4", lambda: network(2, last=None), "sum to 1"),
    ("03.4", lambda: network(2, rate=0.0), "The learning rate is 0"),
    ("03.4", lambda: network(2, size=1), "Its kernels are 1 × 1"),
    ("03.4", own_convolution, "1 convolution; expected 2"),
    ("03.4", frozen_model, "0 convolutions"),
    ("03.4", lambda: 5, "expected a Keras model"),
]
