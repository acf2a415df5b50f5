"""What notebook 02 says about the published run, held to its records; and its arithmetic."""

import keras
import numpy as np

from helpers import config, convolution, results
from helpers.tests.published import missing, published_measurement, published_values

NAME, MODEL = "02_one_layer_cnn", "one-layer CNN"
SMALL, SHUFFLED = f"{MODEL}, pooling 4", f"{MODEL}, shuffled pixels"


def last(model: str, part: str = "val_accuracy") -> np.ndarray:
    """Accuracies at the end in per cent, one for each seed."""
    return 100 * np.array([h[part][-1] for h in published_values(NAME, model, "history")])


def test_the_recipe_differs_in_what_the_text_tells():
    for parameters in published_values(NAME, MODEL, "parameters"):
        optimizer = parameters["optimizer"]
        assert parameters["batch_size"] == 64 and optimizer["weight_decay"] == 0.03
        assert optimizer["learning_rate"]["config"]["initial_learning_rate"] == 0.02
    said = ("**Batch size 64** instead of 128", "**Learning rate 0.02** instead of 0.01")
    assert not missing(NAME, "train-idea", *said, "**Weight decay 0.03**")
    full, less = config.PROFILES["full"], config.PROFILES["class"]
    assert full.epochs["one_conv"] < full.epochs["dense"] and less.train < 45_000


def test_weight_decay_is_the_factor_that_the_text_tells():
    weight = keras.Variable(np.array([2.0]))
    optimizer = keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True, weight_decay=0.03)
    optimizer.build([weight])
    optimizer.apply([np.zeros(1, "float32")], [weight])
    assert np.isclose(weight.numpy()[0], 2 * (1 - 0.03 * 0.02))
    assert not missing(NAME, "train-idea", "by the factor 1 − 0.03 × learning rate")


def test_the_ablation_shrinks_the_network_and_the_control_doesnt():
    for model, parameters in ((MODEL, 1_050_890), ("without convolution", 394_634)):
        assert set(published_values(NAME, model, "parameter_count")) == {parameters}
        assert not missing(NAME, "ablation-text", f"{parameters:,}")
    assert set(published_values(NAME, SHUFFLED, "parameter_count")) == {1_050_890}
    whole, control, ablated = (last(m).mean() for m in (MODEL, SHUFFLED, "without convolution"))
    said = (f"only {control - ablated:.1f} points", f"the {whole - ablated:.1f} points")
    assert not missing(NAME, "bias-read", *said, "1,050,890", "more than ten points")
    assert whole - control > 10 > 4 > control - ablated


def test_what_is_counted_of_the_kernels():
    counted = {
        (state, kind): round(published_measurement(NAME, f"{state} kernels: {kind}"))
        for state in ("trained", "untrained")
        for kind in ("ignore brightness", "colours alike")
    }
    assert list(counted.values()) == [24, 19, 10, 0]
    said = ("24 of 32 trained kernels", "10 of 32 untrained", "19 after the training and none")
    assert not missing(NAME, "learned-read", *said)


def test_the_surprise_of_exercise_4():
    sizes = [published_values(NAME, model, "parameter_count")[0] for model in (SMALL, MODEL)]
    assert 0.24 < sizes[0] / sizes[1] < 0.26
    won = last(SMALL)[0] - last(MODEL)[0]
    times = won / last(MODEL).std(ddof=1)
    assert len(last(SMALL)) == 1 and times > 10
    gaps = [round((last(m, "accuracy") - last(m))[0]) for m in (MODEL, SMALL)]
    said = f"{gaps[0]} points with them and {gaps[1]} without"
    assert not missing(
        NAME, "worked", said, f"{won:.1f} points *better*", "more than ten times the spread"
    )
    assert not missing(NAME, "worked", "a quarter of the parameters")


def test_one_point_is_more_than_twice_the_spread():
    tests = 100 * published_values(NAME, MODEL, "test_accuracy")
    assert 2 * tests.std(ddof=1) < 1


def test_what_is_quoted_of_notebook_01():
    dense = "01_dense_baseline"
    shifted = [published_measurement(dense, f"accuracy after a shift of {d}") for d in (0, 4)]
    lost = results.points(shifted[0] - shifted[1])
    assert not missing(NAME, "predict-shift", f"in the published run {lost} for 4 pixels")
    assert not missing(NAME, "predict-train", f"about {100 * shifted[0]:.0f} %")


def test_zeros_at_the_border_make_an_edge():
    picture = np.array([[1.0, 1, 1, 9, 9]] * 4)[None, :, :, None]
    found = convolution.conv2d(picture, convolution.EDGES[:, :, None, None])[0, :, :, 0]
    padded = np.pad(picture[0, :, :, 0], 1)
    assert found[0, 0] != 0 and (padded[:3, :3] == 0).sum() == 5
    assert not missing(NAME, "stride-idea", "the kernel lies on five zeros")


def test_padding_of_1_is_same_and_0_is_valid():
    for padding, name in ((1, "same"), (0, "valid")):
        for size in (5, 8, 32):
            assert (size + 2 * padding - 3) // 1 + 1 == convolution.output_size(size, 3, 1, name)
    picture = np.array([[1.0, 1, 1, 9]] * 3)[None, :, :, None]
    edges = convolution.EDGES[:, :, None, None]
    padded = np.pad(picture, [(0, 0), (1, 1), (1, 1), (0, 0)])
    assert convolution.conv2d(picture, edges, padding="valid").ravel().tolist() == [0, -24]
    assert convolution.conv2d(padded, edges, None, 2, "valid").shape == (1, 2, 2, 1)
    assert not missing(NAME, "ex1-text", "two rows and two columns", "one row, 0 and −24")


def test_a_network_that_pools_whole_windows_is_equivariant_for_whole_windows_only():
    rng = np.random.default_rng(0)
    picture, kernels = rng.normal(size=(1, 16, 40, 3)), rng.normal(size=(3, 3, 3, 8))

    def pooled(left):
        maps = convolution.conv2d(picture[:, :, left : left + 24], kernels, padding="valid")
        return convolution.max_pool2d(np.maximum(0, maps))

    for pixels in (2, 4):
        assert np.allclose(pooled(0)[:, :, pixels // 2 :], pooled(pixels)[:, :, : -pixels // 2])
    assert not np.allclose(pooled(0), pooled(1)) and not np.allclose(
        pooled(0)[:, :, 1:], pooled(1)[:, :, :-1]
    )
    assert not missing(NAME, "pooled-shift-read", "exact for shifts of 2 and 4 and fails for 1")


def test_no_number_of_parameters_stands_before_it_is_to_be_predicted():
    assert missing(NAME, "card", "1,050,890") == ["1,050,890"]
    assert missing(NAME, "walk-idea", "1,050,890") == ["1,050,890"]
