import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import config
from helpers.tools import environment, setup

WANTED = {"numpy": "1.0", "keras": "2.0"}


@pytest.fixture
def venv(monkeypatch, tmp_path):
    """A folder for .venv whose Python exists, and a list of the commands that would be run."""
    commands = []
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)

    def call(command):
        commands.append(command)
        python = setup.python_of(setup.VENV)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    monkeypatch.setattr(setup, "_call", call)
    return commands


def is_marked(wanted):
    return setup.marked(setup.VENV, wanted)


def test_the_environment_is_made_once_and_filled_again_when_a_pin_changes(venv):
    setup.install(setup.VENV, WANTED, (11, 13))
    assert [command[1:3] for command in venv] == [["-m", "venv"], ["-m", "pip"]]
    assert is_marked(WANTED) and not setup.marked(setup.VENV, WANTED | {"keras": "2.1"})
    setup.install(setup.VENV, WANTED | {"keras": "2.1"}, (11, 13))
    assert [command[1:3] for command in venv[2:]] == [["-m", "pip"]]
    assert is_marked(WANTED | {"keras": "2.1"}) and not setup.marked(setup.VENV, WANTED)


def test_uv_is_used_where_it_is_installed(venv, monkeypatch):
    monkeypatch.setattr(setup.shutil, "which", lambda name: "/bin/uv" if name == "uv" else None)
    setup.install(setup.VENV, WANTED, (11, 13))
    assert [command[:2] for command in venv] == [["/bin/uv", "venv"], ["/bin/uv", "pip"]]


def test_an_installation_that_fails_is_not_taken_for_done(venv, monkeypatch):
    def fails(command):
        setup.sys.exit("Setting up failed")

    monkeypatch.setattr(setup, "_call", fails)
    with pytest.raises(SystemExit, match="Setting up failed"):
        setup.install(setup.VENV, WANTED, (11, 13))
    assert not is_marked(WANTED)


def test_this_python_is_taken_if_the_course_supports_it():
    minor = sys.version_info.minor
    assert setup._base_python((minor - 1, minor)) == sys.executable


def test_another_python_is_looked_for_and_has_to_work(monkeypatch):
    later = sys.version_info.minor + 1
    monkeypatch.setattr(setup.shutil, "which", lambda name: f"/bin/{name}")
    states = {f"/bin/python3.{later + 1}": 127, f"/bin/python3.{later}": 0}

    def run(command, **options):
        return subprocess.CompletedProcess(command, states[command[0]])

    monkeypatch.setattr(setup.subprocess, "run", run)
    assert setup._base_python((later, later + 1)) == f"/bin/python3.{later}"


def test_no_supported_python_is_one_clear_line(monkeypatch):
    later = sys.version_info.minor + 1
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=rf"This is Python 3\.\d+; the course needs 3\.{later}"):
        setup._base_python((later, later))


def test_a_python_that_has_the_packages_is_used_as_it_is(monkeypatch):
    monkeypatch.setattr(setup.environment, "missing", lambda wanted: [])
    monkeypatch.setattr(setup, "install", lambda *a: pytest.fail("installed"))
    setup.ensure()


@pytest.fixture
def foreign(tmp_path):
    """A folder for PYTHONPATH with another NumPy, which can't be imported."""
    about = tmp_path / "numpy-1.0.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: NumPy\nVersion: 1.0\n")
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy" / "__init__.py").write_text("raise ImportError('foreign')")
    return tmp_path


def test_a_foreign_pythonpath_does_not_stop_a_command(foreign):
    settings = os.environ | {"PYTHONPATH": str(foreign)}
    command = [sys.executable, "-m", "helpers.tools.prepare", str(foreign), str(foreign / "small")]
    root = config.course_root()
    ended = subprocess.run(command, cwd=root, env=settings, capture_output=True, text=True)
    assert ended.stdout.splitlines()[0].endswith("is set aside: it hides numpy.")
    assert "there is no picture" in ended.stderr and "changed by hand" not in ended.stderr


def test_a_module_that_was_never_installed_hides_one_too(monkeypatch, foreign):
    shutil.rmtree(foreign / "numpy-1.0.dist-info")
    (foreign / "random.py").touch()
    (foreign / "mine.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(foreign))
    assert environment.hidden() == ["numpy", "random"]


def test_a_pythonpath_that_hides_nothing_stays(monkeypatch, foreign):
    own = str(Path(pytest.__file__).parents[1])
    for entries in ("", str(foreign / "none"), f"{os.pathsep}{foreign / 'numpy'}", own):
        monkeypatch.setenv("PYTHONPATH", entries)
        assert environment.hidden() == []
    monkeypatch.setenv("PYTHONPATH", f"{own}{os.pathsep}{foreign}")
    assert environment.hidden() == []  # what this Python has itself comes first there


def test_packages_are_installed_without_what_lies_on_pythonpath(monkeypatch):
    seen = []

    def run(command, env):
        seen.append(env)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setenv("PYTHONPATH", "somewhere")
    monkeypatch.setattr(setup.subprocess, "run", run)
    setup._call(["pip"])
    assert "PYTHONPATH" not in seen[0] and seen[0]["UV_PYTHON_DOWNLOADS"] == "never"


def test_an_extra_that_is_marked_has_an_environment_of_its_own():
    folder, packages = setup.extra("torch")
    assert folder.name == ".venv-torch" and list(packages) == ["torch"]
    assert setup.extra("cluster")[0] == setup.Path(sys.prefix)
    with pytest.raises(ValueError, match="expected one of: cluster, tracking, service, export"):
        setup.extra("tourch")


def test_an_extra_for_this_environment_keeps_the_pins(monkeypatch):
    filled = []
    monkeypatch.setattr(setup, "_fill", lambda *arguments: filled.append(arguments))
    monkeypatch.setattr(setup.environment, "missing", lambda wanted: [])
    assert str(setup.ensure_extra("cluster")) == sys.executable and not filled
    monkeypatch.setattr(setup.environment, "missing", lambda wanted: ["distributed==1"])
    setup.ensure_extra("cluster")
    ((folder, python, wanted, new),) = filled
    assert folder == setup.Path(sys.prefix) and new == ["distributed"] and python == sys.executable
    assert {"distributed", "tensorflow", "keras"} <= set(wanted)


def test_an_extra_apart_is_installed_once(venv):
    apart = setup.VENV.with_name(".venv-colab")
    apart.mkdir()
    python = setup.ensure_extra("colab")
    assert python == setup.python_of(apart)
    python.parent.mkdir()
    python.touch()
    assert len(venv) == 2
    setup.ensure_extra("colab")
    assert len(venv) == 2
