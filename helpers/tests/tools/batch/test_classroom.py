"""Real student copies, handed in: points, states and records on the leaderboard."""

import csv
import re
import sys
from dataclasses import replace

import pytest

from helpers.tests import classroom
from helpers.tests.tools.batch import test_batch
from helpers.tests.tools.batch.test_batch import folder
from helpers.tools.batch import command, grid, kept, pools, wording
from helpers.tools.copies import student

pytestmark = pytest.mark.copies
MINUTES, HANGS = 60, 1  # that a run of a class may take; one that hangs isn't waited for as long

__all__ = ["folder"]


def test_a_class_has_forty_submissions_of_all_kinds(tmp_path):
    pupils = classroom.a_class(tmp_path / "class")
    runs, beside = grid.look(grid.read(tmp_path / "class" / "grid.yml"))
    assert len(pupils) == len(runs) == 40 and not beside
    assert sorted(run.student for run in runs) == sorted(pupils)
    problems = {pupils[run.student] for run in runs if run.problem}
    assert problems == {"bare", "exported", "torn"}
    assert {run.notebook for run in runs} == set(classroom.NAMES)
    assert not command._doubles(runs)


def judge(pupils, out, status):
    """Every student once, in the right state, with the right points, in a file for Excel."""
    assert status == 1 and (out / "points.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (out / "points.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["student"] for row in rows) == sorted(pupils)
    found = {row["student"]: (row["state"], row["points"]) for row in rows}
    wanted = {pupil: wanted_of(kind) for pupil, kind in pupils.items()}
    assert found == wanted
    assert len({row["file"] for row in rows}) == len(rows)


def wanted_of(kind):
    points = classroom.points(kind, 4)
    ended = {"hangs": "timeout", "eats": "memory"}
    failed = ("raises", "asks", "dies", "slip", "guess")
    state = ended.get(kind, "failed" if kind in failed else "ok")
    return ("invalid", "") if points is None else (state, str(points))


@pytest.fixture(scope="module")
def forty(tmp_path_factory):
    """The folder of a class, whose notebooks are mostly short, and the kind of each pupil."""
    folder = tmp_path_factory.mktemp("forty") / "class"
    return folder, classroom.a_class(folder, minutes=MINUTES, every=10)


@pytest.fixture
def impatient(monkeypatch):
    """Lets the submissions that hang have a shorter limit than the others."""
    task = kept.task

    def shorter(run, limits, share):
        hangs = "hangs" in run.student
        return task(run, replace(limits, minutes=HANGS) if hangs else limits, share)

    monkeypatch.setattr(kept, "task", shorter)


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_a_class_of_forty_is_marked(forty, impatient, tmp_path):
    folder, pupils = forty
    wanted = grid.read(folder / "grid.yml")
    runs, beside = grid.look(wanted)
    with kept.locked(tmp_path / "out"), pools.local(2) as pool:
        status = command.run(runs, wanted.limits, tmp_path / "out", pool, False, beside)
    judge(pupils, tmp_path / "out", status)


def test_a_class_is_marked(folder):
    stored = {"right": {"version": 3}, "half": {"encoding": "utf-8-sig"}}
    kinds = ("right", "half", "wrong", "raises", "torn", "asks", "bare")
    for place, kind in enumerate(kinds, 1):
        way = classroom.Way(classroom.ARRIVED[place], **stored.get(kind, {}))
        classroom.hand_in(folder, "01_dense_baseline", kind, kind, way=way)
    settings = "{profile: smoke, dataset: digits, seeds: [[0]]}"
    status, rows = test_batch.start(folder, settings, "{minutes: 60, memory_gb: 6}")
    assert status == 1 and {row["notebook"] for row in rows} == {"01_dense_baseline"}
    found = {row["student"]: row for row in rows}
    states = {name: (row["state"], row["points"]) for name, row in found.items()}
    assert states == {
        "right": ("ok", "4"),
        "half": ("ok", "2"),
        "wrong": ("ok", "0"),
        "raises": ("failed", "0"),
        "asks": ("failed", "0"),
        "torn": ("invalid", ""),
        "bare": ("invalid", ""),
    }
    assert {row["points_possible"] for row in rows} == {"4"}
    assert found["asks"]["error"] == wording.TYPED
    with (folder.parent / "out" / "points.csv").open(encoding="utf-8-sig") as file:
        points = list(csv.DictReader(file))
    assert sorted(row["student"] for row in points) == sorted(kinds)
    models = {row["model"] for row in rows if row["student"] == "right"}
    assert models == {"dense", "dense, shuffled pixels"}
    for row in rows:
        if row["state"] == "ok":
            assert (row["dataset"], row["profile"]) == ("digits", "smoke")
            assert 0 <= float(row["val_accuracy"]) <= 1 and float(row["seconds"]) > 0
            assert int(row["peak_memory_mb"]) > 300


def test_a_handout_is_judged_by_the_course_and_not_by_what_it_brings(folder):
    path = classroom.hand_in(folder, "01_dense_baseline", "half", "eve", student.handout_copy)
    text, count = re.subn(
        r'(HELPERS = \\"\\"\\"\\n",).*?("\\"\\"\\"\\n",)', r"\1\2", path.read_text(), flags=re.S
    )
    assert count == 1
    path.write_text(text)
    settings, limits = "{profile: smoke, dataset: digits, seeds: [[0]]}", "{minutes: 60}"
    status, rows = test_batch.start(folder, settings, limits)
    assert status == 0
    assert {(row["student"], row["points"]) for row in rows} == {("eve", "2")}
