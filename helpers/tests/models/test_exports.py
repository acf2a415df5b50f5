"""A model in the files of other runtimes, opened by these and compared with Keras."""

import dataclasses
import io
import json
import os

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from skimage import data as photos_of

from helpers import photos
from helpers.models import conversions, exports, runtimes
from helpers.tests.models import small


@pytest.fixture(scope="module")
def data(data):
    """Every fourth validation image has another label, so that no accuracy is 1."""
    wrong = np.where(np.arange(len(data.y_val)) % 4 == 0, (data.y_val + 1) % 10, data.y_val)
    return dataclasses.replace(data, y_val=wrong)


@pytest.fixture(scope="module")
def saved(data):
    return small.saved(data)


@pytest.fixture(scope="module")
def made(saved, data, tmp_path_factory):
    """All formats, once for all tests of this file; they don't change it."""
    return exports.export(saved, data, tmp_path_factory.mktemp("out") / "export")


def answers(saved, images):
    return saved.model.predict(images, verbose=0)


def test_every_format_answers_as_keras(saved, data, made):
    expected = answers(saved, data.x_val)
    assert len(set(expected.argmax(1))) > 1 and expected.std(axis=0).max() > 0.02
    accuracy = float((expected.argmax(1) == data.y_val).mean())
    rows = {row.name: row for row in made.rows}
    assert list(rows) == ["Keras", "SavedModel", "ONNX", "LiteRT float32", "LiteRT int8"]
    for name in ("Keras", "SavedModel", "ONNX", "LiteRT float32"):
        assert rows[name].difference < 1e-5 and rows[name].same == 1
        assert rows[name].accuracy == pytest.approx(accuracy)
    coarse = rows["LiteRT int8"]
    assert 1e-3 < coarse.difference < 0.4 and coarse.same > 0.6
    assert abs(coarse.accuracy - accuracy) < 0.2 and 0.5 < accuracy < 0.8
    assert all(0 < row.one_ms < 1_000 and 0 < row.batch_ms < 5_000 for row in made.rows)


def test_what_is_measured_is_what_lies_in_the_folder(saved, data, made):
    names = {path.name for path in made.folder.iterdir()}
    assert names == {"saved_model", "model.onnx", "model.tflite", "model_int8.tflite"} | {
        "model.tar.gz",
        "table.md",
        "table.json",
    }
    rows = {row.file: row for row in made.rows}
    for form, (_, file) in exports.FORMATS.items():
        asked = runtimes.opened(form, made.folder / file)(data.x_val)
        expected = answers(saved, data.x_val)
        assert abs(asked - expected).max() == pytest.approx(rows[file].difference, abs=2e-6)
    assert rows["model.onnx"].size == (made.folder / "model.onnx").stat().st_size
    folder = made.folder / "saved_model/1"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert rows["saved_model/1"].size == sum(len(path.read_bytes()) for path in files)
    variables = tf.train.list_variables(str(folder / "variables/variables"))
    kept = sum(int(np.prod(shape)) for _, shape in variables if shape)
    assert kept == saved.model.count_params()  # each of them once


def test_input_and_output_have_names(made):
    signatures = tf.saved_model.load(str(made.folder / "saved_model/1")).signatures
    assert {"serving_default", "serve_image_bytes"} <= set(signatures)
    for name, given, kind in (
        ("serving_default", "image", tf.float32),
        ("serve_image_bytes", "image_bytes", tf.string),
    ):
        (spec,) = signatures[name].structured_input_signature[1].values()
        assert (spec.name, spec.dtype) == (given, kind)
        assert list(signatures[name].structured_outputs) == ["probabilities"]
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(made.folder / "model.onnx")
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    assert (taken.name, taken.type, taken.shape[1:]) == ("image", "tensor(float)", [32, 32, 3])
    assert given.name == "probabilities" and given.shape[1:] == [10]
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    for file in ("model.tflite", "model_int8.tflite"):
        with conversions.quiet():
            interpreter = litert.Interpreter(model_path=str(made.folder / file))
        (signature,) = interpreter.get_signature_list().values()
        assert signature == {"inputs": ["image"], "outputs": ["probabilities"]}


def test_the_int8_file_takes_a_picture_as_it_is_and_computes_in_8_bits(made):
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    with conversions.quiet():
        interpreter = litert.Interpreter(model_path=str(made.folder / "model_int8.tflite"))
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert taken["dtype"] is np.uint8 and taken["quantization"] == (1.0, 0)
    assert given["dtype"] is np.float32
    inside = [d for d in interpreter.get_tensor_details() if d["index"] != given["index"]]
    assert {d["dtype"] for d in inside} <= {np.uint8, np.int8, np.int32}
    floats = (made.folder / "model.tflite").stat().st_size
    assert (made.folder / "model_int8.tflite").stat().st_size != floats


def test_the_int8_file_answers_the_same_each_time(saved, data, made, tmp_path):
    path = conversions.written("litert_int8", saved.model, data.x_train, tmp_path)
    again, first = (runtimes.opened("litert_int8", p) for p in (path, made.folder / path.name))
    assert np.array_equal(again(data.x_val), first(data.x_val))


def stored(picture: np.ndarray, kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind)
    return file.getvalue()


def pictures() -> list[bytes]:
    """Photos, wide, high and square, and one that is made larger."""
    cat, coffee = photos_of.chelsea(), photos_of.coffee()
    found = [cat, coffee, photos_of.astronaut(), np.rot90(cat), coffee[100:120, 200:230]]
    kinds = ("PNG", "JPEG")
    return [stored(np.ascontiguousarray(picture), kind) for picture in found for kind in kinds]


def test_bytes_of_a_picture_are_prepared_nearly_as_elsewhere():
    expected = np.stack([photos.prepare(content) for content in pictures()]).astype(float)
    found = conversions.in_graph(tf.constant(pictures())).numpy()
    assert found.shape == expected.shape and (found == np.round(found)).all()
    off = abs(found - expected)
    assert off.max() <= 6 and (off <= 1).mean() > 0.99 and off.mean() < 0.15


def test_the_second_signature_answers_pictures_and_refuses_what_is_none(saved, made):
    signatures = tf.saved_model.load(str(made.folder / "saved_model/1")).signatures
    ask = signatures["serve_image_bytes"]
    found = ask(image_bytes=tf.constant(pictures()))["probabilities"].numpy()
    prepared = conversions.in_graph(tf.constant(pictures())).numpy()
    assert abs(found - answers(saved, prepared)).max() < 1e-5
    png, jpeg = pictures()[:2]
    for damaged in (b"", b"no picture", png[: len(png) // 2], jpeg[: len(jpeg) // 2]):
        with pytest.raises(tf.errors.InvalidArgumentError):
            ask(image_bytes=tf.constant([png, damaged]))


def test_nothing_is_printed_and_the_table_is_kept(saved, data, tmp_path, capfd, made):
    exports.export(saved, data, tmp_path / "again", ["litert_int8"])
    assert capfd.readouterr() == ("", "")
    lines = made.table.splitlines()
    assert lines[0].startswith("| Format | Size |") and lines[2].startswith("| Keras |")
    assert lines[-1] == "Measured on 40 validation images of digits."
    assert (made.folder / "table.md").read_text() == made.table + "\n"
    told = json.loads((made.folder / "table.json").read_text())
    assert told["rows"] == [dataclasses.asdict(row) for row in made.rows]
    assert told["model"]["classes"] == list(data.class_names)


def test_errors_are_not_silenced_and_the_streams_come_back(capfd):
    with pytest.raises(ZeroDivisionError), conversions.quiet():
        print("said")
        os.write(2, b"said by native code")
        _ = 1 / 0
    print("heard")
    assert capfd.readouterr() == ("heard\n", "")


def test_other_images_than_the_models_are_named(saved, data, tmp_path):
    other = dataclasses.replace(data, class_names=tuple("klmnopqrst"))
    made = exports.export(saved, other, tmp_path / "a", ["saved_model"])
    assert [row.accuracy for row in made.rows] == [None, None] and made.rows[1].same == 1
    assert "other classes than the model: no accuracy" in made.notes[0]
    assert made.table.count("| – |") == 2
    fewer = dataclasses.replace(data, x_train=data.x_train[:50], y_train=data.y_train[:50])
    made = exports.export(saved, fewer, tmp_path / "b", ["saved_model"])
    assert "another selection (digits, profile smoke)" in made.notes[0]
    assert None not in [row.accuracy for row in made.rows]
