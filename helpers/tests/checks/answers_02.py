"""Right and wrong answers to the exercises of notebook 02."""

import keras
import numpy as np

from helpers import convolution
from helpers.tests.checks.answers_01 import dense_model


def without_input():
    return keras.Sequential([keras.layers.Conv2D(8, 3), keras.layers.Flatten()])


def network(
    convolutions=1,
    pool=4,
    outputs=10,
    compiled=True,
    loss="sparse_categorical_crossentropy",
    first=None,
):
    layers = [] if first is None else [first]
    layers += [keras.layers.Conv2D(8, 3, activation="relu") for _ in range(convolutions)]
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *layers,
            keras.layers.MaxPooling2D(pool),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(outputs, activation="softmax"),
        ]
    )
    if compiled:
        model.compile("sgd", loss, metrics=["accuracy"])
    return model


def windows(images, size):
    n, rows, columns, channels = images.shape
    return images.reshape(n, rows // size, size, columns // size, size, channels)


SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])

RIGHT = {
    "02.1": [
        lambda h, w, c, f: (h * w * c + 1) * f,
        lambda *n: np.array((np.prod(n[:3]) + 1) * n[3]),
    ],
    "02.2": [
        lambda: SOBEL,
        lambda: [[-1, 0, 1]] * 3,
        lambda: [[-1, 1, 0]] * 3,
        lambda: [[0, -1, 1]] * 3,
        lambda: np.array([[0, 0, 0], [0, -1, 1], [0, 0, 0]]) + 0.5 * np.array([[-1, 0, 1]] * 3),
    ],
    "02.3": [
        lambda images, size: windows(images, size).mean(axis=(2, 4)),
        keras.ops.average_pool,
    ],
    "02.4": [network, lambda: network(loss=keras.losses.SparseCategoricalCrossentropy())],
}
STUBS = {
    "02.1": lambda height, width, channels, filters: None,
    "02.2": lambda: None,
    "02.3": lambda images, size: None,
    "02.4": lambda: None,
}
WRONG = [
    ("02.1", lambda h, w, c, f: h * w * c * f, "What else does each filter add"),
    ("02.1", lambda h, w, c, f: (h * w + 1) * f, "as deep as the image"),
    ("02.1", lambda h, w, c, f: h * w * f, "as deep as the image has channels. And"),
    ("02.1", lambda h, w, c, f: (h * h * c + 1) * f, "may differ"),
    ("02.1", lambda h, w, c, f: h * w * c * f + c, "not each channel"),
    ("02.1", lambda h, w, c, f: h * w * c * f + 1, "bias of its own"),
    ("02.1", lambda h, w, c, f: (h * w + 1) * c * f, "each channel of each kernel"),
    ("02.1", lambda h, w, c, f: h * w * c + f, "take all filters"),
    ("02.1", lambda h, w, c, f: (w * w * c + 1) * f, "may differ"),
    ("02.1", lambda h, w, c, f: [h * w * c * f, f], "One number"),
    ("02.1", lambda h, w, c, f: 427, "Count one kernel"),
    ("02.2", lambda: SOBEL.T, "finds horizontal edges"),
    ("02.2", lambda: -SOBEL, "Change the signs"),
    ("02.2", lambda: convolution.EDGES, "too. Each row"),
    ("02.2", lambda: convolution.SHARPEN, "sum to 0"),
    ("02.2", lambda: [-1, 0, 1], "expected (3, 3)"),
    ("02.2", lambda: np.zeros((3, 3)), "it should be positive"),
    ("02.3", lambda images, size: windows(images, size).max(axis=(2, 4)), "max pooling"),
    ("02.3", lambda images, size: windows(images, size).sum(axis=(2, 4)), "You summed"),
    ("02.3", lambda images, size: windows(images, size).sum(axis=(2, 4)) / size, "size × size"),
    ("02.3", lambda images, size: images[:, ::size, ::size], "one pixel of each window"),
    ("02.3", lambda images, size: windows(images, size).mean(axis=2), "expected (2, 2, 4, 3)"),
    ("02.3", lambda images, size: windows(images, 3).mean(axis=(2, 4)), "expected (2, 3, 6, 3)"),
    ("02.3", lambda images, size: windows(images, size).sum(axis=(2, 4)) / 9, "not for size 2"),
    (
        "02.3",
        lambda i, s: i.reshape(len(i), s, 6 // s, s, 12 // s, 3).mean(axis=(1, 3)),
        "first comes which window",
    ),
    ("02.3", lambda images, size: windows(images, size).min(axis=(2, 4)), "the mean of one window"),
    ("02.4", lambda: network(2), "2 convolution layers"),
    ("02.4", lambda: network(loss="mse"), "labels are integers"),
    ("02.4", lambda: network(loss="categorical_crossentropy"), "labels are integers"),
    ("02.4", lambda: network(first=keras.layers.DepthwiseConv2D(3)), "2 convolution layers"),
    ("02.4", without_input, "begin it with keras.Input"),
    ("02.4", dense_model, "0 convolution layers"),
    ("02.4", lambda: network(pool=1), "stay under 300,000"),
    ("02.4", lambda: network(outputs=9), "expected (None, 10)"),
    ("02.4", lambda: network(compiled=False), "not compiled"),
]
