"""The archive for SageMaker: unpacked into an empty folder, opened and asked without the course."""

import ast
import base64
import collections
import contextlib
import gzip
import importlib.util
import io
import json
import re
import subprocess
import sys
import tarfile
import types
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from helpers import config, photos
from helpers.models import conversions, exports, sagemaker
from helpers.tests.models import small
from helpers.tests.models.kinds_of_pictures import pictures

CODE = Path(sagemaker.__file__).parent
SERVING = Path(__file__).with_name("serving.py")
Context = collections.namedtuple("Context", "request_content_type accept_header")


@pytest.fixture(scope="module")
def saved(data):
    return small.saved(data)


@pytest.fixture(scope="module")
def archive(saved, tmp_path_factory):
    return exports.sagemaker_archive(saved, tmp_path_factory.mktemp("made") / "model.tar.gz")


@pytest.fixture(scope="module")
def unpacked(archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def inference(unpacked):
    """`code/inference.py` of the archive."""
    spec = importlib.util.spec_from_file_location("inference", unpacked / "code" / "inference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_holds_the_model_and_the_code_and_nothing_else(archive, unpacked):
    with tarfile.open(archive) as packed:
        entries = packed.getmembers()
    names = [entry.name for entry in entries]
    assert names == sorted(names) and set(names) >= {
        "1/saved_model.pb",
        "1/variables/variables.index",
        "code/classes.json",
        "code/inference.py",
        "code/requirements.txt",
    }
    assert all(re.match(r"(1|code)/[\w./-]+$", name) and ".." not in name for name in names)
    assert all(e.isreg() and (e.mtime, e.uid, e.gid, e.mode) == (0, 0, 0, 0o644) for e in entries)
    assert (unpacked / "code" / "inference.py").read_bytes() == (CODE / "inference.py").read_bytes()


def test_the_same_folder_makes_the_same_archive(archive, unpacked, saved, tmp_path):
    again = tmp_path / "sub" / "again.tar.gz"
    sagemaker.pack(unpacked / "1", saved.about["classes"], again)
    assert again.read_bytes() == archive.read_bytes()
    assert archive.read_bytes()[4:8] == bytes(4) and gzip.decompress(archive.read_bytes())
    with pytest.raises(FileNotFoundError, match=r"holds no saved_model\.pb; export the model"):
        sagemaker.pack(tmp_path, ["a"], tmp_path / "none.tar.gz")
    assert not (tmp_path / "none.tar.gz").exists()


def test_the_code_needs_nothing_of_the_course():
    tree = ast.parse((CODE / "inference.py").read_text(encoding="utf-8"))
    found = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    found |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {name.split(".")[0] for name in found} - set(sys.stdlib_module_names) == {"PIL"}
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {"input_handler", "output_handler"} <= functions and "handler" not in functions
    pinned = re.findall(r"^[^#\n].*", (CODE / "requirements.txt").read_text(), re.M)
    assert len(pinned) == 1
    assert f"- {pinned[0]} " in (config.course_root() / "environment.yml").read_text("utf-8")


@contextlib.contextmanager
def served(folder: Path):
    """A function that asks the stand-in of the container, which runs in an unpacked archive."""
    command = [sys.executable, "-I", str(SERVING)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=folder, **pipes) as process:

        def ask(content: bytes, kind: str, accept: str | None = None) -> dict:
            line = {"content": base64.b64encode(content).decode(), "type": kind, "accept": accept}
            process.stdin.write(json.dumps(line) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_the_handlers_answer_as_predict_does(saved, data, unpacked, inference):
    images = data.x_val[:5]
    expected = saved.model.predict(images, verbose=0)
    body = json.dumps({"instances": images.tolist()}).encode()
    context = Context("application/json", "application/json")
    sent = json.loads(inference.input_handler(io.BytesIO(body), context))
    ask = tf.saved_model.load(str(unpacked / "1")).signatures["serving_default"]
    (found,) = ask(image=tf.constant(sent["instances"], tf.float32)).values()
    content = json.dumps({"predictions": found.numpy().tolist()}).encode()
    response = types.SimpleNamespace(status_code=200, content=content)
    body, kind = inference.output_handler(response, context)
    answer = json.loads(body)
    assert kind == "application/json" and list(answer) == ["predictions", "classes", "answers"]
    assert abs(np.array(answer["predictions"]) - expected).max() < 1e-5
    assert answer["classes"] == list(data.class_names)
    assert answer["answers"] == [data.class_names[c] for c in expected.argmax(1)]
    assert len(set(answer["answers"])) > 1


@pytest.mark.copies
def test_the_handlers_answer_as_predict_does_around_a_served_model(saved, data, unpacked):
    expected = saved.model.predict(data.x_val[:3], verbose=0)
    body = json.dumps({"instances": data.x_val[:3].tolist()}).encode()
    sent = {name: pictures()[name] for name in ("RGB", "CMYK JPEG", "16 bits", "turned 6", "RGBA")}
    prepared = np.stack([photos.prepare(content) for content in sent.values()])
    of_photos = saved.model.predict(prepared, verbose=0)
    with served(unpacked) as ask:
        told = ask(body, "application/json; charset=utf-8", "application/json")
        assert told["type"] == "application/json"
        answer = json.loads(told["body"])
        assert abs(np.array(answer["predictions"]) - expected).max() < 1e-5
        assert answer["classes"] == list(data.class_names)
        assert answer["answers"] == [data.class_names[c] for c in expected.argmax(1)]
        for (name, content), row in zip(sent.items(), of_photos, strict=True):
            kind = "image/jpeg" if content.startswith(b"\xff\xd8") else "image/png"
            (found,) = json.loads(ask(content, kind)["body"])["predictions"]
            assert abs(np.array(found) - row).max() < 1e-5, name
        assert "content type is text/csv" in ask(b"1,2", "text/csv")["error"]
        assert "no picture" in ask(b"1,2", "image/png")["error"]
        assert "text/csv is asked for" in ask(body, "application/json", "text/csv")["error"]


def test_a_disk_that_is_full_leaves_no_archive(saved, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(conversions, "saved_model", full)
    with pytest.raises(conversions.ExportError, match=r"can't be written \(No space left"):
        exports.sagemaker_archive(saved, tmp_path / "model.tar.gz")
    assert list(tmp_path.iterdir()) == []
