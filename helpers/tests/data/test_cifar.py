import hashlib
import io
import os
import pickle
import shutil
import tarfile

import numpy as np
import pytest

from helpers.data import cifar
from helpers.data.cifar import DataError
from helpers.tests.conftest import batch, python2_pickle


@pytest.fixture
def folder(cifar_folder, tmp_path):
    """A copy of the good folder that a test may spoil; unchanged files are links."""
    copy = tmp_path / cifar.FOLDER
    copy.mkdir()
    for path in cifar_folder.iterdir():
        os.link(path, copy / path.name)
    return copy


def spoil(path, content: bytes):
    path.unlink()
    path.write_bytes(content)


def test_reads_every_image_in_order(cifar_folder):
    arrays, names, copy = cifar.read(cifar_folder)
    assert arrays["x_train"].shape == (50_000, 32, 32, 3) and arrays["x_train"].dtype == np.uint8
    assert arrays["x_test"].shape == (10_000, 32, 32, 3) and arrays["y_test"].dtype == np.int64
    assert (arrays["y_train"] == np.arange(50_000) % 10).all()
    assert names[3] == "cat" and copy == "CIFAR-10 (unverified copy)"


def test_a_row_is_red_then_green_then_blue(folder):
    record = batch(0)
    record[b"data"][7] = np.repeat([10, 20, 30], 1024)
    record[b"data"][8, 33] = 99
    spoil(folder / "data_batch_1", python2_pickle(record))
    images = cifar.read(folder)[0]["x_train"]
    assert images[7, 31, 5].tolist() == [10, 20, 30]
    assert images[8, 1, 1, 0] == 99


def test_takes_the_folder_above(cifar_folder):
    assert cifar.read(cifar_folder.parent)[1][0] == "airplane"


def test_names_the_official_files(cifar_folder, monkeypatch):
    official = {
        name: hashlib.md5((cifar_folder / name).read_bytes()).hexdigest() for name in cifar.FILES
    }
    monkeypatch.setattr(cifar, "OFFICIAL_MD5", official)
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


@pytest.mark.parametrize("target", [b"cnumpy\nload\n", b"cbuiltins\neval\n", b"cnumpy\nsave\n"])
def test_only_three_numpy_names_are_allowed(folder, target):
    spoil(folder / "test_batch", b"\x80\x02" + target + b"(X\x01\x00\x00\x00atR.")
    with pytest.raises(DataError, match="test_batch was refused"):
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
    monkeypatch.setattr(cifar, "LARGEST_FILE", 1_000_000)
    with pytest.raises(DataError, match="about 31 million"):
        cifar.read(folder)


def make_archive(path, members: dict[str, bytes], special: tarfile.TarInfo | None = None):
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        if special:
            tar.addfile(special)
    return path


@pytest.mark.filterwarnings("ignore:Python 3.14:DeprecationWarning")
@pytest.mark.parametrize("python", ["with the filter", "before 3.11.4"])
def test_unpacks_an_archive(cifar_folder, tmp_path, monkeypatch, python):
    if python == "before 3.11.4":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    archive = tmp_path / "cifar-10-python.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(cifar_folder, cifar.FOLDER)
    folder = cifar.unpack(archive, tmp_path / "out")
    assert sorted(p.name for p in folder.iterdir()) == sorted(cifar.FILES)
    assert [p.name for p in (tmp_path / "out").iterdir()] == [cifar.FOLDER]


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/evil"])
def test_an_archive_that_leaves_its_folder_is_refused(tmp_path, name):
    archive = make_archive(tmp_path / "bad.tar.gz", {"a/batches.meta": b"x", name: b"y"})
    with pytest.raises(DataError, match="outside its folder"):
        cifar.unpack(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_an_archive_with_a_link_is_refused(tmp_path, kind):
    link = tarfile.TarInfo("a/link")
    link.type, link.linkname = kind, "/etc/passwd"
    archive = make_archive(tmp_path / "bad.tar.gz", {"a/batches.meta": b"x"}, link)
    with pytest.raises(DataError, match="link or device"):
        cifar.unpack(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_archive_with_one_file_many_times_is_refused(tmp_path):
    members = {f"{i}/data_batch_1": b"x" for i in range(3)}
    with pytest.raises(DataError, match="data_batch_1 more than once"):
        cifar.unpack(make_archive(tmp_path / "bad.tar.gz", members), tmp_path / "out")


def test_what_is_no_archive_is_said_so(tmp_path):
    file = tmp_path / "cifar.tar.gz"
    file.write_bytes(b"<html>not found</html>")
    with pytest.raises(DataError, match=r"can't be unpacked"):
        cifar.unpack(file, tmp_path / "out")


def test_a_cut_off_archive_leaves_nothing(cifar_folder, tmp_path):
    archive = tmp_path / "cut.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(cifar_folder, cifar.FOLDER)
    archive.write_bytes(archive.read_bytes()[:-20_000])
    with pytest.raises(DataError, match="can't be unpacked"):
        cifar.unpack(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_archive_of_something_else_is_refused(tmp_path):
    archive = make_archive(tmp_path / "other.tar.gz", {"a/readme": b"x"})
    with pytest.raises(DataError, match=r"no batches\.meta"):
        cifar.unpack(archive, tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
