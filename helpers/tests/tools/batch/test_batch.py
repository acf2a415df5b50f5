"""Whole batches: every run accounted for, resumable, interruptible, one at a time in a folder."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock
from nbformat.v4 import new_code_cell, new_notebook

from helpers import config, storage
from helpers.tests.commands import HEAD, MODULE, PATIENCE, SIGNALS, wait_for
from helpers.tests.notebooks import alive
from helpers.tools.batch import command, grid, kept, pools, runner

pytestmark = pytest.mark.copies

TAGGED = {"tags": ["parameters"]}
RECORD = (
    "import json\n"
    "from helpers import config, storage\n"
    "record = {'kind': 'training', 'dataset': 'digits', 'profile': 'smoke', 'model': 'm',\n"
    "          'val_accuracy': 0.5, 'test_accuracy': 0.4, 'history': {'val_accuracy': [0, 0.5]}}\n"
    "storage.write_whole(config.runs_dir() / 'records' / 'r.json', json.dumps(record))"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def put(folder, name, *sources):
    cells = [new_code_cell("x = None", metadata=TAGGED)] + [new_code_cell(s) for s in sources]
    nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")


def start(folder, parameters="{x: 1}", limits="{minutes: 60, memory_gb: 2}", rerun=False):
    """Runs a batch here, and returns its exit status and the rows of its leaderboard."""
    (folder.parent / "grid.yml").write_text(
        f"notebooks: [in]\nparameters: {parameters}\nlimits: {limits}\n"
    )
    wanted = grid.read(folder.parent / "grid.yml")
    out = folder.parent / "out"
    with kept.locked(out), command._logging(out), pools.local(2) as pool:
        status = command.run(grid.runs(wanted), wanted.limits, out, pool, rerun)
    return status, rows(out)


def rows(out: Path) -> list[dict]:
    with (out / "leaderboard.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_every_run_is_a_row_whatever_happens(folder, capsys):
    put(folder, "good", "print(x)", RECORD)
    put(folder, "raises", RECORD, "raise ValueError('<b>broken</b>')")
    put(folder, "dies", "import os; os._exit(1)")
    (folder / "torn.ipynb").write_text("{", encoding="utf-8")
    status, found = start(folder)
    states = {row["student"]: (row["state"], row["error"]) for row in found}
    assert status == 1 and states["good"] == ("ok", "")
    assert states["raises"] == ("failed", "ValueError: <b>broken</b>")
    assert states["dies"][0] == "failed" and states["dies"][1].startswith("the kernel died: Python")
    assert states["torn"][0] == "invalid" and states["torn"][1].startswith("the file is no noteb")
    good = next(row for row in found if row["student"] == "good")
    assert (good["model"], good["val_accuracy"], good["p_x"]) == ("m", "0.5", "1")
    assert nbformat.read(folder.parent / "out" / good["executed"], 4).cells[0].source == "x = None"
    page = (folder.parent / "out" / "leaderboard.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;broken" in page and "<b>broken" not in page and good["executed"] in page
    shown = capsys.readouterr().out
    assert "4 runs: 0 done before, 1 invalid, 3 to do" in shown
    assert "4 of 4 runs: 2 failed, 1 invalid, 1 ok" in shown
    assert "ValueError" in (folder.parent / "out" / "batch.log").read_text(encoding="utf-8")


def test_a_second_batch_in_the_same_folder_says_so_and_stops(folder):
    out = folder.parent / "out"
    out.mkdir()
    put(folder, "good", "1")
    (folder.parent / "grid.yml").write_text("notebooks: [in]")
    with FileLock(out / ".lock"):
        ended = started_with(folder.parent, "--out", "out")
        said = ended.communicate(timeout=PATIENCE)[0]
    assert ended.returncode == 1 and said.startswith("Another batch is running in ")
    assert len(said.splitlines()) == 1 and [p.name for p in out.iterdir()] == [".lock"]


def started_with(where: Path, *arguments: str) -> subprocess.Popen:
    (where / "tmp").mkdir(exist_ok=True)
    own = {"PYTHONPATH": str(config.course_root()), "TMPDIR": str(where / "tmp")}
    environment = os.environ | own
    program = [sys.executable, "-c", HEAD + MODULE, "helpers.tools.batch"]
    return subprocess.Popen(
        [*program, "--grid", "grid.yml", *arguments],
        cwd=where,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("number", [*SIGNALS, getattr(signal, "SIGKILL", None)])
def test_an_interrupted_batch_leaves_no_process_and_goes_on_later(folder, number):
    put(folder, "a_quick", "1")
    put(folder, "b_slow", f"import os, time\nopen({str(folder / 'pid')!r}, 'w').write("
        "str(os.getpid()))\ntime.sleep(300)")  # fmt: skip
    (folder.parent / "grid.yml").write_text("notebooks: [in]")
    started = started_with(folder.parent, "--out", "out", "--workers", "1")
    wait_for(lambda: (folder / "pid").exists() and (folder / "pid").read_text())
    kernel = int((folder / "pid").read_text())
    os.killpg(started.pid, number)
    said = started.communicate(timeout=PATIENCE)[0]
    wait_for(lambda: not alive(kernel) and not list((folder.parent / "tmp").iterdir()))
    results = [json.loads(p.read_text()) for p in (folder.parent / "out" / "results").iterdir()]
    assert [(r["student"], r["state"]) for r in results] == [("a_quick", "ok")]
    if number != signal.SIGKILL:
        assert started.returncode == 130 and "the same command goes on" in said
        assert [row["student"] for row in rows(folder.parent / "out")] == ["a_quick"]
    put(folder, "b_slow", "1")
    status, found = start(folder, parameters="{}")
    assert status == 0 and [row["student"] for row in found] == ["a_quick", "b_slow"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_a_batch_interrupted_before_anything_is_done_says_so(folder):
    pid = folder / "pid"
    put(folder, "slow", f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(300)")  # fmt: skip
    (folder.parent / "grid.yml").write_text("notebooks: [in]")
    started = started_with(folder.parent, "--out", "out")
    wait_for(lambda: pid.exists() and pid.read_text())
    started.terminate()
    said = started.communicate(timeout=PATIENCE)[0]
    assert started.returncode == 130 and "0 of 1 runs: none" in said and "Traceback" not in said


def test_text_that_no_file_can_hold_stops_nothing(folder):
    source = RECORD.replace("'model': 'm'", "'model': '\\ud800 \\x1b[2J'")
    put(folder, "odd", source)
    states = ["invalid", "ok"]
    if sys.platform != "darwin":  # macOS takes no such name
        name = os.fsdecode(b"M\xfcller.ipynb")
        (folder / name).write_bytes((folder / "odd.ipynb").read_bytes())
        states.append("ok")
    put(folder, "deep", "1")
    deep = json.loads((folder / "deep.ipynb").read_text())
    deep["cells"][0]["source"] = "x = " + "(" * 300 + ")" * 300
    (folder / "deep.ipynb").write_text(json.dumps(deep))
    start(folder)
    status, found = start(folder)  # the second time two results come from the disk
    assert status == 1 and sorted(row["state"] for row in found) == states
    assert {row["model"] for row in found if row["state"] == "ok"} == {"?  [2J"}


def test_files_that_seem_to_be_the_same_students_are_announced(folder, capsys):
    files = ("01_dense_baseline (1)", "ben/Copy of 01_dense_baseline", "ben/old/01_dense_baseline")
    for file in (*files, "week 1/01_dense_baseline", "week 2/01_dense_baseline"):
        (folder / file).parent.mkdir(exist_ok=True)
        put(folder, file, "1")
    start(folder)
    said = capsys.readouterr().out
    assert "2 files are 01_dense_baseline of ben" in said
    assert "/in/ben/Copy of 01_dense_baseline.ipynb, " in said
    assert "3 files are 01_dense_baseline of nobody" in said
    made = rows(folder.parent / "out")
    assert [row["student"] for row in made] == ["no name", "ben", "ben", "no name", "no name"]
    assert len({row["file"] for row in made}) == len(made)


def test_a_full_disk_is_told_and_leaves_no_half_file(folder, monkeypatch):
    put(folder, "good", "1")
    write = Path.write_bytes

    def full(path, content):
        if "executed" in path.parts:
            write(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, content)

    monkeypatch.setattr(storage.Path, "write_bytes", full)
    with pytest.raises(kept.KeptError, match=r"No space left on device.*make room"):
        start(folder)
    left = [path for path in (folder.parent / "out").rglob("*.*") if path.is_file()]
    assert {path.name for path in left} <= {"batch.log", ".lock"}
    monkeypatch.undo()
    monkeypatch.chdir(folder.parent)
    assert start(folder)[0] == 0


def test_a_run_that_finds_the_disk_full_fails_alone(folder, monkeypatch):
    put(folder, "good", "1")

    def full(task, stopped):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(runner, "run", full)
    status, found = start(folder)
    assert status == 1 and "No space left on device" in found[0]["error"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--grid", "no.yml"], "no.yml can't be read"),
        (["--grid", ""], "Name a grid: make batch GRID="),
        (["--workers", "0"], "WORKERS is 0; expected 1 or more."),
        (["--grid", "typo.yml"], "parameters: no notebook has 'y'; they have: x."),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_made(folder, arguments, message):
    put(folder, "good", "1")
    (folder.parent / "grid.yml").write_text("notebooks: [in]")
    (folder.parent / "typo.yml").write_text("notebooks: [in]\nparameters: {y: 1}")
    ended = started_with(folder.parent, "--out", "out", *arguments)
    said = ended.communicate(timeout=PATIENCE)[0]
    assert ended.returncode == 1 and said.startswith(message) and len(said.splitlines()) == 1
    assert not (folder.parent / "out").exists()


def test_runs_that_may_take_all_memory_are_announced():
    with pools.local(3) as pool:
        (line,) = pool.warnings(memory_gb=pool.memory / 1e9)
        assert "3 runs may use" in line and not pool.warnings(memory_gb=0.001)
