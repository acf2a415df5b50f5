"""What notebook 05 says about the published run, held to its records, and the published model."""

import hashlib
import json
import math

import keras
import nbformat
import numpy as np

from helpers import config, models, results
from helpers.results import tables
from helpers.tests.published import (
    missing,
    of_main_dataset,
    published_measurement,
    published_table,
    published_values,
)
from helpers.tools import execution

NAME = "05_advanced_cnn"
PLAIN, BETTER = "advanced CNN", "advanced CNN, better recipe"
TWICE = f"{BETTER}, asked twice"


def of(model: str) -> dict:
    (record,) = [r for r in of_main_dataset(NAME) if r.get("model") == model]
    return record


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
    losses = history["val_loss"]
    assert len(losses) == 35 and int(np.argmin(losses)) == one(PLAIN, "kept_epoch") == 33
    assert set(history["learning_rate"]) == {0.001}
    at_the_end = history["val_accuracy"][-1]
    assert (round(100 * one(PLAIN, "val_accuracy"), 1), round(100 * at_the_end, 1)) == (80.4, 79.8)
    fitted = measured("plain recipe, training accuracy")
    assert round(100 * fitted) == 83 and round(100 * one(PLAIN, "val_accuracy")) == 80
    other = published_values("03_two_layer_cnn", "two-layer CNN", "history")
    assert round(100 * np.mean([h["accuracy"][-1] for h in other])) == 99
    assert round(100 * np.mean([h["val_accuracy"][-1] for h in other])) == 76


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
    together = sum(measured(f"ablation, worth of {name}") for name in list(told)[:4])
    assert round(100 * together, 1) == -0.5


def test_how_sure_the_ablation_is():
    complete = published_values(NAME, "ablation, complete", "val_accuracy")
    names = ("batch normalisation", "sharp pixels", "dropout", "augmentation", "L2", "all four")
    without = {n: published_values(NAME, f"ablation, without {n}", "val_accuracy") for n in names}
    worth = {name: complete - shares for name, shares in without.items()}
    ratio = {name: abs(d.mean()) / d.std(ddof=1) for name, d in worth.items()}
    for name in ("batch normalisation", "sharp pixels"):
        assert (worth[name] > 0).all() and 3.5 < ratio[name] < 4.6
    for name in ("dropout", "augmentation"):
        assert (worth[name] < 0).all() and 1 < ratio[name] < 2.3
    assert all(min(worth[name]) < 0 < max(worth[name]) for name in ("L2", "all four"))
    most = max(names[:1] + names[2:], key=lambda name: worth[name].mean())
    assert most == "batch normalisation" and worth[most].mean() > worth["sharp pixels"].mean()
    assert 0.8 < worth["sharp pixels"].mean() / -worth["augmentation"].mean() < 1
    assert 2 / 2 ** len(complete) == 0.25
    budget = config.PROFILES["full"]
    assert (budget.part, budget.epochs["ablation"], budget.ablation_seeds) == (6_000, 8, 3)
    assert math.ceil(budget.part / 128) == 47


def test_what_the_text_says_of_the_shortest_training():
    budget = config.PROFILES["class"]
    steps = budget.epochs["ablation"] * math.ceil(budget.part / 128)
    assert steps == 12 and round(100 * 0.9**steps) == 28
    assert not missing(NAME, "ablation-idea", "they take 12 steps", "still keeps 28 %")


def test_where_the_multiplications_are():
    network = keras.models.load_model(config.published_model())
    costs = [row.multiply_adds for row in models.layer_costs(network)]
    total = sum(costs)
    shares = sorted((round(100 * cost / total) for cost in costs), reverse=True)
    assert shares[:2] == [38, 38] and shares[2] < 38
    assert not missing(NAME, "count-read", "second and the fourth convolution do 38 % of them each")
    most = max(models.layer_costs(network), key=lambda row: row.parameters)
    assert most.multiply_adds < 0.03 * total and 0.85 < most.parameters / 2_362_698 < 0.9
    said = "Nearly nine tenths of the parameters sit in one dense layer, and hardly any"
    assert not missing(NAME, "count-read", said)


def test_the_text_says_it_so():
    passages = {
        "network-idea": ["near 99 % on its training images and near 76 % on others"],
        "predict-train": ["the two-layer network reached about 76 %"],
        "callbacks-read": [
            "epoch 34 of 35",
            "80.4 instead of 79.8 %",
            "83 % of its own unchanged training images and on 80 % of the validation images",
        ],
        "ablation-read": [
            "6,000 images, 8 epochs, three seeds",
            "4.0 ± 1.0 points",
            "(−0.1 ± 1.0)",
            "by 1.5 ± 1.1 and 3.0 ± 1.4 points",
            "2.6 ± 0.6 points",
            "can't fall below 0.25",
            "8 epochs of 47 steps",
            "the four together give −0.5 points, all four at once were worth 0.4",
        ],
        "better-idea": ["32 instead of 35", "a loss of about 0.5"],
        "better-read-text": [
            "wins 5.7 points: 86.1 instead of 80.4 %",
            "three epochs less",
            "stands at 78 %",
            "the last eight points",
        ],
        "shift-idea": [
            "0.4 points on the validation images and 0.5 on the test images",
            "about an eighth",
        ],
        "shift-read": ["3 % of its accuracy, the plain one 5 %", "two-layer network 11 %"],
        "confusion-read": ["92 of 696 errors", "37 to 31 errors", "72 % right", "(95 %)"],
        "worked": ["a ninth of the parameters (262,986), and 3.8 points less"],
    }
    assert not [m for cell, said in passages.items() for m in missing(NAME, cell, *said)]


def test_what_the_text_says_of_the_budgets():
    full, lesson = config.PROFILES["full"], config.PROFILES["class"]
    assert full.epochs["advanced"] - full.epochs["better"] == 3
    assert full.epochs["unregularised"] == full.epochs["better"] == 32
    assert lesson.epochs["advanced"] * lesson.train / 128 < 200
    assert one(BETTER, "parameter_count") / 400_000 > 5.5
    assert round(one(BETTER, "parameter_count") / 262_986) == 9


def test_what_the_better_recipe_wins():
    gain = measured("better recipe minus plain")
    assert round(100 * gain, 1) == 5.7
    assert [round(100 * one(m, "val_accuracy"), 1) for m in (BETTER, PLAIN)] == [86.1, 80.4]
    one_layer, two_layers = (
        published_values(n, m, "test_accuracy").mean()
        for n, m in (("02_one_layer_cnn", "one-layer CNN"), ("03_two_layer_cnn", "two-layer CNN"))
    )
    assert abs(gain - (two_layers - one_layer)) < 0.005
    earlier = [r for r in results.published() if r["notebook"] < NAME and r.get("test_accuracy")]
    spreads = {}
    for record in earlier:
        spreads.setdefault((record["dataset"], record["model"]), []).append(record["test_accuracy"])
    assert gain > 5 * max(np.std(shares, ddof=1) for shares in spreads.values() if shares[1:])
    shares = one(BETTER, "history")["val_accuracy"]
    assert len(shares) == 32 and round(100 * shares[15]) == 78
    assert one(PLAIN, "kept_epoch") < 34 and "kept_epoch" not in of(BETTER)
    assert np.sum(np.diff(shares[:16]) < 0) >= 4 and round(100 * (shares[-1] - shares[15])) == 8
    assert round(100 * measured("gain by asking twice"), 1) == 0.4
    assert round(100 * (one(TWICE, "test_accuracy") - one(BETTER, "test_accuracy")), 1) == 0.5


def test_shifts_and_confusions():
    kept = {}
    for notebook in ("01_dense_baseline", "02_one_layer_cnn", "03_two_layer_cnn", NAME):
        start, end = (
            published_measurement(notebook, f"accuracy after a shift of {d}") for d in (0, 4)
        )
        kept[notebook] = end / start
    *earlier, two_layers, better = (1 - share for share in kept.values())
    assert [round(100 * lost) for lost in (two_layers, better)] == [11, 3]
    assert all(1 / 9 < lost < 1 / 7 for lost in (*earlier, two_layers))
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
    tested = results.of_one_dataset(tables.tested(results.published()), about["dataset"])
    trained = [r for r in tested if "history" in r]
    choice = [r["val_accuracy"] for r in trained if r["notebook"] == about["record"]["notebook"]]
    assert about["record"]["val_accuracy"] == max(choice)
