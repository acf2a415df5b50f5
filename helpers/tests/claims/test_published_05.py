"""What notebook 05 says about the published run, held to its records, and the published model."""

import hashlib
import json
import re

import nbformat
import numpy as np

from helpers import models, results
from helpers.results import tables
from helpers.tests.published import published_measurement, published_table, published_values
from helpers.tools import execution

NAME = "05_advanced_cnn"
PLAIN, BETTER = "advanced CNN", "advanced CNN, better recipe"
TWICE = f"{BETTER}, asked twice"


def measured(name: str) -> float:
    return published_measurement(NAME, name)


def one(model: str, field: str):
    (value,) = published_values(NAME, model, field)
    return value


def printed(cell_id: str) -> str:
    notebook = nbformat.read(execution.NOTEBOOKS / f"{NAME}.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    return "".join(output.get("text", "") for output in cell.outputs)


def test_the_recipes_reach_what_the_course_promises():
    assert one(PLAIN, "test_accuracy") >= 0.80 and one(TWICE, "test_accuracy") >= 0.86
    assert one(BETTER, "test_accuracy") > 0.855
    assert max(one(PLAIN, "seconds"), one(BETTER, "seconds")) < 3600
    assert {one(model, "parameter_count") for model in (PLAIN, BETTER, TWICE)} == {2_362_698}


def test_what_the_callbacks_did():
    history = one(PLAIN, "history")
    losses, shares = history["val_loss"], history["val_accuracy"]
    assert len(losses) == 35 and int(np.argmin(losses)) == one(PLAIN, "kept_epoch") == 33
    assert set(history["learning_rate"]) == {0.001}
    improved = [epoch for epoch, share in enumerate(shares) if share > max([-1, *shares[:epoch]])]
    assert len(improved) == 19 and improved[-1] == 33
    fitted = measured("plain recipe, training accuracy")
    assert round(100 * fitted) == 83 and round(100 * one(PLAIN, "val_accuracy")) == 80
    other = published_values("03_two_layer_cnn", "two-layer CNN", "history")
    assert round(100 * np.mean([h["accuracy"][-1] for h in other])) == 99
    assert round(100 * np.mean([h["val_accuracy"][-1] for h in other])) == 75


def test_the_pipeline_wins_nothing_to_speak_of():
    steps = {line[:30].strip(): int(line[30:37]) for line in printed("pipeline-times").splitlines()}
    arrays, layers, pipeline = steps.values()
    assert max(arrays, layers, pipeline) < 1.25 * min(arrays, layers, pipeline)
    assert pipeline > 0.9 * arrays


def test_the_ablation_says_what_the_text_tells():
    told = {
        "batch normalisation": (4.0, 1.0),
        "L2": (-0.1, 1.0),
        "dropout": (-1.5, 1.1),
        "augmentation": (-3.0, 1.4),
        "all four": (0.4, 0.7),
        "sharp pixels": (2.6, 0.6),
    }
    complete = published_values(NAME, "ablation, complete", "val_accuracy")
    for name, (mean, spread) in told.items():
        without = published_values(NAME, f"ablation, without {name}", "val_accuracy")
        worth = 100 * (complete - without)
        assert len(worth) == 3
        assert (round(worth.mean(), 1), round(worth.std(ddof=1), 1)) == (mean, spread)
        assert abs(worth.mean() - 100 * measured(f"ablation, worth of {name}")) < 0.001
    for name, share in {"augmentation": 61, "all four": 57}.items():
        without = published_values(NAME, f"ablation, without {name}", "val_accuracy")
        assert round(100 * without.mean()) == share
    together = sum(measured(f"ablation, worth of {name}") for name in list(told)[:4])
    assert round(100 * together, 1) == -0.5
    own = re.findall(r"without ([\w ]+):.*own images ([\d.]+)", printed("ablation-table"))
    assert {"augmentation": "85.5", "all four": "94.4"}.items() <= dict(own).items()


def test_what_the_better_recipe_wins():
    gain = measured("better recipe minus plain")
    assert round(100 * gain, 1) == 5.7
    assert [round(100 * one(m, "val_accuracy"), 1) for m in (BETTER, PLAIN)] == [86.1, 80.4]
    one_layer, two_layers = (
        published_values(n, m, "test_accuracy").mean()
        for n, m in (("02_one_layer_cnn", "one-layer CNN"), ("03_two_layer_cnn", "two-layer CNN"))
    )
    assert abs(gain - (two_layers - one_layer)) < 0.005
    shares = one(BETTER, "history")["val_accuracy"]
    assert len(shares) == 32 and round(100 * shares[15]) == 78
    assert np.sum(np.diff(shares[:16]) < 0) >= 4 and round(100 * (shares[-1] - shares[15])) == 8
    assert round(100 * measured("gain by asking twice"), 1) == 0.4
    assert round(100 * (one(TWICE, "test_accuracy") - one(BETTER, "test_accuracy")), 1) == 0.5


def test_shifts_and_confusions():
    kept = {}
    for notebook in ("03_two_layer_cnn", NAME):
        start, end = (
            published_measurement(notebook, f"accuracy after a shift of {d}") for d in (0, 4)
        )
        kept[notebook] = end / start
    assert [round(100 * (1 - share)) for share in kept.values()] == [13, 3]
    lost = measured(f"lost by a shift of 4, {PLAIN}") / one(PLAIN, "val_accuracy")
    assert round(100 * lost) == 5
    counts, labels = published_table(NAME, "confusions")
    wrong = counts - np.diag(np.diag(counts))
    pairs = sorted(
        ((wrong[i, j] + wrong[j, i], labels[j], labels[i]) for i in range(10) for j in range(i)),
        reverse=True,
    )
    assert wrong.sum() == 696 and pairs[0] == (92, "cat", "dog")
    assert {pair[1:] for pair in pairs[1:3]} == {("automobile", "truck"), ("airplane", "bird")}
    assert all(31 <= count <= 37 for count, *_ in pairs[1:9]) and pairs[9][0] < 31
    right = dict(zip(labels, np.diag(counts) / counts.sum(axis=1), strict=True))
    assert min(right, key=right.get) == "cat" and max(right, key=right.get) == "ship"
    assert round(100 * right["cat"]) == 72 and round(100 * right["ship"]) == 95


def test_the_slim_network_of_the_exercise():
    name = "ablation, slim"
    complete = published_values(NAME, "ablation, complete", "val_accuracy")[0]
    apart = one(name, "history")["val_accuracy"][-1] - complete
    assert one(name, "parameter_count") == 262_986 and round(100 * apart, 1) == -3.8


def test_the_published_model_is_the_one_of_the_records():
    content = models.PUBLISHED.read_bytes()
    about = json.loads(models.PUBLISHED.with_suffix(".json").read_text(encoding="utf-8"))
    assert len(content) < 10_000_000 and about["sha256"] == hashlib.sha256(content).hexdigest()
    assert any(about["record"].items() <= record.items() for record in results.published())
    tested = results.of_one_dataset(tables.tested(results.published()))
    trained = [r for r in tested if "history" in r]
    choice = [r["val_accuracy"] for r in trained if r["notebook"] == about["record"]["notebook"]]
    assert about["record"]["val_accuracy"] == max(choice)
