"""What checks of several notebooks ask of a network."""

import keras
import numpy as np

from helpers import training


def model_hint(model: object, largest: int, *, fewest: int = 0, most: int | None = None) -> str:
    """A hint if something is no classifier of the course that is ready to train; else empty.

    Args:
        model: What a student's function returned.
        largest: Parameters it may have.
        fewest: Convolution layers it must have.
        most: Convolution layers it may have; None doesn't limit them.
    """
    if model is None:
        return "The function returns nothing yet. Copy the network above and change one thing."
    if not isinstance(model, keras.Model):
        return f"It returns a {type(model).__name__}; expected a Keras model."
    count = convolutions(model)
    if count < fewest or (most is not None and count > most):
        expected = str(fewest) if fewest == most else f"{fewest} or more"
        return f"It has {count} convolution layers; expected {expected}."
    if not model.built:
        return "It has no input shape yet: begin it with keras.Input((32, 32, 3))."
    if model.input_shape != (None, 32, 32, 3):
        return f"The input shape is {model.input_shape}; expected (None, 32, 32, 3)."
    if model.output_shape != (None, 10):
        return f"The output shape is {model.output_shape}; expected (None, 10), one for each class."
    if model.count_params() > largest:
        return f"{model.count_params():,} parameters; stay under {largest:,}."
    if not model.compiled:
        return "The model is not compiled. Give it an optimizer, a loss and metrics=['accuracy']."
    if not training.reports_accuracy(model):
        return "The model doesn't report its accuracy. Compile it with metrics=['accuracy']."
    if not _takes_integer_labels(model.loss):
        return "The labels are integers: compile it with loss='sparse_categorical_crossentropy'."
    answers = model.predict(np.zeros((2, 32, 32, 3), np.uint8), verbose=0)
    if not np.allclose(answers.astype(float).sum(1), 1, atol=0.02):
        return "The ten outputs don't sum to 1. Which activation makes probabilities?"
    return ""


def convolutions(model: keras.Model) -> int:
    """How many convolution layers of any kind a model has, models inside it included."""
    return sum("Conv" in type(layer).__name__ for layer in all_layers(model))


def all_layers(model: keras.Model) -> list[keras.Layer]:
    """The layers of a model, those of models inside it included, without these models."""
    layers = []
    for layer in model.layers:
        layers += all_layers(layer) if isinstance(layer, keras.Model) else [layer]
    return layers


def _takes_integer_labels(loss: object) -> bool:
    resolved = keras.losses.get(loss)
    function = keras.losses.sparse_categorical_crossentropy
    return resolved is function or isinstance(resolved, keras.losses.SparseCategoricalCrossentropy)
