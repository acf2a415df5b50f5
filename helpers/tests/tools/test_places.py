"""Where the course's folder is read only, a command ends in one line, or writes elsewhere."""

import shutil
import sys
from pathlib import Path

import pytest

from helpers import config, storage, training
from helpers.tests.notebooks import notebook
from helpers.tools import clean, copies, execution, lab, places, run, setup
from helpers.training.hardware import RunsError

WHY = "Read-only file system"


@pytest.fixture
def read_only(monkeypatch, tmp_path):
    """A read-only course of one notebook; `COURSE_RUNS` is not named yet."""
    monkeypatch.delenv("COURSE_RUNS")
    root = config.course_root()
    touch = Path.touch

    def refuses(self, *arguments, **options):
        if self.is_relative_to(root):
            raise OSError(30, WHY)
        touch(self, *arguments, **options)

    monkeypatch.setattr(Path, "touch", refuses)
    monkeypatch.setattr(setup, "ensure", lambda: None)
    monkeypatch.setattr(execution, "NOTEBOOKS", tmp_path / "notebooks")
    (tmp_path / "notebooks").mkdir()
    notebook(tmp_path / "notebooks" / "01_a.ipynb", "1")
    monkeypatch.setattr(sys, "argv", ["command", "--profile", "smoke", "--dataset", "digits"])
    return root


@pytest.mark.parametrize(
    ("main", "folder"),
    [
        (run.main, "runs/course"),
        (copies.make_student, "build"),
        (copies.make_colab, "build"),
        (lab.main, "work"),
    ],
)
def test_a_command_that_has_no_place_ends_in_one_line(read_only, monkeypatch, main, folder):
    monkeypatch.setattr(run, "OUT", read_only / "runs" / "course")
    with pytest.raises(SystemExit) as ended:
        main()
    line = ended.value.code
    assert line.startswith(f"{read_only / folder} can't be written ({WHY}). Name a folder of your")
    assert "COURSE_RUNS=" in line and "\n" not in line


def test_named_runs_take_what_the_course_cannot(read_only, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path / "mine"))
    assert places.writable(read_only / "build") == tmp_path / "mine" / "build"
    assert places.writable(tmp_path / "build") == tmp_path / "build"
    assert not (tmp_path / "mine").exists()
    monkeypatch.setenv("COURSE_RUNS", str(read_only / "elsewhere"))
    with pytest.raises(SystemExit, match="elsewhere/build can't be written"):
        places.writable(read_only / "build")


def test_a_working_copy_elsewhere_finds_the_course(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", "mine")
    command, environment = lab.jupyter(tmp_path / "work")
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert "--LabApp.default_url=/lab/tree/work" in command
    assert environment["PYTHONPATH"].split(":")[0] == str(config.course_root())
    assert environment["PYTHONPATH"].endswith("mine")


def test_clean_says_why_nothing_was_deleted(monkeypatch, tmp_path):
    (tmp_path / "build").mkdir()
    monkeypatch.setattr(config, "course_root", lambda: tmp_path)

    def refuses(folder):
        raise OSError(30, WHY)

    monkeypatch.setattr(shutil, "rmtree", refuses)
    with pytest.raises(SystemExit, match=r"build can't be deleted \(Read-only .*COURSE_RUNS"):
        clean.main()


def test_a_notebook_says_at_its_start_that_records_have_no_place(read_only):
    with pytest.raises(RunsError, match=rf"{WHY}.*COURSE_RUNS before Jupyter"):
        training.start("01_a", "dense", "digits", "smoke")


def test_what_refuses_is_told_and_a_folder_that_is_tried_stays_empty(tmp_path):
    assert storage.refusal(tmp_path / "new" / "folder") == "" and not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    assert storage.refusal(tmp_path / "file" / "below") == "Not a directory"


def test_an_environment_that_cannot_be_made_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(setup.os, "access", lambda folder, mode: False)
    with pytest.raises(SystemExit, match="can't be made: its folder is read only"):
        setup.install(tmp_path / ".venv", {}, (11, sys.version_info.minor))
