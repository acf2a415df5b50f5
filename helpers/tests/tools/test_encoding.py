"""A terminal that lacks a sign stops no command."""

import os
import subprocess
import sys

import pytest

from helpers import config
from helpers.tests.photos.test_images import halves, stored

NARROW = ("cp1251", "iso8859-15", "ascii", "utf-8")


def python(encoding: str, *arguments: str) -> subprocess.CompletedProcess:
    settings = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=config.course_root(), env=settings, capture_output=True)


@pytest.mark.parametrize("encoding", NARROW)
def test_pictures_are_prepared_and_told(tmp_path, encoding):
    source = tmp_path / "photos"
    source.mkdir()
    (source / "a.png").write_bytes(stored(halves()))
    (source / "Zürich 東京.txt").touch()
    (source / os.fsdecode(b"caf\xe9.txt")).touch()
    arguments = ("-m", "helpers.tools.prepare", str(source), str(tmp_path / "small"))
    ended = python(encoding, *arguments)
    said = ended.stdout.decode(encoding)
    assert ended.returncode == 0, ended.stderr
    assert "1 pictures of 32 " in said and "passed over, no pictures: " in said


@pytest.mark.parametrize("encoding", NARROW)
@pytest.mark.parametrize("module", ["setup", "run", "student", "lab", "test_colab", "batch"])
def test_whatever_a_command_prints(encoding, module):
    code = f"import helpers.tools.{module}; print('Making … 32 × 32 😀 \\udce9 end')"
    ended = python(encoding, "-c", code)
    assert ended.returncode == 0 and ended.stdout.decode(encoding).strip().endswith("end")


def test_the_oldest_locale_stops_nothing_either():
    settings = {k: v for k, v in os.environ.items() if k not in ("PYTHONIOENCODING", "LANG")}
    settings |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    text = "'Making \\u2026 \\u00d7 \\U0001f600 \\udce9 end'"
    command = [sys.executable, "-c", f"import helpers.tools; print({text})"]
    ended = subprocess.run(command, cwd=config.course_root(), env=settings, capture_output=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.decode().startswith("Making ") and ended.stdout.strip().endswith(b"end")
