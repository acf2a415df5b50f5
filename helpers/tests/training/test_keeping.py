import dataclasses

import keras
import numpy as np
import pytest

from helpers import config, evaluation, results
from helpers.tests.tiny import count_trainings, fit, network
from helpers.training import keeping, speed


class _StopError(Exception):
    pass


class _CutOff(keras.callbacks.Callback):
    """Ends the training as a killed kernel or Ctrl-C would, in the middle of an epoch."""

    def __init__(self, error):
        super().__init__()
        self.error = error
        self.epochs = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs += 1

    def on_train_batch_end(self, batch, logs=None):
        if self.epochs == 3 and batch >= 1:
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


@pytest.mark.parametrize(("error", "together"), [(KeyboardInterrupt, 2_048), (_StopError, 0)])
def test_an_interrupted_training_goes_on_as_if_nothing_had_been(
    data, settings, monkeypatch, error, together
):
    monkeypatch.setattr(speed, "IMAGES_PER_CALL", together)
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


def test_the_record_tells_the_accuracy_of_the_weights_that_were_kept(data, settings, capsys):
    worse_and_worse = dataclasses.replace(data, y_val=(data.y_train[:40] + 5) % 10)
    for said in ("", "(cached)"):
        stopping = keras.callbacks.EarlyStopping(
            "val_loss", patience=2, min_delta=0.001, restore_best_weights=True
        )
        run = fit(network(), worse_and_worse, settings, callbacks=[stopping])
        kept = evaluation.accuracy(run, worse_and_worse.x_val, worse_and_worse.y_val)
        assert stopping.best_epoch == 0
        recorded = results.read(run.record)
        assert recorded["val_accuracy"] == pytest.approx(kept)
        assert recorded["val_accuracy"] == run.history["val_accuracy"][0]
        told = capsys.readouterr().out
        assert "(weights of epoch 1)" in told and said in told
