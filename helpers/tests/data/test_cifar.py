import hashlib
import os
import pickle

import numpy as np
import pytest

from helpers.data import cifar, order
from helpers.data.cifar import DataError
from helpers.data.layouts import CIFAR10, Layout
from helpers.tests.conftest import ROWS, TRAIN_FILES, batch, linked, numbers, python2_pickle, spoil


@pytest.fixture
def folder(cifar_folder, tmp_path):
    """A copy of the good folder that a test may spoil; unchanged files are links."""
    return linked(cifar_folder, tmp_path / CIFAR10.folder)


def test_reads_every_image_with_its_label(cifar_folder):
    arrays, names, copy, *_ = cifar.read(cifar_folder)
    assert arrays["x_train"].shape == (50_000, 32, 32, 3) and arrays["x_train"].dtype == np.uint8
    assert arrays["x_test"].shape == (10_000, 32, 32, 3) and arrays["y_test"].dtype == np.int64
    assert (np.sort(numbers(arrays["x_train"])) == np.arange(50_000)).all()
    assert (np.sort(numbers(arrays["x_test"])) == np.arange(50_000, 60_000)).all()
    for part in ("train", "test"):
        assert (arrays[f"y_{part}"] == numbers(arrays[f"x_{part}"]) % 10).all()
    assert names[3] == "cat" and copy == "CIFAR-10 (unverified copy)"


def in_another_order(folder):
    """Writes the training images into other files, all images of one class first."""
    records = [batch(k * ROWS) for k in range(5)]
    rows = np.concatenate([record[b"data"] for record in records])
    labels = np.concatenate([record[b"labels"] for record in records])
    at = np.argsort(labels, kind="stable")
    for k, name in enumerate(TRAIN_FILES):
        part = at[k * ROWS : (k + 1) * ROWS]
        record = {b"labels": labels[part].tolist(), b"data": rows[part]}
        spoil(folder / name, python2_pickle(record))
    last = batch(50_000)
    last = {b"labels": last[b"labels"][::-1], b"data": np.ascontiguousarray(last[b"data"][::-1])}
    spoil(folder / "test_batch", python2_pickle(last))
    return folder


def test_the_order_of_the_files_is_no_part_of_what_is_read(cifar_folder, folder):
    one, other = cifar.read(cifar_folder)[0], cifar.read(in_another_order(folder))[0]
    assert all((one[name] == other[name]).all() for name in one)
    assert (np.bincount(one["y_train"][:5_000], minlength=10) > 300).all()  # classes are mixed


def test_the_official_set_is_known_in_any_order(cifar_folder, folder, monkeypatch):
    arrays, *_ = cifar.read(cifar_folder)
    sets = {
        part: order.of_set(order.digests(arrays[f"x_{part}"], arrays[f"y_{part}"]))
        for part in ("train", "test")
    }
    monkeypatch.setitem(order.KNOWN, "CIFAR-10", sets)
    assert cifar.read(cifar_folder)[2] == "CIFAR-10"
    assert cifar.read(in_another_order(folder))[2] == "CIFAR-10"
    record = batch(50_000)
    record[b"labels"][:2] = record[b"labels"][1::-1]
    spoil(folder / "test_batch", python2_pickle(record))
    assert cifar.read(folder)[2] == "CIFAR-10 (unverified copy)"


def test_a_row_is_red_then_green_then_blue(folder):
    record = batch(0)
    record[b"data"][7] = np.repeat([10, 20, 30], 1024)
    record[b"data"][8, 33] = 99
    spoil(folder / "data_batch_1", python2_pickle(record))
    images = cifar.read(folder)[0]["x_train"]
    (seven,) = images[images[:, 31, 5, 2] == 30]
    (eight,) = images[images[:, 1, 1, 0] == 99]
    assert (seven == [10, 20, 30]).all() and numbers(eight[None]) == 8


def test_takes_the_folder_above(cifar_folder):
    assert cifar.read(cifar_folder.parent)[1][0] == "airplane"


def test_names_the_official_files(cifar_folder, monkeypatch):
    official = {
        name: hashlib.md5((cifar_folder / name).read_bytes()).hexdigest() for name in CIFAR10.files
    }
    for name, md5 in official.items():
        monkeypatch.setitem(CIFAR10.md5, name, md5)
    assert cifar.read(cifar_folder)[2] == "CIFAR-10"


def test_names_the_jpeg_copy(folder):
    meta = {b"label_names": [b"c%d" % i for i in range(10)], b"note": b"JPEG copy: quality 75"}
    spoil(folder / "batches.meta", python2_pickle(meta))
    assert cifar.read(folder)[2] == "CIFAR-10 (JPEG copy)"


def test_a_pickle_that_calls_something_is_refused_and_not_run(folder, tmp_path):
    proof = tmp_path / "executed"

    class Attack:
        def __reduce__(self):
            return os.mkdir, (str(proof),)

    spoil(folder / "data_batch_2", pickle.dumps(Attack(), protocol=2))
    with pytest.raises(DataError, match=r"data_batch_2 was refused.*mkdir.*nothing was executed"):
        cifar.read(folder)
    assert not proof.exists()


def renamed(record: dict) -> dict:
    """The same record with names as text, as `encoding="latin1"` leaves them."""
    return {key.decode(): value for key, value in record.items()}


@pytest.mark.parametrize(
    ("numpy", "protocol", "names"),
    [("1", 2, renamed), ("2", 2, dict), ("2", 4, renamed), ("2", 5, dict), ("2", 5, renamed)],
)
def test_what_was_pickled_anew_is_read_alike(folder, numpy, protocol, names):
    rows = pickle.dumps(names(batch(0)), protocol=protocol)
    if numpy == "1":
        rows = rows.replace(b"numpy._core", b"numpy.core")
    spoil(folder / "data_batch_1", rows)
    meta = {b"label_names": [b"c%d" % i for i in range(10)]}
    spoil(folder / "batches.meta", pickle.dumps(names(meta), protocol=protocol))
    arrays, class_names, *_ = cifar.read(folder)
    assert (np.sort(numbers(arrays["x_train"])) == np.arange(50_000)).all()
    assert (arrays["y_train"] == numbers(arrays["x_train"]) % 10).all() and class_names[3] == "c3"


def test_a_copy_pickled_anew_is_not_the_official_one(folder):
    spoil(folder / "test_batch", pickle.dumps(batch(50_000)))
    assert cifar.read(folder)[2] == "CIFAR-10 (unverified copy)"


@pytest.mark.parametrize(
    "target",
    [
        b"cnumpy\nload\n",
        b"cbuiltins\neval\n",
        b"cnumpy\nsave\n",
        b"c_codecs\nopen\n",
        b"cnumpy._core.multiarray\nfromfile\n",
    ],
)
def test_only_what_rebuilds_arrays_is_allowed(folder, target):
    spoil(folder / "test_batch", b"\x80\x02" + target + b"(X\x01\x00\x00\x00atR.")
    with pytest.raises(DataError, match="test_batch was refused"):
        cifar.read(folder)


def test_bytes_are_made_of_text_in_one_encoding_only(folder):
    spoil(folder / "test_batch", b"\x80\x02c_codecs\nencode\n(X\x01\0\0\0aX\x03\0\0\0hextR.")
    with pytest.raises(DataError, match="asks for the encoding 'hex'"):
        cifar.read(folder)


OTHERS = [
    (b"", "is empty"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "is a Git LFS pointer"),
    (b"\n<!DOCTYPE html>\n<title>GitHub</title>", "is a web page"),
    (b"<HTML>404</HTML>", "is a web page"),
    (b"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> theirs\n", "holds a merge that git couldn't finish"),
    (b"%PDF-1.7", "is a PDF document"),
    (b"7z\xbc\xaf\x27\x1c", "is a packed archive"),
]


@pytest.mark.parametrize(("content", "message"), OTHERS)
def test_what_lies_in_the_place_of_a_batch_is_called_by_its_name(folder, content, message):
    spoil(folder / "data_batch_2", content)
    with pytest.raises(DataError, match=f"data_batch_2 {message}"):
        cifar.read(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({b"data": np.zeros((10_000, 3071), np.uint8)}, r"uint8 \(10000, 3071\); expected uint8"),
        ({b"data": np.zeros((10_000, 3072), np.int8)}, r"data is int8"),
        ({b"data": [1, 2]}, "data is list"),
        ({b"labels": [0] * 9_999}, "labels are 9999 values"),
        ({b"labels": [0] * 9_999 + [10]}, "a label is not a whole number from 0 to 9"),
        ({b"labels": [0] * 9_999 + [1.0]}, "a label is not a whole number from 0 to 9"),
        ({b"labels": [0] * 10_000}, r"expected 5,000 of each class"),
    ],
)
def test_content_that_is_not_cifar10_is_refused(folder, change, message):
    spoil(folder / "data_batch_3", python2_pickle(batch(20_000) | change))
    with pytest.raises(DataError, match=message):
        cifar.read(folder)


def test_a_missing_batch_is_named(folder):
    (folder / "data_batch_4").unlink()
    with pytest.raises(DataError, match="data_batch_4 not found"):
        cifar.read(folder)


def test_half_a_file_is_an_error(folder):
    spoil(folder / "data_batch_5", python2_pickle(batch(40_000))[:1_000_000])
    with pytest.raises(DataError, match="data_batch_5 can't be read"):
        cifar.read(folder)


def test_a_huge_file_is_not_read(folder, monkeypatch):
    monkeypatch.setattr(Layout, "largest_file", 20_000_000)
    with pytest.raises(DataError, match="about 31 million"):
        cifar.read(folder)
