"""Right and wrong answers to the exercises of notebook 05."""

import keras
import numpy as np

from helpers.checks.notebook_05 import _holes, _rates
from helpers.tests.checks.answers_01 import LOGITS
from helpers.tests.checks.networks_05 import (
    convolution,
    frozen,
    in_bfloat16,
    nested,
    normalisation,
    own_model,
    slim,
    spectral,
    usual_with_dropout,
)


def by_keras(losses, rate, factor, patience):
    """What Keras' own callback does, asked epoch by epoch."""
    model = slim()
    model.optimizer.learning_rate = rate
    callback = keras.callbacks.ReduceLROnPlateau("val_loss", factor, patience, min_delta=0)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        rates.append(float(model.optimizer.learning_rate))
        callback.on_epoch_end(epoch, {"val_loss": loss})
    return rates


def holes(images, rows, columns, side):
    covered = images.copy()
    for image, row, column in zip(covered, rows, columns, strict=True):
        image[max(row, 0) : max(row + side, 0), max(column, 0) : max(column + side, 0)] = 128
    return covered


def holes_in_place(images, rows, columns, side):
    """Right, but changes what it was given; pixel by pixel."""
    for i in range(len(images)):
        for row in range(images.shape[1]):
            for column in range(images.shape[2]):
                if 0 <= row - rows[i] < side and 0 <= column - columns[i] < side:
                    images[i, row, column] = 128
    return images


def from_zero_only(images, rows, columns, side):
    for image, row, column in zip(images, rows, columns, strict=True):
        image[max(row, 0) : row + side, max(column, 0) : column + side] = 128
    return images


def without_classes(labels, classes, amount):
    return (1 - amount) * keras.utils.to_categorical(labels) + amount / classes


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def without_last(labels, classes, amount):
    rows = np.full((len(labels), classes), amount / classes)
    for k in range(classes - 1):
        rows[labels == k, k] += 1 - amount
    return rows


def rates_by_loop(losses, rate, factor, patience):
    """Right; begins with the first loss as the best one."""
    rates, best, bad = [rate], losses[0], 0
    for loss in losses[1:]:
        rates.append(rate)
        best, bad = (loss, 0) if loss < best else (best, bad + 1)
        if bad == patience:
            rate, bad = rate * factor, 0
    return np.array(rates)


def mistaken(mistake=""):
    return lambda losses, rate, factor, patience: _rates(losses, rate, factor, patience, mistake)


def from_ten(losses, rate, factor, patience):
    return _rates([min(loss, 10) for loss in losses], rate, factor, patience)


RIGHT = {
    "05.1": [
        holes,
        holes_in_place,
        lambda *given: holes(*given).astype("float32"),
        lambda *given: keras.ops.convert_to_tensor(holes(*given)),
    ],
    "05.2": [
        lambda y, c, a: (1 - a) * one_hot(y, c) + a / c,
        lambda y, c, a: np.array(
            [[1 - a + a / c if k == label else a / c for k in range(c)] for label in y]
        ).reshape(-1, c),
        lambda y, c, a: tuple((1 - a) * one_hot(y, c) + a / c),
        lambda y, c, a: keras.ops.cast((1 - a) * one_hot(y, c) + a / c, "float32"),
        lambda y, c, a: keras.ops.cast((1 - a) * one_hot(y, c) + a / c, "bfloat16"),
    ],
    "05.3": [by_keras, mistaken(), rates_by_loop, lambda *case: tuple(rates_by_loop(*case))],
    "05.4": [
        slim,
        nested,
        own_model,
        lambda: own_model("by hand"),
        in_bfloat16,
        spectral,
        lambda: slim(*usual_with_dropout()),
        lambda: slim(last=None, loss=LOGITS),
        lambda: slim(last=None, loss=LOGITS, behind=[normalisation()]),
        lambda: slim(loss=keras.losses.SparseCategoricalCrossentropy()),
    ],
}
STUBS = {
    "05.1": lambda images, rows, columns, side: None,
    "05.2": lambda labels, classes, amount: None,
    "05.3": lambda losses, rate, factor, patience: None,
    "05.4": lambda: None,
}
WRONG = [
    ("05.1", lambda i, r, c, s: i, "Nothing is covered"),
    ("05.1", lambda i, r, c, s: holes(i, c, r, s), "swapped"),
    ("05.1", lambda i, r, c, s: _holes(i, r, c, s, fill=0), "black"),
    ("05.1", lambda i, r, c, s: holes(i, r, c, s + 1), "one pixel too wide"),
    ("05.1", lambda i, r, c, s: holes(i, r - s // 2, c - s // 2, s), "not of the middle"),
    ("05.1", lambda i, r, c, s: holes(i, [r[0]] * len(i), [c[0]] * len(i), s), "of the first one"),
    ("05.1", lambda i, r, c, s: holes(i, np.maximum(r, 0), np.maximum(c, 0), s), "too large"),
    ("05.1", lambda i, r, c, s: holes(i, r, c, 4), "an array of shape (3, 6, 9, 3)"),
    ("05.1", lambda i, r, c, s: holes(i, r, c, s)[0], "the shape is (6, 9, 3)"),
    ("05.1", lambda i, r, c, s: holes(i, r, c, s).tolist(), "expected an array"),
    ("05.1", lambda i, r, c, s: i // 2, "Which rows are grey"),
    ("05.1", from_zero_only, "lies wholly outside"),
    ("05.1", lambda i, r, c, s: holes(i, np.minimum(r, 32 - s), c, s), "It is right for"),
    ("05.2", lambda y, c, a: one_hot(y, c), "These are one-hot"),
    ("05.2", without_classes, "the shape is (3, 3); expected (3, 5)"),
    (
        "05.2",
        lambda y, c, a: (1 - a) * one_hot(y, c) + a / (c - 1) * (1 - one_hot(y, c)),
        "the right one gets its part",
    ),
    ("05.2", lambda y, c, a: (1 - a) * one_hot(y, c) + a, "must sum to 1"),
    ("05.2", lambda y, c, a: one_hot(y, c) + a / c, "more than 1"),
    ("05.2", lambda y, c, a: (1 - 1 / c) * one_hot(y, c) + 1 / c**2, "You share 1/classes"),
    ("05.2", lambda y, c, a: 0.9 * one_hot(y, c) + 0.01, "It is right for"),
    ("05.2", lambda y, c, a: 0.8 * one_hot(y, c) + 0.2 / c, "It is right for"),
    ("05.2", lambda y, c, a: 0.9 * one_hot(y, c) + 0.1 / c, "It is right for"),
    ("05.2", lambda y, c, a: (1 - a) * one_hot(y, 10)[:, :c] + a / c, "stopped with"),
    ("05.2", without_last, "The last class"),
    ("05.2", lambda y, c, a: a * one_hot(y, c) + (1 - a) / c, "parts are swapped"),
    ("05.2", lambda y, c, a: one_hot(y, c).T, "expected (4, 10)"),
    ("05.2", lambda y, c, a: 0 * one_hot(y, c) + 7, "What does yours say"),
    *(
        ("05.3", mistaken(mistake), hint)
        for mistake, hint in {
            "at_once": "*next* epoch",
            "late": "One epoch late",
            "first_is_bad": "not a bad one",
            "forget_best": "only a lower loss does",
            "keep_count": "goes back to 0",
            "previous": "the epoch before",
            "equal_is_better": "only equals",
            "keep_bad": "in a row",
            "two": "always 2",
            "rest": "left of 1",
            "by_patience": "You divide by patience",
            "once": "The second reduction",
        }.items()
    ),
    ("05.3", from_ten, "It is right for"),
    ("05.3", lambda losses, rate, factor, patience: [rate] * len(losses), "never changes"),
    ("05.3", lambda losses, rate, factor, patience: [rate], "expected (5,)"),
    ("05.3", lambda losses, rate, factor, patience: list(losses), "Which three things"),
    ("05.4", lambda: slim(convolution(), convolution()), "no batch normalisation"),
    ("05.4", lambda: own_model("none"), "no batch normalisation"),
    (
        "05.4",
        lambda: slim(convolution(), convolution(), keras.layers.LayerNormalization()),
        "no batch normalisation",
    ),
    ("05.4", lambda: slim(convolution(), normalisation()), "1 convolution;"),
    ("05.4", lambda: slim(wide=60), "at most 400,000"),
    ("05.4", lambda: slim(compiled=False), "not compiled"),
    ("05.4", lambda: slim(convolution(1), normalisation(), convolution(1)), "1 × 1"),
    ("05.4", lambda: slim(convolution(3, None), normalisation(), convolution(3, None)), "linear"),
    ("05.4", lambda: slim(convolution(1, None), normalisation(), convolution(1, None)), "1 × 1"),
    (
        "05.4",
        lambda: slim(convolution(), convolution(), behind=[normalisation()]),
        "What stands behind the softmax",
    ),
    ("05.4", frozen, "is it frozen, or unused"),
    ("05.4", lambda: slim(rate=0.0), "The learning rate is 0"),
    ("05.4", lambda: slim(loss=LOGITS), "one of the two is too much"),
    ("05.4", lambda: slim(last=None), "sum to 1"),
]
