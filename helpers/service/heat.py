"""Where a network looked: the heat map of notebook 07 over the picture that it saw."""

import io

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from helpers import models
from helpers.service.network import Network

SIDE = 256  # pixels of the drawn picture
_COLD, _WARM, _HOT = (
    np.array(colour, np.float32) for colour in ((0, 0, 60), (220, 60, 0), (255, 240, 120))
)


class HeatError(Exception):
    """This network can't be looked into."""


def grad_cam(model: keras.Model, picture: np.ndarray, place: int) -> np.ndarray:
    """The heat of the last convolution for one class, as notebook 07 computes it.

    Args:
        model: Its layers behind the last convolution (or sum) are a single row that ends in a
            dense layer with softmax.
        picture: uint8 `(rows, columns, 3)`.
        place: The class.

    Returns:
        float32 `(r, c)`, the size of the layer's maps, 0 or more.

    Raises:
        HeatError: The network is built in another way.

    Source: R. Selvaraju and others, 2017, https://arxiv.org/abs/1610.02391.
    """
    if not models.examinable(model):
        raise HeatError
    kinds = (keras.layers.Conv2D, keras.layers.Add)
    last = max(n for n, layer in enumerate(model.layers) if isinstance(layer, kinds))
    front = keras.Model(model.inputs[0], model.layers[last].output)
    maps = front(picture[None].astype("float32"), training=False)
    with tf.GradientTape() as tape:
        tape.watch(maps)
        values = maps
        for layer in model.layers[last + 1 : -1]:
            values = layer(values, training=False)
        end = model.layers[-1]
        score = (values @ end.kernel + end.bias)[0, place]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2), keepdims=True)
    return tf.nn.relu(tf.reduce_sum(weights * maps, axis=-1))[0].numpy()


def drawn(picture: np.ndarray, heat: np.ndarray) -> bytes:
    """A PNG of 256 × 256 pixels: the picture, and the heat over it.

    Args:
        picture: uint8 `(32, 32, 3)`.
        heat: `(rows, columns)`, 0 or more; one that is 0 everywhere leaves the picture dark.
    """
    share = heat / heat.max() if heat.max() > 0 else np.zeros_like(heat)
    large = Image.fromarray(share.astype(np.float32)).resize(
        (SIDE, SIDE), Image.Resampling.BILINEAR
    )
    share = np.asarray(large)[..., None]
    low, high = _COLD + (_WARM - _COLD) * 2 * share, _WARM + (_HOT - _WARM) * (2 * share - 1)
    colours = np.where(share < 0.5, low, high)
    below = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.NEAREST)
    mixed = 0.5 * np.asarray(below, np.float32) + 0.5 * colours
    return png(mixed.round().clip(0, 255).astype(np.uint8))


def png(picture: np.ndarray) -> bytes:
    """A picture uint8 `(rows, columns, 3)` as the bytes of a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def shown(network: Network, picture: np.ndarray) -> bytes:
    """The heat map of the class that the network answers, as PNG.

    Raises:
        HeatError: The network can't be looked into.
    """
    place = int(network.ask(picture[None])[0].argmax())
    return drawn(picture, grad_cam(network.saved.model, picture, place))
