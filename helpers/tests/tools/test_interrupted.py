"""Each long command, interrupted: nothing runs on, nothing is half done, nothing is done twice."""

import os
import signal
import sys
from pathlib import Path

import nbformat
import pytest

from helpers.tests.commands import SIGNALS, launch, quick_and_slow, start, wait_for

pytestmark = [
    pytest.mark.copies,
    pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals"),
]
HERE = """
here = pathlib.Path({here!r})
from helpers import config, course_version
from helpers.tools import execution, setup
course_version.of_course = lambda: "1"  # whoever changes the course meanwhile
execution.NOTEBOOKS = here / "notebooks"
setup.ensure = lambda: None
config.runs_dir = lambda: here / "runs"
"""
RUN = """
from helpers.tools import expected, run
expected.speed_here = lambda: None
run.OUT = here / "out"
sys.argv = ["run", "--profile", "smoke", "--dataset", "digits"]
run.main()
"""
PUBLISH = """
from helpers import results
from helpers.results import stored
from helpers.tools import readme_file
from helpers.tools.publish import command as publish
readme_file.PATH = here / "README.md"
stored.PUBLISHED = results.PUBLISHED = here / "results"
publish.FIGURES = here / "figures"  # charts that the README doesn't show are deleted there
readme_file.PATH.touch()
publish.readme_and_figures = lambda text, records: ("published", {})
sys.argv = ["publish", "--cifar10-dir", str(here)]
publish.main()
"""
TEST_COLAB = """
from helpers.tools import test_colab
setup.ensure_extra = lambda name: sys.executable
test_colab.colab_copy = lambda notebook, name: notebook
test_colab.opens_published = lambda python: ""
test_colab.main()
"""
NAMES = ("01_quick", "02_slow")
COMMANDS = {"run": RUN, "publish": PUBLISH, "test_colab": TEST_COLAB}
TWICE = {
    "run": "01_quick: done before, in ",
    "publish": "01_quick: published before",
    "test_colab": "01_quick: ok before",
}
LINES = {
    "run": "The same command goes on with 02_slow",
    "publish": "Interrupted; what is published stays, the same command does the rest.",
    "test_colab": "Interrupted; the same command goes on where this one stopped.",
}


def begin(folder: Path, code: str, **options):
    """Starts a command on the notebooks of a folder."""
    return start(HERE.format(here=str(folder)) + code, folder / "tmp", **options)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def hangs(tmp_path):
    """Starts a command on two notebooks, and waits until the second one hangs."""
    (tmp_path / "notebooks").mkdir()
    began = quick_and_slow(tmp_path / "notebooks")

    def started(name, **options):
        command = begin(tmp_path, COMMANDS[name], **options)
        wait_for(lambda: began.exists() or command.process.poll() is not None)
        return command

    return started


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("name", COMMANDS)
def test_what_was_finished_stays_and_the_same_command_does_the_rest(hangs, tmp_path, name, number):
    command = hangs(name)
    said = command.stopped_by(number)
    assert command.process.returncode == 130, said
    assert LINES[name] in said and "Traceback" not in said
    assert list((tmp_path / "tmp").iterdir()) == []
    counted = tmp_path / "notebooks" / "counted"
    assert counted.read_text() == "."
    half_done = {path for path in files(tmp_path) if Path(path).name.startswith(".")}
    assert not half_done and "02_slow.html" not in files(tmp_path)
    again = begin(tmp_path, COMMANDS[name])
    said = again.said()
    assert again.process.returncode == 0 and TWICE[name] in said, said
    assert counted.read_text() == "."
    assert not [path for path in files(tmp_path) if path.endswith(".json")]
    if name == "publish":
        assert (tmp_path / "README.md").read_text() == "published"
        for path in (tmp_path / "notebooks").glob("*.ipynb"):
            assert nbformat.read(path, as_version=4).cells[1].execution_count == 1


def test_an_interrupted_run_has_pages_that_say_how_to_go_on(hangs, tmp_path):
    said = hangs("run").stopped_by(signal.SIGTERM)
    assert "01_quick" in said and "Read them:" in said
    out = tmp_path / "out"
    assert files(out) == {"01_quick.ipynb", "01_quick.html", "index.html", "progress.json"}
    index = (out / "index.html").read_text(encoding="utf-8")
    assert '<a href="01_quick.html">' in index and "it goes on" in index
    page = (out / "01_quick.html").stat().st_mtime_ns
    begin(tmp_path, RUN).said()
    assert (out / "01_quick.html").stat().st_mtime_ns == page
    assert files(out) == {"index.html", *(f"{n}.{s}" for n in NAMES for s in ("ipynb", "html"))}
    assert "goes on" not in (out / "index.html").read_text(encoding="utf-8")
    begin(tmp_path, RUN.replace("]\n", ", '--notebooks', '01']\n")).said()
    assert (tmp_path / "notebooks" / "counted").read_text() == ".."


@pytest.mark.parametrize("name", ["run", "test_colab"])
def test_a_command_that_is_killed_takes_its_notebook_with_it(hangs, tmp_path, name):
    command = hangs(name)
    command.process.kill()
    command.said()
    assert not list((tmp_path / "tmp").glob("course-run-*"))
    assert not list((tmp_path / "tmp").glob("course-colab-*/02_slow"))


def test_a_closed_terminal_ends_a_run(hangs, tmp_path):
    terminal = "import pty, sys; pty.spawn([sys.executable, '-c', sys.argv[1]])"
    command = hangs("run", program=(sys.executable, "-c", terminal))
    os.kill(command.process.pid, signal.SIGKILL)
    command.said()
    assert list((tmp_path / "tmp").iterdir()) == []
    assert "it goes on" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_a_signal_that_ends_make_ends_the_command(tmp_path):
    began, python = tmp_path / "began", tmp_path / "python"
    lines = ("import pathlib, time", f"pathlib.Path({str(began)!r}).touch()", "time.sleep(3600)")
    python.write_text("\n".join((f"#!{sys.executable}", *lines)))
    python.chmod(0o755)
    make = launch(["make", "run", "PROFILE=smoke", f"PYTHON={python}"], tmp_path / "tmp")
    wait_for(began.exists)
    make.process.terminate()
    make.said()
    assert make.process.returncode != 0


STUDENT = """
from helpers import storage
from helpers.tools.copies import editing, student

editing.BUILD = here / "build"
write = storage.write_whole

def slow(when):
    if when == "{when}":
        (here / "began").touch()
        while not (here / "go").exists():
            time.sleep(0.05)

def slow_copy(notebook, name, folder):
    slow("making")
    return notebook

def slow_write(path, content):
    write(path, content)
    slow("writing " + path.parent.name)

storage.write_whole = slow_write
student.student_copy = lambda notebook, name, folder: notebook
student.handout_copy = slow_copy
student.solution_copy = slow_copy
student.main()
"""


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("when", ["making", "writing handout"])
def test_a_set_of_copies_for_students_is_whole_or_as_before(tmp_path, number, when):
    (tmp_path / "notebooks").mkdir()
    quick_and_slow(tmp_path / "notebooks")
    old = tmp_path / "build" / "handout" / "00_old.ipynb"
    old.parent.mkdir(parents=True)
    old.touch()
    command = begin(tmp_path, STUDENT.format(when=when))
    wait_for((tmp_path / "began").exists)
    os.killpg(command.process.pid, number)
    if when != "making":
        (tmp_path / "go").touch()
    said = command.said()
    assert command.process.returncode == 130 and "Traceback" not in said
    assert "Interrupted; a set of copies" in said
    new = {f"{name}.ipynb" for name in NAMES}
    assert files(tmp_path / "build" / "student") == new
    assert files(tmp_path / "build" / "handout") == ({old.name} if when == "making" else new)
    assert not (tmp_path / "build" / "solutions").exists()
    assert not list((tmp_path / "tmp").iterdir())
