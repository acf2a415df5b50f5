import json
import math

import pytest

from helpers import config
from helpers.results import log, records, stored, tables
from helpers.tests.results.made import Data, record, write


@pytest.fixture
def settings():
    return config.resolve("01_dense_baseline", "dense", profile="class", dataset="digits")


def test_percent_shows_the_spread_of_several():
    assert records.percent(0.526) == "52.6 %"
    assert records.percent([0.52, 0.54]) == "53.0 ± 1.4 %"


def test_mean_and_spread_is_the_sample_deviation():
    assert records.mean_and_spread([1.0, 3.0]) == (2.0, pytest.approx(math.sqrt(2)))
    assert math.isnan(records.mean_and_spread([1.0])[1])


def test_summary_has_one_row_a_model_lowest_first():
    rows = tables.summarise(
        [record("b", 0, 0.7), record("a", 1, 0.6), record("a", 0, 0.5), record("c", test=None)]
    )
    assert [(row["model"], row["n"]) for row in rows] == [("a", 2), ("b", 1)]
    assert rows[0]["test_accuracy"] == pytest.approx(0.55) and rows[0]["seconds"] == 10.5
    table = tables.markdown_table(rows)
    assert "| a | 1,000 | 55.0 ± 7.1 % | 2 | 10 s |" in table
    assert "| b | 1,000 | 70.0 % | 1 | 10 s |" in table


def test_a_changed_number_is_a_changed_line():
    one = record(history={"loss": [2.0, 1.0], "accuracy": [0.4, 0.6]}, versions={"keras": "3"})
    two = {"kind": "table", "notebook": "01_dense_baseline", "rows": [[1, 2], [3, 4]], "labels": []}
    (before,) = stored.published_files([one, two]).values()
    assert json.loads(before) == {"records": [one, two]}
    for changed in (
        [one | {"test_accuracy": 0.51}, two],
        [one | {"history": one["history"] | {"loss": [2.0, 0.9]}}, two],
        [one, two | {"rows": [[1, 2], [3, 5]]}],
    ):
        (after,) = stored.published_files(changed).values()
        pairs = zip(before.splitlines(), after.splitlines(), strict=True)
        assert sum(old != new for old, new in pairs) == 1


def test_there_is_one_file_a_notebook_and_it_is_read_back(monkeypatch, tmp_path):
    kept = [record(notebook="01_a"), record(notebook="01_a", dataset="x"), record(notebook="02_b")]
    files = stored.published_files(kept)
    assert list(files) == ["01_a.json", "02_b.json"]
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(stored, "PUBLISHED", tmp_path)
    assert stored.published() == kept


def test_an_earlier_measurement_is_of_the_dataset_at_hand_if_it_was_published(
    settings, monkeypatch
):
    kept = measured(settings, 0.1, 0.2, dataset="CIFAR-10", profile="full")
    monkeypatch.setattr(stored, "published", lambda: kept)
    ask = (settings, Data, settings.notebook, ["a"])
    assert records.earlier(*ask) == ([0.1], " (CIFAR-10, published)")
    kept += measured(settings, 0.7, 0.8, profile="full")
    assert records.earlier(*ask) == ([0.7], " (digits, published)")
    kept.pop()  # digits without "b": a dataset that has all names counts
    assert records.earlier(*ask[:3], ["b", "a"]) == ([0.2, 0.1], " (CIFAR-10, published)")


def test_a_measurement_is_recorded_with_spread_and_count(settings):
    assert records.save_measurement(settings, Data, "shift by 1", [0.1, 0.3])[0] == 0.2
    (kept,) = records.load_records(records.records_dir())
    assert (kept["name"], kept["value"], kept["spread"], kept["n"]) == (
        "shift by 1",
        0.2,
        0.141421,
        2,
    )
    records.save_measurement(settings, Data, "shift by 1", [0.5])
    (kept,) = records.load_records(records.records_dir())
    assert (kept["value"], kept["spread"]) == (0.5, None)


def test_claims_are_asserted_in_class_and_full_not_in_smoke(settings, capsys):
    log.claim("it works", True, settings)
    assert "Holds in this run: it works." in capsys.readouterr().out
    with pytest.raises(AssertionError, match="it works"):
        log.claim("it works", False, settings)
    smoke = config.resolve("x", "dense", profile="smoke")
    short = config.resolve("x", "dense", profile="class", epochs=1)
    for too_little in (smoke, short):
        log.claim("it works", False, too_little)
        assert "Not checked, the training is too short: it works" in capsys.readouterr().out


def test_names_that_read_alike_have_records_of_their_own(settings):
    for name in ("conv 3x3", "conv, 3x3!", "größer", "grösser"):
        records.save_measurement(settings, Data, name, [0.5])
    assert len(records.load_records(records.records_dir())) == 4


def measured(settings, *values, **changes):
    return [
        {"kind": "measurement", "notebook": settings.notebook, "name": name, "value": value}
        | {"dataset": "digits", "dataset_fingerprint": "f", "profile": "class"}
        | {"shortened": False}
        | changes
        for name, value in zip("ab", values, strict=False)
    ]


def test_what_an_earlier_notebook_measured_here_comes_first(settings, monkeypatch, tmp_path):
    path = tmp_path / "01.json"
    published = measured(settings, 0.1, 0.2, dataset="CIFAR-10 (JPEG copy)", profile="full")
    path.write_text(json.dumps({"records": published}))
    monkeypatch.setattr(stored, "PUBLISHED", tmp_path)
    ask = (settings, Data, settings.notebook)
    as_published = [0.2, 0.1], " (CIFAR-10 (JPEG copy), published)"
    assert records.earlier(*ask, ["b", "a"]) == as_published
    folder = records.records_dir()
    for useless in ({"shortened": True}, {"profile": "full"}, {"dataset_fingerprint": "g"}):
        write(folder, *measured(settings, 0.8, 0.9, **useless))
        assert records.earlier(*ask, ["b", "a"]) == as_published
    write(folder, *measured(settings, 0.8))
    (folder / "1.json").unlink()
    assert records.earlier(*ask, ["b", "a"]) == as_published
    write(folder, *measured(settings, 0.8, 0.9))
    assert records.earlier(*ask, ["b", "a"]) == ([0.9, 0.8], "")
    with pytest.raises(LookupError, match="no measurement of this name: c"):
        records.earlier(*ask, ["a", "c"])
