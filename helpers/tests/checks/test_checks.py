import importlib
import json

import pytest

from helpers import checks
from helpers.checks import calling, feedback

NOTEBOOKS = sorted({exercise.split(".")[0] for exercise in checks.EXERCISES})
ANSWERS = [
    importlib.import_module(f"helpers.tests.checks.answers_{number}") for number in NOTEBOOKS
]
RIGHT = {number: right for module in ANSWERS for number, right in module.RIGHT.items()}
STUBS = {number: stub for module in ANSWERS for number, stub in module.STUBS.items()}
WRONG = [wrong for module in ANSWERS for wrong in module.WRONG]
MISTAKES = [
    (exercise, hint, mistake)
    for exercise, judge in checks.EXERCISES.items()
    for hint, mistake in getattr(judge, "mistakes", ())
]


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Right answers may take long where other tests compute, too."""
    monkeypatch.setattr(calling, "SECONDS", 600.0)


@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_right_answers_pass(exercise):
    for answer in RIGHT[exercise]:
        assert checks.verdict(exercise, answer) == ""


@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_the_stub_gets_a_hint(exercise):
    assert "returns nothing yet" in checks.verdict(exercise, STUBS[exercise])


@pytest.mark.parametrize(("exercise", "answer", "hint"), WRONG)
def test_a_wrong_answer_gets_the_hint_that_fits(exercise, answer, hint):
    feedback._tries.clear()
    assert hint in checks.verdict(exercise, answer)


@pytest.mark.parametrize(("exercise", "hint", "mistake"), MISTAKES)
def test_every_known_mistake_gets_its_own_hint(exercise, hint, mistake):
    assert checks.verdict(exercise, mistake) == hint


def test_hints_for_an_unknown_mistake_come_in_steps(capsys):
    feedback._tries.clear()
    told = [checks.verdict("01.1", lambda inputs, units: 5) for _ in range(4)]
    assert len(set(told)) == 3 and told[2] == told[3]
    assert "bias" not in told[0] and "bias" in told[2]


@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_an_untouched_stub_is_told_nothing_of_the_way(exercise):
    assert checks.verdict(exercise, STUBS[exercise]) == "The function returns nothing yet."


def test_a_loop_without_end_is_stopped():
    def endless(inputs, units):
        while True:
            units += inputs

    with pytest.raises(calling.Hint, match=r"ran for 0\.2 seconds"):
        calling.guarded(endless, seconds=0.2)(1, 2)


def test_a_right_answer_stays_right(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))
    kept = tmp_path / "checks" / "01.1.json"
    checks.check("01.1", lambda i, u: i * u)
    assert not json.loads(kept.read_text())["right"]
    checks.check("01.1", lambda i, u: i * u + u)
    checks.check("01.1", lambda i, u: i * u)
    assert json.loads(kept.read_text())["right"]


def test_an_own_function_that_begins_with_a_line_counts(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))

    def _mine(inputs, units):
        return inputs * units + units

    checks.check("01.1", _mine, solution=True)
    assert not (tmp_path / "checks").exists()
    checks.check("01.1", _mine)
    assert json.loads((tmp_path / "checks" / "01.1.json").read_text())["right"]


def test_every_exercise_is_tried_on_three_wrong_answers():
    for exercise in checks.EXERCISES:
        assert sum(exercise == tried for tried, _, _ in WRONG) >= 3


@pytest.mark.parametrize("answer", [None, 5, lambda: None, lambda *a: 1 / 0, lambda *a: "x"])
@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_no_answer_stops_the_notebook(exercise, answer, capsys):
    checks.check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith(f"Exercise {exercise}: not yet.") and len(said.splitlines()) == 1


def test_a_number_that_no_exercise_has_is_an_error_that_says_how_they_look():
    with pytest.raises(ValueError, match=r"no exercise '1.1'; .* from '01.1' to '13.4'"):
        checks.check("1.1", RIGHT["01.1"][0])


def test_a_right_answer_is_told(capsys):
    checks.check("01.1", RIGHT["01.1"][0])
    assert capsys.readouterr().out == "Exercise 01.1: right.\n"

    def _solution(inputs, units):
        return inputs * units + units

    checks.check("01.1", _solution, solution=True)
    assert capsys.readouterr().out == "Exercise 01.1, the course's solution: right.\n"


def test_a_prediction_is_compared(capsys):
    checks.compare_prediction(0.3, 0.55)
    assert "25.0 points apart" in capsys.readouterr().out
    checks.compare_prediction(None, 0.55)
    assert "Measured: 55.0 %" in capsys.readouterr().out
    checks.compare_prediction(0.05, 0.09, difference=True)
    assert (
        "guessed 5.0 points, measured was 9.0 points: 4.0 points apart" in capsys.readouterr().out
    )
    for wrong in (70, -0.5, "0.7", [0.7]):
        checks.compare_prediction(wrong, 0.55)
        assert "write a share, as in 0.25" in capsys.readouterr().out
