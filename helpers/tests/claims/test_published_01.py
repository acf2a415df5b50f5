"""What notebook 01 says about the published run, held to its records; and about losses."""

import keras
import numpy as np

from helpers import config, data
from helpers.tests.published import missing, published_measurement, published_values

NAME = "01_dense_baseline"


def curves(model: str, part: str) -> np.ndarray:
    """One row for each seed, one column for each epoch."""
    return np.array([history[part] for history in published_values(NAME, model, "history")])


def test_the_recipe_is_the_one_that_the_text_tells():
    told = published_values(NAME, "dense", "parameters")
    for parameters in told:
        optimizer = parameters["optimizer"]
        schedule = optimizer["learning_rate"]
        assert parameters["batch_size"] == 128 and schedule["class_name"] == "CosineDecay"
        assert schedule["config"]["initial_learning_rate"] == 0.01
        assert optimizer["momentum"] == 0.9 and optimizer["nesterov"]
        assert schedule["config"]["decay_steps"] == -(-45_000 // 128) * 40
    said = ("batch of 128 images", "with momentum 0.9", "begins at 0.01 and falls to 0")
    assert not missing(NAME, "train-idea", *said)


def test_the_class_profile_learns_from_less():
    full, less = config.PROFILES["full"], config.PROFILES["class"]
    assert less.train < 45_000 and less.epochs["dense"] < full.epochs["dense"]
    assert not missing(NAME, "worked", "fewer images, for fewer epochs")


def test_training_lowers_the_loss_epoch_by_epoch():
    loss = curves("dense", "loss")
    assert (np.diff(loss) < 0).all()
    rates = published_values(NAME, "dense", "parameters")
    assert all(r["optimizer"]["learning_rate"]["config"]["alpha"] == 0 for r in rates)


def test_in_the_first_epoch_the_validation_line_is_the_better_one():
    assert (curves("dense", "val_accuracy")[:, 0] > curves("dense", "accuracy")[:, 0]).all()


def test_early_stopping_wins_nothing_here_and_something_in_the_exercise():
    loss = curves("dense", "val_loss")
    assert (loss[:, -1] - loss.min(axis=1) < 0.001).all()
    better = curves("dense, better", "val_loss")
    assert (better[:, -1] - better.min(axis=1) > 0.03).all()
    assert not missing(NAME, "early-read", "So it is here, in the published run.")


def test_a_shift_doesnt_bring_it_down_to_guessing():
    assert published_measurement(NAME, "accuracy after a shift of 4") > 0.4
    assert not missing(NAME, "shift-read", "The accuracy falls, but not to 10 %")


def test_one_point_is_more_than_twice_the_spread():
    tests = 100 * published_values(NAME, "dense", "test_accuracy")
    assert 2 * tests.std(ddof=1) < 1
    assert not missing(NAME, "worked", "a mean within one point of the published one")


def test_a_loss_far_above_ln_10_comes_from_pixels_that_were_not_scaled():
    pictures, labels = data.make_digits(64, "train")
    losses = {}
    for factor in (1, 1 / 255):
        keras.utils.set_random_seed(0)
        layers = [keras.layers.Rescaling(factor), keras.layers.Flatten()]
        layers.append(keras.layers.Dense(256, activation="relu", dtype="float32"))
        layers.append(keras.layers.Dense(10, activation="softmax", dtype="float32"))
        network = keras.Sequential([keras.Input((32, 32, 3)), *layers])
        right = network.predict(pictures, verbose=0)[np.arange(64), labels]
        with np.errstate(divide="ignore"):
            losses[factor] = float(-np.log(right).mean())
    assert np.log(10) < losses[1 / 255] < 4 and losses[1] > 60
    assert not missing(NAME, "loss-read", "One that is easily made: pixels that were not scaled.")


def test_the_example_of_exercise_3():
    assert round(-(np.log(0.2) + np.log(0.6)) / 2, 3) == 1.060
    assert not missing(NAME, "ex3-text", "−(ln 0.2 + ln 0.6) / 2 = 1.060")


def test_no_number_of_parameters_stands_before_it_is_to_be_predicted():
    assert missing(NAME, "card", "789,258") == ["789,258"]
    assert missing(NAME, "network-idea", "789,258") == ["789,258"]
