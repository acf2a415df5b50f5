import dataclasses
import math
import re

import numpy as np
import pytest

from helpers import config, results
from helpers.results import records


class Digits:
    name = "digits"
    fingerprint = "f"
    class_names = ("zero", "one", "two")


class Photos(Digits):
    name = "photos"
    fingerprint = "g"


@pytest.fixture
def settings():
    return config.resolve("01_dense_baseline", "dense", profile="class", dataset="digits")


@pytest.fixture
def log(settings):
    return results.Log(settings, Digits)


def written():
    """The only record, and away with its file."""
    (path,) = records.records_dir().glob("*.json")
    record = records.read(path)
    path.unlink()
    return record


LISTS = [[0.1, 0.34], [0.25], np.array([0.5, 0.25, 0.75]), np.array([0.1, 0.7], "float32")]


@pytest.mark.parametrize("values", LISTS)
def test_each_measurement_is_the_record_that_records_would_write(settings, log, values):
    known = records.save_measurement(settings, Digits, "a gap", values)
    expected = written()
    measured = log.measurement("a gap", values)
    assert measured[0] == known[0] and str(measured[1]) == str(known[1])
    assert written() == expected
    assert log.percent("a gap", values) == results.percent(values)
    assert written() == expected
    assert log.points("a gap", values) == results.points(values)
    assert written() == expected


@pytest.mark.parametrize("number", [0.25, np.float32(0.1), np.float64(2.5), math.nan])
def test_a_single_number_is_one_repeat(settings, log, number):
    records.save_measurement(settings, Digits, "loss", [number], "nats")
    expected = written()
    assert math.isnan(log.measurement("loss", number, "nats")[1])
    assert str(written()) == str(expected)


def test_the_text_is_returned_by_the_call_that_records(log):
    assert log.percent("accuracy", [0.52, 0.54]) == "53.0 ± 1.4 %"
    assert log.points("gain", 0.076) == "7.6 points"
    found = {r["name"]: r["value"] for r in records.load_records(records.records_dir())}
    assert found == {"accuracy": 0.53, "gain": 0.076}


def test_a_table_takes_the_class_names_if_none_are_given(settings, log):
    counts = np.arange(9).reshape(3, 3)
    for names in ((), (None, Digits.class_names), (("a", "b", "c"), ("x", "y", "z"))):
        records.save_table(settings, Digits, "confusions", counts, *names)
        expected = written()
        log.table("confusions", counts, *names)
        assert written() == expected
    with pytest.raises(ValueError, match="confusions"):
        log.table("confusions", counts, ("a", "b"))


def test_each_log_writes_about_its_own_dataset(settings, log):
    log.measurement("accuracy", 0.5)
    results.Log(settings, Photos).measurement("accuracy", 0.7)
    found = {r["dataset"]: r["value"] for r in records.load_records(records.records_dir())}
    assert found == {"digits": 0.5, "photos": 0.7}


def test_it_cannot_be_turned_to_another_dataset(log):
    with pytest.raises(dataclasses.FrozenInstanceError):
        log.data = Photos


def test_a_claim_is_checked_in_the_profile_of_the_notebook(log, capsys):
    log.claim("it works", True)
    assert capsys.readouterr().out == "Holds in this run: it works.\n"
    with pytest.raises(AssertionError, match=re.escape("This run doesn't show it: it works.")):
        log.claim("it works", False)
    smoke = config.resolve("01_dense_baseline", "dense", profile="smoke", dataset="digits")
    results.Log(smoke, Digits).claim("it works", False)
    assert "Not checked" in capsys.readouterr().out


def kept(name, value, notebook="01_dense_baseline", dataset="digits"):
    """A published measurement."""
    place = {"notebook": notebook, "dataset": dataset, "kind": "measurement"}
    return place | {"name": name, "value": value}


def test_published_values_are_those_of_this_notebook_and_dataset(log, monkeypatch):
    records = [kept("a", 0.5), kept("b", 0.7), kept("b", 0.1, notebook="02_one_layer_cnn")]
    records += [kept("a", 0.2, dataset="CIFAR-10")]
    training = {"kind": "training", "model": "CNN", "history": {"val_accuracy": [0.1, 0.6]}}
    records += [kept("", 0) | training, kept("", 0, dataset="CIFAR-10") | training]
    monkeypatch.setattr(results.log.stored, "published", lambda: records)
    assert log.published("b", "a") == [0.7, 0.5]
    assert np.array_equal(log.published("a", "c"), [0.5, math.nan], equal_nan=True)
    assert log.published("c") is None
    assert log.published_accuracies("CNN") == [0.6] and log.published_accuracies("other") == []


def test_a_full_run_stands_for_itself(log, monkeypatch):
    monkeypatch.setattr(results.log.stored, "published", lambda: [kept("a", 0.5)])
    assert log.published("a") == [0.5]
    full = dataclasses.replace(log, settings=dataclasses.replace(log.settings, profile="full"))
    assert full.published("a") is None and full.published_accuracies("a") == []
