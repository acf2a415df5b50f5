import dataclasses
import json
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import config, evaluation, hardware, identity, keeping, results, training
from helpers.data import Dataset


@pytest.fixture(scope="module")
def data() -> Dataset:
    rng = np.random.default_rng(0)
    parts = {}
    for part, count in (("train", 150), ("val", 40), ("test", 50)):
        labels = np.arange(count) % 10
        noise = rng.integers(0, 40, (count, 32, 32, 3), np.uint8)
        parts[f"x_{part}"] = noise + (labels * 20).astype(np.uint8)[:, None, None, None]
        parts[f"y_{part}"] = labels.astype(np.int64)
    return Dataset(**parts, class_names=tuple("abcdefghij"), name="digits")


@pytest.fixture
def settings() -> config.Settings:
    return config.resolve("00_test", "dense", dataset="digits", profile="smoke", epochs=3)


def network(seed: int = 0, rate: float = 0.003, units: int = 8, loss=None, dropout: float = 0.0):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(units, activation="tanh"),
            keras.layers.Dropout(dropout),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.SGD(rate, momentum=0.9),
        loss or "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def fit(model, data, settings, *, seed=0, batch_size=32, **options):
    options = {"name": "test model"} | options
    return training.fit(model, data, settings, seed=seed, batch_size=batch_size, **options)


def count_trainings(monkeypatch) -> list:
    done = []
    original = training._train

    def counted(*arguments):
        done.append(1)
        return original(*arguments)

    monkeypatch.setattr(training, "_train", counted)
    return done


def test_trains_and_says_so(data, settings, capsys):
    run = fit(network(), data, settings)
    assert set(run.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {len(values) for values in run.history.values()} == {3}
    assert run.history["loss"][-1] < run.history["loss"][0]
    assert "test model, seed 0: 3 epochs" in capsys.readouterr().out


def test_the_same_training_is_done_once(data, settings, monkeypatch):
    done = count_trainings(monkeypatch)
    first, second = (fit(network(), data, settings) for _ in range(2))
    assert len(done) == 1
    assert first.history == second.history and first.seconds == second.seconds
    for one, other in zip(first.model.weights, second.model.weights, strict=True):
        assert np.array_equal(one, other)
    for one, other in zip(
        first.model.optimizer.variables, second.model.optimizer.variables, strict=True
    ):
        assert np.array_equal(one, other)


def _my_loss(y, p):
    return keras.losses.sparse_categorical_crossentropy(y, p) * FACTOR


FACTOR = 1.0


def test_whatever_decides_the_result_trains_anew(data, settings, monkeypatch):
    done = count_trainings(monkeypatch)
    flipped = dataclasses.replace(data, x_train=data.x_train[:, :, ::-1])
    stopping = keras.callbacks.EarlyStopping(patience=1)
    relabelled = dataclasses.replace(data, y_train=data.y_train[::-1])
    variants = [
        lambda: fit(network(), data, settings),
        lambda: fit(network(seed=1), data, settings),
        lambda: fit(network(rate=0.002), data, settings),
        lambda: fit(network(dropout=0.1), data, settings),
        lambda: fit(network(units=9), data, settings),
        lambda: fit(network(loss=_my_loss), data, settings),
        lambda: fit(network(), data, settings, seed=1),
        lambda: fit(network(), data, settings, epochs=2),
        lambda: fit(network(), data, settings, batch_size=16),
        lambda: fit(network(), data, settings, callbacks=[stopping]),
        lambda: fit(network(), flipped, settings),
        lambda: fit(network(), relabelled, settings),
    ]
    for number, variant in enumerate(variants, 1):
        variant()
        assert len(done) == number, f"variant {number} was served from the cache"
    monkeypatch.setitem(globals(), "FACTOR", 2.0)
    fit(network(loss=_my_loss), data, settings)
    assert len(done) == len(variants) + 1, "a constant in the loss was overlooked"
    monkeypatch.setattr(config, "versions", lambda: {"keras": "0"})
    fit(network(), data, settings)
    assert len(done) == len(variants) + 2


def test_going_on_with_a_trained_model_is_another_training(data, settings):
    model = network()
    first = fit(model, data, settings)
    second = fit(model, data, settings)
    assert second.history["loss"][0] < first.history["loss"][0]


def test_the_cache_can_be_turned_off(data, settings, monkeypatch):
    done = count_trainings(monkeypatch)
    off = dataclasses.replace(settings, use_cache=False)
    fit(network(), data, off)
    run = fit(network(), data, off)
    evaluation.final_test(run, data)
    assert len(done) == 2 and not config.cache_dir().exists()


def test_names_that_keras_counts_up_decide_nothing(data, settings, monkeypatch):
    done = count_trainings(monkeypatch)
    fit(network(), data, settings)
    keras.layers.Dense(1)
    fit(network(), data, settings)
    assert len(done) == 1


def test_a_name_that_equals_a_setting_is_no_confusion():
    def described(name, activation):
        layer = keras.layers.Dense(2, activation=activation, name=name)
        return identity.normalised(keras.saving.serialize_keras_object(layer))

    assert described("relu", "relu") != described("tanh", "tanh")
    assert described("dense", "relu") == described("dense_7", "relu")


class _StopError(Exception):
    pass


class _CutOff(keras.callbacks.Callback):
    """Ends the training as a killed kernel or Ctrl-C would, in the middle of an epoch."""

    def __init__(self, error):
        super().__init__()
        self.error = error
        self.batches = 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1
        if self.batches == 12:
            raise self.error


def interrupted_and_whole(data, settings, monkeypatch, error, make_model, make_callbacks):
    """The same training twice: cut off in its third epoch and taken up again, and in one go."""
    monkeypatch.setattr(keeping, "RESUME_SECONDS", 0.0)
    whole = fit(make_model(), data, settings, callbacks=make_callbacks())
    (finished,) = (config.cache_dir() / "trainings").iterdir()
    finished.unlink()
    original = keras.Model.fit
    began = []

    def cut_off_fit(self, *arguments, **options):
        options["callbacks"] = [*options["callbacks"], _CutOff(error)]
        return original(self, *arguments, **options)

    def watched_fit(self, *arguments, **options):
        began.append(options["initial_epoch"])
        return original(self, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(keras.Model, "fit", cut_off_fit)
        with pytest.raises(error):
            fit(make_model(), data, settings, callbacks=make_callbacks())
    assert list((config.cache_dir() / "trainings").iterdir()) == []
    with monkeypatch.context() as patched:
        patched.setattr(keras.Model, "fit", watched_fit)
        callbacks = make_callbacks()
        resumed = fit(make_model(), data, settings, callbacks=callbacks)
    return whole, resumed, began, callbacks


def assert_equal(one, other):
    assert len(one.history["loss"]) == len(other.history["loss"])
    assert np.allclose(one.history["loss"], other.history["loss"], atol=1e-5)
    for a, b in zip(one.model.weights, other.model.weights, strict=True):
        assert np.allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("error", [KeyboardInterrupt, _StopError])
def test_an_interrupted_training_goes_on_as_if_nothing_had_been(data, settings, monkeypatch, error):
    whole, resumed, began, _ = interrupted_and_whole(
        data, settings, monkeypatch, error, lambda: network(dropout=0.3), list
    )
    assert began == [2]
    assert_equal(resumed, whole)
    assert list((config.cache_dir() / "unfinished").iterdir()) == []


def test_early_stopping_survives_an_interruption(data, settings, monkeypatch):
    worse_and_worse = dataclasses.replace(data, y_val=(data.y_train[:40] + 5) % 10)
    longer = dataclasses.replace(settings, epochs=8)

    def stopping():
        return [
            keras.callbacks.EarlyStopping(
                "val_loss", patience=3, min_delta=0.001, restore_best_weights=True
            )
        ]

    whole, resumed, began, callbacks = interrupted_and_whole(
        worse_and_worse, longer, monkeypatch, KeyboardInterrupt, network, stopping
    )
    assert began == [2] and len(whole.history["loss"]) == 4
    assert_equal(resumed, whole)
    assert callbacks[0].stopped_epoch == 3 and callbacks[0].best_epoch == 0


def test_an_unknown_callback_makes_an_interrupted_training_begin_again(data, settings, monkeypatch):
    class Counting(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.epochs = []

        def on_epoch_end(self, epoch, logs=None):
            self.epochs.append(epoch)

    whole, resumed, began, callbacks = interrupted_and_whole(
        data, settings, monkeypatch, KeyboardInterrupt, network, lambda: [Counting()]
    )
    assert began == [0] and callbacks[0].epochs == [0, 1, 2]
    assert_equal(resumed, whole)


def test_a_result_from_the_cache_leaves_callbacks_as_the_training_did(data, settings, monkeypatch):
    done = count_trainings(monkeypatch)
    first, second = (keras.callbacks.EarlyStopping("val_loss", patience=1) for _ in range(2))
    fit(network(), data, settings, callbacks=[first])
    fit(network(), data, settings, callbacks=[second])
    assert len(done) == 1
    assert (second.best, second.best_epoch) == (first.best, first.best_epoch) != (None, 0)
    for used in (first, second):
        with pytest.raises(ValueError, match="used before"):
            fit(network(seed=1), data, settings, callbacks=[used])


def test_a_damaged_cache_file_is_trained_anew(data, settings, monkeypatch):
    fit(network(), data, settings)
    (kept,) = (config.cache_dir() / "trainings").iterdir()
    kept.write_bytes(kept.read_bytes()[:2_000])
    done = count_trainings(monkeypatch)
    fit(network(), data, settings)
    fit(network(), data, settings)
    assert len(done) == 1


def test_fit_never_looks_at_the_test_images(data, settings):
    class Blind(types.SimpleNamespace):
        def __getattr__(self, name):
            raise AssertionError(f"fit looked at {name}")

    names = ("x_train", "y_train", "x_val", "y_val", "fingerprint", "name")
    blind = Blind(**{name: getattr(data, name) for name in names})
    fit(network(), blind, settings)
    with pytest.raises(AssertionError, match="x_test"):
        _ = blind.x_test


def test_a_record_tells_everything(data, settings):
    run = fit(network(), data, settings)
    score = evaluation.final_test(run, data)
    record = json.loads(run.record.read_text())
    assert run.record.parent == results.records_dir()
    wanted = {"notebook", "model", "parameters", "seed", "dataset", "dataset_fingerprint"}
    wanted |= {"profile", "epochs", "parameter_count", "val_accuracy", "test_accuracy"}
    wanted |= {"test_loss", "seconds", "images_per_second", "hardware", "versions", "history"}
    assert wanted <= set(record)
    assert record["test_accuracy"] == round(score, 6) and record["test_loss"] > 0
    assert record["parameter_count"] == 3072 * 8 + 8 + 8 * 10 + 10
    assert record["parameters"]["batch_size"] == 32
    assert record["parameters"]["optimizer"]["momentum"] == 0.9
    assert record["images_per_second"] == pytest.approx(450 / record["seconds"], rel=0.05)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: keras.Sequential([keras.layers.Dense(1)]), "no weights yet"),
        (lambda: keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]), "not compiled"),
    ],
)
def test_a_model_that_is_not_ready_is_an_error(data, settings, model, message):
    with pytest.raises(ValueError, match=message):
        fit(model(), data, settings)


def test_a_model_without_accuracy_is_an_error(data, settings):
    model = network()
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match="metrics="):
        fit(model, data, settings)


def test_every_epoch_feeds_each_image_once_in_an_order_of_its_own():
    x = np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1)
    y = np.arange(10)
    fed = [b[1].numpy() for b in training.batches(x, y, 4, seed=3, epochs=range(2))]
    assert [len(b) for b in fed] == [4, 4, 2, 4, 4, 2]
    first, second = np.concatenate(fed[:3]), np.concatenate(fed[3:])
    assert sorted(first) == sorted(second) == list(range(10)) and (first != second).any()
    again = [b[1].numpy() for b in training.batches(x, y, 4, seed=3, epochs=range(1, 2))]
    assert (np.concatenate(again) == second).all()


def test_batches_keep_images_and_labels_together_and_switch_the_autotuner_off():
    x = np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1)
    fed = training.batches(x, np.arange(10), 4, seed=0)
    assert fed.options().autotune.enabled is False
    for images, labels in fed:
        assert (
            images.dtype == tf.uint8 and images.numpy().ravel().tolist() == labels.numpy().tolist()
        )


def test_evaluation_agrees_with_keras(data, settings):
    run = fit(network(), data, settings)
    _, expected = run.model.evaluate(training.batches(data.x_val, data.y_val), verbose=0)
    assert evaluation.accuracy(run, data.x_val, data.y_val) == pytest.approx(expected)
    confusions = evaluation.confusions(run, data.x_val, data.y_val)
    assert confusions.sum() == 40 and np.trace(confusions) == round(40 * expected)
    per_class = evaluation.class_accuracies(run, data.x_val, data.y_val)
    assert per_class.mean() == pytest.approx(expected)


def test_predictions_are_kept_by_weights_and_images(data, settings, monkeypatch):
    run = fit(network(), data, settings)
    before = evaluation.probabilities(run, data.x_val)
    with monkeypatch.context() as patched:
        patched.setattr(keras.Model, "predict", lambda *a, **k: pytest.fail("computed twice"))
        assert np.array_equal(evaluation.probabilities(run, data.x_val), before)
    assert not np.array_equal(evaluation.probabilities(run, data.x_test[:40]), before)
    run.model.set_weights([w * 0 for w in run.model.get_weights()])
    assert np.allclose(evaluation.probabilities(run, data.x_val), 0.1)


def test_the_model_is_tested_on_the_data_it_belongs_to(data, settings):
    run = fit(network(), data, settings)
    other = dataclasses.replace(data, x_test=data.x_test[::-1])
    with pytest.raises(ValueError, match="another dataset"):
        evaluation.final_test(run, other)


def test_recipes_are_equal_over_seeds_and_differ_otherwise(data, settings):
    def recipe(**options):
        seed = options.pop("seed", 0)
        run = fit(network(seed=seed, **options), data, settings, seed=seed)
        return results.read(run.record)["recipe"]

    assert recipe(seed=0) == recipe(seed=1) != recipe(rate=0.002)


def test_hardware_is_told_in_one_line():
    machine = hardware.look()
    assert machine.device in ("CPU", "GPU") and "\n" not in str(machine)
    assert machine.precision in ("float32", "mixed_bfloat16") and machine.batch_size == 128
