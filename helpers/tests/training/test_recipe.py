"""What a model is compiled with decides its key, also where its configuration leaves it out."""

import keras
import numpy as np
import pytest

from helpers.training import cache

LOSS = "sparse_categorical_crossentropy"


def recipe(optimizer=None, excluded=None, **compiled):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(10, "softmax", name="end")])
    optimizer = optimizer or keras.optimizers.SGD(0.1, weight_decay=0.1)
    if excluded:
        optimizer.exclude_from_weight_decay(var_names=excluded)
    model.compile(optimizer, LOSS, **{"metrics": ["accuracy"]} | compiled)
    model.optimizer.build(model.trainable_variables)
    return cache.key(cache.describe_recipe(model, []))


@pytest.mark.parametrize(
    "change",
    [
        {"excluded": ["bias"]},
        {"excluded": ["kernel"]},
        {"loss_weights": [0.01]},
        {"weighted_metrics": ["mse"]},
    ],
)
def test_what_few_models_are_compiled_with_is_in_the_key(change):
    assert recipe(**change) != recipe()
    assert recipe(**change) == recipe(**change)


def test_where_nothing_is_excluded_the_key_is_as_ever():
    assert recipe(excluded=["nothing like it"]) == recipe()


def test_two_exclusions_are_two_keys():
    assert recipe(excluded=["bias"]) != recipe(excluded=["kernel"])
    losses = [recipe(loss_weights=[weight]) for weight in (0.0, 0.1, 0.2)]
    assert np.unique([*losses, recipe()]).size == 4
