import concurrent.futures
import dataclasses
import shutil
import tarfile
import time

import numpy as np
import pytest

from helpers import config
from helpers.data import cifar, digits, ladder, sources
from helpers.data.cifar import DataError
from helpers.data.layouts import CIFAR10
from helpers.tests.conftest import numbers


@pytest.fixture(scope="module")
def whole(cifar_folder):
    return cifar.read(cifar_folder)[0]


def test_full_profile_splits_all_of_cifar10(cifar_folder, capsys):
    loaded = ladder.load("cifar10", "full", data_dir=cifar_folder)
    sizes = [len(loaded.x_train), len(loaded.x_val), len(loaded.x_test)]
    assert sizes == [45_000, 5_000, 10_000]
    for labels in (loaded.y_train, loaded.y_val, loaded.y_test):
        assert labels.dtype == np.int64 and len(set(np.bincount(labels))) == 1
    train, val = set(numbers(loaded.x_train)), set(numbers(loaded.x_val))
    assert not train & val and train | val == set(range(50_000))
    assert (numbers(loaded.x_train) % 10 == loaded.y_train).all()
    said = capsys.readouterr().out
    assert "45,000 training, 5,000 validation and 10,000 test images" in said
    assert "CIFAR-10 (unverified copy), read from the folder or archive you named" in said
    assert str(cifar_folder) not in said


def test_smaller_profiles_lie_inside_the_full_one(whole):
    small = ladder._split(whole, config.PROFILES["smoke"], seed=0)
    large = ladder._split(whole, config.PROFILES["full"], seed=0)
    for part in ("x_train", "x_val", "x_test"):
        assert set(numbers(small[part])) < set(numbers(large[part]))
    assert np.bincount(small["y_train"]).tolist() == [100] * 10


def test_the_seed_decides_the_split(whole):
    one, again, other = (
        ladder._split(whole, config.PROFILES["smoke"], seed=seed) for seed in (0, 0, 1)
    )
    assert (one["x_val"] == again["x_val"]).all()
    assert set(numbers(one["x_val"])) != set(numbers(other["x_val"]))


def test_classes_are_kept_by_name_and_renumbered(cifar_folder):
    loaded = ladder.load("cifar10", "smoke", data_dir=cifar_folder, classes=["dog", "cat"])
    assert loaded.class_names == ("dog", "cat") and loaded.name.endswith(", 2 classes")
    assert np.bincount(loaded.y_train).tolist() == [100, 100]
    assert set(numbers(loaded.x_train[loaded.y_train == 0]) % 10) == {5}


@pytest.mark.parametrize("classes", [["wolf"], "cat", [], ["cat", "cat"]])
def test_bad_classes_are_an_error_that_lists_the_names(classes):
    with pytest.raises(ValueError, match=r"expected a list of different names.*zero"):
        ladder.load("digits", "smoke", classes=classes)


@pytest.mark.parametrize(("name", "value"), [("dataset", "mnist"), ("profile", "fast")])
def test_unknown_words_are_errors_that_list_what_is_allowed(name, value):
    with pytest.raises(ValueError, match=f"{name} is '{value}'; expected one of"):
        ladder.load(**{name: value})


def test_arrays_are_read_only_and_the_fingerprint_follows_the_pixels():
    loaded = ladder.load("digits", "smoke")
    with pytest.raises(ValueError, match="read-only"):
        loaded.x_train[0] = 0
    changed = loaded.x_val.copy()
    changed[0, 0, 0, 0] ^= 1
    assert dataclasses.replace(loaded, x_val=changed).fingerprint != loaded.fingerprint
    assert dataclasses.replace(loaded).fingerprint == loaded.fingerprint


def test_changing_the_source_array_afterwards_changes_nothing():
    loaded = ladder.load("digits", "smoke")
    mine = loaded.x_val.copy()
    copied = dataclasses.replace(loaded, x_val=mine)
    mine[:] = 0
    assert copied.x_val.any() and not copied.x_val.flags.writeable


def test_fewer_images_are_the_first_of_each_class():
    images = ladder.load("digits", "smoke")
    part = ladder.fewer(images, 50)
    assert np.bincount(part.y_train).tolist() == [5] * 10
    for c in range(10):
        whole = images.x_train[images.y_train == c][:5]
        assert np.array_equal(part.x_train[part.y_train == c], whole)
    assert part.x_val is images.x_val and part.fingerprint != images.fingerprint
    for count in (0, 55, 5_000):
        with pytest.raises(ValueError, match="expected a multiple of 10"):
            ladder.fewer(images, count)


def test_digits_are_announced_unmissably(capsys):
    loaded = ladder.load("digits", "smoke")
    said = capsys.readouterr().out
    assert loaded.name == "digits" and loaded.class_names == digits.CLASS_NAMES
    assert "EMBEDDED DATASET" in said and "not CIFAR-10 numbers" in said and "1,000" in said


def test_a_named_archive_is_read(cifar_folder, tmp_path):
    archive = tmp_path / "copy.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(cifar_folder, "anything/inside")
    assert len(ladder.load("auto", "smoke", data_dir=archive).x_train) == 1_000


def test_an_error_in_a_named_archive_names_the_archive(cifar_folder, tmp_path):
    archive = tmp_path / "cut.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(cifar_folder / "batches.meta", "x/batches.meta")
    with pytest.raises(DataError, match=r"cut\.tar\.gz is not a complete CIFAR-10 folder"):
        ladder.load("auto", "smoke", data_dir=archive)


@pytest.mark.parametrize("dataset", ["auto", "cifar10"])
def test_a_named_source_that_fails_is_never_replaced(tmp_path, monkeypatch, dataset):
    monkeypatch.setattr(sources, "_download", lambda layout: pytest.fail("fell through"))
    with pytest.raises(DataError, match="does not exist"):
        ladder.load(dataset, "smoke", data_dir=tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path / "empty"))
    with pytest.raises(DataError, match="not a complete CIFAR-10 folder"):
        ladder.load(dataset, "smoke")


def test_keras_cache_comes_before_a_download(cifar_folder, monkeypatch, tmp_path):
    monkeypatch.setattr(sources, "_download", lambda layout: pytest.fail("downloaded"))
    monkeypatch.setattr(cifar, "_copy_name", lambda official, meta, layout: "CIFAR-10")
    folder = tmp_path / "keras" / "datasets" / "cifar-10-batches-py-target" / CIFAR10.folder
    shutil.copytree(cifar_folder, folder)
    assert sources.locate("auto") == sources.Source(sources.CACHED, folder)


def test_without_a_network_auto_takes_the_digits_and_cifar10_fails(monkeypatch, capsys):
    nowhere = dataclasses.replace(CIFAR10, mirrors=("http://127.0.0.1:9/cifar-10-python.tar.gz",))
    monkeypatch.setattr(sources, "CIFAR10", nowhere)
    assert ladder.load("auto", "smoke").name == "digits"
    assert "download failed: 127.0.0.1:9: not reached" in capsys.readouterr().out
    with pytest.raises(DataError, match=r"Tried:[^$]*not reached[^$]*dataset='digits'"):
        ladder.load("cifar10", "smoke")


def test_a_download_lands_where_keras_looks(cifar_folder, monkeypatch, tmp_path):
    def fetch(mirrors, target, sha256):
        with tarfile.open(target, "w:gz", compresslevel=1) as tar:
            tar.add(cifar_folder, CIFAR10.folder)

    monkeypatch.setattr(sources.download, "fetch", fetch)
    monkeypatch.setattr(cifar, "_copy_name", lambda official, meta, layout: "CIFAR-10")
    first, second = sources.locate("auto"), sources.locate("auto")
    assert (first.rung, second.rung) == (sources.DOWNLOADED, sources.CACHED)
    assert first.path == second.path
    left = [path.suffix for path in (tmp_path / "cache" / "downloads").iterdir()]
    assert set(left) <= {".lock"}


def test_two_processes_download_once(cifar_folder, monkeypatch):
    fetched = []

    def slow_fetch(mirrors, target, sha256):
        fetched.append(target)
        time.sleep(0.5)
        with tarfile.open(target, "w:gz", compresslevel=1) as tar:
            tar.add(cifar_folder, CIFAR10.folder)

    monkeypatch.setattr(sources.download, "fetch", slow_fetch)
    monkeypatch.setattr(cifar, "_copy_name", lambda official, meta, layout: "CIFAR-10")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        folders = list(pool.map(lambda _: sources._download(CIFAR10), range(2)))
    assert len(fetched) == 1 and folders[0] == folders[1]
