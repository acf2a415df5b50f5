"""Right and wrong answers to the exercises of notebook 02."""

import keras
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from helpers import convolution
from helpers.tests.checks.answers_01 import LOGITS, dense_model, own_model


def without_input():
    return keras.Sequential([keras.layers.Conv2D(8, 3), keras.layers.Flatten()])


def network(
    convolutions=1,
    pool=4,
    outputs=10,
    compiled=True,
    loss="sparse_categorical_crossentropy",
    first=None,
    size=3,
    last="softmax",
    rate=0.01,
    **options,
):
    layers = [] if first is None else [first]
    for _ in range(convolutions):
        layers.append(keras.layers.Conv2D(8, size, activation="relu", **options))
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            *layers,
            keras.layers.MaxPooling2D(pool),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(outputs, activation=last),
        ]
    )
    if compiled:
        model.compile(keras.optimizers.SGD(rate), loss, metrics=["accuracy"])
    return model


def wrapped():
    return network(
        0, first=keras.layers.SpectralNormalization(keras.layers.Conv2D(8, 3, activation="relu"))
    )


def own_convolution():
    """A subclassed network with a convolution that no layer of Keras shows."""
    return own_model(convolved=True)


def strided(picture, kernel, stride, padding):
    """Right, by views of all patches."""
    patches = sliding_window_view(np.pad(picture, padding), kernel.shape)[::stride, ::stride]
    return (patches * kernel).sum(axis=(2, 3))


def by_tensorflow(picture, kernel, stride, padding):
    """Right, by Keras' own operation."""
    padded = np.pad(picture, padding).astype("float32")[None, :, :, None]
    weights = kernel.astype("float32")[:, :, None, None]
    return keras.ops.conv(padded, weights, stride, "valid")[0, :, :, 0]


def by_loops(picture, kernel, stride, padding, dtype=float, jump=True):
    padded = np.pad(picture, padding)
    height, width = kernel.shape
    rows = (padded.shape[0] - height) // stride + 1
    columns = (padded.shape[1] - width) // stride + 1
    result = np.zeros((rows, columns), dtype)
    for r in range(rows):
        for c in range(columns):
            top, left = (r * stride, c * stride) if jump else (r, c)
            result[r, c] = (padded[top : top + height, left : left + width] * kernel).sum()
    return result


def in_the_picture(picture, kernel, stride, padding):
    """Right, and changes its own copy of the picture."""
    result = strided(picture, kernel, stride, padding)
    picture[:] = 0
    return result


def windows(images, size):
    n, rows, columns, channels = images.shape
    return images.reshape(n, rows // size, size, columns // size, size, channels)


def pooled_by_loops(images, size, dtype=float):
    n, rows, columns, channels = images.shape
    result = np.zeros((n, rows // size, columns // size, channels), dtype)
    for r in range(rows // size):
        for c in range(columns // size):
            patch = images[:, r * size : (r + 1) * size, c * size : (c + 1) * size]
            result[:, r, c] = patch.mean(axis=(1, 2))
    return result


def sum_of_slices(images, size):
    """Sums of uint8 pictures begin again at 0."""
    total = np.zeros_like(images[:, ::size, ::size])
    for row in range(size):
        for column in range(size):
            total = total + images[:, row::size, column::size]
    return total / size**2


SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])

RIGHT = {
    "02.1": [strided, by_tensorflow, by_loops, in_the_picture],
    "02.2": [
        lambda: SOBEL,
        lambda: np.array([[-1, 0, 1]] * 3),
        lambda: np.array([[-1, 1, 0]] * 3),
        lambda: np.array([[0, -1, 1]] * 3, "float32") * 0.7,
        lambda: np.array([[-0.1, 0.03, 0.07]] * 3, "float32"),
        lambda: np.array([[0, 0, 0], [0, -1, 1], [0, 0, 0]]) + 0.5 * np.array([[-1, 0, 1]] * 3),
        lambda: keras.ops.array(SOBEL, "float32"),
    ],
    "02.3": [
        lambda images, size: windows(images, size).mean(axis=(2, 4)),
        pooled_by_loops,
        lambda images, size: keras.ops.average_pool(images.astype("float32"), size),
        lambda images, size: keras.layers.AveragePooling2D(size)(images.astype("float32")),
        lambda images, size: keras.layers.AveragePooling2D(size, dtype="mixed_bfloat16")(
            images.astype("float32")
        ),
    ],
    "02.4": [
        network,
        wrapped,
        own_convolution,
        lambda: network(loss=keras.losses.SparseCategoricalCrossentropy()),
        lambda: network(loss=["sparse_categorical_crossentropy"]),
        lambda: network(last=None, loss=LOGITS),
        lambda: network(size=2),
        lambda: network(size=(1, 5)),
        lambda: network(strides=2, pool=2),
    ],
}
STUBS = {
    "02.1": lambda picture, kernel, stride=1, padding=0: None,
    "02.2": lambda: None,
    "02.3": lambda images, size: None,
    "02.4": lambda: None,
}
WRONG = [
    ("02.1", lambda x, k, s, p: strided(x, k[::-1, ::-1], s, p), "180 degrees"),
    ("02.1", lambda x, k, s, p: strided(x, k, 1, p), "nothing of `stride`."),
    ("02.1", lambda x, k, s, p: strided(x, k, s, 0), "nothing of `padding`."),
    ("02.1", lambda x, k, s, p: strided(x, k, 1, 0), "`stride` and `padding`"),
    ("02.1", lambda x, k, s, p: by_loops(x, k, s, p, jump=False), "Where does place 1 begin"),
    ("02.1", lambda x, k, s, p: strided(x, k, s, p)[:-1, :-1], "A row and a column are missing"),
    ("02.1", lambda x, k, s, p: strided(np.pad(x, p, mode="edge"), k, s, 0), "no copies of the"),
    ("02.1", lambda x, k, s, p: strided(x, k, s, p) / k.size, "no mean"),
    ("02.1", lambda x, k, s, p: by_loops(x, k, s, p, dtype=x.dtype), "Which type"),
    ("02.1", lambda x, k, s, p: by_loops(x, k, s, p, dtype=int), "Which type"),
    ("02.1", lambda x, k, s, p: strided(x, k, s, p) + 1, "Draw the example on paper"),
    ("02.1", lambda x, k, s, p: abs(strided(x, k, s, p)), "nothing is cut or turned"),
    ("02.1", lambda x, k, s, p: np.maximum(strided(x, k, s, p), 0), "no ReLU"),
    ("02.1", lambda x, k, s, p: strided(x, k, s, p).T, "expected ("),
    ("02.1", lambda x, k, s, p: strided(x, k, s, p).sum(), "expected an array"),
    ("02.1", lambda x, k, s, p: strided(x, k, s, p).tolist(), "expected an array"),
    ("02.1", lambda x, k, s, p: np.array([[0, -24]]), "expected (2, 2)"),
    ("02.1", lambda x, k, s, p: strided(x[:3, :4], k, s, p), "expected (3, 7)"),
    ("02.1", lambda x, k: strided(x, k, 1, 0), "stopped with TypeError"),
    ("02.1", strided(SOBEL, SOBEL, 1, 0), "Expected a function"),
    ("02.2", lambda: SOBEL.T, "finds horizontal edges"),
    ("02.2", lambda: -SOBEL, "negative where the right side is brighter"),
    ("02.2", lambda: convolution.EDGES, "too. Look at the sum"),
    ("02.2", lambda: convolution.SHARPEN, "sum of its numbers"),
    ("02.2", lambda: SOBEL[0], "expected (3, 3)"),
    ("02.2", lambda: np.zeros((3, 3)), "All nine numbers are 0"),
    ("02.2", lambda: np.array([[-1, 2, -1]] * 3), "positive, everywhere"),
    ("02.2", lambda: SOBEL * np.nan, "nan or infinite"),
    ("02.2", SOBEL.tolist, "It returns a list; expected an array"),
    ("02.2", lambda: SOBEL * np.array([[1], [1], [-1]]), "contradict each other"),
    ("02.2", lambda: np.array([[-1, 0, 1], [0, 0, 0], [2, 0, -2]]), "brighter. It should"),
    ("02.2", lambda: np.random.default_rng().normal(size=(3, 3)), "two kernels"),
    ("02.2", lambda: "SOBEL", "It returns a str"),
    ("02.2", SOBEL, "Expected a function"),
    ("02.3", lambda images, size: windows(images, size).max(axis=(2, 4)), "max pooling"),
    ("02.3", lambda images, size: windows(images, size).sum(axis=(2, 4)), "You summed"),
    ("02.3", lambda images, size: windows(images, size).sum(axis=(2, 4)) / size, "Not `size`"),
    ("02.3", lambda images, size: images[:, ::size, ::size], "one pixel of each window"),
    ("02.3", lambda images, size: windows(images, size).mean(axis=2), "expected (1, 1, 1, 1)"),
    ("02.3", lambda images, size: windows(images, 2).mean(axis=(2, 4)), "cannot reshape"),
    ("02.3", lambda images, size: windows(images, size).sum(axis=(2, 4)) / 4, "2 × 2 only"),
    (
        "02.3",
        lambda i, s: i.reshape(len(i), s, i.shape[1] // s, s, i.shape[2] // s, i.shape[3]).mean(
            axis=(1, 3)
        ),
        "first which window",
    ),
    ("02.3", lambda images, size: windows(images, size).min(axis=(2, 4)), "smallest"),
    ("02.3", lambda images, size: np.median(windows(images, size), axis=(2, 4)), "the mean of one"),
    ("02.3", lambda images, size: pooled_by_loops(images, size, images.dtype), "Which type"),
    ("02.3", sum_of_slices, "8 bits can't count"),
    ("02.3", lambda images, size: np.full((1, 1, 1, 1), 3.25), "expected (3, 2, 5, 2)"),
    (
        "02.3",
        lambda images, size: windows(images, size)[:2].mean(axis=(2, 4)),
        "expected (3, 2, 5, 2)",
    ),
    ("02.3", keras.ops.average_pool, "Keras pools no uint8"),
    ("02.4", lambda: network(2), "2 convolutions; expected 1"),
    ("02.4", lambda: network(loss="mse"), "labels are integers"),
    ("02.4", lambda: network(loss="categorical_crossentropy"), "labels are integers"),
    ("02.4", lambda: network(first=keras.layers.DepthwiseConv2D(3)), "2 convolutions"),
    ("02.4", without_input, "expected (None, 10)"),
    ("02.4", dense_model, "0 convolutions"),
    ("02.4", lambda: network(pool=1), "at most 300,000"),
    ("02.4", lambda: network(outputs=9), "expected (None, 10)"),
    ("02.4", lambda: network(compiled=False), "not compiled"),
    ("02.4", lambda: network(size=1), "Its kernels are 1 × 1"),
    ("02.4", lambda: network(size=1, dilation_rate=4), "Its kernels are 1 × 1"),
    ("02.4", lambda: network(rate=0.0), "The learning rate is 0"),
    ("02.4", lambda: network(loss=LOGITS), "one of the two is too much"),
    ("02.4", lambda: network(last=None), "sum to 1"),
]
