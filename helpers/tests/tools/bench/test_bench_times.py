"""The measurement of all notebooks: kept, resumed, and shown in cards and README."""

import json
import re
import subprocess
import sys
import time

import nbformat
import pytest

from helpers import config
from helpers.tests.measured import machine, machines
from helpers.tools import execution, expected, readme_file
from helpers.tools.bench import durations
from helpers.tools.expected import cards, times, yardstick

CARD = (
    "**You will learn**\n\n| | |\n|:--|:--|\n"
    "| **Time** | about 9 minutes of computing in the profile `class`, 70 minutes in `full`, on "
    "two processor cores; two hours to read. For a lesson: sections 1 and 2 |\n"
    "| **Needs** | notebook 05 |"
)


def _notebook(path, expected=None):
    cells = [
        nbformat.v4.new_markdown_cell("# 01 · A\n\nYou try.", id="title"),
        nbformat.v4.new_markdown_cell(CARD, id="card"),
        nbformat.v4.new_code_cell("1", id="one"),
    ]
    course = {"expected_seconds": expected or {"class": 540, "full": 4_200, "smoke": 30}}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"course": course})
    path.write_text(nbformat.writes(made) + "\n", encoding="utf-8")
    return path


def _rows(notebook: str) -> list[str]:
    return nbformat.reads(notebook, as_version=4).cells[1].source.splitlines()


def test_only_the_time_in_a_card_changes(tmp_path):
    before = _notebook(tmp_path / "01_a.ipynb").read_text(encoding="utf-8")
    after = cards.with_time(before, "01_a", machines())
    changed = [row for row in _rows(after) if row not in _rows(before)]
    assert changed == [
        "| **Time** | about 1 minute of computing in the profile `class` on a processor with "
        "native bfloat16 (Fast, 2 cores), 2 on one without (Old, 2 cores); 70 minutes in `full`, "
        "on two processor cores; two hours to read. For a lesson: sections 1 and 2 |"
    ]
    read, old = nbformat.reads(after, as_version=4), nbformat.reads(before, as_version=4)
    assert read.metadata.course.expected_seconds == {"full": 4_200, "smoke": 30}
    assert [read.cells[0], *read.cells[2:]] == [old.cells[0], *old.cells[2:]]
    assert cards.with_time(after, "01_a", machines()) == after
    other = [machine("M", "float32 only", 1, **{"01_a": (600, 1)})]
    (row,) = [row for row in _rows(cards.with_time(after, "01_a", other)) if "**Time**" in row]
    assert "on a processor without native bfloat16 (M); 70 minutes in `full`, on two" in row
    assert "about 10 minutes of computing in the profile `class`" in row


def test_what_was_not_measured_stays_and_a_card_without_time_is_an_error(tmp_path):
    before = _notebook(tmp_path / "01_a.ipynb").read_text(encoding="utf-8")
    assert cards.with_time(before, "02_b", machines()) == before
    with pytest.raises(ValueError, match=r"The card of 01_a needs a row \*\*Time\*\*"):
        cards.with_time(before.replace("**Time**", "**When**"), "01_a", machines())


@pytest.mark.parametrize("path", execution.choose_notebooks(None), ids=lambda path: path.stem)
def test_every_card_of_the_course_can_be_filled(path):
    before = path.read_text(encoding="utf-8")
    made_up = [machine("M", "native bfloat16", 1, **{path.stem: (600, 1)})]
    after = cards.with_time(before, path.stem, made_up)
    assert "about 10 minutes of computing" in after and cards.title(after)[:2] == path.stem[:2]
    pairs = [_after_the_minutes(text) for text in (before, after)]
    assert pairs[0] == pairs[1]


def _after_the_minutes(notebook: str) -> str:
    (row,) = [row for row in _rows(notebook) if row.startswith("| **Time**")]
    return re.search(r"in `full`[^;]*; (.*)", row)[1]


def test_the_table_has_every_machine_and_what_was_not_measured():
    shown = cards.table(machines(), {"01_a": "01 · A", "02_b": "02 · B"}).splitlines()
    assert shown[0].startswith("| Notebook | minutes on Fast, 2 cores (native bfloat16) | minutes")
    assert "| [01 · A](notebooks/01_a.ipynb) | 0.5 | 1.5 | 2.0 | 1.2 GB |" in shown
    assert "| [02 · B](notebooks/02_b.ipynb) | – | – | – | – |" in shown
    assert "| **all** | – | – | – | 1.2 GB |" in shown
    assert "Fast, 2 cores: 3 runs; " in shown[-1] and "oneDNN's kernels alone" in shown[-1]
    whole = cards.table(machines()[:1], {"01_a": "01 · A"})
    assert "| **all** | 0.5 | 0.9 GB |" in whole and "oneDNN" not in whole


@pytest.fixture
def course(monkeypatch, tmp_path):
    """Two notebooks, a README, and a run of a notebook that only leaves a file in the cache."""
    paths = [_notebook(tmp_path / f"0{n}_{name}.ipynb") for n, name in ((1, "a"), (2, "b"))]
    readme = tmp_path / "README.md"
    readme.write_text("Hello\n<!-- times: begin -->\n<!-- times: end -->\n", encoding="utf-8")
    monkeypatch.setattr(readme_file, "PATH", readme)
    monkeypatch.setattr(times, "PATH", tmp_path / "times.json")
    monkeypatch.setattr(execution, "choose_notebooks", lambda wanted: paths)
    monkeypatch.setattr(durations.os, "environ", dict(durations.os.environ))
    speed = yardstick.Speed("M, 2 cores", "float32", 1_000.0)
    monkeypatch.setattr(expected, "speed_here", lambda force: speed)
    seen, seconds = [], iter([10.0, 20.0, 30.0, 40.0, 50.0, 60.0])

    def execute(source, target, settings, tick):
        cache = tmp_path / "runs" / "bench" / "times" / "cache"
        assert settings["COURSE_CACHE"] == str(cache) and settings["COURSE_PROFILE"] == "class"
        cache.mkdir(parents=True, exist_ok=True)
        seen.append((source.stem, sorted(file.name for file in cache.iterdir())))
        (cache / source.stem).touch()
        took = next(seconds)
        if took == 30.0:
            (cache / "half").touch()
            raise KeyboardInterrupt
        return execution.Outcome(source.stem, "ok", took, target, "")

    monkeypatch.setattr(execution, "execute", execute)
    return readme, paths, seen


def test_an_interrupted_measurement_goes_on_where_it_was(course, tmp_path):
    readme, paths, seen = course
    with pytest.raises(SystemExit):
        durations.main(2)
    assert not times.PATH.exists() and "Hello\n<!-- times: begin -->\n<!--" in readme.read_text()
    durations.main(2)
    assert seen == [
        ("01_a", []),
        ("02_b", ["01_a"]),
        ("01_a", []),
        ("01_a", []),  # nothing of what was interrupted is left
        ("02_b", ["01_a"]),
    ]
    (entry,) = times.load()
    found = entry["profiles"]["class"]["notebooks"]
    assert {name: one["seconds"] for name, one in found.items()} == {"01_a": 25, "02_b": 35}
    assert (entry["yardstick"], entry["kind"]) == (1_000, "float32 only")
    assert "| [01 · A](notebooks/01_a.ipynb) | 0.4 |" in readme.read_text(encoding="utf-8")
    for path in paths:
        assert "without native bfloat16 (M, 2 cores)" in path.read_text(encoding="utf-8")
    assert not list((config.runs_dir() / "bench").iterdir())


def test_other_machines_stay_and_another_version_begins_anew(course):
    _, paths, seen = course
    times.PATH.write_text(times.text(machines()), encoding="utf-8")
    with pytest.raises(SystemExit):
        durations.main(2)
    _notebook(paths[0], {"full": 1})
    durations.main(1)
    assert [name for name, _ in seen] == ["01_a", "02_b", "01_a", "01_a", "02_b"]
    assert [one["machine"] for one in times.load()[:3]] == [one["machine"] for one in machines()]
    assert times.load()[3]["profiles"]["class"]["notebooks"]["01_a"]["seconds"] == 40


def test_a_notebook_that_fails_ends_the_measurement(course, monkeypatch, tmp_path):
    failed = execution.Outcome("01_a", "failed", 1.0, tmp_path / "x.ipynb", "NameError: n")
    monkeypatch.setattr(execution, "execute", lambda *a: failed)
    with pytest.raises(SystemExit, match="failed: NameError: n"):
        durations.main(1)
    state = json.loads((config.runs_dir() / "bench" / "times.json").read_text())
    assert state["rounds"][0]["notebooks"] == {} and not times.PATH.exists()


def test_the_memory_of_children_of_children_counts(monkeypatch):
    monkeypatch.setattr(durations, "EVERY", 0.05)
    inner = "x = b'1' * 150_000_000; print(flush=True); input()"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        durations.Peak() as peak,
        subprocess.Popen([sys.executable, "-c", outer], **pipes) as run,
    ):
        run.stdout.readline()
        for _ in range(200):
            if peak.bytes > 150e6:
                break
            time.sleep(0.05)
        run.communicate(b"\n")
    assert peak.bytes > 150e6
