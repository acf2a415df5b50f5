"""What a network costs: for each layer parameters, and multiply-adds for one image."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import keras
from keras import layers as known

MULTIPLYING = (  # they have no kernels of their own, and multiply all the same
    *("Dot", "Attention", "AdditiveAttention", "Matmul", "Einsum", "Tensordot", "Inner", "Outer"),
    *("Conv", "ConvTranspose", "DepthwiseConv", "SeparableConv", "Vdot", "Vecdot", "Kron"),
)


@dataclass(frozen=True)
class Cost:
    """One layer where a network calls it; a layer that is called twice has two of them.

    Attributes:
        name: Name of the layer; with the model's before it, if it lies in a model inside.
        kind: Its class, as in `"Conv2D"`.
        detail: What a drawing says of it: size of the kernel, stride, activation; may be empty.
        shape: Shape of what it gives for one image.
        parameters: All of them, trained or not; 0 where a layer is called again.
        multiply_adds: Multiplications, each with its addition, for one image.
        inputs: Places, in the list of all, of the layers that it reads from.
    """

    name: str
    kind: str
    detail: str
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    inputs: tuple[int, ...]


def multiply_adds(network: keras.Model) -> int:
    """Multiplications, each with its addition, that a network needs for one image.

    Arguments and errors are as in `layer_costs`.
    """
    return sum(cost.multiply_adds for cost in layer_costs(network))


def layer_costs(network: keras.Model) -> list[Cost]:
    """What each layer costs, in the order in which they are computed, models inside unfolded.

    Convolutions (`Conv2D`, also grouped or dilated, `DepthwiseConv2D`, `SeparableConv2D`) and
    dense layers are counted; all else (biases, normalisation, pooling, additions) is small beside
    them and counts as 0. The sum of the parameters is `network.count_params()`.

    Args:
        network: Built, `Sequential` or functional, with inputs of a fixed size; models inside too.

    Raises:
        ValueError: The network isn't built or isn't a graph of layers, a size is open, or a layer
            of another kind has kernels or multiplies.
    """
    rows: list[Cost] = []
    _unfold(network, None, "", rows, set())
    return rows


def _unfold(
    network: keras.Model, given: list[int] | None, prefix: str, rows: list[Cost], seen: set[int]
) -> list[int]:
    """Appends a row for each call of a layer; returns the rows that the network's outputs are of.

    Args:
        network: The network, or a model inside it.
        given: The rows that its inputs come from; None for the outermost network.
        prefix: What the names of its layers begin with.
        rows: What is appended to.
        seen: Layers whose parameters are counted, by identity; is added to.
    """
    sources: dict[int, int] = {}  # the row that a tensor comes from
    outer = None if given is None else iter(given)
    for node in _calls(network):
        layer, outputs = node.operation, node.outputs
        if isinstance(layer, known.InputLayer) and outer is not None:
            made = [next(outer)]
        else:
            inputs = [sources[id(tensor)] for tensor in node.input_tensors]
            if isinstance(layer, keras.Model):
                _check_inside(layer, node.input_tensors)
                made = _unfold(layer, inputs, f"{prefix}{layer.name}/", rows, seen)
            else:
                rows.append(_row(node, prefix, tuple(dict.fromkeys(inputs)), id(layer) in seen))
                seen.add(id(layer))
                made = [len(rows) - 1] * len(outputs)
        sources |= {id(tensor): row for tensor, row in zip(outputs, made, strict=True)}
    return [sources[id(tensor)] for tensor in _graph(network).outputs]


def _graph(network: keras.Model) -> keras.Function:
    """The graph of a network; `Sequential` keeps it inside."""
    graph = network._functional if isinstance(network, keras.Sequential) else network
    if not isinstance(graph, keras.Function):
        hint = "build it with keras.Input, as Sequential or functional model."
        raise ValueError(f"{network.name} is no graph of layers that is built; {hint}")
    return graph


def _calls(network: keras.Model) -> Iterator:
    """The calls of layers in a network: inputs first, then each branch as a whole."""
    graph = _graph(network)
    nodes = [node for some in graph._nodes_by_depth.values() for node in some]
    makers = {id(tensor): node for node in nodes for tensor in node.outputs}
    done: set[int] = set()
    waiting = [makers[id(tensor)] for tensor in (*graph.outputs[::-1], *graph.inputs[::-1])]
    while waiting:
        node = waiting.pop()
        before = [makers[id(tensor)] for tensor in node.input_tensors]
        missing = [maker for maker in before[::-1] if id(maker) not in done]
        if missing and id(node) not in done:
            waiting += [node, *missing]
        elif id(node) not in done:
            done.add(id(node))
            yield node


def _check_inside(model: keras.Model, tensors: list) -> None:
    """A model inside keeps the shapes it was built with; other ones would be counted wrongly."""
    for own, given in zip(_graph(model).inputs, tensors, strict=True):
        if tuple(own.shape[1:]) != tuple(given.shape[1:]):
            raise ValueError(
                f"{model.name} is built for {own.shape[1:]} and called with {given.shape[1:]}; "
                "build it for the size it is called with."
            )


def _row(node, prefix: str, inputs: tuple[int, ...], again: bool) -> Cost:
    layer, shape = node.operation, tuple(node.outputs[0].shape[1:])
    if None in shape:
        raise ValueError(f"the output of {layer.name} has an open size: {shape}.")
    before = tuple(node.input_tensors[0].shape[1:]) if node.input_tensors else ()
    is_layer = isinstance(layer, keras.Layer)
    parameters = layer.count_params() if is_layer and not again else 0
    counted = _multiply_adds(layer, before, shape)
    kind = type(layer).__name__.replace("InputLayer", "Input")
    return Cost(prefix + layer.name, kind, _detail(layer), shape, parameters, counted, inputs)


def _multiply_adds(layer: keras.Operation, before: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """What one call of a layer multiplies; the kernel lies at every place of the result."""
    kind = type(layer)
    if kind in (known.Conv2D, known.DepthwiseConv2D, known.SeparableConv2D):
        if layer.data_format != "channels_last":
            raise ValueError(f"{layer.name} has channels first; only channels last are counted.")
        places, window, channels = math.prod(shape[:-1]), math.prod(layer.kernel_size), before[-1]
        if kind is known.Conv2D:
            return places * window * (channels // layer.groups) * shape[-1]
        middle = channels * layer.depth_multiplier
        mixing = middle * shape[-1] if kind is known.SeparableConv2D else 0
        return places * (window * middle + mixing)
    if kind is known.Dense:
        return math.prod(before) * layer.units
    weights = getattr(layer, "weights", ())
    if kind.__name__ in MULTIPLYING or any(len(weight.shape) > 1 for weight in weights):
        raise ValueError(f"the multiply-adds of a {kind.__name__} are not counted here.")
    return 0


def _detail(layer: keras.Operation) -> str:
    """Kernel or window, stride, groups, rate of dropout and activation, where there are any."""
    window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    words = ["×".join(map(str, window))] if isinstance(window, tuple) else []
    strides = getattr(layer, "strides", None)
    if window and isinstance(strides, tuple):
        usual = (1,) * len(strides) if hasattr(layer, "kernel_size") else tuple(window)
        words += [f"stride {strides[0]}"] if tuple(strides) != usual else []
    if getattr(layer, "groups", 1) not in (1, None) and hasattr(layer, "kernel_size"):
        words.append(f"{layer.groups} groups")
    if isinstance(layer, known.Dropout):
        words.append(f"{layer.rate:g}")
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return ", ".join(words + ([] if activation == "linear" else [activation]))
