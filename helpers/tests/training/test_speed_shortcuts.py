"""Networks that are no stack are sped up alike: sums, strides, joined channels, several inputs."""

import dataclasses

import keras
import numpy as np
import pytest

from helpers.tests import tiny
from helpers.training import fitting, hardware, speed

layers = keras.layers


@pytest.fixture(autouse=True)
def on_a_cpu(monkeypatch):
    machine = dataclasses.replace(hardware.look(), device="CPU")
    monkeypatch.setattr(hardware, "look", lambda: machine)


def residual(seed=0, axis=-1):
    """A small network with a strided projection, a sum, joined channels and an inner operation."""
    keras.utils.set_random_seed(seed)
    picture = keras.Input((32, 32, 3))
    x = layers.Conv2D(4, 3, strides=4)(layers.Rescaling(1 / 255)(picture))
    y = layers.BatchNormalization(momentum=0.7)(layers.Conv2D(6, 3, 2, padding="same")(x))
    way = layers.BatchNormalization(momentum=0.7)(layers.Conv2D(6, 1, strides=2)(x))
    x = layers.ReLU()(layers.Add()([way, y]))
    x = layers.Concatenate()([x, x[..., ::-1]])
    x = layers.BatchNormalization(axis=axis, momentum=0.7)(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(picture, layers.Dense(10, "softmax")(x))
    rate = keras.optimizers.schedules.CosineDecay(0.0, 18, warmup_target=0.1, warmup_steps=2)
    sgd = keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=0.005)
    model.compile(sgd, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def swapped(model) -> int:
    return sum("call" in vars(layer) for layer in model.layers)


@pytest.mark.parametrize(("axis", "count"), [(-1, 3), (1, 2)])
def test_twenty_steps_of_a_residual_network_have_the_losses_of_keras(data, axis, count):
    """Normalisation over another axis has no kernel of its own: it falls back to Keras'."""
    fused, stock, histories = residual(axis=axis), residual(axis=axis), []
    fed = fitting.batches(data.x_train, data.y_train, 30, seed=0, epochs=range(4))
    for model in (fused, stock):
        with speed.fused(model if model is fused else keras.Sequential()):
            assert swapped(model) == (count if model is fused else 0)
            run = model.fit(fed, epochs=20, steps_per_epoch=1, shuffle=False, verbose=0)
        histories.append(run.history["loss"])
    assert np.allclose(*histories, rtol=1e-4) and histories[0][-1] < histories[0][0]
    for one, other in zip(fused.weights, stock.weights, strict=True):
        assert np.allclose(one, other, atol=1e-3 * (1 + np.abs(other).max()))
    assert swapped(fused) == 0


def test_seeds_of_a_residual_network_share_what_was_traced(data, settings, monkeypatch):
    settings, traced = dataclasses.replace(settings, use_cache=False), []
    original = keras.Model.train_step

    def counted(self, batch):
        traced.append(self)
        return original(self, batch)

    monkeypatch.setattr(keras.Model, "train_step", counted)
    runs = [tiny.fit(residual(seed), data, settings, seed=seed) for seed in (0, 1)]
    assert {id(model) for model in traced} == {id(runs[0].model)}
    assert runs[0].history["loss"] != runs[1].history["loss"]


def test_a_network_with_two_inputs_is_sped_up_too():
    one, two = keras.Input((8, 8, 2)), keras.Input((8, 8, 2))
    ways = [layers.BatchNormalization()(layers.Conv2D(2, 3)(way)) for way in (one, two)]
    model = keras.Model([one, two], layers.Add()(ways))
    rng = np.random.default_rng(0)
    given = [rng.normal(size=(4, 8, 8, 2)).astype("float32") for _ in range(2)]
    stock = model(given, training=True)
    with speed.fused(model):
        assert swapped(model) == 2
        assert np.allclose(model(given, training=True), stock, atol=1e-5)
