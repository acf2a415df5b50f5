"""Which saved models can be looked into."""

import keras

from helpers.data import Dataset
from helpers.models.saved import ModelError, Saved


def check_examinable(saved: Saved, data: Dataset) -> None:
    """Checks that Grad-CAM, as notebook 07 writes it, can look into a saved model.

    Raises:
        ModelError: Its classes are not the dataset's, or it isn't a stack of layers with a
            convolution in it and a dense layer with bias and softmax at the end.
    """
    if tuple(saved.about["classes"]) != data.class_names:
        raise ModelError("This model has other classes than the dataset. Name both to fit.")
    network = saved.model
    end = network.layers[-1]
    ends_well = isinstance(end, keras.layers.Dense) and end.use_bias
    has_maps = any(isinstance(layer, keras.layers.Conv2D) for layer in network.layers)
    if not (
        isinstance(network, keras.Sequential)
        and has_maps
        and ends_well
        and end.activation is keras.activations.softmax
    ):
        raise ModelError(
            f"This model, a {type(network).__name__} that ends in a {type(end).__name__}, can't be "
            "examined here: expected a keras.Sequential with a Conv2D in it, and "
            'Dense(classes, activation="softmax") at its end. Name another model_file.'
        )
