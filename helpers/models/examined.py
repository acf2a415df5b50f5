"""Which saved models can be looked into."""

from itertools import pairwise

import keras

from helpers.data import Dataset
from helpers.models.saved import ModelError, Saved


def check_examinable(saved: Saved, data: Dataset) -> None:
    """Checks that Grad-CAM, as notebook 07 writes it, can look into a saved model.

    Raises:
        ModelError: Its classes are not the dataset's, or it isn't a network with a convolution in
            it, a single row of layers behind the last convolution or sum, and a dense layer with
            bias and softmax at the end.
    """
    if tuple(saved.about["classes"]) != data.class_names:
        raise ModelError("This model has other classes than the dataset. Name both to fit.")
    network = saved.model
    if not examinable(network):
        end = network.layers[-1]
        raise ModelError(
            f"This model, a {type(network).__name__} that ends in a {type(end).__name__}, can't be "
            "examined here: expected a network with a Conv2D in it, whose layers behind the last "
            'Conv2D or Add are a single row, and Dense(classes, activation="softmax") at its end. '
            "Name another model_file."
        )


def examinable(network: keras.Model) -> bool:
    """Whether Grad-CAM, as notebook 07 writes it, can look into a network."""
    end = network.layers[-1]
    has_maps = any(isinstance(layer, keras.layers.Conv2D) for layer in network.layers)
    return (
        has_maps
        and _ends_in_a_row(network)
        and isinstance(end, keras.layers.Dense)
        and end.use_bias
        and end.activation is keras.activations.softmax
    )


def _ends_in_a_row(network: keras.Model) -> bool:
    """Whether each layer behind the last convolution or sum reads from the one before it alone."""
    if isinstance(network, keras.Sequential):
        return True
    kinds = (keras.layers.Conv2D, keras.layers.Add)
    last = max(n for n, layer in enumerate(network.layers) if isinstance(layer, kinds))
    return all(after.input is before.output for before, after in pairwise(network.layers[last:]))
