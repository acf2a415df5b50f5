"""The charts of `figures/`, from made-up records."""

from helpers.tools.publish import charts


def test_the_ladder_tells_every_model():
    rows = [
        {"model": "dense", "parameter_count": 1_000, "test_accuracies": [0.5, 0.52]},
        {"model": "conv", "parameter_count": 500, "test_accuracies": [0.7]},
    ]
    figure, alt = charts.ladder(rows, title="T")
    assert "dense 51.0 ± 1.4 % with 1,000 parameters; conv 70.0 % with 500 parameters" in alt
    assert len(figure.axes[0].patches) == 2


def training(notebook, model, seed=0, test=None, **more):
    history = {"val_accuracy": [0.3, 0.6]}
    return {
        "kind": "training",
        "notebook": notebook,
        "dataset": "digits",
        "model": model,
        "seed": seed,
        "val_accuracy": 0.6 + seed / 10,
        "test_accuracy": test,
        "parameter_count": 10,
        "seconds": 1.0,
        "history": history,
    } | more


def measurement(notebook, name, value, spread=None):
    named = {"kind": "measurement", "notebook": notebook, "name": name}
    return named | {"value": value, "spread": spread}


def test_every_chart_tells_what_the_records_say():
    records = [
        training("01_a", "dense", test=0.5),
        training("01_a", "dense", seed=1, test=0.7),
        training("04_b", "kernel 3×3"),
        training("04_b", "kernel 3×3", seed=1),
        training("04_b", "kernel 5×5"),
        measurement("05_c", "ablation, worth of dropout", -0.02, 0.01),
        measurement("05_c", "ablation, worth of L2", 0.03),
        {"kind": "table", "notebook": "05_c", "name": "confusions", "rows": [[3, 1], [0, 4]]}
        | {"labels": ["cat", "dog"]},
        *[measurement("01_a", name, 0.5 - k / 10) for k, name in enumerate(charts.SHIFTS)],
        measurement("02_x", charts.SHIFTS[0], 0.6),
        {"kind": "table", "notebook": "08_d", "name": "operations", "rows": [[0.5, 2.0]]}
        | {"labels": ["dense", "unknown"], "dataset": "digits"},
        {"kind": "table", "notebook": "09_e", "name": "operations", "rows": [[0.5, 3.0]]}
        | {"labels": ["dense", "kernel 5×5"], "dataset": "digits"},
    ]
    drawn = {name: alt for name, (_, alt) in charts.drawn(records).items()}
    assert "dense 60.0 ± 14.1 % with 10 parameters" in drawn["ladder"]
    assert "dense 30 to 60 in 2 epochs" in drawn["curves"]
    assert "kernel 3×3 65.0 ± 7.1; kernel 5×5 60.0." in drawn["kernel_size"]
    assert "L2 3.0; dropout -2.0 ± 1.0." in drawn["ablation"]
    assert "cat answered as dog, 25" in drawn["confusion"]
    assert "notebook 01 0.5, 0.4, 0.3, 0.2, 0.1." in drawn["robustness"]
    assert "notebook 02" not in drawn["robustness"]
    assert (
        "dense 60.0 after 0.0 minutes and 0.5 · 10¹⁵ operations; kernel 5×5 60.0" in drawn["race"]
    )
    assert "minutes and 3 · 10¹⁵ operations." in drawn["race"]


def test_a_chart_without_records_is_left_out():
    assert list(charts.drawn([training("01_a", "dense", test=0.5)])) == ["ladder", "curves"]
    bare = {k: v for k, v in training("01_a", "dense", test=0.5).items() if k != "history"}
    assert list(charts.drawn([bare])) == ["ladder"]
