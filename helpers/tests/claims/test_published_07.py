"""What notebook 07 says about the published run, held to its records."""

import numpy as np

from helpers import results
from helpers.tests.published import missing, published_measurement, published_rows, published_table

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


def scores(title: str) -> dict[str, np.ndarray]:
    """By method or layer the scores (networks, 4): pointing, energy, following, empty."""
    found = {}
    for name, row in published_rows(NAME, title).items():
        found.setdefault(name.rsplit(", ", 1)[0], []).append(row)
    return {method: np.array(rows) for method, rows in found.items()}


def told(values: np.ndarray) -> str:
    """As the text writes it: `"0.75 ± 0.03"`, or `"0.75"` for one value."""
    mean, spread = results.mean_and_spread(values)
    return f"{mean:.2f}" if len(values) == 1 else f"{mean:.2f} ± {spread:.2f}"


def test_how_well_heat_maps_point():
    found = scores("heat maps")
    seen = ("HiResCAM", "occlusion", "edges")
    assert {len(found[m]) for m in ("Grad-CAM", "HiResCAM", "occlusion")} == {3}
    said = {
        "Grad-CAM": found["Grad-CAM"].T[:3],
        "HiResCAM": found["HiResCAM"].T[:3],
        "occlusion": found["occlusion"].T[1:2],
        "centre blob": found["centre blob"].T[:2],
        "chance": found["chance"].T[:2],
    }
    for columns in said.values():
        assert not missing(NAME, "rivals-read", *map(told, columns))
    for method in seen:
        assert (found[method].mean(axis=0) > found["Grad-CAM"].mean(axis=0))[:3].all()
    ((scored, of, share),) = table("digits scored")
    sentence = f"({scored:.0f} digits of {of:.0f}, their boxes cover {100 * share:.0f} %"
    assert not missing(NAME, "rivals-read", sentence)


def test_which_layer_has_its_heat_in_the_box():
    averaged, better = (scores(f"heat maps by layer, {m}") for m in ("Grad-CAM", "HiResCAM"))
    means = {k: (averaged[k].mean(axis=0), better[k].mean(axis=0)) for k in averaged}
    assert all((b[:2] > a[:2]).all() for a, b in means.values())
    assert not any(values[:, 3].any() for values in better.values())
    low, high = (f(a[1] for a, _ in means.values()) for f in (min, max))
    empty = next(k for k in means if k.startswith("convolution 3"))
    pooled = next(k for k in means if k.startswith("pooling 1"))
    said = [f"{low:.2f} to {high:.2f}", f"({told(averaged[empty][:, 3])}) are empty"]
    said.append(f"its energy is {min(b[1] for _, b in means.values()):.2f} or more")
    bottom, top = (f(b[1] for _, b in means.values()) for f in (min, max))
    said.append(f"({bottom:.2f} to {top:.2f})")
    second = next(k for k in means if k.startswith("convolution 2"))
    assert averaged[second][:, 1].mean() == high and 1 / 7 < averaged[second][:, 3].mean() < 1 / 5
    said.append(f"Convolution 2 has the highest energy, {told(averaged[second][:, 1])}")
    said.append(f"pooling 1 has {means[pooled][0][1]:.2f} with hardly an empty map")
    assert averaged[pooled][:, 3].mean() < 0.02
    assert not missing(NAME, "layers-read", *said)


def test_the_sanity_check_passes_both_maps_and_catches_the_broken_one():
    likeness = published_rows(NAME, "likeness after destroying")
    assert all(row[0] > 0.999 and len(row) == 7 for row in likeness.values())
    assert all(abs(row[-1]) < 0.3 for row in likeness.values())
    said = [f"{row[k]:.2f}".replace("-", "−") for row in likeness.values() for k in (1, -1)]
    assert not missing(NAME, "sanity-read", *said)
    (broken,) = table("a broken map")
    assert not missing(NAME, "worked", *(f"{value:.2f}" for value in broken))
    (blurred,) = table("occlusion with blur")
    assert not missing(NAME, "worked", *(f"{value:.2f}" for value in blurred))
