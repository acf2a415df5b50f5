"""Borrowed networks: trained by others on ImageNet, taken over without their last layer."""

import contextlib
import numbers
import socket
from pathlib import Path

import keras
import numpy as np
from keras import layers

from helpers.models import lite0
from helpers.models.lite0 import BackboneError

NAMES = ("lite0", "efficientnetb0", "resnet50")
SMALLEST, LARGEST = 32, 1_024
TIME_OUT = 20.0
_CAFFE_MEAN = (123.68, 116.779, 103.939)  # red, green, blue of ImageNet, as ResNet50 expects them
_DEVIATIONS = (0.229, 0.224, 0.225)  # of the same three, from 0 to 1


def backbone(
    name: str = "lite0",
    size: int = 96,
    weights: str | Path | None = "imagenet",
    *,
    top: bool = False,
    given: int | None = None,
) -> keras.Model:
    """A network that others have trained on ImageNet; it scales its pictures itself.

    Args:
        name: `"lite0"`, whose weights come with the course's packages, `"efficientnetb0"` or
            `"resnet50"`, which `keras.applications` downloads once, checks and keeps.
        size: Rows and columns at which it looks, 32 to 1,024. (The weights were made for 224.)
        weights: `"imagenet"`; None for random ones; or a file: the one of the package for `lite0`,
            for the others what `keras.applications` has, as `.h5`, with or without the classes
            as `top` says.
        top: Whether the 1,000 classes of ImageNet are answered.
        given: Rows and columns of the pictures, if these aren't `size`, but a half of it, a third,
            and so on: the model then begins by making them larger, with bilinear weights.

    Returns:
        One flat model: pictures `(n, size, size, 3)`, or as `given` says, red, green, blue, values
        0 to 255 -> features `(n, rows, columns, channels)` of the last convolution, where `rows`
        is `size / 32`, rounded up; with `top`, probabilities `(n, 1000)`.

    Raises:
        BackboneError: No such network or sizes; the weights can't be had or aren't its weights.
    """
    if name not in NAMES:
        raise BackboneError(f"There is no backbone {name!r}; there are {', '.join(NAMES)}.")
    if not (weights is None or isinstance(weights, str | Path)):
        raise BackboneError(f"weights={weights!r}: expected 'imagenet', None, or a file.")
    if not _whole(size) or not SMALLEST <= size <= LARGEST:
        raise BackboneError(
            f"size={size!r}: a backbone takes pictures of {SMALLEST} to {LARGEST} pixels, as a "
            "whole number."
        )
    if given is not None and (not _whole(given) or given < 1 or size % given):
        raise BackboneError(
            f"given={given!r}: pictures are made a whole number of times as large, so {size} must "
            "be a multiple of it."
        )
    if top and name != "lite0" and size != 224:
        raise BackboneError(f"The classes of {name} are for pictures of 224 pixels, not {size}.")
    inputs = keras.Input((given or size,) * 2 + (3,), name="pictures")
    pictures = inputs
    if given and size > given:
        larger = {"interpolation": "bilinear", "dtype": "float32", "name": "larger"}
        pictures = layers.UpSampling2D(size // given, **larger)(inputs)
    if name == "lite0":
        outputs = lite0.network(pictures, top)
        model = keras.Model(inputs, outputs, name=name)
        if weights is not None:
            lite0.borrow(model, lite0.package_file() if weights == "imagenet" else Path(weights))
        return model
    return keras.Model(inputs, _application(name, pictures, weights, top), name=name)


def _whole(number: object) -> bool:
    return isinstance(number, numbers.Integral) and not isinstance(number, bool)


def _application(name: str, pictures: object, weights: str | Path | None, top: bool) -> object:
    """What EfficientNetB0 or ResNet50 of `keras.applications` make of pictures of 0 to 255."""
    build = {
        "efficientnetb0": keras.applications.EfficientNetB0,
        "resnet50": keras.applications.ResNet50,
    }[name]
    named = weights not in (None, "imagenet")
    if named and not Path(weights).is_file():
        raise BackboneError(f"{weights} is no file; name the .h5 file of {name}, or 'imagenet'.")
    if name == "resnet50":
        mean = layers.Normalization(mean=_CAFFE_MEAN, variance=(1.0, 1.0, 1.0), name="scaling")
        pictures = mean(pictures)
    source = str(weights) if named else weights
    try:
        with _timed_out():
            model = build(include_top=top, weights=source, input_tensor=pictures)
    except Exception as error:
        raise BackboneError(_told(name, weights, top, error)) from error
    if name == "resnet50" and weights is not None:
        _take_red_first(model)
    if name == "efficientnetb0" and named:
        _scale_once_more(model)
    return model.output


@contextlib.contextmanager
def _timed_out():
    """Lets a silent host be given up; Keras' own download would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIME_OUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _take_red_first(model: keras.Model) -> None:
    """Turns the first kernel round: the weights were made for blue, green, red."""
    first = model.get_layer("conv1_conv")
    kernel, bias = first.get_weights()
    first.set_weights([np.ascontiguousarray(kernel[:, :, ::-1]), bias])


def _scale_once_more(model: keras.Model) -> None:
    """Divides by the roots of ImageNet's deviations, which Keras does only for its own download."""
    scaling = next(layer for layer in model.layers if isinstance(layer, layers.Normalization))
    mean, variance, count = scaling.get_weights()
    scaling.set_weights([mean, variance * np.float32(_DEVIATIONS), count])
    scaling.finalize_state()


def _told(name: str, weights: str | Path | None, top: bool, error: Exception) -> str:
    """One sentence on what went wrong with the weights, and what to do."""
    why = " ".join(str(error).split())[:200]
    if weights == "imagenet":
        return (
            f"The weights of {name} can't be downloaded ({why}). Without a network, use "
            'backbone="lite0", whose weights are installed with the course, or name a file that '
            "somebody else has downloaded."
        )
    kind = "with" if top else "without"
    return f"{weights} doesn't hold the weights of {name} {kind} its classes ({why})."
