"""Lending traced functions changes no result, and no model."""

import keras
import numpy as np
import pytest

from helpers import evaluation
from helpers.tests import tiny
from helpers.training import traces


@pytest.fixture(autouse=True)
def nothing_remembered():
    traces._lenders.clear()
    traces._traced.clear()


@pytest.fixture
def tracings(monkeypatch):
    """How often a training step was traced; a step that is used again isn't."""
    seen, original = [], keras.Model.train_step

    def counted(self, batch):
        seen.append(self)
        return original(self, batch)

    monkeypatch.setattr(keras.Model, "train_step", counted)
    return seen


def weights(model):
    return np.concatenate([np.ravel(w) for w in model.get_weights()])


def alone(seed, data, settings, **options):
    traces._lenders.clear()
    return tiny.fit(tiny.network(seed, **options), data, settings, seed=seed)


def uncached(settings):
    from dataclasses import replace

    return replace(settings, use_cache=False)


@pytest.mark.parametrize("options", [{}, {"dropout": 0.4}])
def test_a_model_is_traced_once_and_comes_out_as_if_trained_alone(
    data, settings, tracings, options
):
    settings = uncached(settings)
    single = [alone(seed, data, settings, **options) for seed in (0, 1, 2)]
    traces._lenders.clear()
    traces._traced.clear()
    tracings.clear()
    lent = [tiny.fit(tiny.network(s, **options), data, settings, seed=s) for s in (0, 1, 2)]
    assert [id(model) for model in tracings] == [id(lent[0].model)]
    for one, other in zip(single, lent, strict=True):
        assert np.allclose(weights(one.model), weights(other.model), atol=1e-6)
        assert one.history["loss"] == pytest.approx(other.history["loss"], abs=1e-5)
        optimizers = [[np.asarray(v) for v in r.model.optimizer.variables] for r in (one, other)]
        for left, right in zip(*optimizers, strict=True):
            assert np.allclose(left, right, atol=1e-6)
    apart = [np.abs(weights(a.model) - weights(lent[0].model)).max() for a in lent[1:]]
    assert min(apart) > 1e-3


def mixed(pictures, labels, *_):
    return pictures, labels


@pytest.mark.parametrize(
    ("mix", "loss"),
    [(None, "sparse_categorical_crossentropy"), (mixed, "categorical_crossentropy")],
)
def test_metrics_made_before_the_trace_count_as_those_made_in_it(
    data, settings, tracings, monkeypatch, mix, loss
):
    settings, runs = uncached(settings), []
    for early in (True, False):
        traces._lenders.clear()
        tracings.clear()
        if not early:
            monkeypatch.setattr(traces, "build_metrics", lambda *_: None)
        runs.append(tiny.fit(tiny.network(0, loss=loss), data, settings, mix=mix))
        assert len(tracings) == (1 if early else 2)
    assert runs[0].history == runs[1].history


def test_a_model_that_is_compiled_anew_is_traced_anew(data, settings, tracings):
    runs = []
    for forget in (False, True):
        model = tiny.fit(tiny.network(0), data, uncached(settings)).model
        if forget:
            traces._lenders.clear()
            traces._traced.clear()
        optimizer = keras.optimizers.SGD(1e-9, momentum=0.9)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        before = weights(model)
        runs.append(tiny.fit(model, data, uncached(settings)))
        assert np.abs(weights(model) - before).max() < 1e-6
    assert runs[0].history == runs[1].history


def test_own_code_decides_what_its_metrics_are_given(data):
    class Rows(keras.Sequential):
        def test_step(self, batch):
            return super().test_step(batch)

    model = Rows(tiny.network(0).layers)
    model.build((None, 32, 32, 3))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    traces.build_metrics(model, data.y_train)
    assert not model._compile_metrics.built


class Own(keras.Model):
    """Keras can't tell its output shape."""

    def __init__(self):
        super().__init__()
        self.inner = tiny.network(0)

    def call(self, x):
        return self.inner(x)


def test_metrics_of_an_answer_of_unknown_shape_are_left_to_keras():
    model = keras.Sequential([keras.Input((None, 3)), keras.layers.Dense(10, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    traces.build_metrics(model, np.zeros((4, 2), np.int64))
    assert not model._compile_metrics.built
    known = tiny.network(0)
    traces.build_metrics(known, np.zeros(4, np.int64))
    assert known._compile_metrics.built


def test_a_model_of_a_class_of_ones_own_trains_too(data, settings):
    model = Own()
    model(data.x_val[:1])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    run = tiny.fit(model, data, uncached(settings))
    assert run.history["val_accuracy"]


def test_the_lender_keeps_its_own_weights(data, settings):
    first = tiny.fit(tiny.network(0), data, uncached(settings))
    before, answers = weights(first.model), evaluation.probabilities(first, data.x_val)
    tiny.fit(tiny.network(1), data, uncached(settings), seed=1)
    assert np.array_equal(weights(first.model), before)
    assert np.array_equal(evaluation.probabilities(first, data.x_val), answers)
    third = tiny.network(2)
    third.optimizer.build(third.trainable_variables)
    with pytest.raises(ZeroDivisionError), traces.lent(third) as lender:
        assert lender is first.model
        lender.layers[-1].set_weights([w + 1 for w in lender.layers[-1].get_weights()])
        1 / 0  # noqa: B018
    assert np.array_equal(weights(first.model), before)


@pytest.mark.parametrize(
    "change",
    [
        lambda model: setattr(model.layers[2], "trainable", False),
        lambda model: setattr(model.layers[3], "rate", 0.5),
        lambda model: model.compile("adam", "mse", metrics=["accuracy"]),
    ],
)
def test_a_model_that_was_changed_lends_nothing(data, settings, tracings, change):
    first = tiny.fit(tiny.network(0, dropout=0.3), data, uncached(settings))
    change(first.model)
    other = tiny.network(1, dropout=0.3)
    other.optimizer.build(other.trainable_variables)
    with traces.lent(other) as lender:
        assert lender is other


@pytest.mark.parametrize("options", [{"units": 9}, {"dropout": 0.2}, {"rate": 0.1}])
def test_another_kind_is_traced_anew(data, settings, options):
    tiny.fit(tiny.network(0), data, uncached(settings))
    other = tiny.network(0, **options)
    other.optimizer.build(other.trainable_variables)
    with traces.lent(other) as lender:
        assert lender is other


def normalised(gamma, epsilon=1e-3):
    keras.utils.set_random_seed(0)
    middle = keras.layers.BatchNormalization(gamma_initializer=gamma, epsilon=epsilon)
    layers = [keras.Input((32, 32, 3)), keras.layers.Conv2D(2, 3), middle, keras.layers.Flatten()]
    model = keras.Sequential([*layers, keras.layers.Dense(10, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    return model


def test_how_the_weights_began_makes_no_other_kind(data, settings):
    settings = uncached(settings)
    alone = tiny.fit(normalised("zeros"), data, settings)
    traces._lenders.clear()
    first = tiny.fit(normalised("ones"), data, settings)
    other = normalised("zeros")
    with traces.lent(other) as lender:
        assert lender is not other
    lent = tiny.fit(other, data, settings)
    assert np.allclose(weights(lent.model), weights(alone.model), atol=1e-6)
    assert np.abs(weights(lent.model) - weights(first.model)).max() > 1e-3
    different = normalised("ones", epsilon=1e-2)
    with traces.lent(different) as lender:
        assert lender is different


def test_a_model_on_the_same_layers_keeps_what_it_learns(data, settings):
    first = tiny.fit(tiny.network(0), data, uncached(settings))
    again = keras.Sequential([keras.Input((32, 32, 3)), *first.model.layers])
    again.compile(
        keras.optimizers.SGD(0.003, momentum=0.9),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    before = weights(again)
    tiny.fit(again, data, uncached(settings))
    assert np.abs(weights(again) - before).max() > 1e-4
    assert np.array_equal(weights(again), weights(first.model))


def test_callbacks_see_the_model_that_they_were_given_for(data, settings):
    tiny.fit(tiny.network(0), data, uncached(settings))
    stop = keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True, monitor="loss")
    model = tiny.network(1)
    tiny.fit(model, data, uncached(settings), callbacks=[stop])
    assert stop.model is model


def test_what_the_user_traces_is_keras_own(data, settings):
    first = tiny.fit(tiny.network(0), data, uncached(settings))
    second = tiny.fit(tiny.network(1), data, uncached(settings), seed=1)
    for run in (first, second):
        assert [getattr(run.model, name) for name in traces.FUNCTIONS] == [None] * 3
        assert run.model.predict(data.x_val, verbose=0).shape == (40, 10)


def test_only_the_latest_kinds_are_remembered(data, settings, monkeypatch):
    monkeypatch.setattr(traces, "LENDERS", 2)
    for units in (3, 4, 5):
        tiny.fit(tiny.network(0, units=units), data, uncached(settings))
    assert len(traces._lenders) == traces.LENDERS
    assert {names[0] for names in traces._traced} <= {id(m) for m in traces._lenders.values()}
