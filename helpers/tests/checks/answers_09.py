"""Right and wrong answers to the exercises of notebook 09."""

import keras
import numpy as np

from helpers.tests.checks.networks_09 import (
    concatenated,
    inception,
    joined_outside,
    own_residual,
    residual,
    stacked,
    trainable_parameters,
)


def facts(pairs, width):
    """As a table of stages, and by closed forms."""
    a, b, c = width, 2 * width, 4 * width
    kernels = 27 * a + 9 * (2 * pairs * a * a + a * b + (2 * pairs - 1) * b * b)
    kernels += 9 * (b * c + (2 * pairs - 1) * c * c) + a * b + b * c
    norms = 2 * (a * (1 + 2 * pairs) + 2 * pairs * (b + c) + b + c)
    field = 3 + 4 * pairs + (2 + 4 * (2 * pairs - 1)) + (4 + 8 * (2 * pairs - 1))
    return kernels + norms + 10 * c + 10, field


def built(pairs, width):
    """Right as well: the parameters from the network itself."""
    return trainable_parameters(pairs, width), facts(pairs, width)[1]


def projected(maps, kernel, stride):
    """As a loop over places."""
    rows, columns = range(0, maps.shape[0], stride), range(0, maps.shape[1], stride)
    return np.array([[maps[r, c] @ kernel for c in columns] for r in rows])


def by_keras(maps, kernel, stride):
    return keras.ops.conv(maps[None], kernel[None, None], strides=stride, padding="same")[0]


def block(x, first, second):
    y = first(x)
    y[y < 0] = 0
    y = x + second(y)
    return np.where(y > 0, y, 0)


def mixed(labels, others, shares, classes):
    """As a loop over pictures."""
    rows = np.zeros((len(labels), classes))
    for k, (label, other, share) in enumerate(zip(labels, others, shares, strict=True)):
        rows[k, label] += share
        rows[k, labels[other]] += 1 - share
    return rows


def overwritten(labels, others, shares, classes):
    rows = np.zeros((len(labels), classes))
    rows[np.arange(len(labels)), labels] = shares
    rows[np.arange(len(labels)), labels[others]] = 1 - shares
    return rows


def sorted_shares(labels, others, shares, classes):
    rows = mixed(labels, others, shares, classes)
    shares.sort()
    return rows


RIGHT = {
    "09.1": [facts, built, lambda pairs, width: list(facts(pairs, width))],
    "09.2": [
        projected,
        by_keras,
        lambda m, k, s: np.tensordot(m[::s, ::s], k, 1).astype("float32"),
    ],
    "09.3": [block, lambda x, f, g: keras.ops.relu(x + g(np.maximum(f(x), 0)))],
    "09.4": [mixed, lambda *given: mixed(*given).astype("float32")],
    "09.5": [
        residual,
        lambda: residual(option="A"),
        lambda: residual(bottleneck=True),
        own_residual,
        lambda: residual(augmented=True),
        *[lambda blocks=blocks: residual(blocks, width=10, spread=2.0) for blocks in (12, 26)],
    ],
}
STUBS = {
    "09.1": lambda pairs, width: None,
    "09.2": lambda maps, kernel, stride: None,
    "09.3": lambda x, first, second: None,
    "09.4": lambda labels, others, shares, classes: None,
    "09.5": lambda: None,
}
WRONG = [
    ("09.1", lambda p, w: facts(p, w)[0], "shape"),
    ("09.1", lambda p, w: facts(p, w)[::-1], "parameters first"),
    ("09.1", lambda p, w: (facts(p, w)[0], 25), "It is right for"),
    ("09.1", lambda p, w: facts(3, w), "always take 3 pairs"),
    ("09.1", lambda p, w: (1, 2), "Take 1 pair"),
    ("09.1", lambda p, w: (facts(p, w)[0] + 2 * 13 * w, facts(p, w)[1]), "Take 1 pair"),
    ("09.1", lambda p, w: (facts(p, w)[0] - 2 * w, facts(p, w)[1]), "Take 1 pair"),
    ("09.2", lambda m, k, s: m[::s, ::s] * k.sum(), "expected (1, 2, 2)"),
    ("09.2", lambda m, k, s: (m @ k)[::s], "Only rows"),
    ("09.2", lambda m, k, s: projected(m, k, s).tolist(), "expected an array"),
    ("09.2", lambda m, k, s: m[: -(-len(m) // s), : -(-m.shape[1] // s)] @ k, "Which places"),
    ("09.2", lambda m, k, s: m[::s, ::s] @ k.T, "stopped with ValueError"),
    ("09.3", lambda x, f, g: x + np.maximum(g(np.maximum(f(x), 0)), 0), "F can only add"),
    ("09.3", lambda x, f, g: x, "Where in the drawing"),
    ("09.3", lambda x, f, g: block(x, f, g).tolist(), "expected an array"),
    ("09.3", lambda x, f, g: np.maximum(x + g(f(x)), 0), "one linear map"),
    ("09.4", overwritten, "It is right for"),
    ("09.4", sorted_shares, "changes an array"),
    (
        "09.4",
        lambda y, o, s, c: s[:, None] * np.eye(c)[y] + (1 - s[:, None]) * np.eye(c)[o],
        "whose label",
    ),
    ("09.4", lambda y, o, s, c: mixed(y, o, 1 - s, c), "shares are swapped"),
    ("09.4", lambda y, o, s, c: s * y + (1 - s) * y[o], "expected (2, 3)"),
    ("09.4", lambda y, o, s, c: mixed(y, o, s, c).tolist(), "expected an array"),
    ("09.5", stacked, "no shortcut"),
    ("09.5", concatenated, "no shortcut"),
    ("09.5", inception, "no shortcut"),
    ("09.5", joined_outside, "no shortcut"),
    ("09.5", lambda: residual(blocks=2), "6 convolutions; expected 8"),
    ("09.5", lambda: residual(width=96), "at most 299,999"),
    ("09.5", lambda: residual(compiled=False), "not compiled"),
    ("09.5", lambda: residual(loss="categorical_crossentropy"), "labels are integers"),
    ("09.5", lambda: residual(last=None), "sum to 1"),
    ("09.5", lambda: residual(loss="sparse_crosentropy"), "can't read what the model is compiled"),
    ("09.5", lambda: residual(loss=keras.losses.SparseCategoricalCrossentropy), "can't read"),
    ("09.5", lambda: residual(size=1), "1 × 1"),
    ("09.5", lambda: keras.Sequential, "expected a Keras model"),
]
