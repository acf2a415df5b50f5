import json

import pytest

from helpers import config
from helpers.results import records, stored, tables
from helpers.tests.results.made import Data, record, write


@pytest.fixture
def settings():
    return config.resolve("01_dense_baseline", "dense", profile="class", dataset="digits")


@pytest.fixture
def shown(monkeypatch):
    texts = []
    monkeypatch.setattr(tables, "display", lambda data, raw: texts.append(data["text/markdown"]))
    return texts


def test_comparison_shows_own_records_of_this_dataset_and_profile_only(
    settings, shown, monkeypatch, tmp_path
):
    monkeypatch.setattr(stored, "PUBLISHED", tmp_path / "none")
    write(
        records.records_dir(),
        record("mine"),
        record("other data", dataset="CIFAR-10", dataset_fingerprint="g"),
        record("other short", shortened=True, notebook="00"),
        record("other profile", profile="full"),
    )
    tables.table(settings, Data)
    assert "mine" in shown[0] and "other" not in shown[0] and "published" not in shown[0]


def test_comparison_never_mixes_recipes_or_old_seeds(settings, shown, monkeypatch, tmp_path):
    monkeypatch.setattr(stored, "PUBLISHED", tmp_path / "none")
    write(
        records.records_dir(),
        record(seed=0, test=0.1, recipe="old"),
        record(seed=1, test=0.1, recipe="old"),
        record(seed=7, test=0.9),
        record(seed=0, test=0.6),
    )
    tables.table(settings, Data)
    assert "| dense | 1,000 | 60.0 % | 1 |" in shown[0]


def test_a_shortened_run_of_another_notebook_does_not_hide_its_whole_one(
    settings, shown, monkeypatch, tmp_path
):
    monkeypatch.setattr(stored, "PUBLISHED", tmp_path / "none")
    other = {"notebook": "00", "model": "CNN"}
    write(
        records.records_dir(),
        record(**other, seed=0, test=0.6),
        record(**other, seed=7, test=0.1, recipe="short", shortened=True),
    )
    tables.table(settings, Data)
    assert "| CNN | 1,000 | 60.0 % | 1 |" in shown[0]


def test_comparison_labels_published_rows(settings, shown, monkeypatch, tmp_path):
    published = tmp_path / "02.json"
    published.write_text(
        json.dumps(
            {
                "records": [
                    record("conv", notebook="00", dataset="CIFAR-10 (JPEG copy)", profile="full"),
                    record("mine", notebook="00", dataset="CIFAR-10 (JPEG copy)", profile="full"),
                    record("renamed", dataset="CIFAR-10 (JPEG copy)", profile="full"),
                ]
            }
        )
    )
    monkeypatch.setattr(stored, "PUBLISHED", published.parent)
    write(records.records_dir(), record("mine"))
    tables.table(settings, Data)
    own, other = shown[0].split("Not run here")
    assert "mine" in own and "mine" not in other
    assert "renamed" not in shown[0]
    assert "conv" in other and "CIFAR-10 (JPEG copy), profile `full`" in other


def test_published_rows_are_of_one_dataset_that_at_hand_if_it_is_there(
    settings, shown, monkeypatch, tmp_path
):
    kept = [
        record("a", notebook="00", dataset=dataset, profile="full", test=test)
        for dataset, test in (("CIFAR-10", 0.7), ("CIFAR-10 (JPEG copy)", 0.6), ("digits", 0.9))
    ]
    monkeypatch.setattr(stored, "published", lambda: kept)
    tables.table(settings, Data)
    assert "(digits, profile `full`)" in shown[0] and "90.0 %" in shown[0]
    assert "70.0 %" not in shown[0] and "60.0 %" not in shown[0]
    monkeypatch.setattr(stored, "published", lambda: kept[:2])
    tables.table(settings, Data)
    assert "(CIFAR-10, profile `full`)" in shown[1] and "60.0 %" not in shown[1]


def test_ten_classes_and_a_hundred_share_no_table(settings, shown, monkeypatch):
    kept = [record(dataset="CIFAR-10"), record("vgg", notebook="00", dataset="CIFAR-100")]
    assert stored.of_one_dataset(kept, "digits100") == kept[1:]
    assert stored.of_one_dataset(kept, "digits") == stored.of_one_dataset(kept) == kept[:1]
    assert stored.of_one_dataset(kept[:1], "CIFAR-100") == []


def test_the_main_dataset_is_that_of_most_notebooks(settings, shown, monkeypatch):
    kept = [record(notebook=n, dataset="CIFAR-10 (JPEG copy)") for n in ("00", "000")]
    kept.append(record(notebook="00", dataset="CIFAR-10"))
    assert stored.datasets(kept) == ["CIFAR-10 (JPEG copy)", "CIFAR-10"]
    assert stored.of_one_dataset(kept) == kept[:2] and stored.of_one_dataset([]) == []
    own = [record(dataset="digits"), record("conv", notebook="00", dataset="CIFAR-10")]
    monkeypatch.setattr(stored, "published", lambda: own)  # on digits this notebook alone
    tables.table(settings, Data)
    assert "conv" in shown[0] and "(CIFAR-10, profile" in shown[0]


def test_rows_of_later_notebooks_are_left_out(settings, shown, monkeypatch):
    later = record("later", notebook="02_one_layer_cnn")
    monkeypatch.setattr(stored, "published", lambda: [later, record("early", notebook="00")])
    write(records.records_dir(), record("mine"), later)
    tables.table(settings, Data)
    assert "mine" in shown[0] and "early" in shown[0] and "later" not in shown[0]
