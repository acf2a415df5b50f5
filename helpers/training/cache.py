"""The training cache: results kept under a hash of everything that decides them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from helpers import data, storage
from helpers.training.identity import UnknownError, describe, normalised


def key(description: object) -> str:
    """SHA-256 of a JSON-like description, in hexadecimal; the order of keys doesn't matter."""
    text = json.dumps(description, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def describe_model(model: keras.Model) -> dict[str, object]:
    """Everything of a model that decides what it computes: layers, weights, own code.

    Raises:
        UnknownError: A part of the model can't be described for certain.
    """
    described = describe_layers(model)
    return described | {"weights": data.fingerprint(*map(np.asarray, variables(model)))}


def describe_layers(model: keras.Model) -> dict[str, object]:
    """What models of one kind have in common: layers and own code, without the weights.

    Automatic names (`dense_3`, `sequential_1`) are normalised: they count how many layers this
    process has made and decide nothing.

    Raises:
        UnknownError: A part of the model can't be described for certain.
    """
    layers = list(model._flatten_layers(include_self=True))
    try:
        return {
            "config": normalised(
                {"class_name": type(model).__name__, "config": model.get_config()}
            ),
            "layers": [describe(layer) for layer in layers],
            "trainable": [variable.trainable for variable in model.weights],
        }
    except (NotImplementedError, TypeError, ValueError, RecursionError) as error:
        raise UnknownError(f"the model can't be described ({error})") from error


def describe_recipe(
    model: keras.Model,
    callbacks: list[keras.callbacks.Callback],
    augment: Callable | None = None,
    mix: Callable | None = None,
) -> list[object]:
    """How a compiled model will be trained: optimizer, loss, metrics, callbacks, precision.

    Functions that change or mix the training images are part of it, weights of losses, weighted
    metrics, and which variables don't decay; what there is none of is left out, so that the keys
    of trainings without it stay as they are.

    Raises:
        UnknownError: A part can't be described for certain.
    """
    metrics = getattr(model._compile_metrics, "_user_metrics", None)
    parts = [model.optimizer, model.loss, metrics, list(callbacks)]
    parts += [augment] if augment else []
    parts += [("mix", mix)] if mix else []
    parts += [(name, value) for name, value in _rare(model).items() if value is not None]
    try:
        return [*map(describe, parts), keras.config.dtype_policy().name]
    except (NotImplementedError, TypeError, ValueError, RecursionError) as error:
        raise UnknownError(f"the recipe can't be described ({error})") from error


def _rare(model: keras.Model) -> dict[str, object]:
    """What few models are compiled with, and their configuration leaves out."""
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    decays = [True]
    if getattr(optimizer, "weight_decay", None) is not None:
        decays = [optimizer._use_weight_decay(v.value) for v in model.trainable_variables]
    return {
        "loss_weights": getattr(model._compile_loss, "_user_loss_weights", None),
        "weighted_metrics": getattr(model._compile_metrics, "_user_weighted_metrics", None),
        "decays": None if all(decays) else decays,
    }


def variables(model: keras.Model) -> list[keras.Variable]:
    """Weights and random-seed states of a model, without the metrics' counters."""
    counters = {id(v) for metric in model.metrics for v in metric.variables}
    return [v for v in model.variables if id(v) not in counters]


def save(
    path: Path, model: keras.Model, facts: dict, extra: dict[str, np.ndarray] | None = None
) -> bool:
    """Keeps weights, seed states and optimizer state with some facts, whole or not at all.

    Args:
        path: The `.npz` file to write.
        model: Built and compiled.
        facts: Anything that JSON holds.
        extra: More arrays, by name.

    Returns:
        Whether it is kept; if the folder can't be written, a line tells it.
    """
    state = [*variables(model), *model.optimizer.variables]
    arrays = {str(i): _storable(np.asarray(variable)) for i, variable in enumerate(state)}
    arrays["facts"] = np.array(json.dumps(facts))
    return storage.write_arrays(path, arrays | (extra or {}))


def load(path: Path, model: keras.Model) -> tuple[dict, dict[str, np.ndarray]] | None:
    """Puts a kept state into `model`.

    Args:
        path: A file written by `save`.
        model: Built, compiled, with the optimizer built: the one described by the file's key.

    Returns:
        The facts and the extra arrays, or None, with `model` untouched, if there is no such file
        or it is damaged.
    """
    state = [*variables(model), *model.optimizer.variables]
    kept = storage.read_arrays(path)
    wanted = {"facts", *map(str, range(len(state)))}
    if kept is None or not wanted <= set(kept):
        return None
    for i, variable in enumerate(state):
        variable.assign(kept[str(i)])
    extra = {name: array for name, array in kept.items() if name not in wanted}
    return json.loads(str(kept["facts"])), extra


def _storable(array: np.ndarray) -> np.ndarray:
    """bfloat16 as float32, which holds every bfloat16 value and which NumPy can store."""
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array
