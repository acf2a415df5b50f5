"""Instant feedback on exercises: right, or a hint that fits the mistake."""

import json
import os
from collections.abc import Callable

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
)

EXERCISES: dict[str, Callable[..., str]] = (
    notebook_01.EXERCISES
    | notebook_02.EXERCISES
    | notebook_03.EXERCISES
    | notebook_04.EXERCISES
    | notebook_05.EXERCISES
    | notebook_06.EXERCISES
    | notebook_07.EXERCISES
    | notebook_08.EXERCISES
)


def check(exercise: str, answer: object) -> None:
    """Prints whether an answer is right, or a hint. Never stops the notebook.

    A function whose name begins with `_` is announced as the course's solution. The verdict on
    any other answer is kept in the folder of this run, where a batch counts points.

    Args:
        exercise: Number of the exercise, for example `"01.1"`.
        answer: What the exercise asks for, mostly a function.

    Raises:
        AssertionError: The answer is wrong and nbgrader is grading or validating (it sets
            `NBGRADER_EXECUTION`); it takes every cell that doesn't fail for right.
    """
    hint = verdict(exercise, answer)
    ours = getattr(answer, "__name__", "").startswith("_")
    title = f"Exercise {exercise}" + (", the course's solution" if ours else "")
    print(f"{title}: not yet. {hint}" if hint else f"{title}: right.")
    if not ours:
        _keep(exercise, hint)
        if hint and os.environ.get("NBGRADER_EXECUTION"):
            raise AssertionError(hint)


def _keep(exercise: str, hint: str) -> None:
    kept = {"exercise": exercise, "right": not hint, "hint": hint}
    try:
        storage.write_whole(config.runs_dir() / "checks" / f"{exercise}.json", json.dumps(kept))
    except OSError as error:
        print(f"(This could not be kept for a batch: {error})")


def verdict(exercise: str, answer: object) -> str:
    """The hint for an answer; empty if it is right.

    Raises:
        KeyError: There is no exercise of this number.
    """
    judge = EXERCISES[exercise]
    try:
        return judge(answer)
    except (Exception, SystemExit) as error:
        return f"Your code stopped with {type(error).__name__}: {error}"


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
