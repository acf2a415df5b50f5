import json

import pytest

from helpers import plots
from helpers.results import races, records, stored


def record(model, seed=0, epochs=2, **more):
    return {
        "kind": "training",
        "notebook": "01_dense_baseline",
        "model": model,
        "seed": seed,
        "epochs": epochs,
        "shortened": False,
        "dataset": "CIFAR-10",
        "dataset_fingerprint": "x",
        "profile": "full",
        "recipe": "r",
        "seconds": 120.0,
        "val_accuracy": 0.6,
        "history": {"loss": [2.0, 1.0], "val_accuracy": [0.4, 0.6]},
    } | more


def test_the_first_seed_counts():
    records = [record("a", 2), record("a", 1), record("b")]
    assert races.first_seed(records, "a") is records[1]
    assert races.first_seed(records, "c") is None


def write(number, **more):
    records.records_dir().mkdir(parents=True, exist_ok=True)
    path = records.records_dir() / f"{number}.json"
    path.write_text(json.dumps(record("a", **more)))


def test_own_records_come_before_published_ones(data, settings, monkeypatch):
    own = {"dataset_fingerprint": data.fingerprint, "profile": settings.profile, "seconds": 60.0}
    write(1, **own)
    write(2, **own | {"seconds": 1.0, "shortened": True})
    published = [record("a"), record("b", shortened=True), record("b", 1)]
    monkeypatch.setattr(stored, "published", lambda: published)
    found = races.entries(settings, data, {"a": 1_000, "b": 1_000, "c": 1_000})
    assert [entry.model for entry in found] == ["a", "b (CIFAR-10, published)"]
    assert [entry.minutes for entry in found] == [1, 2]
    assert found[1].petaflop == pytest.approx(6 * 1_000 * 45_000 * 2 / 1e15)


def test_only_the_recipe_that_was_run_last_takes_part(data, settings, monkeypatch):
    own = {"dataset_fingerprint": data.fingerprint, "profile": settings.profile}
    write(1, **own | {"seconds": 60.0, "recipe": "older"})
    write(2, **own | {"seconds": 180.0, "seed": 3})
    monkeypatch.setattr(stored, "published", lambda: [])
    (entry,) = races.entries(settings, data, {"a": 1_000})
    assert entry.minutes == 3


def test_the_best_model_comes_last(data, settings, monkeypatch):
    better = record("b") | {"history": {"loss": [1.0], "val_accuracy": [0.9]}}
    monkeypatch.setattr(stored, "published", lambda: [record("a"), better])
    found = races.entries(settings, data, {"b": 1_000, "a": 1_000})
    assert [entry.model for entry in found] == [
        "a (CIFAR-10, published)",
        "b (CIFAR-10, published)",
    ]


def test_published_models_of_two_datasets_are_never_in_one_race(data, settings, monkeypatch):
    kept = [record("a"), record("a", dataset=data.name, seconds=60.0), record("b")]
    monkeypatch.setattr(stored, "published", lambda: kept)
    (entry,) = races.entries(settings, data, {"a": 1_000, "b": 1_000})
    assert (entry.model, entry.minutes) == (f"a ({data.name}, published)", 1)


def test_measurements_have_no_seed_and_no_place_in_the_race(data, settings):
    records.save_measurement(settings, data, "something", [1.0])
    assert all(entry.model != "something" for entry in races.entries(settings, data, {"a": 1}))


def test_a_shortened_training_of_this_notebook_counts(data, settings, monkeypatch):
    own = {"dataset_fingerprint": data.fingerprint, "profile": settings.profile}
    write(1, **own | {"notebook": settings.notebook, "shortened": True, "seconds": 60.0})
    monkeypatch.setattr(stored, "published", lambda: [record("a")])
    (entry,) = races.entries(settings, data, {"a": 1_000})
    assert entry.minutes == 1


def test_a_record_without_history_is_a_point():
    short = record("a")
    del short["history"]
    assert races.entry(short, 0.1).accuracies == (0.6,)


def test_the_chart_tells_minutes_and_operations():
    figure, alt = plots.drawn_race([races.entry(record("a"), 0.123)], title="Race")
    assert "a 60.0 after 2.0 minutes and 0.12 · 10¹⁵ operations" in alt
    (axes,) = figure.axes
    assert axes.get_xscale() == "log" and list(axes.lines[0].get_xdata()) == [1, 2]


def test_a_training_costs_six_operations_for_each_multiply_add():
    assert races.petaflop(100_000_000, 45_000 * 10) == pytest.approx(0.27)
