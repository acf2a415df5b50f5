"""Instant feedback on exercises.

`feedback` calls the judge of an exercise; each notebook's judges have a room, `notebook_NN`.
May import every wing below: models, evaluation, training, plots, results, data, photos.
A new exercise: a judge in its notebook's room; what several rooms ask goes into `judging`.
"""

from helpers.checks.feedback import EXERCISES, check, compare_prediction, verdict

__all__ = ["EXERCISES", "check", "compare_prediction", "verdict"]
