"""What a network costs: multiply-adds for one image."""

import keras


def multiply_adds(network: keras.Model) -> int:
    """Multiplications, each with its addition, that a network needs for one image.

    Convolutions (`Conv2D`, not grouped) and dense layers are counted; all else is small beside
    them.

    Args:
        network: Built, a stack of layers without models inside.

    Raises:
        ValueError: A layer of another kind has kernels, or a convolution is grouped.
    """
    return sum(map(_of_layer, network.layers))


def _of_layer(layer: keras.Layer) -> int:
    if type(layer) is keras.layers.Conv2D and layer.groups == 1:
        rows, columns, filters = layer.output.shape[1:]
        height, width = layer.kernel_size
        return rows * columns * height * width * layer.input.shape[-1] * filters
    if type(layer) is keras.layers.Dense and len(layer.input.shape) == 2:
        return layer.input.shape[-1] * layer.units
    if isinstance(layer, keras.Model) or any(len(weight.shape) > 1 for weight in layer.weights):
        raise ValueError(f"the multiply-adds of a {type(layer).__name__} are not counted here.")
    return 0
