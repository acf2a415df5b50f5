"""Keras' ModelCheckpoint with the cache: the file is there however the result came about."""

import keras
import numpy as np
import pytest

from helpers import config
from helpers.tests.tiny import count_trainings, fit, network
from helpers.tests.training.test_keeping import assert_equal, interrupted_and_whole


def checkpoint(path, **options):
    options = {"monitor": "val_accuracy", "save_best_only": True} | options
    return keras.callbacks.ModelCheckpoint(path, **options)


def weights_of(path):
    return keras.models.load_model(path).get_weights()


def test_a_cached_training_writes_its_checkpoint_again(data, settings, monkeypatch, tmp_path):
    done = count_trainings(monkeypatch)
    first, second = tmp_path / "first.keras", tmp_path / "elsewhere" / "second.keras"
    fit(network(), data, settings, callbacks=[checkpoint(first)])
    callback = checkpoint(second)
    run = fit(network(), data, settings, callbacks=[callback])
    assert len(done) == 1 and first.read_bytes() == second.read_bytes()
    assert callback.filepath == str(second)
    assert callback.best == pytest.approx(max(run.history["val_accuracy"]))


def test_a_checkpoint_survives_an_interruption(data, settings, monkeypatch, tmp_path):
    """The best epoch lies before the interruption: the next process finds its file again."""
    path, made = tmp_path / "best.keras", []

    def callbacks():
        made.append(path.read_bytes() if path.exists() else None)
        path.unlink(missing_ok=True)
        return [checkpoint(path, monitor="epoch_number", mode="min")]

    original = keras.callbacks.ModelCheckpoint.on_epoch_end

    def numbered(self, epoch, logs=None):
        original(self, epoch, (logs or {}) | {"epoch_number": epoch})

    monkeypatch.setattr(keras.callbacks.ModelCheckpoint, "on_epoch_end", numbered)
    whole, resumed, began, _ = interrupted_and_whole(
        data, settings, monkeypatch, KeyboardInterrupt, network, callbacks
    )
    assert began == [2] and made[0] is None
    assert_equal(resumed, whole)
    first_epoch = made[1]
    assert path.read_bytes() == made[2] and first_epoch is not None
    assert all(np.isfinite(w).all() for w in weights_of(path))


def test_an_older_file_is_not_taken_for_this_trainings_checkpoint(data, settings, tmp_path):
    path, other = tmp_path / "best.keras", tmp_path / "other.keras"
    path.write_bytes(b"an older model")
    never = {"initial_value_threshold": 2.0}
    fit(network(), data, settings, callbacks=[checkpoint(path, **never)])
    assert path.read_bytes() == b"an older model"
    fit(network(), data, settings, callbacks=[checkpoint(other, **never)])
    assert not other.exists()


def test_another_format_is_not_cached(data, settings, tmp_path, capsys):
    path = tmp_path / "best.weights.h5"
    fit(network(), data, settings, callbacks=[checkpoint(path, save_weights_only=True)])
    assert "Not cached: a ModelCheckpoint" in capsys.readouterr().out and path.exists()


def test_a_path_with_a_placeholder_is_not_cached(data, settings, tmp_path, capsys):
    pattern = tmp_path / "{epoch:02d}.keras"
    fit(network(), data, settings, callbacks=[checkpoint(pattern, save_best_only=False)])
    assert "Not cached: a ModelCheckpoint" in capsys.readouterr().out
    assert len(list(tmp_path.glob("*.keras"))) == settings.epochs
    assert not (config.cache_dir() / "trainings").exists()
