"""Right and wrong answers to the exercises of notebook 08."""

import keras
import numpy as np


def alternating(first, epoch):
    return first != (epoch % 2 == 1)


def parts(rows):
    return np.linalg.eigh(rows.T @ rows / len(rows))


def whitened(rows):
    variances, directions = parts(rows)
    return rows @ directions / np.sqrt(variances)


def whitened_and_back(rows):
    """Right as well: turned back after scaling (ZCA)."""
    return whitened(rows) @ parts(rows)[1].T


def scaled(rows):
    return rows / np.sqrt((rows**2).mean(axis=0))


def without_the_mean(rows):
    return whitened(rows - rows.mean(axis=0))


def transposed(rows):
    variances, directions = parts(rows)
    return rows @ directions.T / np.sqrt(variances)


def adds(layers):
    return sum(r * c * k * k * i * f for r, c, k, i, f in layers)


def stack(filters=32, count=4, units=10, activation="softmax", first=(32, 32, 3), **options):
    """A list of layers: like those of the notebook, small, mean over the places at the end."""
    layers = [keras.Input(first)] if first else []
    layers += [keras.layers.Rescaling(1 / 64, offset=-2)]
    layers += [keras.layers.Conv2D(24, 2, use_bias=False)]
    kernels = {"padding": "same", "use_bias": False} | options
    layers += [keras.layers.Conv2D(filters, 3, **kernels) for _ in range(count - 1)]
    layers.append(keras.layers.GlobalAveragePooling2D())
    return [*layers, keras.layers.Dense(units, activation=activation, dtype="float32")]


def first_convolution(**options):
    """Another first convolution in the same list."""
    layers = stack()
    layers[2] = keras.layers.Conv2D(
        **{"filters": 24, "kernel_size": 2, "use_bias": False} | options
    )
    return layers


def with_a_small_convolution():
    """Right as well: a convolution of 1 × 1 makes 32 channels 16, and has a bias."""
    layers = stack()
    layers[4] = keras.layers.Conv2D(16, 1)
    return layers


def separable():
    layers = stack()
    layers[4] = keras.layers.SeparableConv2D(32, 3, padding="same", use_bias=False)
    return layers


def nested():
    layers = stack()
    inner = keras.Sequential([keras.Input((31, 31, 32)), keras.layers.Activation("relu")])
    return [*layers[:6], inner, *layers[6:]]


RIGHT = {
    "08.1": [alternating, lambda first, epoch: ~first if epoch % 2 else first],
    "08.2": [whitened, whitened_and_back],
    "08.3": [lambda layers, images, epochs: 6 * adds(layers) * images * epochs],
    "08.4": [stack, with_a_small_convolution],
}
STUBS = {
    "08.1": lambda first, epoch: None,
    "08.2": lambda rows: None,
    "08.3": lambda layers, images, epochs: None,
    "08.4": lambda: None,
}
WRONG = [
    ("08.1", lambda first, epoch: first, "same in every epoch"),
    ("08.1", lambda first, epoch: alternating(first, epoch + 1), "begins with the opposite"),
    ("08.1", lambda f, e: f if e == 0 else np.full(len(f), e % 2 == 1), "all images are alike"),
    ("08.1", lambda first, epoch: first[:2], "expected (5,)"),
    ("08.1", lambda first, epoch: (first + epoch) % 2, "not numbers"),
    ("08.1", lambda first, epoch: None if epoch % 2 else first, "returns nothing yet"),
    ("08.1", lambda first, epoch: first if epoch < 2 else ~first, "every other epoch"),
    ("08.2", scaled, "still go together"),
    ("08.2", lambda rows: rows @ parts(rows)[1], "not yet scaled"),
    ("08.2", lambda rows: rows @ parts(rows)[1] / parts(rows)[0], "by the eigenvalue"),
    ("08.2", lambda rows: 2 * whitened(rows), "don't have the mean 1"),
    ("08.2", without_the_mean, "subtracted the mean"),
    ("08.2", transposed, "no transpose"),
    ("08.2", lambda rows: np.sqrt(len(rows)) * np.eye(len(rows), 4), "from the same row"),
    ("08.2", lambda rows: rows.T, "expected that of rows"),
    ("08.2", lambda rows: rows, "Turn: rows @ directions"),
    ("08.3", lambda layers, n, e: adds(layers) * n * e, "two operations each"),
    ("08.3", lambda layers, n, e: 2 * adds(layers) * n * e, "gradients are missing"),
    ("08.3", lambda layers, n, e: 3 * adds(layers) * n * e, "multiply-add is two"),
    ("08.3", lambda layers, n, e: 4 * adds(layers) * n * e, "not twice"),
    ("08.3", lambda layers, n, e: 6 * adds(layers) * n, "epochs are missing"),
    ("08.3", lambda layers, n, e: 6 * adds(layers), "one image"),
    (
        "08.3",
        lambda layers, n, e: 6 * n * e * sum(r * c * k * i * f for r, c, k, i, f in layers),
        "k × k",
    ),
    ("08.3", lambda layers, n, e: 1, "summed; times 2"),
    ("08.3", lambda layers, n, e: layers, "one number"),
    ("08.4", lambda: stack(count=3), "4 convolution layers"),
    ("08.4", lambda: stack(filters=64), "stay under 60,000,000"),
    ("08.4", lambda: stack(use_bias=True), "without bias"),
    ("08.4", lambda: stack(filters=16), "no fewer filters"),
    ("08.4", lambda: stack()[:1] + stack()[2:], "Begin as fast_layers does"),
    ("08.4", lambda: first_convolution(kernel_size=3), "2 × 2, 24 filters, no bias"),
    ("08.4", lambda: first_convolution(use_bias=True), "2 × 2, 24 filters, no bias"),
    ("08.4", lambda: first_convolution(filters=12), "2 × 2, 24 filters, no bias"),
    ("08.4", separable, "A SeparableConv2D isn't counted"),
    ("08.4", lambda: stack(groups=8), "with groups isn't counted"),
    ("08.4", nested, "without models inside"),
    ("08.4", lambda: stack(units=9), "(None, 10)"),
    ("08.4", lambda: stack(activation="relu"), "sum to 1"),
    ("08.4", lambda: stack(first=None), "no input shape"),
    ("08.4", lambda: keras.Sequential(stack()), "a list of layers"),
]
