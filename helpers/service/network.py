"""A saved model, ready to be asked many times: compiled once, its answers put into words."""

import functools
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from helpers import config, convolution, evaluation, models, training

FILTERS = {
    "smoothing": convolution.SMOOTHING,
    "edge detection": convolution.EDGES,
    "sharpness": convolution.SHARPEN,
}
WARM = (1, 2, 4, 8, 16, 32)  # pictures in a call; the first call of a size takes longer


class NoModelError(Exception):
    """There is no model to ask."""


@dataclass(frozen=True, eq=False)
class Network:
    """A saved model that answers.

    Attributes:
        path: Its file.
        saved: What `models.load` opened.
        version: The first twelve hexadecimal digits of the file's SHA-256.
        filters: Names of the fixed filters that it begins with; empty if it has none.
    """

    path: Path
    saved: models.Saved
    version: str
    filters: tuple[str, ...]

    @property
    def classes(self) -> list[str]:
        """The names of its classes, in the order of its probabilities."""
        return self.saved.about["classes"]

    @functools.cached_property
    def _asked(self) -> tf.types.experimental.PolymorphicFunction:
        model = self.saved.model
        pixels = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
        ask = tf.function(lambda images: model(tf.cast(images, tf.float32), training=False))
        return ask.get_concrete_function(pixels)

    def ask(self, images: np.ndarray) -> np.ndarray:
        """Probabilities for pictures uint8 `(n, 32, 32, 3)`: float32 `(n, classes)`."""
        return self._asked(tf.constant(images)).numpy()


def opened(path: Path) -> Network:
    """Opens a saved model after checking it against its side file, and asks it once in each size.

    Raises:
        ModelError: It can't be opened, or isn't what its side file describes.
    """
    settings = config.resolve("service", "service")
    saved = models.load(path, settings)
    network = Network(path, saved, saved.about["sha256"][:12], fixed_filters(saved.model))
    for count in WARM:
        network.ask(np.zeros((count, *saved.model.input_shape[1:]), np.uint8))
    return network


def fixed_filters(model: keras.Model) -> tuple[str, ...]:
    """Names of the filters of the first layer that applies known ones, and never learns.

    The kernels themselves are compared, so a name stands for what is computed.
    """
    fixed = (
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.DepthwiseConv2D) and not layer.trainable
    )
    layer = next(fixed, None)
    if layer is None:
        return ()
    kernel = layer.get_weights()[0]  # (3, 3, channels, filters a channel)
    names = [_name(kernel[..., place]) for place in range(kernel.shape[3])]
    return tuple(name for name in names if name)


def _name(kernel: np.ndarray) -> str:
    """Which filter each channel `(rows, columns, channels)` goes through; empty if none."""
    for name, known in FILTERS.items():
        if kernel.shape[:2] == known.shape and np.allclose(kernel, known[..., None], atol=1e-6):
            return name
    return ""


def answer(network: Network, probabilities: np.ndarray) -> dict:
    """What the service says about one picture.

    Args:
        network: The network that was asked.
        probabilities: float32 `(classes,)`.

    Returns:
        `class_id, class_name, confidence, probabilities, filters_applied, calibrated,
        model_version`, as `described.Answer` describes them.
    """
    place = int(probabilities.argmax())
    temperature = network.saved.about.get("temperature")
    calibrated = None
    if temperature:
        changed = evaluation.with_temperature(probabilities[None], temperature)
        calibrated = float(changed[0, place])
    return {
        "class_id": place,
        "class_name": network.classes[place],
        "confidence": float(probabilities[place]),
        "probabilities": dict(zip(network.classes, map(float, probabilities), strict=True)),
        "filters_applied": list(network.filters),
        "calibrated": calibrated,
        "model_version": network.version,
    }


def information(network: Network) -> dict:
    """What `GET /info` says about a network."""
    about = network.saved.about
    return {
        "classes": network.classes,
        "model_version": network.version,
        "sha256": about["sha256"],
        "preprocessing": about["preprocessing"],
        "filters_applied": list(network.filters),
        "input": {"shape": list(network.saved.model.input_shape[1:]), "values": "0 to 255, RGB"},
        "dataset": about["dataset"],
        "profile": about["profile"],
        "temperature": about.get("temperature"),
        "record": about["record"],
        "versions": config.versions(),
        "hardware": str(training.machine()),
    }


class Held:
    """The network that answers now, and the one before it; a change is seen by the next call."""

    def __init__(self, network: Network | None = None):
        self._networks: tuple[Network | None, Network | None] = (network, None)

    @property
    def current(self) -> Network | None:
        """The network that answers, None if there is none."""
        return self._networks[0]

    @property
    def previous(self) -> Network | None:
        """The one that can be put back, None if there is none."""
        return self._networks[1]

    def asked(self) -> Network:
        """The network that answers.

        Raises:
            NoModelError: There is none.
        """
        if self.current is None:
            raise NoModelError
        return self.current

    def take(self, network: Network) -> None:
        """Lets another network answer from now on. Calls that run end with the one they have."""
        self._networks = (network, self.current)

    def put_back(self) -> bool:
        """Exchanges the current network and the one before it; False if there is none."""
        if self.previous is None:
            return False
        self.take(self.previous)
        return True
