"""What an export does when packages, places or the model itself are not as they should be."""

import errno
import json

import pytest
import tensorflow as tf

from helpers.models import conversions, exports, runtimes, sagemaker, whole_folder
from helpers.models.conversions import ExportError
from helpers.tests.models import small


@pytest.fixture(scope="module")
def saved(data):
    return small.saved(data)


@pytest.fixture
def quick(monkeypatch):
    """Formats that are written and opened in no time."""
    monkeypatch.setattr(conversions, "onnx", lambda model, path: path.write_bytes(b"onnx"))
    asked = lambda form, path: lambda images: images[:, 0, 0, :1] * [[0.1] * 10]  # noqa: E731
    monkeypatch.setattr(runtimes, "opened", asked)


def full_disk(*arguments):
    raise OSError(errno.ENOSPC, "No space left on device")


def full_to_tensorflow(*arguments):
    raise tf.errors.ResourceExhaustedError(None, None, "{{node}} /a/b; No space left on device")


def refused(*arguments):
    raise RuntimeError("an operation\nthat it doesn't know")


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_formats_without_their_packages_are_left_out(saved, data, tmp_path, monkeypatch, quick):
    monkeypatch.setitem(runtimes.NEEDED, "litert", ("no_such_package",))
    monkeypatch.setitem(runtimes.NEEDED, "litert_int8", ("no_such_package",))
    monkeypatch.setitem(runtimes.NEEDED, "onnx", ("json",))
    made = exports.export(saved, data, tmp_path / "out", ["onnx", "litert", "litert_int8"])
    assert [row.name for row in made.rows] == ["Keras", "ONNX"]
    assert made.notes[0] == (
        "Left out: LiteRT float32, LiteRT int8; not installed: no_such_package. "
        "Run: make setup EXTRAS=export"
    )
    assert left(made.folder) == ["model.onnx", "table.json", "table.md"]
    with pytest.raises(ExportError, match=r"no_such_package.*EXTRAS=export.*SavedModel alone"):
        exports.check(tmp_path / "new", ["saved_model", "litert"], strict=True)
    exports.check(tmp_path / "new", ["saved_model"], strict=True)
    assert left(tmp_path) == ["out"]


@pytest.mark.parametrize(
    ("fails", "words"),
    [
        (full_disk, r"out can't be written \(No space left on device\); name another place\.$"),
        (full_to_tensorflow, r"out can't be written \(No space left on device\); name another"),
        (refused, r"can't be written as ONNX \(RuntimeError: an operation that it doesn't know\)"),
    ],
)
def test_an_older_export_stays_until_the_new_one_is_whole(
    saved, data, tmp_path, monkeypatch, quick, fails, words
):
    out = tmp_path / "out"
    exports.export(saved, data, out, ["onnx"])
    (out / "table.md").write_text("the older one")
    monkeypatch.setattr(conversions, "onnx", fails)
    with pytest.raises(ExportError, match=words):
        exports.export(saved, data, out, ["onnx"])
    assert (out / "table.md").read_text() == "the older one" and left(tmp_path) == ["out"]
    with pytest.raises(ExportError):
        exports.export(saved, data, tmp_path / "new", ["onnx"])
    assert left(tmp_path) == ["out"]
    monkeypatch.undo()
    monkeypatch.setattr(conversions, "saved_model", lambda model, path: path.mkdir(parents=True))
    monkeypatch.setattr(runtimes, "opened", lambda form, path: saved.model.predict_on_batch)
    monkeypatch.setattr(sagemaker, "pack", lambda *arguments: None)
    exports.export(saved, data, out, ["saved_model"])
    assert left(out) == ["saved_model", "table.json", "table.md"] and left(tmp_path) == ["out"]
    assert json.loads((out / "table.json").read_text())["rows"][1]["name"] == "SavedModel"


def test_an_interrupted_exchange_leaves_the_older_folder(tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "table.md").write_text("the older one")
    rename = whole_folder.Path.rename

    def stopped(self, target):
        if self.name.endswith(".part"):
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(whole_folder.Path, "rename", stopped)
    with pytest.raises(KeyboardInterrupt), whole_folder.whole(out) as scratch:
        (scratch / "table.md").write_text("the new one")
    assert (out / "table.md").read_text() == "the older one" and left(tmp_path) == ["out"]


def test_places_that_will_not_do_are_named_before_anything_is_computed(
    saved, data, tmp_path, monkeypatch
):
    monkeypatch.setattr(conversions, "written", lambda *a: pytest.fail("computed"))
    file = tmp_path / "file"
    file.write_text("kept")
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("kept")
    for out, words in (
        (file, "file is a file; name a folder"),
        (full, "full holds thesis.txt, which is of no export; name a new folder, or empty it"),
        (file / "below", r"can't be written \(Not a directory\); name another folder"),
    ):
        with pytest.raises(ExportError, match=words):
            exports.export(saved, data, out)
    for formats in ([], ["onnx", "pickle"], "onnx"):
        with pytest.raises(ExportError, match="expected some of: saved_model, onnx, litert, "):
            exports.export(saved, data, tmp_path / "new", formats)
    with pytest.raises(ExportError, match=r"full is a folder; name the archive"):
        exports.sagemaker_archive(saved, full)
    assert left(tmp_path) == ["file", "full"] and left(full) == ["thesis.txt"]


def test_a_file_that_its_runtime_refuses_is_one_sentence(tmp_path):
    for form in ("onnx", "litert", "saved_model"):
        if not runtimes.missing(form):
            (tmp_path / form).write_bytes(b"no model")
            with pytest.raises(ExportError, match=f"{form} can't be opened by its runtime"):
                runtimes.opened(form, tmp_path / form)
