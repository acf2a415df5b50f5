import importlib

import pytest

from helpers import checks

NOTEBOOKS = sorted({exercise.split(".")[0] for exercise in checks.EXERCISES})
ANSWERS = [
    importlib.import_module(f"helpers.tests.checks.answers_{number}") for number in NOTEBOOKS
]
RIGHT = {number: right for module in ANSWERS for number, right in module.RIGHT.items()}
STUBS = {number: stub for module in ANSWERS for number, stub in module.STUBS.items()}
WRONG = [wrong for module in ANSWERS for wrong in module.WRONG]


@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_right_answers_pass(exercise):
    for answer in RIGHT[exercise]:
        assert checks.verdict(exercise, answer) == ""


@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_the_stub_gets_a_hint(exercise):
    assert "returns nothing yet" in checks.verdict(exercise, STUBS[exercise])


@pytest.mark.parametrize(("exercise", "answer", "hint"), WRONG)
def test_a_wrong_answer_gets_the_hint_that_fits(exercise, answer, hint):
    assert hint in checks.verdict(exercise, answer)


def test_every_exercise_is_tried_on_three_wrong_answers():
    for exercise in checks.EXERCISES:
        assert sum(exercise == tried for tried, _, _ in WRONG) >= 3


@pytest.mark.parametrize("answer", [None, 5, lambda: None, lambda *a: 1 / 0, lambda *a: "x"])
@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_no_answer_stops_the_notebook(exercise, answer, capsys):
    checks.check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith(f"Exercise {exercise}: not yet.") and len(said.splitlines()) == 1


def test_a_right_answer_is_told(capsys):
    checks.check("01.1", RIGHT["01.1"][0])
    assert capsys.readouterr().out == "Exercise 01.1: right.\n"

    def _solution(inputs, units):
        return inputs * units + units

    checks.check("01.1", _solution)
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
