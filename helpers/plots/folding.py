"""The boxes of a network's drawing: which layers are drawn as one, and what is said of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

SHORT = {
    "BatchNormalization": "BN",
    "LayerNormalization": "LN",
    "GlobalAveragePooling2D": "GlobalAverage",
    "GlobalMaxPooling2D": "GlobalMax",
    "MaxPooling2D": "MaxPool",
    "AveragePooling2D": "AveragePool",
    "DepthwiseConv2D": "Depthwise",
    "SeparableConv2D": "Separable",
}


class Layer(Protocol):
    """What is drawn of a layer; `models.layer_costs` makes it."""

    name: str
    kind: str
    detail: str
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    inputs: tuple[int, ...]


@dataclass
class Box:
    """Layers that are drawn as one: the first, and those that keep its shape and cost little."""

    first: Layer
    folded: list[str] = field(default_factory=list)
    parameters: int = 0
    inputs: tuple[int, ...] = ()


def folded(layers: Sequence[Layer]) -> list[Box]:
    """The boxes of a drawing: what keeps shape and multiplies nothing lies in the one before.

    Where a second layer reads from that one too, it has a box of its own: a shortcut may lead past.

    Returns:
        Boxes in order; their `inputs` are places in this list.

    Raises:
        ValueError: There is no layer.
    """
    if not layers:
        raise ValueError("there is no layer to draw; expected models.layer_costs(network).")
    boxes: list[Box] = []
    places: list[int] = []  # the box that each layer lies in
    readers = Counter(source for layer in layers for source in layer.inputs)
    for layer in layers:
        before = [places[k] for k in layer.inputs]
        alone = len(layer.inputs) == 1 and readers[layer.inputs[0]] == 1
        alone = alone and layer.shape == layers[layer.inputs[0]].shape
        if alone and not layer.multiply_adds and not _has_window(layer):
            box = boxes[before[0]]
            box.folded.append(layer.kind)
            if layer.kind in ("ReLU", "Activation", "Dropout"):
                box.folded[-1] = f"{layer.kind.lower()} {layer.detail}".strip()
                box.folded[-1] = box.folded[-1].removeprefix("activation ")
            places.append(before[0])
        else:
            box = Box(layer, inputs=tuple(dict.fromkeys(before)))
            boxes.append(box)
            places.append(len(boxes) - 1)
        box.parameters += layer.parameters
    return boxes


def _has_window(layer: Layer) -> bool:
    """Whether it looks at neighbours, as a pooling with stride 1 does."""
    return "×" in layer.detail


def words(box: Box) -> tuple[str, list[str]]:
    """The kind of a box, and what it does."""
    inside = [SHORT.get(word, word) for word in dict.fromkeys(box.folded)]
    detail = [box.first.detail] if box.first.detail else []
    return SHORT.get(box.first.kind, box.first.kind), detail + inside


def size(box: Box) -> str:
    shape = box.first.shape
    return "×".join(map(str, shape)) if len(shape) > 1 else f"{shape[0]:,}"
