"""Right and wrong answers to the exercises of notebook 05."""

import keras
import numpy as np

from helpers.checks.notebook_05 import _rates
from helpers.tests.checks.answers_02 import network


def by_keras(losses, rate, factor, patience):
    """What Keras' own callback does, asked epoch by epoch."""
    model = network()
    model.optimizer.learning_rate = rate
    callback = keras.callbacks.ReduceLROnPlateau("val_loss", factor, patience, min_delta=0)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        rates.append(float(model.optimizer.learning_rate))
        callback.on_epoch_end(epoch, {"val_loss": loss})
    return rates


def normalised(x, gamma, beta, mean, variance, epsilon):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def by_layer(x, gamma, beta, mean, variance, epsilon):
    layer = keras.layers.BatchNormalization(epsilon=epsilon, dtype="float64")
    layer.build(x.shape)
    layer.set_weights([gamma, beta, mean, variance])
    return np.asarray(layer(x, training=False))


def in_place(x, gamma, beta, mean, variance, epsilon):
    """Right, but changes what it was given."""
    x -= mean
    variance += epsilon
    return gamma * x / np.sqrt(variance) + beta


def nested(layer):
    """Two convolutions; the layer and one of them in a model inside."""
    convolution = keras.layers.Conv2D(3, 3, padding="same")
    return network(1, first=keras.Sequential([keras.Input((32, 32, 3)), layer, convolution]))


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def slim(normalise=True, **options):
    """A small network, its first layer batch normalisation."""
    first = keras.layers.BatchNormalization() if normalise else None
    return network(2, first=first, **options)


def mistaken(mistake=""):
    return lambda losses, rate, factor, patience: _rates(losses, rate, factor, patience, mistake)


RIGHT = {
    "05.1": [normalised, by_layer, in_place],
    "05.2": [
        lambda y, c, a: (1 - a) * one_hot(y, c) + a / c,
        lambda y, c, a: [[1 - a + a / c if k == label else a / c for k in range(c)] for label in y],
    ],
    "05.3": [by_keras, mistaken()],
    "05.4": [slim, lambda: nested(keras.layers.BatchNormalization())],
}
STUBS = {
    "05.1": lambda x, gamma, beta, mean, variance, epsilon: None,
    "05.2": lambda labels, classes, amount: None,
    "05.3": lambda losses, rate, factor, patience: None,
    "05.4": lambda: None,
}
WRONG = [
    (
        "05.1",
        lambda x, g, b, m, v, e: normalised(x, g, b, x.mean((0, 1, 2)), x.var((0, 1, 2)), e),
        "remembered ones",
    ),
    ("05.1", lambda x, g, b, m, v, e: normalised(x, g, b, m, v, 0), "epsilon is missing"),
    ("05.1", lambda x, g, b, m, v, e: g * (x - m) / (v**0.5 + e) + b, "under the root"),
    ("05.1", lambda x, g, b, m, v, e: g * (x - m) / (v + e) + b, "square root"),
    ("05.1", lambda x, g, b, m, v, e: normalised(x, 1, 0, m, v, e), "gamma and beta"),
    ("05.1", lambda x, g, b, m, v, e: g * normalised(x, 1, b, m, v, e), "gamma first"),
    ("05.1", lambda x, g, b, m, v, e: x[0], "expected that of x"),
    ("05.1", lambda x, g, b, m, v, e: x, "Subtract the mean"),
    ("05.2", lambda y, c, a: one_hot(y, c), "These are one-hot"),
    (
        "05.2",
        lambda y, c, a: (1 - a) * one_hot(y, c) + a / (c - 1) * (1 - one_hot(y, c)),
        "the right one gets its part",
    ),
    ("05.2", lambda y, c, a: (1 - a) * one_hot(y, c) + a, "amount / classes"),
    ("05.2", lambda y, c, a: one_hot(y, c) + a / c, "more than 1"),
    ("05.2", lambda y, c, a: one_hot(y, c).T, "(n, classes)"),
    ("05.2", lambda y, c, a: 0 * one_hot(y, c), "0.91 for the right"),
    ("05.3", mistaken("at_once"), "*next* epoch"),
    ("05.3", mistaken("late"), "One epoch late"),
    ("05.3", mistaken("first_is_bad"), "not a bad one"),
    ("05.3", mistaken("forget_best"), "only a lower loss does"),
    ("05.3", mistaken("keep_count"), "goes back to 0"),
    ("05.3", mistaken("previous"), "the epoch before"),
    ("05.3", mistaken("equal_is_better"), "only equals"),
    ("05.3", mistaken("keep_bad"), "in a row"),
    ("05.3", lambda losses, rate, factor, patience: [rate] * len(losses), "never changes"),
    ("05.3", lambda losses, rate, factor, patience: [rate], "one for each"),
    ("05.3", lambda losses, rate, factor, patience: list(losses), "Walk through by hand"),
    ("05.4", lambda: slim(normalise=False), "no batch normalisation"),
    ("05.4", lambda: network(1), "1 convolution layers"),
    ("05.4", lambda: slim(pool=1), "stay under 400,000"),
    ("05.4", lambda: slim(compiled=False), "not compiled"),
]
