"""The plumbing of the CNN course: loading, training records, figures and checks.

Importing this package alone loads nothing heavy; each module imports what it needs. It comes before
Keras, so it sets aside what a shell says to Keras and the course can't use; `training.start` tells.
"""

import os

_OURS = {"KERAS_BACKEND": "tensorflow", "KERAS_MAX_EPOCHS": "", "KERAS_MAX_STEPS_PER_EPOCH": ""}
_foreign = [f"{n}={os.environ[n]}" for n, ours in _OURS.items() if os.environ.get(n, ours) != ours]
if _foreign:  # processes that this one starts tell, too
    os.environ["COURSE_SET_ASIDE"] = ", ".join(_foreign)
for _name in ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH"):
    os.environ.pop(_name, None)
os.environ["KERAS_BACKEND"] = "tensorflow"
