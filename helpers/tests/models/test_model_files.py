"""Models from elsewhere: uploaded or downloaded, checked, never half there."""

import hashlib
import json

import pytest

from helpers import data, models
from helpers.models import saved

ABOUT = {"sha256": "0", "classes": [], "dataset": "d", "profile": "full", "record": {}}
SIDE = json.dumps(ABOUT).encode()


@pytest.fixture
def published(monkeypatch, tmp_path):
    """A published model that isn't here, only its side file; returns its content."""
    content = b"a model"
    path = tmp_path / "course" / "advanced.keras"
    path.parent.mkdir()
    about = {"sha256": hashlib.sha256(content).hexdigest(), "classes": [], "dataset": "d"}
    path.with_suffix(".json").write_text(json.dumps(about | {"profile": "full", "record": {}}))
    monkeypatch.setattr(saved, "PUBLISHED", path)
    return content


def test_the_published_model_needs_no_side_file(published, capsys):
    assert models.uploaded({"advanced (1).keras": published}) is None
    assert saved.PUBLISHED.read_bytes() == published
    assert "is the course's published model" in capsys.readouterr().out


def test_a_model_with_its_side_file_is_put_side_by_side(published):
    side = saved.PUBLISHED.with_suffix(".json").read_text()
    about = json.loads(side) | {"sha256": hashlib.sha256(b"other").hexdigest()}
    side = json.dumps(about).encode()
    path = models.uploaded({"mine (2).keras": b"other", "mine (3).json": side})
    assert path.read_bytes() == b"other" and path.with_suffix(".json").read_bytes() == side
    assert not saved.PUBLISHED.exists()


def test_no_upload_is_fine(capsys):
    assert models.uploaded({}) is None
    assert "No model was uploaded" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.keras": b"1"}, "came without its side file"),
        ({"a.json": b"{}"}, "Choose one model"),
        ({"a.keras": b"1", "b.keras": b"2"}, r"Uploaded were: a\.keras, b\.keras"),
        ({"cat.png": b"1"}, "Choose one model"),
        ({"a.keras": b"1", "b.json": b"{}"}, r"b\.json is no side file"),
        ({"a.keras": b"1", "b.json": SIDE}, r"b\.json doesn't describe a\.keras"),
    ],
)
def test_what_is_no_model_is_told_and_nothing_is_written(published, files, message):
    with pytest.raises(saved.ModelError, match=message):
        models.uploaded(files)
    assert not saved.folder().exists() and not saved.PUBLISHED.exists()


def test_a_download_is_compared_with_the_courses_checksum(published, monkeypatch):
    asked = []

    def fetch(mirrors, target, sha256):
        asked.append((mirrors, sha256))
        target.write_bytes(published)

    monkeypatch.setattr(data, "fetch", fetch)
    for _ in range(2):  # the second time it is here
        models.downloaded(" https://somewhere/advanced.keras ")
    digest = hashlib.sha256(published).hexdigest()
    assert asked == [(["https://somewhere/advanced.keras"], digest)]
    assert saved.PUBLISHED.read_bytes() == published


def test_a_download_that_fails_says_what_to_do_instead(published, monkeypatch):
    def fetch(mirrors, target, sha256):
        raise data.DownloadError("somewhere: wrong file")

    monkeypatch.setattr(data, "fetch", fetch)
    with pytest.raises(saved.ModelError, match=r"wrong file.*upload advanced\.keras instead"):
        models.downloaded("https://somewhere/x")
    for address in ("", "ftp://x/y", "http://x/y", "/local/file"):
        with pytest.raises(saved.ModelError, match="is no address; expected https://"):
            models.downloaded(address)
