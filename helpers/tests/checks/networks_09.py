"""Networks, right and wrong, for the open-ended exercise of notebook 09."""

import keras
import numpy as np

from helpers.tests.checks.answers_01 import LOSS

layers = keras.layers


def convolution(filters, size=3, stride=1, spread=1.0):
    start = keras.initializers.VarianceScaling(spread)
    options = {"padding": "same", "use_bias": False, "kernel_initializer": start}
    return layers.Conv2D(filters, size, strides=stride, **options)


def pair(x, filters, size=3, stride=1, bottleneck=False, spread=1.0):
    first = convolution(filters, size, stride, spread)
    y = layers.ReLU()(layers.BatchNormalization()(first(x)))
    if bottleneck:
        y = layers.ReLU()(convolution(filters // 2, 1)(y))
    return layers.BatchNormalization()(convolution(filters, size, 1, spread)(y))


def finished(picture, x, last="softmax", loss=LOSS, compiled=True):
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(picture, layers.Dense(10, last, dtype="float32")(x))
    if compiled:
        model.compile("sgd", loss, metrics=["accuracy"])
    return model


def begun(width, size=3, augmented=False):
    picture = keras.Input((32, 32, 3))
    x = layers.RandomTranslation(0.1, 0.1, dtype="float32")(picture) if augmented else picture
    x = layers.Rescaling(1 / 64, offset=-2)(x)
    return picture, layers.ReLU()(convolution(width, size, 2)(x))


def residual(
    blocks=4, width=12, option="B", size=3, bottleneck=False, augmented=False, spread=1.0, **options
) -> keras.Model:
    """Blocks with shortcuts; the second one halves the maps and doubles the filters.

    With a spread of 2, as He and others start, deep ones blow up as long as nothing is averaged.
    """
    picture, x = begun(width, size, augmented)
    for number in range(blocks):
        filters, stride = (2 * width, 2) if number == 1 else (x.shape[-1], 1)
        y = pair(x, filters, size, stride, bottleneck, spread)
        if number == 1 and option == "B":
            x = convolution(filters, 1, 2)(x)
        elif number == 1:
            x = keras.ops.pad(x[:, ::2, ::2], ((0, 0), (0, 0), (0, 0), (0, width)))
        x = layers.ReLU()(layers.Add()([x, y]))
    return finished(picture, x, **options)


def stacked():
    picture, x = begun(12)
    for _ in range(4):
        x = layers.ReLU()(pair(x, 12))
    return finished(picture, x)


def concatenated():
    picture, x = begun(8)
    for _ in range(4):
        x = layers.Concatenate()([x, layers.ReLU()(pair(x, 8))])
    return finished(picture, x)


def inception():
    """Two ways of the same length, added: none of them is short."""
    picture, x = begun(8)
    for _ in range(2):
        x = layers.ReLU()(layers.Add()([pair(x, 8), pair(x, 8)]))
    return finished(picture, x)


def joined_outside():
    """A constant is added, no other way through the network."""
    picture, x = begun(12)
    for _ in range(4):
        x = layers.ReLU()(pair(x, 12)) + 0.1
    return finished(picture, x)


class Residual(keras.Model):
    """A subclassed network that adds by itself."""

    def __init__(self):
        super().__init__()
        self.first = convolution(12, 3, 2)
        self.pairs = [(convolution(12), convolution(12)) for _ in range(4)]
        self.last = layers.Dense(10, "softmax")

    def call(self, images, training=False):
        x = keras.ops.relu(self.first(keras.ops.cast(images, "float32") / 64 - 2))
        for one, two in self.pairs:
            x = keras.ops.relu(x + two(keras.ops.relu(one(x))))
        return self.last(keras.ops.mean(x, (1, 2)))


def own_residual():
    model = Residual()
    model(np.zeros((1, 32, 32, 3), np.uint8))
    model.compile("sgd", LOSS, metrics=["accuracy"])
    return model


def trainable_parameters(pairs, width):
    """Of a residual network with option B, counted by Keras."""
    picture = keras.Input((32, 32, 3))
    x = layers.BatchNormalization()(convolution(width)(picture))
    for filters, stride in ((width, 1), (2 * width, 2), (4 * width, 2)):
        for number in range(pairs):
            way = x
            if number == 0 and stride == 2:
                way = layers.BatchNormalization()(convolution(filters, 1, 2)(x))
            x = layers.Add()([way, pair(x, filters, 3, stride if number == 0 else 1)])
    model = keras.Model(picture, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))
    return sum(int(np.prod(v.shape)) for v in model.trainable_variables)
