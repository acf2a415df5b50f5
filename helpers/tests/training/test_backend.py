"""Keras' settings from outside change nothing in the course, and are told."""

import json
import os
import subprocess
import sys
import types

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from helpers import config
from helpers.tests.notebooks import said
from helpers.tools import execution, test_colab
from helpers.tools.copies import colab, editing
from helpers.training import backend, hardware

START = (
    "from helpers import training; import keras; training.start('a', 'dense', 'digits', 'smoke'); "
    "layer = keras.layers.Conv2D(1, 3); model = keras.Sequential([keras.Input((32, 32, 3)), layer])"
    "; c = keras.config; print(model.output_shape, c.backend(), c.floatx(), c.epsilon())"
)
RIGHT = "(None, 30, 30, 1) tensorflow float32 1e-07"


def python(code: str, **environment: str) -> subprocess.CompletedProcess:
    settings = os.environ | {"COURSE_PRECISION": "float32"} | environment
    settings.pop("COURSE_SET_ASIDE", None)
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=config.course_root(), env=settings, capture_output=True, text=True
    )


@pytest.fixture
def written(tmp_path):
    """A function that writes Keras' settings file and returns its folder."""

    def write(**settings) -> str:
        (tmp_path / "keras.json").write_text(json.dumps(settings), "utf-8")
        return str(tmp_path)

    return write


@pytest.mark.parametrize("name", ["torch", "theano"])
def test_a_foreign_backend_in_the_environment_is_set_aside(name):
    told = python(START, KERAS_BACKEND=name).stdout.splitlines()
    assert told[-1] == RIGHT and f"(KERAS_BACKEND={name})" in told[-2]


@pytest.mark.parametrize(
    "foreign",
    [
        {"backend": "theano", "image_data_format": "channels_first", "floatx": "float16"},
        {"epsilon": 0.001, "floatx": "float64"},
    ],
)
def test_foreign_settings_in_keras_file_are_set_aside(written, foreign):
    told = python(START, KERAS_HOME=written(**foreign)).stdout.splitlines()
    assert told[-1] == RIGHT and told[-2].startswith("Keras' settings on this machine are set")
    assert all(f"{name} {value}" in told[-2] for name, value in foreign.items())


def test_an_epoch_limit_from_outside_cuts_no_training():
    code = "import helpers, os; print('KERAS_MAX_EPOCHS' in os.environ); "
    code += "print(os.environ['COURSE_SET_ASIDE'])"
    told = python(code, KERAS_MAX_EPOCHS="1").stdout.splitlines()
    assert told == ["False", "KERAS_MAX_EPOCHS=1"]


def test_a_process_that_is_started_tells_it_too():
    child = "import subprocess, sys, helpers; "
    child += f"subprocess.run([sys.executable, '-c', {START!r}])"
    assert "KERAS_BACKEND=torch" in python(child, KERAS_BACKEND="torch").stdout


def test_settings_that_keras_itself_refuses_are_one_error_that_names_the_file(written):
    told = python("from helpers import training", KERAS_HOME=written(floatx="float8"))
    assert "BackendError: Keras can't be imported" in told.stderr
    assert "keras.json, or name another folder with KERAS_HOME" in told.stderr


def test_keras_with_another_backend_that_came_first_is_one_clear_error():
    keras = types.SimpleNamespace(config=types.SimpleNamespace(backend=lambda: "torch"))
    with pytest.raises(backend.BackendError, match=r"backend torch[^$]*Restart the kernel"):
        backend.settle(keras)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"backend": "tensorflow"}', "1"])
def test_a_settings_file_that_fits_or_is_damaged_is_not_told(tmp_path, monkeypatch, content):
    monkeypatch.delenv("COURSE_SET_ASIDE", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "keras.json").write_text(content)
    assert backend.set_aside() == ""
    assert hardware.keras.config.image_data_format() == "channels_last"


@pytest.mark.copies
def test_a_copy_for_colab_sets_them_aside_too(monkeypatch, written, tmp_path):
    (path,) = execution.choose_notebooks("01")
    copy = colab.colab_copy(nbformat.read(path, as_version=4), path.stem)
    last = next(i for i, c in enumerate(copy.cells) if editing.tagged(c, "bootstrap"))
    copy.cells = [*copy.cells[: last + 1], new_code_cell(START)]
    (tmp_path / path.name).write_text(nbformat.writes(copy), encoding="utf-8")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setenv("KERAS_HOME", written(image_data_format="channels_first"))
    assert test_colab.alone(sys.executable, tmp_path / path.name, tmp_path / "alone") == ""
    executed = nbformat.read(tmp_path / "alone" / path.name, as_version=4)
    told = said(executed.cells[-1]).splitlines()
    assert told[-1] == RIGHT
    assert "KERAS_BACKEND=torch; image_data_format channels_first in keras.json" in told[-2]
