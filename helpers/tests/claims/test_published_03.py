"""What notebook 03 says about the published run, held to its records; and its arithmetic."""

import math

import keras
import nbformat
import numpy as np
import pytest

from helpers import config
from helpers.tests.published import (
    missing,
    of_main_dataset,
    published_measurement,
    published_values,
)
from helpers.tools import execution

NAME, MODEL = "03_two_layer_cnn", "two-layer CNN"
ONE, DENSE = "02_one_layer_cnn", "01_dense_baseline"
SMALL = "three convolutions, small"


def last(model: str, part: str = "val_accuracy", notebook: str = NAME) -> np.ndarray:
    """Accuracies at the end in per cent, one for each seed."""
    return 100 * np.array([h[part][-1] for h in published_values(notebook, model, "history")])


def defined(*cells: str) -> dict:
    """What some cells of the notebook define."""
    source = nbformat.read(execution.NOTEBOOKS / f"{NAME}.ipynb", as_version=4)
    names = {"np": np}
    for cell in cells:
        exec(next(c.source for c in source.cells if c.id == cell), names)
    return names


def callback(losses: list[float], patience: int) -> tuple[int, int]:
    """What Keras' own callback makes of a history: epochs until it stops, the one that it keeps."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    stopper = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    stopper.set_model(model)
    stopper.on_train_begin()
    model.stop_training = False
    for epoch, loss in enumerate(losses):
        stopper.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    return epoch + 1, stopper.best_epoch + 1


def replayed(patience: float) -> list[tuple[int, int, float]]:
    """For each seed: where the rule ends, which epoch it keeps, and the points that it loses."""
    replay, found = defined("early-replay")["replay"], []
    for history in published_values(NAME, MODEL, "history"):
        ended, kept = replay(history["val_loss"], patience)
        scores = history["val_accuracy"]
        found.append((ended, kept, round(100 * (scores[-1] - scores[kept - 1]), 1)))
    return found


@pytest.mark.parametrize("patience", [1, 2, 3, 100])
def test_the_replay_is_what_the_callback_does(patience):
    replay = defined("early-replay")["replay"]
    histories = [h["val_loss"] for h in published_values(NAME, MODEL, "history")]
    for losses in [*histories, [3, 2, 2.5, 2.4, 1], [1, 1, 1, 1], [1.0]]:
        assert replay(losses, patience) == callback(losses, patience)


def test_early_stopping_judged_by_three_seeds():
    assert replayed(2) == [(7, 5, 7.1), (9, 7, 4.5), (10, 8, 2.0)]
    assert replayed(np.inf) == [(16, 10, 0.7), (16, 10, 0.9), (16, 8, 2.0)]
    said = ("loses 7.1, 4.5 and 2.0 points", "twice in a row above that of epoch 5")
    said += ("ended after epoch 7", "loses 0.7, 0.9 and 2.0 points", "two of the three seeds")
    assert not missing(NAME, "early-replay-text", *said)
    assert not missing(NAME, "take-aways", "it lost 2 to 7 points")
    losses = published_values(NAME, MODEL, "history")[0]["val_loss"]
    assert min(losses[5:7]) > losses[4] > min(losses[7:])
    for history in published_values(NAME, MODEL, "history"):
        scores = history["val_accuracy"]
        assert scores[int(np.argmin(history["val_loss"]))] < max(scores)


def test_the_training_with_the_callback_is_the_first_history_cut_off():
    (stopped,) = published_values(NAME, f"{MODEL}, early stopping", "history")
    whole = published_values(NAME, MODEL, "history")[0]
    assert np.allclose(stopped["val_loss"], whole["val_loss"][: len(stopped["val_loss"])])
    lost = published_measurement(NAME, "lost by early stopping")
    said = f"after epoch 7 and kept the weights of epoch 5, {100 * lost:.1f} points worse"
    assert not missing(NAME, "early-why", said, "lowest after epoch 10")
    assert len(stopped["loss"]) == 7 and int(np.argmin(whole["val_loss"])) == 9
    assert whole["val_accuracy"][-1] > whole["val_accuracy"][9]


def test_the_class_profile_has_one_epoch_less():
    epochs = config.PROFILES["class"].epochs
    assert epochs["one_conv"] - epochs["two_conv"] == 1
    full = config.PROFILES["full"].epochs
    assert full["one_conv"] == full["two_conv"]
    assert not missing(NAME, "dataset-idea", "one epoch less than in notebook 02")


def test_the_recipe_is_that_of_notebook_02():
    models = ((NAME, MODEL), (ONE, "one-layer CNN"))
    told = [published_values(n, m, "parameters")[0] for n, m in models]
    assert told[0]["batch_size"] == told[1]["batch_size"] == 64
    assert told[0]["optimizer"] == told[1]["optimizer"]


def test_the_smallest_network_is_the_best():
    models = {MODEL: NAME, "one-layer CNN": ONE, "dense": DENSE}
    sizes = {m: published_values(n, m, "parameter_count")[0] for m, n in models.items()}
    tests = {m: published_values(n, m, "test_accuracy").mean() for m, n in models.items()}
    assert sizes == {MODEL: 545_098, "one-layer CNN": 1_050_890, "dense": 789_258}
    assert min(sizes, key=sizes.get) == max(tests, key=tests.get) == MODEL
    spread = max(published_values(n, m, "test_accuracy").std(ddof=1) for m, n in models.items())
    one = tests["one-layer CNN"]
    assert 10 * spread < min(tests[MODEL] - one, one - tests["dense"])
    assert not missing(NAME, "three-read", "The network with the fewest parameters is the best one")


def test_what_is_quoted_of_earlier_notebooks():
    dense = 100 * published_measurement(DENSE, "accuracy after a shift of 0")
    one = 100 * published_measurement(ONE, "accuracy after a shift of 0")
    assert not missing(NAME, "predict-train", f"about {dense:.0f} %", f"about {one:.0f} %")
    shuffled = 100 * published_measurement(ONE, "validation accuracy, shuffled pixels")
    without = 100 * published_measurement(ONE, "validation accuracy, without convolution")
    said = (f"{one - without:.1f} points", f"only {shuffled - without:.1f} of them")
    assert not missing(NAME, "wine-idea", *said, "more than three times as long to train")
    seconds = [
        published_values(ONE, model, "seconds")
        for model in ("one-layer CNN, shuffled pixels", "without convolution")
    ]
    assert seconds[0].min() > 3 * seconds[1].max()


def test_a_tenth_of_the_picture_and_the_spread_in_the_shift_chart():
    assert math.isclose(10 * 10 / 32**2, 0.1, abs_tol=0.003)
    assert not missing(NAME, "field-read", "10 × 10 pixels, a tenth of the picture")
    distances = [f"accuracy after a shift of {d}" for d in range(5)]
    spreads = [r["spread"] for r in of_main_dataset(NAME) if r.get("name") in distances]
    assert len(spreads) == 5 and round(100 * max(spreads), 1) == 0.3
    assert not missing(NAME, "shift-read", "about an eighth", "at most 0.3 points")


def test_the_maps_hold_zeros():
    active = [published_measurement(NAME, f"not 0 after convolution {n}") for n in (1, 2)]
    assert 0.45 < active[0] < 0.55 and round(10 * (1 - active[1])) == 7
    assert not missing(NAME, "sparsity-read", "About half", "seven in ten after the second")


def test_the_wines_in_rows():
    scores = [last(f"wine, {kind}") for kind in ("dense", "convolutions", "convolutions, anywhere")]
    dense, flat, anywhere = (0.7 * part.mean() for part in scores)
    assert (round(dense - flat), round(dense - anywhere)) == (4, 10)
    sizes = [
        published_values(NAME, f"wine, {kind}", "parameter_count")[0]
        for kind in ("dense", "convolutions", "convolutions, anywhere")
    ]
    assert sorted(round(size / sizes[0]) for size in sizes[1:]) == [3, 5]
    said = ("about 4 rows", "about 10", "three to five times the parameters", "1.4 points")
    assert not missing(NAME, "wine-read-text", *said)
    assert round(100 / (178 - 90 - 18), 1) == 1.4


def test_the_surprise_of_exercise_4():
    sizes = [published_values(NAME, model, "parameter_count")[0] for model in (SMALL, MODEL)]
    assert sizes == [89_450, 545_098] and round(sizes[1] / sizes[0]) == 6
    won = last(SMALL)[0] - last(MODEL)[0]
    assert len(last(SMALL)) == 1 and won / last(MODEL).std(ddof=1) > 20
    gaps = [round((last(m, "accuracy") - last(m))[0]) for m in (MODEL, SMALL)]
    said = f"{gaps[0]} points with the large dense part, {gaps[1]} with the small one"
    assert not missing(
        NAME, "worked", said, f"{won:.1f} points *better*", "twenty times the spread"
    )
    fields = defined("field")["receptive_fields"]
    stages = [(("conv", n), 3, 1) for n in range(3)] + [(("pool", n), 2, 2) for n in range(3)]
    assert fields(sorted(stages, key=lambda stage: stage[0][1]))["pool", 2] == 22
    assert not missing(NAME, "worked", "22 × 22 pixels instead of 10 × 10", "a sixth")


def test_one_point_is_more_than_twice_the_spread():
    assert 2 * 100 * published_values(NAME, MODEL, "test_accuracy").std(ddof=1) < 1


def test_a_class_that_is_answered_too_often_has_the_larger_recall():
    counts = np.random.default_rng(0).integers(1, 50, (10, 10))
    right, answered, true = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    assert ((answered > true) == (right / true > right / answered)).all()
    assert not missing(NAME, "report-read", "answered too often has a recall higher")


def test_the_examples_of_the_exercises():
    counts = np.array([[8, 2], [4, 1]])
    precision, recall = np.diag(counts) / counts.sum(0), np.diag(counts) / counts.sum(1)
    assert np.allclose(precision, [8 / 12, 1 / 3]) and np.allclose(recall, [8 / 10, 1 / 5])
    made = defined("ex1-solution", "ex3-solution")
    pairs = [(3, 1), (2, 2), (3, 1), (2, 2)]
    assert made["_pixels_seen"](pairs, 0) == (0, 9) and made["_pixels_seen"](pairs, 1) == (4, 13)
    assert made["_pixels_seen"]([], 6) == (6, 6)
    probabilities, labels = np.array([[0.5, 0.2, 0.3], [0.1, 0.7, 0.2]]), np.array([2, 0])
    assert [made["_top_accuracy"](probabilities, labels, k) for k in (1, 2, 3)] == [0, 0.5, 1]
    assert not missing(NAME, "ex3-text", "top-1 accuracy is 0, the top-2 accuracy 0.5")
    assert not missing(NAME, "exercises", "the pixels 0 to 9, and number 1 the pixels 4 to 13")
    assert not missing(NAME, "ex2-text", "8/12 and 1/3", "8/10 and 1/5")


def test_no_number_of_parameters_stands_before_it_is_to_be_predicted():
    assert missing(NAME, "card", "545,098") == ["545,098"]
    assert missing(NAME, "walk-idea", "545,098") == ["545,098"]
