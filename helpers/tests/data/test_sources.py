import dataclasses
import shutil
import tarfile

import pytest

from helpers.data import cifar, download, ladder, sources
from helpers.data.cifar import DataError
from helpers.data.layouts import CIFAR10


def official(archive, cifar_folder, monkeypatch):
    """Makes an archive that counts as the official one."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(cifar_folder, CIFAR10.folder)
    monkeypatch.setattr(cifar, "_copy_name", lambda official, meta, layout: "CIFAR-10")
    known = dataclasses.replace(CIFAR10, sha256=download._sha256(archive))
    monkeypatch.setattr(sources, "CIFAR10", known)
    monkeypatch.setattr(sources.download, "fetch", lambda *given: pytest.fail("downloaded"))
    return archive


def test_an_archive_in_the_cache_is_enough_where_keras_folder_is_read_only(
    cifar_folder, monkeypatch, tmp_path, capsys
):
    archive = official(sources._archive(CIFAR10), cifar_folder, monkeypatch)
    (tmp_path / "keras").write_text("no folder")
    source = sources.locate("auto")
    assert (source.rung, source.path) == (sources.CACHED, archive)
    said = capsys.readouterr().out
    assert len(said.splitlines()) == 1 and "COURSE_CACHE" in said and "KERAS_HOME" in said
    assert ladder.load("cifar10", "smoke").name == "CIFAR-10" and archive.is_file()


def test_a_cache_that_is_read_only_is_read(cifar_folder, monkeypatch, tmp_path, capsys):
    archive = official(sources._archive(CIFAR10), cifar_folder, monkeypatch)

    def denied(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(sources, "FileLock", denied)
    source = sources.locate("auto")
    assert (source.rung, source.path) == (sources.CACHED, archive)
    archive.write_bytes(b"damaged")
    monkeypatch.setattr(sources, "_fetch", lambda archive, layout: archive)
    assert sources._download(CIFAR10).parent.parent != archive.parent.parent
    assert "COURSE_CACHE names another folder" in capsys.readouterr().out


def test_without_any_place_a_download_lasts_as_long_as_the_process(
    cifar_folder, monkeypatch, tmp_path, capsys
):
    (tmp_path / "cache").write_text("no folder")
    (tmp_path / "keras").write_text("no folder")
    ready = official(tmp_path / "ready.tar.gz", cifar_folder, monkeypatch)
    fetch = lambda mirrors, target, sha256: shutil.copy(ready, target)  # noqa: E731
    monkeypatch.setattr(sources.download, "fetch", fetch)
    source = sources.locate("cifar10")
    assert source.rung == sources.DOWNLOADED and source.path.is_file()
    said = capsys.readouterr().out
    assert said.count("COURSE_CACHE names another folder") == 1
    shutil.rmtree(source.path.parent)


def test_a_number_is_the_name_of_a_folder(cifar_folder, tmp_path, monkeypatch):
    (tmp_path / "2024").symlink_to(cifar_folder)
    monkeypatch.chdir(tmp_path)
    assert sources.locate("auto", 2024) == sources.locate("auto", "2024")
    with pytest.raises(DataError, match="7 does not exist"):
        sources.locate("auto", 7)
    with pytest.raises(DataError, match="0 does not exist"):
        sources.locate("auto", 0)
    for wrong in (3.5, True, ["a"]):
        with pytest.raises(DataError, match=r"expected a folder or an archive.*-r data_dir"):
            sources.locate("auto", wrong)


def test_a_folder_with_the_archive_is_read(cifar_folder, tmp_path, monkeypatch):
    official(tmp_path / "given" / "cifar-10-python.tar.gz", cifar_folder, monkeypatch)
    assert ladder.load("auto", "smoke", data_dir=tmp_path / "given").name == "CIFAR-10"
