"""The networks that `make bench` measures, each defined once.

Those of the notebooks come from the notebooks, out of their cells tagged `model`.
"""

import contextlib
import io
import json
import types
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from helpers import training
from helpers.tools import execution

TRAINING_IMAGES = 45_000
WHOLE_EPOCHS = 50  # more than are measured, so that schedules stay within their length


@dataclass(frozen=True)
class Network:
    """One network, and how much of it is measured at a time.

    Attributes:
        title: What tables and charts call it.
        make: Returns the network, compiled, in the precision that is set when it is called.
        batch_size: Images in a training step.
        steps: Steps in one call of `fit`.
        images: Images in one call of `predict`.
        whole: Makes the network as its notebook trains it with everything, for training images:
            the compiled network, and what else `training.fit` is given. None if that is `make`.
    """

    title: str
    make: Callable[[], keras.Model]
    batch_size: int
    steps: int
    images: int
    whole: Callable[[np.ndarray], tuple[keras.Model, dict]] | None = None


def from_notebook(stem: str, epochs: int = 1) -> dict[str, object]:
    """What the cells of a notebook that are tagged `model` define, by name.

    Args:
        stem: Name of the notebook, as in `03_two_layer_cnn`.
        epochs: Length of the training for which its schedule is made.
    """
    import nbformat

    notebook = nbformat.read(execution.NOTEBOOKS / f"{stem}.ipynb", as_version=4)
    names = {
        "__name__": stem,
        "keras": keras,
        "np": np,
        "tf": tf,
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
    """The layers of notebook 08, the first convolution not trained, with ordinary SGD."""
    network = keras.Sequential(from_notebook("08_fast_training")["fast_layers"]())
    network.layers[1].trainable = False
    return _compiled(network, keras.optimizers.SGD(0.5, momentum=0.85, nesterov=True))


def fast_whole(images: np.ndarray) -> tuple[keras.Model, dict]:
    """The network of notebook 08 with all its ideas: own step, optimizer, callback, augmentation.

    Args:
        images: Training images, uint8 `(n, 32, 32, 3)`.
    """
    names = from_notebook("08_fast_training")
    data = types.SimpleNamespace(x_train=images)
    return names["prepared"](names["RUNGS"], data, NETWORKS["fast"].batch_size, WHOLE_EPOCHS)


def residual() -> keras.Model:
    """The ResNet-20 of notebook 09, compiled as there."""
    names = from_notebook("09_residual_networks")
    return names["compiled"](names["network"](20, names["block"]), TRAINING_IMAGES // 128, 0.1)


def simple() -> keras.Model:
    """The simple network of notebook 10, with its first recipe."""
    return _compiled(from_notebook("10_hundred_classes")["simple"](), keras.optimizers.Adam(0.001))


def large() -> keras.Model:
    """The large network of notebook 10, VGG16 with batch normalisation."""
    network = from_notebook("10_hundred_classes")["large"]()
    return _compiled(network, keras.optimizers.SGD(0.1, momentum=0.9))


def _compiled(network: keras.Model, optimizer: keras.Optimizer) -> keras.Model:
    network.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


def described(network: Network, threads: int) -> dict:
    """A network in words that JSON holds, for a process that has no Keras.

    Args:
        network: One of `NETWORKS`.
        threads: How many the process is to compute with.
    """
    model = network.make()
    optimizer = model.optimizer.get_config()
    wanted = ("momentum", "nesterov", "weight_decay")
    computing = [x for x in model.layers if not isinstance(x, keras.layers.InputLayer)]
    places = {id(layer.output): number for number, layer in enumerate(computing)}
    layers = []
    for layer in computing:
        given = layer.input if isinstance(layer.input, list) else [layer.input]
        layers.append(
            {
                "class_name": type(layer).__name__,
                "config": layer.get_config(),
                "inputs": [places.get(id(tensor), -1) for tensor in given],
                "input_shape": [None, *given[0].shape[1:]],
                "output_shape": [None, *layer.output.shape[1:]],
            }
        )
    return {
        "title": network.title,
        "batch_size": network.batch_size,
        "steps": network.steps,
        "images": network.images,
        "evaluation_batch": training.EVALUATION_BATCH,
        "threads": threads,
        "parameter_count": model.count_params(),
        "trainable_count": int(sum(np.prod(v.shape) for v in model.trainable_variables)),
        "optimizer": {"class_name": type(model.optimizer).__name__}
        | {key: optimizer.get(key) for key in wanted},
        "layers": json.loads(json.dumps(layers, default=str)),
    }


NETWORKS = {
    "two_layer": Network("two-layer CNN", two_layer, batch_size=64, steps=96, images=10_000),
    "advanced": Network("advanced CNN", advanced, batch_size=128, steps=8, images=3_000),
    "fast": Network("fast network", fast, 512, steps=4, images=2_000, whole=fast_whole),
    "residual": Network("ResNet-20", residual, batch_size=128, steps=8, images=3_000),
    "simple": Network("simple CNN for 100 classes", simple, batch_size=128, steps=8, images=3_000),
    "large": Network("VGG16 for 100 classes", large, batch_size=128, steps=4, images=1_000),
}
