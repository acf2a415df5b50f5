"""A network trained with what `speed` swaps in is the network that Keras alone would train."""

import contextlib
import dataclasses
from operator import attrgetter

import keras
import numpy as np
import pytest

from helpers.tests import tiny
from helpers.training import fitting, hardware, speed


@pytest.fixture(autouse=True)
def on_a_cpu(monkeypatch):
    _pretend(monkeypatch, "CPU")


def _pretend(monkeypatch, device):
    machine = dataclasses.replace(hardware.look(), device=device)
    monkeypatch.setattr(hardware, "look", lambda: machine)


def _regularised(dropout=0.0, seed=0, rate=0.01):
    """A small network with everything that is swapped."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 3, strides=2, activation="relu"),
            layers.BatchNormalization(momentum=0.7),
            layers.MaxPooling2D(3),
            layers.Dropout(dropout),
            layers.Flatten(),
            layers.Dense(16, use_bias=False),
            layers.BatchNormalization(momentum=0.7),
            layers.Activation("gelu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def test_twenty_steps_of_a_network_have_the_losses_of_keras(data):
    fused, stock = _regularised(), _regularised()
    fed = fitting.batches(data.x_train, data.y_train, 30, seed=0, epochs=range(4))
    losses = []
    for model in (fused, stock):
        with speed.fused(model if model is fused else keras.Sequential()):
            # Epochs of one step each, so that the history has the loss of every step.
            run = model.fit(fed, epochs=20, steps_per_epoch=1, shuffle=False, verbose=0)
        losses.append(run.history["loss"])
    assert np.allclose(*losses, rtol=1e-4) and losses[0][-1] < losses[0][0]
    answers = [model.predict(data.x_val, verbose=0) for model in (fused, stock)]
    assert np.allclose(*answers, atol=1e-3)


class _Watching(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


@pytest.mark.parametrize(
    ("steps", "batch_size", "callbacks", "expected"),
    [
        (704, 64, [], 32),
        (352, 128, [], 16),
        (47, 128, [], 1),
        (6, 1024, [], 2),
        (6, 4096, [], 1),
        (704, 64, [_Watching()], 1),
        (704, 64, [keras.callbacks.LambdaCallback(on_train_batch_begin=print)], 1),
        (704, 64, [keras.callbacks.EarlyStopping()], 32),
        (704, 64, [keras.callbacks.ModelCheckpoint("x.keras")], 32),
        (704, 64, [keras.callbacks.ModelCheckpoint("x.keras", save_freq=10)], 1),
    ],
)
def test_a_call_takes_a_divisor_of_the_epoch(steps, batch_size, callbacks, expected):
    model = tiny.network()
    with speed.steps_a_call(model, steps, batch_size, callbacks):
        assert model.steps_per_execution == expected and steps % expected == 0
    assert model.steps_per_execution == 1 and model.train_function is None


def test_steps_in_one_call_are_the_same_steps(data, settings, monkeypatch):
    whole = tiny.fit(_regularised(0.3), data, settings)
    monkeypatch.setattr(speed, "IMAGES_PER_CALL", 0)
    monkeypatch.setattr(fitting, "PROCEDURE", -1)
    single = tiny.fit(_regularised(0.3), data, settings)
    assert whole.history["loss"] == pytest.approx(single.history["loss"], abs=1e-5)
    for one, other in zip(whole.model.weights, single.model.weights, strict=True):
        assert np.allclose(one, other, atol=1e-6)


def test_what_is_saved_while_it_trains_is_plain_keras(data, settings, tmp_path):
    path = tmp_path / "best.keras"
    keeper = keras.callbacks.ModelCheckpoint(path, verbose=0)
    run = tiny.fit(_regularised(0.3), data, settings, callbacks=[keeper])
    saved = keras.models.load_model(path)
    assert [type(layer) for layer in saved.layers] == [type(layer) for layer in run.model.layers]
    assert all(not {"call", "update_step"} & set(vars(layer)) for layer in run.model.layers)
    assert "update_step" not in vars(run.model.optimizer)
    answers = run.model.predict(data.x_val, verbose=0)
    assert np.allclose(saved.predict(data.x_val, verbose=0), answers, atol=1e-6)


def test_all_is_put_back_after_an_error_and_nothing_is_swapped_on_a_gpu(monkeypatch):
    model = _regularised(0.3)
    before = [dict(vars(owner)) for owner in (*model.layers, model.optimizer)]
    with pytest.raises(KeyError), speed.fused(model), speed.steps_a_call(model, 4, 100):
        assert sum("call" in vars(layer) for layer in model.layers) == 4
        assert "update_step" in vars(model.optimizer) and model.steps_per_execution == 4
        model.predict_function = "traced"
        raise KeyError
    assert [dict(vars(owner)) for owner in (*model.layers, model.optimizer)] == before
    assert model.steps_per_execution == 1 and model.predict_function is None
    _pretend(monkeypatch, "GPU")
    with speed.fused(model):
        assert not any("call" in vars(layer) for layer in model.layers)


def _three_accuracies(data, swap) -> list[float]:
    """Validation accuracies of three seeds, traced once: each seed starts from its own weights."""
    rate = keras.optimizers.schedules.CosineDecay(0.02, 150)
    model, scores = _regularised(0.3, rate=rate), []
    with swap(model):
        for seed in range(3):
            start = _regularised(0.3, seed, rate)
            for network in (model, start):
                network.optimizer.build(network.trainable_variables)
            for one in ("variables", "optimizer.variables"):
                pairs = zip(attrgetter(one)(model), attrgetter(one)(start), strict=True)
                for own, new in pairs:
                    own.assign(new)
            fed = fitting.batches(data.x_train, data.y_train, 30, seed=seed, epochs=range(30))
            model.fit(fed, epochs=30, steps_per_epoch=5, shuffle=False, verbose=0)
            answers = model.predict(data.x_val, verbose=0).argmax(1)
            scores.append(float((answers == data.y_val).mean()))
    return scores


def test_three_seeds_are_as_accurate_as_with_keras(data):
    fused = _three_accuracies(data, speed.fused)
    stock = _three_accuracies(data, contextlib.nullcontext)
    assert len({*fused, *stock}) > 1 and min(np.mean(fused), np.mean(stock)) > 0.75
    assert np.mean(fused) == pytest.approx(np.mean(stock), abs=0.2)
