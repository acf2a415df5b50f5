"""Instant feedback on exercises: right, or a hint that fits the mistake."""

import json
import os
from collections import Counter
from pathlib import Path

from helpers import config, results, storage
from helpers.checks import (
    notebook_01,
    notebook_02,
    notebook_03,
    notebook_04,
    notebook_05,
    notebook_06,
    notebook_07,
    notebook_08,
    notebook_09,
    notebook_10,
    notebook_11,
    notebook_12,
    notebook_13,
)
from helpers.checks.calling import Hint, guarded
from helpers.checks.judging import Judge, Unrecognised

EXERCISES: dict[str, Judge] = (
    notebook_01.EXERCISES
    | notebook_02.EXERCISES
    | notebook_03.EXERCISES
    | notebook_04.EXERCISES
    | notebook_05.EXERCISES
    | notebook_06.EXERCISES
    | notebook_07.EXERCISES
    | notebook_08.EXERCISES
    | notebook_09.EXERCISES
    | notebook_10.EXERCISES
    | notebook_11.EXERCISES
    | notebook_12.EXERCISES
    | notebook_13.EXERCISES
)
_tries: Counter[str] = Counter()


def check(exercise: str, answer: object, *, solution: bool = False) -> None:
    """Prints whether an answer is right, or a hint. No answer stops the notebook.

    Hints for a mistake that isn't known come in steps, one more with each try. The verdict is kept
    in the folder of this run, where a batch counts points; a right answer stays right.

    Args:
        exercise: Number of the exercise, for example `"01.1"`.
        answer: What the exercise asks for, a function.
        solution: Whether this is the course's own, for which there are no points.

    Raises:
        AssertionError: The answer is wrong and nbgrader is grading or validating (it sets
            `NBGRADER_EXECUTION`); it takes every cell that doesn't fail for right.
        ValueError: There is no exercise of this number.
    """
    hint = verdict(exercise, answer)
    title = f"Exercise {exercise}" + (", the course's solution" if solution else "")
    print(f"{title}: not yet. {hint}" if hint else f"{title}: {praise(exercise)}")
    if not solution:
        _keep(exercise, hint)
        if hint and os.environ.get("NBGRADER_EXECUTION"):
            raise AssertionError(hint)


def verdict(exercise: str, answer: object) -> str:
    """The hint for an answer; empty if it is right.

    Raises:
        ValueError: There is no exercise of this number.
    """
    if exercise not in EXERCISES:
        raise ValueError(
            f"There is no exercise {exercise!r}; expected a number from '01.1' to "
            f"{max(EXERCISES)!r}, as its title has it."
        )
    judge = EXERCISES[exercise]
    try:
        judge(guarded(answer))
    except Unrecognised as error:
        _tries[exercise] += 1
        return error.steps[min(_tries[exercise], len(error.steps)) - 1]
    except Hint as error:
        return str(error)
    except Exception as error:
        return (
            f"The check itself stopped with {type(error).__name__}: {error}. That may be a mistake "
            "of the course: show it to your teacher, with your answer."
        )
    return ""


def praise(exercise: str) -> str:
    """What is said of a right answer: a network is not trained yet."""
    return getattr(EXERCISES[exercise], "praise", "right.")


def _keep(exercise: str, hint: str) -> None:
    path = config.runs_dir() / "checks" / f"{exercise}.json"
    try:
        if hint and _was_right(path):
            return
        kept = {"exercise": exercise, "right": not hint, "hint": hint}
        storage.write_whole(path, json.dumps(kept))
    except OSError as error:
        print(f"(This could not be kept for a batch: {error})")


def _was_right(path: Path) -> bool:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["right"] is True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def compare_prediction(
    predicted: float | None, measured: float, *, difference: bool = False
) -> None:
    """Prints how far a written-down prediction was from what was measured.

    Args:
        predicted: The student's guess, 0 to 1; None if there is none.
        measured: The result, 0 to 1.
        difference: Whether both are differences of accuracies, -1 to 1, to be told in points.
    """
    words = results.points if difference else results.percent
    told = f"Measured: {words(measured)}."
    if predicted is None:
        print(f"{told} Write your guess into the cell above, then compare.")
    elif not isinstance(predicted, int | float) or not (-1 if difference else 0) <= predicted <= 1:
        print(f"Your guess is {predicted!r}; write a share, as in 0.25 for 25 %. {told}")
    else:
        apart = results.points(abs(predicted - measured))
        print(f"You guessed {words(predicted)}, measured was {words(measured)}: {apart} apart.")
