"""Right and wrong answers to the exercises of notebook 03."""

import keras
import numpy as np
from sklearn.metrics import top_k_accuracy_score

from helpers.tests.checks.answers_02 import network


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


RIGHT = {
    "03.1": [lambda n: n // 2, lambda n: int(np.ceil((n - 1) / 2))],
    "03.2": [lambda c: (by_columns(c), by_rows(c)), lambda c: [list(by_columns(c)), by_rows(c)]],
    "03.3": [
        lambda p, y, k: (place(p, y) <= k).mean(),
        top_by_blanking,
        lambda p, y, k: top_k_accuracy_score(y, p, k=k) if k < p.shape[1] else 1.0,
    ],
    "03.4": [lambda: network(2, pool=4), nested],
}
STUBS = {
    "03.1": lambda pixels: None,
    "03.2": lambda counts: None,
    "03.3": lambda probabilities, labels, k: None,
    "03.4": lambda: None,
}
WRONG = [
    ("03.1", lambda n: -(-n // 3), "adds 2 pixels, not 3"),
    ("03.1", lambda n: n // 3, "And round up"),
    ("03.1", lambda n: (n - 1) // 2, "two layers are not enough"),
    ("03.1", lambda n: (n - 1) / 2, "no half layer"),
    ("03.1", lambda n: (n - 3) // 2, "first layer counts"),
    ("03.1", lambda n: max(1, n // 2), "no layer at all"),
    ("03.1", lambda n: n, "Begin with 1 pixel"),
    ("03.2", lambda c: (by_rows(c), by_columns(c)), "swapped"),
    ("03.2", lambda c: (by_all(c), by_rows(c)), "not by the number of all"),
    ("03.2", lambda c: (by_columns(c), by_columns(c)), "Precision is right"),
    ("03.2", lambda c: (by_rows(c), by_rows(c)), "Recall is right"),
    ("03.2", by_rows, "Return two arrays"),
    ("03.2", lambda c: (by_columns(c).mean(), by_rows(c).mean()), "one number for each class"),
    ("03.2", lambda c: (np.ones(3), np.ones(3)), "divides the diagonal"),
    ("03.3", lambda p, y, k: (p.argmax(1) == y).mean(), "k makes no difference"),
    ("03.3", lambda p, y, k: (place(-p, y) <= k).mean(), "least probable"),
    ("03.3", lambda p, y, k: (place(p, y) == k).mean(), "not only at place k"),
    ("03.3", lambda p, y, k: (place(p, y) <= k).sum(), "You counted"),
    ("03.3", lambda p, y, k: place(p, y) <= k, "one number"),
    ("03.3", lambda p, y, k: 0.5 * k, "for k = 6 of 6"),
    ("03.4", lambda: network(1), "1 convolution layers"),
    ("03.4", lambda: network(2, pool=1), "stay under 100,000"),
    ("03.4", lambda: network(2, compiled=False), "not compiled"),
    ("03.4", lambda: 5, "It returns a int"),
]
