"""Whether a network has shortcuts, by what TensorFlow computes, whatever layers it is made of."""

import keras
import tensorflow as tf

from helpers.checks import networks


def sums(model: keras.Model) -> list[tf.Operation]:
    """The sums that join two maps of one shape, of which one went through more convolutions.

    Args:
        model: A network for images `(n, 32, 32, 3)`.
    """
    return [op for op in networks.operations(model, {"AddV2", "AddN"}) if _joins(op)]


def _joins(op: tf.Operation) -> bool:
    maps = [tensor for tensor in op.inputs if tensor.shape.rank == 4]
    depths = [len(_convolutions(tensor)) for tensor in maps]
    shapes = {tuple(tensor.shape[1:]) for tensor in maps}
    return len(maps) > 1 and len(shapes) == 1 and len(set(depths)) > 1


def _convolutions(tensor: tf.Tensor) -> set[str]:
    """Names of the convolutions that a tensor was made with, directly or before."""
    found, seen, waiting = set(), set(), [tensor.op]
    while waiting:
        op = waiting.pop()
        if op.name not in seen:
            seen.add(op.name)
            found |= {op.name} if op.type in networks.CONVOLUTIONS else set()
            waiting += [given.op for given in op.inputs]
    return found
