"""Instant feedback on exercises.

`feedback` calls the judge of an exercise; each notebook's judges have a room, `notebook_NN`.
`calling` runs an answer safely, `judging` compares it on cases, `networks` looks at a network.
May import every wing below: models, evaluation, training, plots, results, data, photos.
A new exercise: a judge in its notebook's room, mostly one call of `judging.by_cases`.
"""

from helpers.checks.feedback import EXERCISES, check, compare_prediction, praise, verdict

__all__ = ["EXERCISES", "check", "compare_prediction", "praise", "verdict"]
