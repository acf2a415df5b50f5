"""What notebook 07 says about the published run, held to its records."""

import numpy as np

from helpers.tests.published import published_measurement, published_table

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
    assert not {("ship", "airplane"), ("deer", "horse")} & first
    assert (ordered[2][0], ordered[9][0]) == (25, 19)
    recall, precision = (np.diag(counts) / counts.sum(axis=axis) for axis in (1, 0))
    assert labels[recall.argmin()] == "cat" and round(100 * recall[cat], 1) == 72.4
    assert labels[precision.argmin()] == "dog" and round(100 * precision[dog], 1) == 79.4
    assert precision[cat] - precision[dog] < 0.005
    assert [round(100 * share) for share in (recall[at["frog"]], precision[at["frog"]])] == [92, 85]
    assert [round(100 * share) for share in (recall[at["bird"]], precision[at["bird"]])] == [77, 85]


def test_the_worst_hundredth():
    assert round(100 * published_measurement(NAME, "loss in the worst hundredth"), 1) == 8.6


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
    assert (brightness[1:] >= np.max(rows[2:, 1:], axis=0) - 0.01).all()


METHODS = ("Grad-CAM", "HiResCAM", "occlusion", "edges", "centre blob", "chance")
LAYERS = ("convolution 1", "convolution 2", "convolution 3", "convolution 4")
LAYERS += ("pooling 1", "pooling 2")


def test_how_well_heat_maps_point():
    rows, labels = published_table(NAME, "heat maps")
    assert labels == ["pointing", "energy", "following"]
    told = {
        "Grad-CAM": (0.75, 0.41, 0.09),
        "HiResCAM": (0.96, 0.67, 0.70),
        "centre blob": (1.0, 0.55, 0.0),
    }
    found = dict(zip(METHODS, rows.round(2), strict=True))
    assert {name: tuple(found[name]) for name in told} == told
    assert found["chance"][0] == 0.31 and found["occlusion"][1] == 0.78 == rows[:, 1].max().round(2)
    assert (found["edges"] > found["Grad-CAM"]).all()
    seen = ("HiResCAM", "occlusion", "edges")
    assert all((found[name] > found["Grad-CAM"]).all() for name in seen)


def test_which_layer_has_its_heat_in_the_box():
    energies = dict(zip(LAYERS, table("heat maps by layer")[:, 1].round(2), strict=True))
    told = (0.50, 0.57, 0.27, 0.41, 0.55, 0.38)
    assert tuple(energies.values()) == told


def test_the_sanity_check_passes_grad_cam_and_catches_the_broken_map():
    (likeness,) = table("likeness after destroying")
    assert likeness[0] > 0.999 and len(likeness) == 7
    assert np.abs(likeness[1:]).max() < 0.1 and round(likeness[1], 1) == 0
    assert tuple(table("a broken map")[0].round(2)) == (0.96, 0.43, 0.67)
