import dataclasses
import re
import signal
import subprocess
import sys

import nbformat
import pytest

from helpers import config
from helpers.tests.commands import start, wait_for
from helpers.tests.notebooks import executed_notebook, notebook
from helpers.tools import execution, expected, lab, run
from helpers.tools.expected import memory, times

ROOT = config.course_root()
TASKS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
TEXT = (ROOT / "environment.yml").read_text(encoding="utf-8")
HEAD = "dependencies:\n  - python>=3.11,<3.14\n  - pip\n  - pip:\n"


def test_notebooks_are_chosen_by_number_or_name(monkeypatch, tmp_path):
    for name in ("01_a", "02_b", "10_c", "draft"):
        (tmp_path / f"{name}.ipynb").touch()
    monkeypatch.setattr(execution, "NOTEBOOKS", tmp_path)

    def chosen(wanted):
        return [path.stem for path in execution.choose_notebooks(wanted)]

    assert chosen(None) == chosen(" ") == ["01_a", "02_b", "10_c"]
    assert chosen("10 01") == chosen("10_c.ipynb,01") == ["01_a", "10_c"]
    with pytest.raises(ValueError, match=r"NOTEBOOKS=1 is not known; there are: 01_a, 02_b, 10_c"):
        chosen("01 1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "fast"], "PROFILE is 'fast'; expected one of: smoke, class, full."),
        (["--dataset", "mnist"], "DATASET is 'mnist'; expected one of: auto, cifar10, digits,"),
        (["--notebooks", "77"], "NOTEBOOKS=77 is not known; there are: 01_dense_baseline"),
        (["--cifar10-dir", "/no/such"], "CIFAR10_DIR=/no/such does not exist"),
        (["--cifar100-dir", "/no/such"], "CIFAR100_DIR=/no/such does not exist"),
    ],
)
def test_an_unknown_value_is_one_line_before_anything_is_set_up(arguments, message):
    code = (
        f"import sys; sys.argv[1:] = {arguments!r}\n"
        "from helpers.tools import run, setup\n"
        "setup.ensure = lambda: print('setting up')\n"
        "run.main()"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr.startswith(message) and len(ended.stderr.splitlines()) == 1


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder for notebooks that `run.main` runs, and what it is told on the command line."""
    source = tmp_path / "notebooks"
    source.mkdir()
    monkeypatch.setattr(execution, "NOTEBOOKS", source)
    monkeypatch.setattr(run, "OUT", tmp_path / "out")
    monkeypatch.setattr(run.setup, "ensure", lambda: None)
    monkeypatch.setattr(expected, "speed_here", lambda: None)
    monkeypatch.setattr(sys, "argv", ["run", "--profile", "smoke", "--dataset", "digits"])
    return source


def test_a_failing_notebook_does_not_hide_the_others(course, tmp_path, capsys):
    source = course
    notebook(source / "01_good.ipynb", "print('fine')")
    notebook(source / "02_bad.ipynb", "raise ValueError('broken on purpose')")
    notebook(source / "03_dies.ipynb", "import os; os._exit(1)")
    notebook(source / "04_good.ipynb", "import os; print(os.environ['COURSE_PROFILE'])")
    with pytest.raises(SystemExit) as ended:
        run.main()
    assert ended.value.code == 1
    said = capsys.readouterr().out
    for name, state in (("01_good", "ok"), ("02_bad", "failed"), ("03_dies", "failed")):
        assert re.search(rf"^{name}: running, .* {state} after \d+ s$", said, re.M)
    assert re.search(r"^02_bad +failed +\d+ s  ValueError: broken on purpose$", said, re.M)
    index = (tmp_path / "out" / "index.html").read_text()
    assert "broken on purpose" in index and '<a href="04_good.html">' in index
    assert "smoke" in (tmp_path / "out" / "04_good.ipynb").read_text()
    assert not list((tmp_path / "out").glob(".*"))


def test_the_rest_is_estimated_anew_after_each_notebook(course, monkeypatch, capsys):
    for name in ("01_a", "02_b", "03_c"):
        notebook(course / f"{name}.ipynb", "1")
    monkeypatch.setattr(
        expected, "plan", lambda *known: {"01_a": 100.0, "02_b": 200.0, "03_c": 400.0}
    )
    ended = execution.Outcome("", "ok", 50.0, course / "none", "")
    monkeypatch.setattr(
        execution, "execute", lambda path, *rest: dataclasses.replace(ended, name=path.stem)
    )
    with pytest.raises(SystemExit):
        run.main()
    said = capsys.readouterr().out
    assert "Measuring how fast this machine trains … about 12 minutes in all" in said
    assert "01_a: running, about 2 minutes expected, 12 minutes left in all" in said
    assert "02_b: running, about 2 minutes expected, 5 minutes left in all" in said
    assert "03_c: running, about 2 minutes expected … " in said


@pytest.mark.parametrize("named", [False, True])
def test_a_notebook_that_needs_too_much_memory_is_told_before(course, monkeypatch, capsys, named):
    for name in ("01_small", "02_large"):
        notebook(course / f"{name}.ipynb", "1")
    peaks = {"01_small": 900.0, "02_large": 2_900.0}
    monkeypatch.setattr(times, "peak_memory_mb", lambda name, *known: peaks[name])
    monkeypatch.setattr(memory, "memory_here", lambda: 2_000_000_000)
    if named:
        sys.argv += ["--notebooks", "02"]
    with pytest.raises(SystemExit) as ended:
        run.main()
    said = capsys.readouterr().out
    told = "02_large needs about 3.2 GB of memory; 2.0 GB are free."
    assert said.index(f"Careful: {told}") < said.index("running")
    assert ended.value.code == (0 if named else 1)
    assert ("02_large: left out. " + told in said) == (not named)
    assert (run.OUT / "02_large.ipynb").exists() == named


@pytest.mark.copies
@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_ends_with_the_table_and_leaves_nothing_half_done(tmp_path):
    source = tmp_path / "notebooks"
    source.mkdir()
    notebook(source / "01_loops.ipynb", "open('started', 'w').close()", "while True: pass")
    code = (
        "from helpers.tools import execution, expected, run, setup\n"
        "expected.speed_here = lambda: None\n"
        f"execution.NOTEBOOKS = pathlib.Path({str(source)!r})\n"
        f"run.OUT = pathlib.Path({str(tmp_path / 'out')!r})\n"
        "setup.ensure = lambda: None\n"
        "sys.argv = ['run', '--profile', 'smoke', '--dataset', 'digits']\n"
        "run.main()\n"
    )
    command = start(code, tmp_path / "tmp")
    wait_for((source / "started").exists)
    said = command.stopped_by(signal.SIGINT)
    assert command.process.returncode == 130
    assert "Interrupted." in said and "Read them:" in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["index.html"]


def test_a_working_copy_loses_no_edits_and_shows_no_results_beforehand(tmp_path):
    source, work = tmp_path / "notebooks", tmp_path / "work"
    source.mkdir()
    nbformat.write(executed_notebook(), source / "01_a.ipynb")
    assert lab.copy_missing(source, work) == 1
    copied = nbformat.read(work / "01_a.ipynb", as_version=4)
    assert [cell.outputs for cell in copied.cells] == [[], []]
    (work / "01_a.ipynb").write_text("mine")
    nbformat.write(executed_notebook(), source / "02_b.ipynb")
    assert lab.copy_missing(source, work) == 1
    assert (work / "01_a.ipynb").read_text() == "mine"


def test_make_lists_every_task_and_the_readme_both_commands():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {"setup", "run", "test", "lint", "lab", "publish", "clean"} <= set(TASKS)
    for task in set(TASKS) - {"help"}:
        assert f"make {task}" in listed
        module = task.replace("-", "_")
        assert f"`make {task}`" in readme and f"`python -m helpers.tools.{module}`" in readme
        places = (f"{module}.py", f"{module}/__main__.py")
        assert any((ROOT / "helpers" / "tools" / place).is_file() for place in places)


@pytest.mark.parametrize("task", sorted(set(TASKS) - {"help"}))
def test_a_command_begins_before_the_packages_are_there(task):
    module = "helpers.tools." + task.replace("-", "_")
    module += ".command" if (ROOT / module.replace(".", "/")).is_dir() else ""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {module}"
    began = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert began.returncode == 0, began.stderr


@pytest.mark.parametrize(
    "typed", ["/data/a$b", "/data/it's", '/data/a b"c`d', "/data/$(HOME)", "a,b", "$$x\\y", "a#b"]
)
def test_make_hands_on_what_was_typed(tmp_path, typed):
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.argv[3:])\n")
    python.chmod(0o755)
    for task, variable, option in (
        ("run", "CIFAR10_DIR", "--cifar10-dir"),
        ("run", "CIFAR100_DIR", "--cifar100-dir"),
        ("publish", "CIFAR100_DIR", "--cifar100-dir"),
        ("batch", "GRID", "--grid"),
        ("publish", "CIFAR10_DIR", "--cifar10-dir"),
    ):
        command = ["make", "-s", task, f"PYTHON={python}", f"{variable}={typed}"]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert said.strip() == repr([option, typed])


def test_without_git_the_style_of_what_runs_have_made_does_not_count(tmp_path):
    (tmp_path / ".ruff.toml").write_bytes((ROOT / ".ruff.toml").read_bytes())
    for place in ("runs/course", "build/student", "work", ".venv", ".venv-colab"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "bad.py").write_text("import os, sys")
    (tmp_path / "good.py").write_text("A = 1\n")
    for check in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, "."]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout
    listed = subprocess.run([*command[:3], "check", "--show-files"], cwd=ROOT, capture_output=True)
    assert b"notebooks/01_dense_baseline.ipynb" in listed.stdout


def test_a_checkout_has_the_same_bytes_on_every_system():
    rules = (ROOT / ".gitattributes").read_text("utf-8").splitlines()
    assert "* text=auto eol=lf" in rules and "*.keras binary" in rules
    if (ROOT / ".git").exists():
        asked = ["git", "check-attr", "eol", "binary", "--", "Makefile", "notebooks/models/a.keras"]
        said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert "Makefile: eol: lf" in said and "a.keras: binary: set" in said
