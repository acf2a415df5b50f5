import io
import shutil
import tarfile
import zipfile

import pytest

from helpers.data import archives, cifar
from helpers.data.cifar import DataError
from helpers.data.layouts import CIFAR10
from helpers.tests.data.test_cifar import OTHERS


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
        tar.add(cifar_folder, CIFAR10.folder)
    folder = archives.unpack(archive, tmp_path / "out")
    assert sorted(p.name for p in folder.iterdir()) == sorted(CIFAR10.files)
    assert [p.name for p in (tmp_path / "out").iterdir()] == [CIFAR10.folder]


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/evil"])
def test_an_archive_that_leaves_its_folder_is_refused(tmp_path, name):
    archive = make_archive(tmp_path / "bad.tar.gz", {"a/batches.meta": b"x", name: b"y"})
    with pytest.raises(DataError, match="outside its folder"):
        archives.unpack(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_an_archive_with_a_link_is_refused(tmp_path, kind):
    link = tarfile.TarInfo("a/link")
    link.type, link.linkname = kind, "/etc/passwd"
    archive = make_archive(tmp_path / "bad.tar.gz", {"a/batches.meta": b"x"}, link)
    with pytest.raises(DataError, match="link or device"):
        archives.unpack(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_archive_with_one_file_many_times_is_refused(tmp_path):
    members = {f"{i}/data_batch_1": b"x" for i in range(3)}
    with pytest.raises(DataError, match="data_batch_1 more than once"):
        archives.unpack(make_archive(tmp_path / "bad.tar.gz", members), tmp_path / "out")


def test_what_is_no_archive_is_said_so(tmp_path):
    file = tmp_path / "cifar.tar.gz"
    file.write_bytes(b"<html>not found</html>")
    with pytest.raises(DataError, match="is a web page"):
        archives.unpack(file, tmp_path / "out")


def test_a_cut_off_archive_leaves_nothing(cifar_folder, tmp_path):
    archive = tmp_path / "cut.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(cifar_folder, CIFAR10.folder)
    archive.write_bytes(archive.read_bytes()[:-20_000])
    with pytest.raises(DataError, match="can't be unpacked"):
        archives.unpack(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_archive_of_something_else_is_refused(tmp_path):
    archive = make_archive(tmp_path / "other.tar.gz", {"a/readme": b"x"})
    with pytest.raises(DataError, match=r"no batches\.meta"):
        archives.unpack(archive, tmp_path / "out")
    shutil.rmtree(tmp_path / "out")


def zipped(path, source, above: str = ""):
    with zipfile.ZipFile(path, "w") as packed:
        for file in source.iterdir():
            packed.write(file, f"{above}{file.name}")
        packed.writestr("__MACOSX/._batches.meta", b"\0\5\x16\7")
    return path


@pytest.mark.parametrize("above", ["", "cifar/cifar-10-batches-py/"])
def test_a_zip_archive_is_unpacked_too(cifar_folder, tmp_path, above):
    folder = archives.unpack(zipped(tmp_path / "a.zip", cifar_folder, above), tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == sorted(CIFAR10.files)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [CIFAR10.folder]


def test_a_zip_archive_is_not_trusted(tmp_path):
    for name, message in (("../evil", "outside its folder"), ("a/b.png", r"It holds: a/b\.png")):
        with zipfile.ZipFile(tmp_path / "bad.zip", "w") as packed:
            packed.writestr(name, b"x")
        with pytest.raises(DataError, match=message):
            archives.unpack(tmp_path / "bad.zip", tmp_path / "out")
    whole = (tmp_path / "bad.zip").read_bytes()
    (tmp_path / "bad.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="can't be unpacked"):
        archives.unpack(tmp_path / "bad.zip", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_place_that_cannot_be_written_is_not_blamed_on_the_archive(cifar_folder, tmp_path):
    archive = zipped(tmp_path / "a.zip", cifar_folder)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(archives.PlaceError, match=r"file/out can't be written \(Not a directory\)"):
        archives.unpack(archive, tmp_path / "file" / "out")


@pytest.mark.parametrize("name", ["cifar-10-python.tar.gz", "My CIFAR.ZIP"])
def test_a_folder_that_holds_only_the_archive_will_do(tmp_path, name):
    (tmp_path / name).touch()
    (tmp_path / "readme.txt").touch()
    assert archives.inside(tmp_path) == tmp_path / name
    (tmp_path / "other.tgz").touch()
    official = name == CIFAR10.archive
    assert archives.inside(tmp_path) == (tmp_path / name if official else tmp_path)
    with pytest.raises(DataError, match=r"not found \(there: .*readme\.txt\)"):
        cifar.read(tmp_path)
    (tmp_path / CIFAR10.files[0]).touch()
    assert archives.inside(tmp_path) == tmp_path


@pytest.mark.parametrize(("content", "message"), OTHERS)
def test_what_lies_in_the_place_of_an_archive_is_called_by_its_name(tmp_path, content, message):
    archive = tmp_path / "cifar-10-python.tar.gz"
    archive.write_bytes(content)
    with pytest.raises(DataError, match=rf"python.tar.gz {message}[^$]*Expected the CIFAR-10"):
        archives.unpack(archive, tmp_path / "out")
