"""The training cache: results kept under a hash of everything that decides them."""

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import keras
import numpy as np

from helpers import data, storage

PLAIN = (bool, int, float, str, np.number, type(None))


def key(parts: dict[str, object]) -> str:
    """SHA-256 of a JSON-like description, in hexadecimal; the order of keys doesn't matter."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def describe_model(model: keras.Model) -> dict[str, object]:
    """Everything of a model that decides what it computes: layers, weights, own source code.

    Automatic names (`dense_3`, `sequential_1`) are normalised: they count how many layers this
    process has made and decide nothing.

    Raises:
        ValueError: The source of a custom layer or model can't be found.
    """
    layers = [model, *model._flatten_layers(include_self=False)]
    return {
        "config": _normalised(keras.saving.serialize_keras_object(model)),
        "weights": data.fingerprint(*(np.asarray(v) for v in variables(model))),
        "source": sorted({_source(type(layer)) for layer in layers}),
    }


def describe_training(model: keras.Model, callbacks: Iterable[keras.callbacks.Callback]) -> dict:
    """How a compiled model will be trained: optimizer with its state, loss, metrics, callbacks.

    Raises:
        ValueError: The source of a custom part can't be found.
    """
    parts = [model.optimizer, model.loss, *callbacks]
    parts += [value for c in callbacks for value in vars(c).values() if inspect.isroutine(value)]
    return {
        "compile": _normalised(model.get_compile_config()),
        "optimizer_state": data.fingerprint(*(np.asarray(v) for v in model.optimizer.variables)),
        "callbacks": [[type(c).__name__, plain_attributes(c)] for c in callbacks],
        "source": sorted({_source(p if inspect.isroutine(p) else type(p)) for p in parts}),
        "precision": keras.config.dtype_policy().name,
    }


def variables(model: keras.Model) -> list[keras.Variable]:
    """Weights and random-seed states of a model, without the metrics' counters."""
    counters = {id(v) for metric in model.metrics for v in metric.variables}
    return [v for v in model.variables if id(v) not in counters]


def plain_attributes(thing: object) -> dict[str, object]:
    """The public attributes of an object that are numbers, words, truth values or None."""
    return _plain({name: value for name, value in vars(thing).items() if name[0] != "_"})


def save(path: Path, model: keras.Model, facts: dict) -> None:
    """Keeps weights, seed states and optimizer state with some facts, whole or not at all.

    Args:
        path: The `.npz` file to write.
        model: Built and compiled.
        facts: Anything that JSON holds.
    """
    state = [*variables(model), *model.optimizer.variables]
    arrays = {str(i): np.asarray(variable) for i, variable in enumerate(state)}
    storage.write_arrays(path, arrays | {"facts": np.array(json.dumps(facts))})


def load(path: Path, model: keras.Model) -> dict | None:
    """Puts a kept state into `model` and returns its facts.

    Args:
        path: A file written by `save`.
        model: Built, compiled, with the optimizer built: the one described by the file's key.

    Returns:
        The facts, or None, with `model` untouched, if there is no such file or it is damaged.
    """
    state = [*variables(model), *model.optimizer.variables]
    kept = storage.read_arrays(path)
    if kept is None:
        return None
    facts = json.loads(str(kept["facts"]))
    values = [kept[str(i)] for i in range(len(state))]
    for variable, value in zip(state, values, strict=True):
        variable.assign(value)
    return facts


def _plain(values: dict[str, object]) -> dict[str, object]:
    kept = {name: value for name, value in values.items() if isinstance(value, PLAIN)}
    return {k: v.item() if isinstance(v, np.number) else v for k, v in kept.items()}


def _normalised(settings: object) -> object:
    """A Keras configuration in which automatic names are numbered in the order they appear."""
    names: dict[str, str] = {}

    def collect(node: object) -> None:
        if isinstance(node, dict):
            own = node.get("config")
            name = own.get("name") if isinstance(own, dict) else None
            automatic = _snake_case(str(node.get("class_name")))
            if isinstance(name, str) and re.fullmatch(rf"{automatic}(_\d+)?", name):
                names.setdefault(name, f"{automatic}#{len(names)}")
            node = list(node.values())
        if isinstance(node, list | tuple):
            for child in node:
                collect(child)

    def rename(node: object) -> object:
        if isinstance(node, dict):
            return {k: rename(v) for k, v in node.items() if k != "shared_object_id"}
        if isinstance(node, list | tuple):
            return [rename(child) for child in node]
        return names.get(node, node) if isinstance(node, str) else node

    collect(settings)
    return rename(settings)


def _snake_case(name: str) -> str:
    """`MaxPooling2D` as Keras names its layers: `max_pooling2d`."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _source(thing: type | Callable) -> str:
    """Source of a class or function that isn't Keras' own, with the plain values it refers to."""
    if thing.__module__.split(".")[0] in ("keras", "builtins"):
        return ""
    try:
        text = inspect.getsource(thing)
    except (OSError, TypeError) as error:
        raise ValueError(f"the source of {thing.__name__} can't be found") from error
    functions = vars(thing).values() if inspect.isclass(thing) else [thing]
    for function in filter(inspect.isfunction, functions):
        outside = inspect.getclosurevars(function)
        text += str(_plain({**outside.globals, **outside.nonlocals}))
    return text
