"""The README, its picture and the notebooks' prose, held to the published records."""

import html
import re

import numpy as np

from helpers import config, results
from helpers.results import tables
from helpers.tests.published import published_measurement, published_values
from helpers.tools.publish import command, merging

ROOT = config.course_root()


def test_the_readme_and_its_pictures_show_the_published_records():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    expected, figures = command.readme_and_figures(readme, results.published())
    assert expected == readme
    shown = dict(re.findall(r"!\[([^\]]*)\]\(figures/(\w+\.svg)\)", readme))
    for alt, name in shown.items():
        stored = (command.FIGURES / name).read_text(encoding="utf-8")
        assert alt in html.unescape(stored) and len(stored) < 200_000
        assert name.startswith("bench") or alt in html.unescape(figures.pop(name))
    assert not figures, "a chart that the README doesn't show"
    stored = {path.name for path in command.FIGURES.glob("*.svg")}
    assert stored == set(shown.values()), "a chart of an older run"
    assert results.published() == merging.merged(results.published(), [], "")
    for name, text in results.published_files(results.published()).items():
        assert (results.PUBLISHED / name).read_text(encoding="utf-8") == text


def test_the_published_run_shows_what_notebook_01_claims():
    name = "01_dense_baseline"
    tests = published_values(name, "dense", "test_accuracy")
    assert len(tests) == 3 and tests.mean() >= 0.51
    assert published_measurement(name, "gap between training and validation") > 0.05
    shifts = [published_measurement(name, f"accuracy after a shift of {d}") for d in range(5)]
    assert shifts == sorted(shifts, reverse=True) and shifts[0] - shifts[4] > 0.05
    plain = published_values(name, "dense", "val_accuracy")
    shuffled = published_values(name, "dense, shuffled pixels", "val_accuracy")
    assert len(plain) == len(shuffled) == 3 and abs(plain.mean() - shuffled.mean()) < 0.01
    assert 2.31 < published_measurement(name, "loss before training") < 2.7
    training = np.array(
        [h["accuracy"][-1] - h["accuracy"][19] for h in published_values(name, "dense", "history")]
    )
    validation = np.array(
        [
            h["val_accuracy"][-1] - h["val_accuracy"][19]
            for h in published_values(name, "dense", "history")
        ]
    )
    assert (training - validation > 0.03).all() and (validation > 0).all()


def test_the_published_run_shows_what_notebook_02_claims():
    name, model = "02_one_layer_cnn", "one-layer CNN"
    tests = published_values(name, model, "test_accuracy")
    assert len(tests) == 3 and tests.mean() >= 0.63
    plain = published_values(name, model, "val_accuracy").mean()
    ablated = published_measurement(name, "validation accuracy, without convolution")
    shuffled = published_measurement(name, "validation accuracy, shuffled pixels")
    assert plain - shuffled > 0.1 and shuffled - ablated < 0.04
    assert round(100 * (plain - ablated)) == 15
    dense = published_measurement("01_dense_baseline", "accuracy after a shift of 0")
    assert abs(ablated - dense) < 0.03 < plain - ablated
    for kind in ("ignore brightness", "colours alike"):
        trained, untrained = (
            published_measurement(name, f"{state} kernels: {kind}")
            for state in ("trained", "untrained")
        )
        assert trained > untrained + 5
    assert untrained < 1
    gap = "gap between training and validation"
    assert (
        1.7 < published_measurement(name, gap) / published_measurement("01_dense_baseline", gap) < 2
    )
    assert all(h["accuracy"][-1] > 0.95 for h in published_values(name, model, "history"))
    seconds = {m: published_values(name, m, "seconds") for m in (model, "without convolution")}
    assert np.median(seconds[model]) > 2 * np.median(seconds["without convolution"])
    kept = {}
    for notebook in (name, "01_dense_baseline"):
        shifts = [published_measurement(notebook, f"accuracy after a shift of {d}") for d in (0, 4)]
        kept[notebook] = shifts[1] / shifts[0]
    assert abs(kept[name] - kept["01_dense_baseline"]) < 0.02
    dense = [
        published_measurement("01_dense_baseline", f"accuracy after a shift of {d}") for d in (0, 4)
    ]
    assert round(100 * (dense[0] - dense[1]), 1) == 7.3 and round(100 * dense[0]) == 54


def test_the_published_run_shows_what_notebook_03_claims():
    name, model = "03_two_layer_cnn", "two-layer CNN"
    tests = published_values(name, model, "test_accuracy")
    assert len(tests) == 3 and tests.mean() >= 0.70
    one = published_measurement("02_one_layer_cnn", "accuracy after a shift of 0")
    assert round(100 * one) == 70
    mine = published_values(name, model, "val_accuracy")
    assert mine.min() > one + 0.02
    first, second = (published_measurement(name, f"not 0 after convolution {n}") for n in (1, 2))
    assert 0.4 < first < 0.6 and 0.25 < second < 0.35
    wine = {
        kind: published_measurement(name, f"wine, {kind}")
        for kind in ("dense", "convolutions", "convolutions, anywhere")
    }
    assert wine["dense"] > wine["convolutions"] > wine["convolutions, anywhere"]
    for kind in wine:
        fitted = [h["accuracy"][-1] for h in published_values(name, f"wine, {kind}", "history")]
        assert np.mean(fitted) > 0.95
    kept_shares = {
        n: published_measurement(n, "accuracy after a shift of 4")
        / published_measurement(n, "accuracy after a shift of 0")
        for n in ("01_dense_baseline", "02_one_layer_cnn", name)
    }
    assert all(abs(1 - kept - 1 / 8) < 0.02 for kept in kept_shares.values())


def test_the_ladder_is_as_the_readme_tells_it():
    tested = tables.tested(results.published())
    rows = {}
    for dataset in results.tested_datasets(tested):
        for row in tables.summarise([r for r in tested if r["dataset"] == dataset]):
            rows.setdefault(row["model"], row)
    names = ["dense", "one-layer CNN", "two-layer CNN"]
    dense, one, two = (np.array(rows[name]["test_accuracies"]) for name in names)
    assert one.mean() - dense.mean() > two.mean() - one.mean()
    assert two.mean() - one.mean() > 5 * max(part.std(ddof=1) for part in (dense, one, two))
    parameters = [rows[name]["parameter_count"] for name in names]
    assert 0.4 < parameters[2] / parameters[1] < 0.6
    advanced = ["advanced CNN", "advanced CNN, better recipe"]
    advanced = [rows[name] for name in (*advanced, "advanced CNN, better recipe, asked twice")]
    plain, better, twice = (row["test_accuracy"] for row in advanced)
    assert abs((better - plain) - (two.mean() - one.mean())) < 0.005
    assert 0.0045 < twice - better < 0.0055
    assert all(3000 < row["seconds"] < 4200 and row["n"] == 1 for row in advanced)
    fast, six = (rows[name] for name in ("fast CNN", "fast CNN, asked six times"))
    assert twice < fast["test_accuracy"] < six["test_accuracy"]
    assert fast["seconds"] < 12 * 60 and 4.5 < advanced[1]["seconds"] / fast["seconds"] < 5.5
