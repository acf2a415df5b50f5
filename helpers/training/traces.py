"""Shares what TensorFlow traced between models that are the same but for their weights.

A notebook trains the same small network with many seeds. TensorFlow traces each new model anew:
one core works for a second or two, the other one waits, and a short training takes less than that.
So the first model of a kind lends its traced functions to those that come after it: their weights
are put into its variables, it computes, and what came out is handed back. And no step is traced
twice: `build_metrics` sees to it.

Tracing: https://www.tensorflow.org/guide/function#tracing
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np

from helpers.training import cache
from helpers.training.identity import UnknownError, is_library

LENDERS = 8  # kinds of models that are remembered, the latest used
FUNCTIONS = ("train_function", "test_function", "predict_function")

_lenders: OrderedDict[str, keras.Model] = OrderedDict()
_traced: dict[tuple, dict[str, object]] = {}


@contextmanager
def lent(model: keras.Model) -> Iterator[keras.Model]:
    """A model to compute with in the place of `model`: itself, or the first one of its kind.

    Two models are of one kind if everything that decides what they compute is the same but for
    their variables, and how these began: layers, own code, optimizer, loss, metrics. After the
    block `model` has the variables that came out, and the lender has its own again.

    Args:
        model: Built. One that can't be described for certain is its own lender each time.
    """
    kind = _kind(model)
    lender = _lenders.get(kind, model)
    if lender is not model and (_kind(lender) != kind or _share_variables(lender, model)):
        lender = model  # the other one has changed since, or both are of one piece
    _remember(kind, lender)
    if lender is model:
        yield model
        return
    own = _values(lender)
    try:
        _assign(lender, _values(model))
        yield lender
        _assign(model, _values(lender))
    finally:
        _assign(lender, own)


@contextmanager
def kept(model: keras.Model) -> Iterator[None]:
    """Within the block, what was traced for `model` in an earlier block is used again.

    Enter it after all that changes what a trace does, for example `speed.fused`.
    """
    if not any(model is lender for lender in _lenders.values()):
        yield
        return
    names = (id(model), model.steps_per_execution if model.compiled else None)
    for name, function in _traced.get(names, {}).items():
        setattr(model, name, function)
    yield
    found = {name: getattr(model, name) for name in FUNCTIONS}
    _traced[names] = {name: function for name, function in found.items() if function is not None}


def build_metrics(model: keras.Model, labels: np.ndarray) -> None:
    """Makes the variables that a compiled model's metrics count in, before TensorFlow traces.

    Keras makes them with the first step, and a trace in which variables are made is thrown away:
    the step is traced again. A model that doesn't know its output shape is left as it is, and one
    whose own code may give its metrics something else.

    Args:
        model: Built and compiled.
        labels: As it gets them, `(n,)` or `(n, classes)`.
    """
    metrics, shape = model._compile_metrics, getattr(model, "output_shape", None)
    own = {name for c in type(model).__mro__ if not is_library(c) for name in vars(c)}
    plain = not own & {"call", "test_step", "compute_metrics"}
    known = plain and isinstance(shape, tuple) and None not in shape[1:]
    if known and metrics is not None and not metrics.built:
        metrics.build(labels[:2], np.zeros((2, *shape[1:]), "float32"))


def _kind(model: keras.Model) -> str | None:
    try:
        described = _without_initializers(cache.describe_layers(model))
        recipe = cache.describe_recipe(model, []) if model.compiled else None
    except UnknownError:
        return None
    ways = [model.run_eagerly, model.jit_compile, model.optimizer.built] if model.compiled else None
    return cache.key([described, recipe, ways])


def _without_initializers(node: object) -> object:
    """A description without what says how weights began: their values are lent, too."""
    if isinstance(node, dict):
        return {k: _without_initializers(v) for k, v in node.items() if not _is_initializer(k)}
    if isinstance(node, list):
        return [_without_initializers(child) for child in node if not _sets_initializer(child)]
    return node


def _sets_initializer(pair: object) -> bool:
    """Whether something is a setting as `identity` writes it, name and value, of this kind."""
    return isinstance(pair, list) and len(pair) == 2 and _is_initializer(pair[0])


def _is_initializer(name: object) -> bool:
    return isinstance(name, str) and name.endswith("_initializer")


def _share_variables(one: keras.Model, other: keras.Model) -> bool:
    """Whether two models were built on the same layers, or on some of them."""
    return one is not other and bool(
        {id(v) for v in one.variables} & {id(v) for v in other.variables}
    )


def _remember(kind: str | None, lender: keras.Model) -> None:
    """Keeps a lender as the one that was used last, and forgets the one that was used first.

    What a model traced before it became of another kind, compiled anew for example, is forgotten.
    """
    before = [k for k, model in _lenders.items() if model is lender and k != kind]
    if before:
        _forget(_lenders.pop(before[0]))
    forgotten = [_lenders.pop(kind, None)]
    if kind is not None:
        _lenders[kind] = lender
    if len(_lenders) > LENDERS:
        forgotten.append(_lenders.popitem(last=False)[1])
    for old in forgotten:
        if old is not None and old is not lender:
            _forget(old)


def _forget(model: keras.Model) -> None:
    for names in [names for names in _traced if names[0] == id(model)]:
        del _traced[names]


def _variables(model: keras.Model) -> list[keras.Variable]:
    return [*cache.variables(model), *(model.optimizer.variables if model.compiled else [])]


def _values(model: keras.Model) -> list[np.ndarray]:
    return [np.array(variable) for variable in _variables(model)]


def _assign(model: keras.Model, values: list[np.ndarray]) -> None:
    for variable, value in zip(_variables(model), values, strict=True):
        variable.assign(value)
