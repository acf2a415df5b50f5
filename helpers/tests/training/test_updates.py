"""Weight decay in one go is Keras' weight decay."""

import keras
import numpy as np
import pytest

from helpers.training import updates


class Counted(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that falls with the steps; it counts how often it is looked up."""

    lookups = 0

    def __call__(self, step):
        self.lookups += 1
        return 0.1 / (1 + keras.ops.cast(step, "float32"))

    def get_config(self):
        return {}


def decayed(way, kind, excluded=()):
    """Two variables after three steps, and how often the rate was looked up in each."""
    rate = Counted()
    optimizer = kind(rate, weight_decay=0.3)
    variables = [keras.Variable(np.full(3, 2.0), name=name) for name in ("kernel", "bias")]
    if excluded:
        optimizer.exclude_from_weight_decay(var_names=list(excluded))
    optimizer.build(variables)
    if way == "swapped":
        optimizer._apply_weight_decay = lambda v: updates.decay_of(optimizer)(optimizer, v)
    for _ in range(3):
        optimizer.apply([np.ones(3, "float32")] * 2, variables)
    return np.array(variables), rate.lookups / 3


@pytest.mark.parametrize("excluded", [(), ("bias",)])
@pytest.mark.parametrize("kind", [keras.optimizers.SGD, keras.optimizers.AdamW])
def test_decay_is_that_of_keras_with_one_look_at_the_rate(kind, excluded):
    stock, lookups = decayed("stock", kind, excluded)
    swapped, fewer = decayed("swapped", kind, excluded)
    assert np.array_equal(stock, swapped)
    assert np.array_equal(*stock) == (not excluded)
    assert (lookups, fewer) == (3 - len(excluded), 2)


def test_variables_of_tensorflow_decay_too():
    optimizer, variable = keras.optimizers.SGD(0.5, weight_decay=0.1), keras.Variable([2.0])
    optimizer.build([variable])
    updates.decay_of(optimizer)(optimizer, [variable.value])
    assert np.allclose(variable, 2 - 0.5 * 0.1 * 2)


class Own(keras.optimizers.SGD):
    def _apply_weight_decay(self, variables):
        pass


class Inherited(keras.optimizers.SGD):
    pass


@pytest.mark.parametrize(
    ("optimizer", "swapped"),
    [
        (keras.optimizers.SGD(), False),
        (keras.optimizers.SGD(weight_decay=0.1), True),
        (Inherited(weight_decay=0.1), True),
        (Own(weight_decay=0.1), False),
        (None, False),
    ],
)
def test_only_a_decay_of_keras_own_is_swapped(optimizer, swapped):
    assert (updates.decay_of(optimizer) is not None) == swapped
