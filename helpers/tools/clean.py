"""Deletes what runs and tools leave behind; keeps batches, tracking, .venv*, models and the cache.

python -m helpers.tools.clean
"""

import shutil
import sys
from pathlib import Path

from helpers import config

FOLDERS = ("build", ".pytest_cache", ".ruff_cache")
TRACKING = ("tracking", "mlflow-artifacts")  # beside them lies mlflow.db, a file


def main() -> None:
    """Deletes the generated folders and Python's compiled files."""
    root = config.course_root()
    doomed = [root / name for name in FOLDERS]
    doomed += [path for path in (root / "runs").glob("*") if not _is_kept(path)]
    for part in ("helpers", "notebooks"):
        doomed += (root / part).rglob("__pycache__")
        doomed += (root / part).rglob(".ipynb_checkpoints")
    for folder in filter(lambda path: path.is_dir(), doomed):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            sys.exit(
                f"{folder} can't be deleted ({error.strerror}). Where the course's folder is read "
                "only, what you have made lies where COURSE_RUNS says, and is yours to delete."
            )
        print(f"deleted {folder.relative_to(root)}/")


def _is_kept(path: Path) -> bool:
    """Whether a folder is kept: results of a batch, and what a tracking server has or shall get.

    They took long, and may be grades.
    """
    return path.name in TRACKING or (path.is_dir() and any(path.rglob("batch.log")))


if __name__ == "__main__":
    main()
