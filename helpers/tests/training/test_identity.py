"""Whatever changes the behaviour of a part changes its description; nothing else does."""

import functools

import keras
import numpy as np
import pytest

from helpers.training import cache, identity

TABLE = [1.0, 2.0]


def built(source: str, name: str):
    """What a cell with this source defines, as in a notebook."""
    namespace = {"keras": keras, "np": np, "__name__": "__main__"}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace[name]


def key(thing) -> str:
    return cache.key(identity.describe(thing))


LAYER = """
class Scale(keras.layers.Layer):
    def __init__(self, factor=2.0, **options):
        super().__init__(**options)
        self.factor = factor

    def call(self, x):
        return x * self.factor + {constant}
"""
LOSS = """
class Focal(keras.losses.Loss):
    def __init__(self, gamma):
        super().__init__()
        self.gamma = gamma

    def call(self, y, p):
        return helper(y, p) ** self.gamma

def helper(y, p):
    return (y - p) * {constant}
"""
SCHEDULE = """
class Halving(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, every):
        self.every = every

    def __call__(self, step):
        return {constant} ** (step // self.every)

    def get_config(self):
        return {{"every": self.every}}
"""
STEP = """
class Base(keras.Sequential):
    def train_step(self, data):
        return {constant}

class Model(Base):
    pass
"""


class OwnSGD(keras.optimizers.SGD):
    """An optimizer of one's own; its schedule is kept by Keras."""


@pytest.mark.parametrize(
    ("source", "name", "make"),
    [
        (LAYER, "Scale", lambda cls: cls()),
        (LOSS, "Focal", lambda cls: cls(2.0)),
        (SCHEDULE, "Halving", lambda cls: cls(5)),
        (SCHEDULE, "Halving", lambda cls: keras.optimizers.SGD(cls(5))),
        (SCHEDULE, "Halving", lambda cls: OwnSGD(cls(5))),
        (STEP, "Model", lambda cls: cls([keras.Input((2,)), keras.layers.Dense(1)])),
        ("def f(x): return x * {constant}", "f", lambda f: f),
        ("def f(x): return x * {constant}", "f", lambda f: keras.layers.Dense(1, activation=f)),
        (
            "def f(x): return x * {constant}",
            "f",
            lambda f: keras.layers.Dense(1, bias_regularizer=f),
        ),
        ("def f(y, p): return y * {constant}", "f", keras.metrics.MeanMetricWrapper),
        ("def f(e, r): return {constant}", "f", keras.callbacks.LearningRateScheduler),
        ("f = lambda x: [c * {constant} for c in x]", "f", lambda f: f),
        ("c = {{'a': [{constant}]}}\ndef f(x): return x * c['a'][0]", "f", lambda f: f),
        ("def g(x): return {constant}\ndef f(x): return g(x)", "f", lambda f: f),
        ("def f(x, by={constant}): return x * by", "f", lambda f: f),
        ("a = np.array([{constant}])\ndef f(x): return x * a", "f", lambda f: f),
    ],
)
def test_a_changed_constant_anywhere_is_seen(source, name, make):
    one, again, other = (
        key(make(built(source.format(constant=constant), name))) for constant in (3, 3, 4)
    )
    assert one == again != other


def test_comments_and_places_decide_nothing():
    one = built("def f(x): return x + 1", "f")
    other = built("# a comment\n\ndef f(x):\n    return x + 1  # another", "f")
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (functools.partial(max, 1), functools.partial(max, 2)),
        ({"a": 1}, {"a": 2}),
        ([1, 2], [2, 1]),
        (1, 1.0),
        ("1", 1),
        (np.float32(1), np.float32(2)),
        (np.zeros(2), np.zeros(3)),
        (keras.losses.Huber(1.0), keras.losses.Huber(2.0)),
        (keras.callbacks.EarlyStopping(patience=1), keras.callbacks.EarlyStopping(patience=2)),
        (keras.regularizers.L2(0.1), keras.regularizers.L2(0.2)),
    ],
)
def test_different_things_have_different_descriptions(one, other):
    assert key(one) != key(other)


def test_attributes_that_own_code_sets_count():
    layer, loss = built(LAYER.format(constant=1), "Scale"), built(LOSS.format(constant=1), "Focal")
    assert key(layer(2.0)) == key(layer(2.0)) != key(layer(3.0))
    assert key(loss(1)) != key(loss(5))


def test_a_frozen_layer_is_another_model():
    def model(trainable):
        keras.utils.set_random_seed(0)
        made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1), keras.layers.Dense(1)])
        made.layers[0].trainable = trainable
        return cache.key(cache.describe_model(made))

    assert model(True) == model(True) != model(False)


@pytest.mark.parametrize("thing", [iter([1]), object(), (i for i in "a"), memoryview(b"a")])
def test_what_is_not_understood_is_an_error(thing):
    with pytest.raises(identity.UnknownError):
        identity.describe(thing)


def test_library_code_is_described_by_its_name():
    assert identity.describe(keras.activations.relu).endswith("relu")
    assert identity.describe(len) == "builtins.len"
