import dataclasses
import json
import math
import re
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import config, evaluation, results, training
from helpers.tests.tiny import count_trainings, fit, network
from helpers.training import hardware, identity, progress


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
    assert record["images_per_second"] == pytest.approx(
        450 / record["seconds"], rel=max(0.01, 0.006 / record["seconds"])
    )


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


def test_trainings_in_a_block_share_one_line(data, settings, capsys, monkeypatch):
    monkeypatch.setattr(progress, "LOG_SECONDS", math.inf)  # tracing may take long
    with training.together("two rates"):
        runs = [fit(network(rate=r), data, settings, epochs=1) for r in (0.1, 0.001)]
        fit(network(rate=0.1), data, settings, epochs=1)
    best = max(run.history["val_accuracy"][-1] for run in runs)
    last = capsys.readouterr().out.strip().splitlines()
    assert len(last) == 3 and all(line.startswith("two rates: ") for line in last)
    assert re.fullmatch(r"two rates: 3 trainings, \d+ s of training \(1 cached\), .*", last[-1])
    assert last[-1].endswith(f"highest validation accuracy {100 * best:.1f} %")
    fit(network(rate=0.01), data, settings, epochs=1)
    assert capsys.readouterr().out.startswith("test model, seed 0: 1 epochs")
