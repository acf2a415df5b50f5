"""What notebook 07 says about the published run, held to its records."""

import io
import re

import keras
import nbformat
import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from helpers import config, data
from helpers.tests.published import (
    missing,
    of_main_dataset,
    published_measurement,
    published_rows,
    published_table,
    published_values,
)
from helpers.tools import execution

NAME = "07_error_analysis"


def table(name: str) -> np.ndarray:
    return published_table(NAME, name)[0]


def test_confusions_recall_and_precision():
    counts, labels = published_table(NAME, "counts of confusions")
    at = {label: k for k, label in enumerate(labels)}
    wrong = counts - np.diag(np.diag(counts))
    assert counts.sum() == 5_000 and wrong.sum() == 698
    cat, dog = at["cat"], at["dog"]
    assert (wrong[cat, dog], wrong[dog, cat]) == (53, 41) and 94 / 698 > 1 / 8
    ordered = sorted(
        ((int(wrong[i, j]), labels[i], labels[j]) for i in range(10) for j in range(10) if i != j),
        reverse=True,
    )
    first = {pair[1:] for pair in ordered[:10]}
    told = [("bird", "airplane"), ("airplane", "ship"), ("bird", "frog"), ("cat", "frog")]
    told += [("deer", "frog"), ("dog", "horse"), ("cat", "deer")]
    assert set(told) <= first
    sixteen = [pair[1:] for pair in ordered[:16]]
    elsewhere = {("ship", "airplane"), ("deer", "horse"), ("cat", "frog")}
    assert len(elsewhere & set(sixteen)) == 2 and not elsewhere & set(sixteen[:5])
    assert [counts[:, at[name]].sum() for name in ("frog", "bird", "cat")] == [541, 455, 455]
    assert (ordered[2][0], ordered[9][0]) == (25, 19)
    recall, precision = (np.diag(counts) / counts.sum(axis=axis) for axis in (1, 0))
    assert labels[recall.argmin()] == "cat" and round(100 * recall[cat], 1) == 72.4
    assert labels[precision.argmin()] == "dog" and round(100 * precision[dog], 1) == 79.4
    assert precision[cat] - precision[dog] < 0.005
    assert 4 < np.sqrt(19) < np.sqrt(25) <= 5
    assert not missing(NAME, "pairs-read", "25 and 19 are the same, give or take luck (about ± 5)")


def test_the_worst_hundredth():
    share = published_measurement(NAME, "loss in the worst hundredth")
    assert not missing(NAME, "loss-read", f"50 images, holds {100 * share:.1f} % of the whole loss")
    confidence = published_measurement(NAME, "confidence in the worst hundredth")
    assert not missing(NAME, "loss-read-1", f"The median confidence is {confidence:.2f}, not")


def test_what_breaks_the_model():
    rows, strengths = published_table(NAME, "accuracy by strength")
    assert strengths == list("012345")
    brightness, contrast, blur, noise, occlusion = rows
    assert rows[:, 4].argmin() == 1 and rows[:, 5].argmin() == 1 and rows[:, 5].argmax() == 0
    assert abs(contrast[3] - blur[3]) < 0.01 and round(100 * contrast[3]) == 65
    assert round(100 * contrast[4]) == 26 and contrast[5] < 0.13
    for one in (blur, noise):
        assert 0.17 < one[0] - one[3] < 0.23 and one[5] < one[0] / 2
    assert [round(100 * (occlusion[0] - occlusion[k])) for k in (3, 5)] == [13, 42]
    assert (brightness[2:] >= np.max(rows[1:, 2:], axis=0)).all()
    said = f"{100 * contrast[0]:.1f} % of them right"
    assert not missing(NAME, "robust-read", said, f"({100 * contrast[4]:.0f} %)")


def test_shares_that_are_arithmetic():
    assert [round(100 * side**2 / 32**2) for side in (12, 20)] == [14, 39]
    assert not missing(NAME, "robust-read", "13 points for 14 %, 42 for 39 %", "± 0.013 is one")
    assert round(np.sqrt(0.7 * 0.3 / 1_250), 3) == 0.013


def test_labels_that_are_wrong():
    counts = table("counts of confusions")
    share_wrong = 1 - np.trace(counts) / counts.sum()
    assert round(0.0054 * 10_000) == 54 and round(0.0054 * 5_000) == 27
    assert 1 / 27 < 0.0054 / share_wrong < 1 / 24
    said = "a twenty-fifth of the errors of this model, and would be half of the errors of a model"
    assert not missing(NAME, "loss-read", said)


def test_what_notebook_05_counted():
    (share,) = published_values("05_advanced_cnn", "advanced CNN, better recipe", "val_accuracy")
    assert round((1 - share) * 5_000) == 696
    assert not missing(NAME, "pairs-read", "Notebook 05 counted 696")


def test_where_the_cats_heat_is_hottest():
    notebook = nbformat.read(execution.NOTEBOOKS / f"{NAME}.ipynb", as_version=4)
    ((output,),) = [cell.outputs for cell in notebook.cells if cell.id == "cam-photo"]
    hottest = re.findall(r"(\w+) \d+%: ([a-z ]+)", output.metadata["image/png"]["alt"])
    assert hottest == [("cat", "lower"), ("dog", "upper left"), ("frog", "lower right")]
    said = '"cat" is hottest in the lower part, "dog" in the upper left, "frog" in the lower right'
    assert not missing(NAME, "cam-photo-read", said)


def test_a_spot_in_the_middle_wins_with_large_digits_only():
    shares = {}
    for pixels in ((19, 27), (10, 14)):
        _, _, boxes = data.make_digits(1_000, "val", boxes=True, pixels=pixels)
        top, left, bottom, right = boxes.T
        shares[pixels] = ((top <= 15) & (bottom > 15) & (left <= 15) & (right > 15)).mean()
        covered = ((bottom - top) * (right - left)).mean() / 32**2
    assert shares[19, 27] > 0.95 and shares[10, 14] < 0.35
    assert 1 / 13 < covered < 1 / 11
    assert not missing(NAME, "rivals-predict", "about a twelfth of its picture")
    assert not missing(NAME, "second-idea", "19 to 27 pixels high", "10 to 14 pixels high")


def test_what_pillow_does_by_itself():
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32, 3), "uint8"))
    plain, named = io.BytesIO(), io.BytesIO()
    picture.save(plain, "JPEG")
    picture.save(named, "JPEG", quality=75)
    assert plain.getvalue() == named.getvalue()
    assert JpegImagePlugin.get_sampling(Image.open(plain)) == 2  # 4:2:0
    said = "the quality 75 costs, Pillow's default"
    assert not missing(NAME, "jpeg-idea", "keeps colours at half the resolution", said)


def test_the_places_of_the_published_model():
    network = keras.models.load_model(config.published_model())
    convolutions = [la for la in network.layers if isinstance(la, keras.layers.Conv2D)]
    assert convolutions[-1].output.shape == (None, 16, 16, 128)
    field, step, seen = 1, 1, {}
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            field += (layer.kernel_size[0] - 1) * step
            seen[layer.name] = field
        elif isinstance(layer, keras.layers.MaxPooling2D):
            field, step = field + (layer.pool_size[0] - 1) * step, step * layer.strides[0]
    assert [seen[la.name] for la in convolutions] == [3, 5, 10, 14]
    assert not missing(NAME, "cam-idea", "16 × 16 places, 2 pixels apart, with 128 numbers")
    assert not missing(NAME, "cam-idea", "a receptive field of 14 × 14 pixels")
    said = "1 or 2 sees 3 or 5 pixels, one of convolution 4 sees 14"
    assert not missing(NAME, "layers-read", said)


def test_the_example_of_the_first_exercise():
    counts = np.array([[8, 2], [4, 6]])
    assert not missing(NAME, "exercises", "recall 0.80, precision 0.86", "were 0.80 and 0.67")
    assert round(8 / 10, 2) == 0.8 and round(8 / counts[:, 0].sum(), 2) == 0.67
    counts[0] *= 3
    assert round(counts[0, 0] / counts[:, 0].sum(), 2) == 0.86


def measured(title: str) -> dict[str, np.ndarray]:
    """By method or layer the measures (networks, 4), if the published run has small digits."""
    if "small digits" not in {r["dataset"] for r in of_main_dataset(NAME)}:
        pytest.skip("the published run is older than the small digits")
    found = {}
    for name, row in published_rows(NAME, title).items():
        found.setdefault(name.rsplit(", ", 1)[0], []).append(row)
    return {method: np.array(rows) for method, rows in found.items()}


def test_the_floor_is_a_floor():
    found = measured("heat maps")
    assert found["centre blob"][:, 0].max() < 0.5 and (found["centre blob"][:, 2] == 0).all()
    assert {len(found[m]) for m in ("Grad-CAM", "HiResCAM", "occlusion")} == {3}


def test_a_network_that_averages_has_two_equal_heat_maps():
    found = measured("heat maps with two heads")
    one, other = (found[f"average, {name}"] for name in ("Grad-CAM", "HiResCAM"))
    assert np.allclose(one[:, 1:3], other[:, 1:3], atol=0.005)


def test_the_sanity_check_catches_the_broken_one():
    measured("heat maps")
    likeness = published_rows(NAME, "likeness after destroying")
    assert all(row[0] > 0.999 and len(row) == 7 for row in likeness.values())
    assert all(row[-1] < 0.7 for row in likeness.values())
    ((*_, last, everything),) = table("a broken map")
    assert last > 0.999 > everything
