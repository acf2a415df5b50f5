"""The networks that `make bench` measures, each defined once.

Those of the notebooks come from the notebooks, out of their cells tagged `model`.
"""

import contextlib
import io
import types
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from helpers.tools import execution

TRAINING_IMAGES = 45_000


@dataclass(frozen=True)
class Network:
    """One network, and how much of it is measured at a time.

    Attributes:
        title: What tables and charts call it.
        make: Returns the network, compiled, in the precision that is set when it is called.
        batch_size: Images in a training step.
        steps: Steps in one call of `fit`.
        images: Images in one call of `predict`.
    """

    title: str
    make: Callable[[], keras.Model]
    batch_size: int
    steps: int
    images: int


def from_notebook(stem: str, epochs: int = 1) -> dict[str, object]:
    """What the cells of a notebook that are tagged `model` define, by name.

    Args:
        stem: Name of the notebook, as in `03_two_layer_cnn`.
        epochs: Length of the training for which its schedule is made.
    """
    import nbformat

    notebook = nbformat.read(execution.NOTEBOOKS / f"{stem}.ipynb", as_version=4)
    names = {
        "keras": keras,
        "np": np,
        "images": types.SimpleNamespace(x_train=range(TRAINING_IMAGES)),
        "settings": types.SimpleNamespace(epochs=epochs),
    }
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook.cells:
            if "model" in cell.metadata.get("tags", []):
                exec(cell.source, names)
    return names


def two_layer() -> keras.Model:
    """The network of notebook 03, compiled as there."""
    names = from_notebook("03_two_layer_cnn")
    return names["compiled"](names["two_layer_network"]())


def advanced() -> keras.Model:
    """The network of notebook 05, without augmentation."""
    network = from_notebook("05_advanced_cnn")["advanced_network"]()
    return _compiled(network, keras.optimizers.Adam(0.001))


def fast() -> keras.Model:
    """A network in the manner of airbench94 (https://github.com/KellerJordan/cifar10-airbench)."""
    layers = keras.layers

    def half(filters, *pooling):
        return [
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            *pooling,
            layers.BatchNormalization(scale=False, momentum=0.6, epsilon=1e-12),
            layers.Activation("gelu"),
        ]

    def group(filters):
        return [*half(filters, layers.MaxPooling2D(2)), *half(filters)]

    network = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Rescaling(1 / 64, offset=-2),
            layers.Conv2D(24, 2, trainable=False),
            layers.Activation("gelu"),
            *group(64),
            *group(256),
            *group(256),
            layers.MaxPooling2D(3),
            layers.Flatten(),
            layers.Dense(10, use_bias=False),
            layers.Rescaling(1 / 9),
            layers.Activation("softmax", dtype="float32"),
        ]
    )
    return _compiled(network, keras.optimizers.SGD(0.5, momentum=0.85, nesterov=True))


def _compiled(network: keras.Model, optimizer: keras.Optimizer) -> keras.Model:
    network.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


NETWORKS = {
    "two_layer": Network("two-layer CNN", two_layer, batch_size=64, steps=96, images=10_000),
    "advanced": Network("advanced CNN", advanced, batch_size=128, steps=8, images=3_000),
    "fast": Network("fast network", fast, batch_size=1024, steps=2, images=2_000),
}
