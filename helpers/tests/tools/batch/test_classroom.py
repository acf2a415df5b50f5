"""Real student copies, handed in: points, states and records on the leaderboard."""

import csv
import re

import pytest

from helpers.tests import classroom
from helpers.tests.tools.batch import test_batch
from helpers.tests.tools.batch.test_batch import folder
from helpers.tools.batch import command, grid, wording
from helpers.tools.copies import student

pytestmark = pytest.mark.copies

__all__ = ["folder"]


def test_a_class_has_thirty_submissions_of_all_kinds(tmp_path):
    written = classroom.a_class(tmp_path / "class")
    runs = grid.runs(grid.read(tmp_path / "class" / "grid.yml"))
    assert len(written) == len(runs) == 30
    assert sorted(run.student[:4] for run in runs if run.problem) == ["bare", "torn"]
    assert {run.student[:-2] for run in runs} == set(classroom.CLASS)
    assert sorted(run.student[-2:] for run in runs) == [f"{place:02d}" for place in range(30)]
    assert {run.notebook for run in runs} == set(classroom.NAMES)
    assert not command._doubles(runs)


def test_a_class_is_marked(folder):
    stored = {"right": {"version": 3}, "half": {"encoding": "utf-8-sig"}}
    kinds = ("right", "half", "wrong", "raises", "torn", "asks", "bare")
    for place, kind in enumerate(kinds, 1):
        arrived = {"arrived": classroom.ARRIVED[place], **stored.get(kind, {})}
        classroom.hand_in(folder, "01_dense_baseline", kind, kind, **arrived)
    settings = "{profile: smoke, dataset: digits, seeds: [[0]]}"
    status, rows = test_batch.start(folder, settings, "{minutes: 5, memory_gb: 6}")
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
    settings, limits = "{profile: smoke, dataset: digits, seeds: [[0]]}", "{minutes: 30}"
    status, rows = test_batch.start(folder, settings, limits)
    assert status == 0
    assert {(row["student"], row["points"]) for row in rows} == {("eve", "2")}
