"""`fit`, the one door to every training, and all that makes it fast, kept and resumable.

Importing it starts TensorFlow without its log lines, so a notebook imports it before Keras.
May import results, data and the rooms below them, never evaluation or models.
New: what decides a result goes into `identity` or `cache`, what only saves time into `speed`.
"""

from helpers.training.hardware import look as machine
from helpers.training.hardware import start

# isort: split
from helpers.training.answers import key_of_answers, predict
from helpers.training.feeding import EVALUATION_BATCH, batches
from helpers.training.fitting import Training, fit, reports_accuracy
from helpers.training.progress import together
from helpers.training.speed import fused, steps_a_call

__all__ = [
    "EVALUATION_BATCH",
    "Training",
    "batches",
    "fit",
    "fused",
    "key_of_answers",
    "machine",
    "predict",
    "reports_accuracy",
    "start",
    "steps_a_call",
    "together",
]
