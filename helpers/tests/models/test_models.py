"""Models that are saved with a side file, and opened with suspicion."""

import dataclasses
import hashlib
import json

import keras
import numpy as np
import pytest

from helpers import evaluation, results
from helpers.models import saved
from helpers.tests.tiny import fit, needs_bfloat16, network


@pytest.fixture
def run(data, settings):
    return fit(network(), data, settings)


@pytest.fixture
def path(run, data):
    return saved.save(run, data, "advanced")


def test_a_saved_model_answers_as_the_trained_one(run, data, settings, path):
    opened = saved.load(path, settings)
    expected = evaluation.probabilities(run, data.x_val)
    assert np.allclose(evaluation.probabilities(opened, data.x_val), expected, atol=1e-5)
    assert evaluation.accuracy(opened, data.x_val, data.y_val) == evaluation.accuracy(
        run, data.x_val, data.y_val
    )


def test_the_answers_of_a_saved_model_are_found_again(data, settings, monkeypatch):
    path = saved.save(fit(network(dropout=0.5), data, settings), data, "advanced")
    before = evaluation.probabilities(saved.load(path, settings), data.x_val)
    monkeypatch.setattr(keras.Model, "predict", lambda *a, **k: pytest.fail("computed twice"))
    after = evaluation.probabilities(saved.load(path, settings), data.x_val)
    assert np.array_equal(before, after)


def test_the_side_file_tells_what_the_numbers_mean(run, data, path):
    assert path.name == "advanced-digits-smoke.keras"
    about = json.loads(path.with_suffix(".json").read_text())
    assert about["classes"] == list(data.class_names) and "32 x 32" in about["preprocessing"]
    assert (about["dataset"], about["profile"]) == ("digits", "smoke")
    assert about["dataset_fingerprint"] == data.fingerprint
    record = results.read(run.record)
    assert about["record"]["val_accuracy"] == record["val_accuracy"]
    assert about["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sorted(p.name for p in path.parent.iterdir()) == [
        "advanced-digits-smoke.json",
        "advanced-digits-smoke.keras",
    ]


def test_dataset_and_profile_are_part_of_the_name():
    names = {
        saved.saved_path("advanced", dataset, profile).name
        for dataset in ("digits", "CIFAR-10", "CIFAR-10 (JPEG copy)")
        for profile in ("smoke", "full")
    }
    assert len(names) == 6 and "advanced-cifar-10-jpeg-copy-full.keras" in names


@needs_bfloat16
def test_the_file_holds_float32_and_no_optimizer(data, settings):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        trained = fit(network(), data, settings)
    finally:
        keras.config.set_dtype_policy(before)
    assert "bfloat16" in {layer.compute_dtype for layer in trained.model.layers}
    path = saved.save(trained, data, "mixed")
    opened = keras.models.load_model(path)
    assert {layer.compute_dtype for layer in opened.layers} == {"float32"} and not opened.compiled
    for one, other in zip(trained.model.get_weights(), opened.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert path.stat().st_size < 1.3 * 4 * opened.count_params() + 20_000


def test_a_shortened_training_has_a_file_of_its_own(data, settings, path):
    short = dataclasses.replace(settings, epochs=1, shortened=True)
    kept = saved.save(fit(network(), data, short), data, "advanced")
    assert kept.name == "advanced-digits-smoke-shortened.keras" and kept != path
    assert saved.find(short, data) == path


def test_a_changed_file_is_refused(settings, path):
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(saved.ModelError, match="another SHA-256"):
        saved.load(path, settings)


def test_only_keras_files_are_opened(settings, path):
    with pytest.raises(saved.ModelError, match=r"is not a \.keras file"):
        saved.load(path.with_suffix(".h5"), settings)


@pytest.mark.parametrize("suffix", [".keras", ".json"])
def test_both_files_are_needed(settings, path, suffix):
    path.with_suffix(suffix).unlink()
    with pytest.raises(saved.ModelError, match=f"advanced-digits-smoke{suffix} is missing"):
        saved.load(path, settings)


def rewritten(path, **changes):
    """The side file with some entries changed; None takes an entry out."""
    side = path.with_suffix(".json")
    about = json.loads(side.read_text()) | changes
    side.write_text(json.dumps({key: value for key, value in about.items() if value is not None}))


@pytest.mark.parametrize("changes", [{"classes": None}, {"sha256": 5}, {"record": "x"}])
def test_a_side_file_that_is_none_is_refused(settings, path, changes):
    rewritten(path, **changes)
    with pytest.raises(saved.ModelError, match="is no side file of this course"):
        saved.load(path, settings)
    path.with_suffix(".json").write_text("{")
    with pytest.raises(saved.ModelError, match="is no side file of this course"):
        saved.load(path, settings)


def test_a_file_that_is_no_model_or_another_one_is_refused(settings, path):
    rewritten(path, classes=["only", "two"])
    with pytest.raises(saved.ModelError, match=r"expected \(None, 32, 32, 3\) to \(None, 2\)"):
        saved.load(path, settings)
    path.write_bytes(b"no model")
    rewritten(path, sha256=hashlib.sha256(b"no model").hexdigest())
    with pytest.raises(saved.ModelError, match="can't be opened as a Keras model"):
        saved.load(path, settings)


def test_code_inside_a_model_is_never_run(settings, path):
    network = keras.Sequential(
        [keras.Input((32, 32, 3)), keras.layers.Lambda(lambda x: x), keras.layers.Flatten()]
    )
    network.save(path)
    rewritten(path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(saved.ModelError, match="can't be opened"):
        saved.load(path, settings)


def test_the_published_model_is_found_for_cifar10_and_the_own_one_for_others(
    data, settings, path, monkeypatch, tmp_path
):
    published = tmp_path / "published.keras"
    monkeypatch.setattr(saved, "PUBLISHED", published)
    cifar = dataclasses.replace(data, name="CIFAR-10 (JPEG copy)")
    assert saved.find(settings, data) == path and saved.find(settings, cifar) is None
    published.write_bytes(b"")
    assert saved.find(settings, cifar) == published and saved.find(settings, data) == path
    assert saved.find(settings, dataclasses.replace(data, name="CIFAR-100")) is None
    assert saved.find(dataclasses.replace(settings, profile="class"), data) is None
