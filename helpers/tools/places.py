"""Where commands write what they make, also where the course's own folder is read only."""

import os
import sys
from pathlib import Path

from helpers import config


def writable(folder: Path) -> Path:
    """The folder, if it can be written; else one of the same name where `COURSE_RUNS` says.

    Call it when the packages are there.

    Args:
        folder: A folder of the course; it may have to be made. If neither can be written, one line
            tells it and what to do, and the command ends.
    """
    from helpers import storage

    named = os.environ.get("COURSE_RUNS")
    for place in [folder, *([config.runs_dir() / folder.name] if named else [])]:
        why = storage.refusal(place)
        if not why:
            return place
    sys.exit(
        f"{place} can't be written ({why}). Name a folder of your own, as in "
        "COURSE_RUNS=~/cnn-course before the command."
    )
