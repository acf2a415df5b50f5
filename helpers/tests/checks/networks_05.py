"""Networks, right and wrong, for the open-ended exercise of notebook 05."""

import keras
import numpy as np

from helpers.tests.checks.answers_01 import LOSS


def convolution(size=3, activation="relu", filters=8):
    return keras.layers.Conv2D(filters, size, padding="same", activation=activation)


def normalisation(**options):
    return keras.layers.BatchNormalization(**options)


def slim(*layers, last="softmax", behind=(), loss=LOSS, rate=0.001, compiled=True, wide=0):
    """A small network: the layers, by default two convolutions with batch normalisations."""
    usual = [convolution(), normalisation(), convolution(), normalisation()]
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *(layers or usual),
            *([keras.layers.Flatten(), keras.layers.Dense(wide)] if wide else []),
            *([] if wide else [keras.layers.GlobalAveragePooling2D()]),
            keras.layers.Dense(10, activation=last, dtype="float32"),
            *behind,
        ]
    )
    if compiled:
        model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


class Own(keras.Model):
    """A subclassed network, its batch normalisation written by hand or by Keras, or missing."""

    def __init__(self, how="keras"):
        super().__init__()
        self.how, self.normalise = how, normalisation() if how == "keras" else None
        self.first, self.second = convolution(), convolution()
        self.last = keras.layers.Dense(10, activation="softmax")

    def call(self, images, training=False):
        x = self.first(keras.ops.cast(images, "float32") / 255)
        if self.how == "keras":
            x = self.normalise(x, training=training)
        if self.how == "by hand" and training:
            x = (x - keras.ops.mean(x, (0, 1, 2))) / (keras.ops.std(x, (0, 1, 2)) + 1e-3)
        return self.last(keras.ops.mean(self.second(x), (1, 2)))


def own_model(how="keras"):
    model = Own(how)
    model(np.zeros((1, 32, 32, 3), np.uint8))
    model.compile("adam", [LOSS], metrics=["accuracy"])
    return model


def nested():
    inside = keras.Sequential([keras.Input((32, 32, 3)), normalisation(), convolution()])
    return slim(inside, convolution())


def in_bfloat16():
    """A network as a machine with native bfloat16 makes it."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    keras.utils.set_random_seed(0)
    try:
        return slim(
            keras.layers.Rescaling(1 / 127.5, offset=-1),
            *[convolution(filters=32), normalisation(), convolution(filters=32), normalisation()],
            *[keras.layers.MaxPooling2D(2), keras.layers.Dropout(0.5)],
        )
    finally:
        keras.config.set_dtype_policy(before)


def usual_with_dropout():
    return [
        keras.layers.RandomFlip("horizontal", dtype="float32"),
        convolution(),
        normalisation(),
        keras.layers.Dropout(0.5),
        convolution(),
        keras.layers.Dropout(0.5),
    ]


def spectral():
    return slim(keras.layers.SpectralNormalization(convolution()), normalisation(), convolution())


def frozen():
    return slim(convolution(), normalisation(trainable=False), convolution())
