"""Right and wrong answers to the exercises of notebook 08."""

import keras
import numpy as np

from helpers.checks.notebook_08 import _looked_ahead
from helpers.tests.checks.networks_08 import (
    OwnBlock,
    first_convolution,
    gated,
    nested,
    pointwise,
    separable,
    small,
    stack,
    with_a_small_convolution,
    with_own_scaling,
)

layers_of = keras.layers


def looked_ahead(start, step, count, every, keep):
    """As the original paper writes it."""
    slow, fast = start.copy(), start.copy()
    for k in range(count):
        fast = step(fast)
        if k % every == every - 1:
            slow += (1 - keep) * (fast - slow)
            fast = slow.copy()
    return slow


def in_blocks(start, step, count, every, keep):
    """Right as well: a loop over meetings, one inside over steps."""
    for _ in range(count // every):
        fast = start
        for _ in range(every):
            fast = step(fast)
        start = keep * start + (1 - keep) * fast
    return start


def stumbled(mistake):
    return lambda *given: _looked_ahead(*given, mistake)


def parts(rows):
    return np.linalg.eigh(rows.T @ rows / len(rows))


def whitened(rows, least=0.0):
    variances, directions = parts(rows)
    return rows @ directions / np.sqrt(variances + least)


def whitened_and_back(rows):
    """Right as well: turned back after scaling (ZCA)."""
    return whitened(rows) @ parts(rows)[1].T


def whitened_by_triangle(rows):
    """Right as well: by Cholesky's triangle instead of eigenvectors."""
    return rows @ np.linalg.inv(np.linalg.cholesky(rows.T @ rows / len(rows))).T


def whitened_by_svd(rows):
    return np.linalg.svd(rows, full_matrices=False)[0] * np.sqrt(len(rows))


def scaled(rows):
    return rows / np.sqrt((rows**2).mean(axis=0))


def without_the_mean(rows):
    return whitened(rows - rows.mean(axis=0))


def one_less(rows):
    return whitened(rows) * np.sqrt((len(rows) - 1) / len(rows))


def transposed(rows):
    variances, directions = parts(rows)
    return rows @ directions.T / np.sqrt(variances)


def adds(layers):
    return sum(r * c * k * k * i * f for r, c, k, i, f in layers)


def cost(layers, images, epochs):
    return 6 * adds(layers) * images * epochs


def exact_cost(layers, images, epochs):
    """Right as well, and more exact: nobody needs the gradient of the first layer's input."""
    total = 0
    for number, layer in enumerate(layers):
        total += (4 if number == 0 else 6) * adds([layer])
    return float(total) * images * epochs


class RunningTotal:
    """Adds to what earlier calls left."""

    total = 0

    def __call__(self, layers, images, epochs):
        self.total += cost(layers, images, epochs)
        return self.total


RIGHT = {
    "08.1": [
        looked_ahead,
        in_blocks,
        stumbled(""),
        lambda *given: keras.ops.convert_to_tensor(looked_ahead(*given)),
    ],
    "08.2": [
        whitened,
        whitened_and_back,
        whitened_by_triangle,
        whitened_by_svd,
        lambda rows: whitened(rows, 0.0005),
        lambda rows: whitened(rows.astype("float32")),
    ],
    "08.3": [cost, exact_cost, lambda *given: np.int64(cost(*given))],
    "08.4": [
        stack,
        lambda: tuple(stack()),
        with_a_small_convolution,
        with_own_scaling,
        separable,
        lambda: stack(groups=8),
        nested,
        gated,
    ],
}
STUBS = {
    "08.1": lambda start, step, count, every, keep: None,
    "08.2": lambda rows: None,
    "08.3": lambda layers, images, epochs: None,
    "08.4": lambda: None,
}
WRONG = [
    ("08.1", stumbled("swapped"), "two shares are swapped"),
    ("08.1", stumbled("apart"), "yours go on alone"),
    ("08.1", stumbled("rest"), "are dropped"),
    ("08.1", stumbled("first"), "not after the first one"),
    ("08.1", stumbled("always"), "after each step"),
    ("08.1", stumbled("at_the_end"), "once, at the end"),
    ("08.1", stumbled("jumps"), "What is `keep` for"),
    ("08.1", stumbled("never"), "never moves"),
    ("08.1", stumbled("alone"), "end alone"),
    ("08.1", lambda start, step, n, e, k: step(start)[:1], "expected (2,)"),
    (
        "08.1",
        lambda start, step, n, e, k: looked_ahead(start, step, n, 2, k),
        "It is right for",
    ),
    ("08.1", lambda *given: looked_ahead(*given).tolist(), "expected an array"),
    ("08.1", lambda start, *rest: start * 7, "Where are slow and fast"),
    ("08.1", lambda start, step, *rest: step, "expected numbers"),
    ("08.2", scaled, "still go together"),
    ("08.2", lambda rows: rows @ parts(rows)[1], "not yet scaled"),
    ("08.2", lambda rows: rows @ parts(rows)[1] / parts(rows)[0], "Is that its size"),
    ("08.2", lambda rows: 2 * whitened(rows), "mean squares are not 1"),
    ("08.2", without_the_mean, "subtracted the mean"),
    ("08.2", one_less, "not one less"),
    ("08.2", lambda rows: whitened(rows) / np.sqrt(len(rows)), "where is n"),
    ("08.2", transposed, "in rows or in columns"),
    ("08.2", lambda rows: np.sqrt(len(rows)) * np.eye(*rows.shape), "from the same row"),
    ("08.2", lambda rows: rows.T, "expected that of rows"),
    ("08.2", lambda rows: whitened(rows).tolist(), "expected an array"),
    ("08.2", lambda rows: rows, "Which are wrong"),
    ("08.3", lambda layers, n, e: adds(layers) * n * e, "how many operations is one"),
    ("08.3", lambda layers, n, e: 2 * adds(layers) * n * e, "What else does a training step"),
    ("08.3", lambda layers, n, e: 3 * adds(layers) * n * e, "multiply-add is two"),
    ("08.3", lambda layers, n, e: 4 * adds(layers) * n * e, "one or two kinds"),
    ("08.3", lambda layers, n, e: 6 * adds(layers) * n, "epochs are missing"),
    ("08.3", lambda layers, n, e: 6 * adds(layers) * e, "images are missing"),
    ("08.3", lambda layers, n, e: 6 * adds(layers), "one image"),
    (
        "08.3",
        lambda layers, n, e: 6 * n * e * sum(r * r * k * k * i * f for r, c, k, i, f in layers),
        "needn't be square",
    ),
    (
        "08.3",
        lambda layers, n, e: 6 * n * e * sum(r * c * k * i * f for r, c, k, i, f in layers),
        "more than k places",
    ),
    ("08.3", RunningTotal(), "Called twice alike"),
    ("08.3", lambda layers, n, e: [cost(layers[:k], n, e) for k in (1, 2)], "one number"),
    ("08.3", lambda layers, n, e: cost(layers[:1], n, e), "Only the first layer"),
    ("08.3", lambda layers, n, e: 6 * adds(layers) * n * 3, "It is right for"),
    ("08.3", lambda layers, n, e: 1, "Take one layer"),
    ("08.3", lambda layers, n, e: layers, "shape"),
    ("08.4", lambda: stack(count=3), "3 convolutions; keep 4"),
    ("08.4", lambda: stack(count=1), "1 convolution; keep 4"),
    ("08.4", lambda: stack(filters=64), "stay under 60,000,000"),
    ("08.4", lambda: stack(use_bias=True), "without bias"),
    ("08.4", lambda: stack(filters=16), "don't narrow"),
    ("08.4", lambda: stack(activation=None), "sum to 1"),
    ("08.4", lambda: stack()[:1] + stack()[2:], "Begin as fast_layers does"),
    ("08.4", lambda: first_convolution(kernel_size=3), "Begin as fast_layers does"),
    ("08.4", lambda: first_convolution(use_bias=True), "Begin as fast_layers does"),
    ("08.4", lambda: first_convolution(filters=12), "Begin as fast_layers does"),
    ("08.4", lambda: small(*[pointwise() for _ in range(3)]), "kernels are 1 × 1"),
    ("08.4", lambda: small(*[pointwise(None) for _ in range(3)]), "kernels are 1 × 1"),
    ("08.4", lambda: small(*[layers_of.Conv2D(32, 3, use_bias=False)] * 3), "stack these layers"),
    (
        "08.4",
        lambda: small(*[layers_of.Conv2D(32, 3, use_bias=False) for _ in range(3)]),
        "no activation between",
    ),
    (
        "08.4",
        lambda: [*stack(), layers_of.BatchNormalization()],
        "What stands behind the softmax",
    ),
    ("08.4", lambda: small(OwnBlock(), OwnBlock(), OwnBlock()), "can't be counted"),
    ("08.4", lambda: stack(units=9), "(None, 10)"),
    ("08.4", lambda: stack(activation="relu") and [*stack(activation="relu")][:-1], "(None, 10)"),
    ("08.4", lambda: stack(first=None), "no input shape"),
    ("08.4", lambda: keras.Sequential(stack()), "expected a list"),
    ("08.4", lambda: [*stack(), 7], "can't stack these layers"),
]
