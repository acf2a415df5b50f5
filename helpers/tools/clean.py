"""Deletes what runs and tools leave behind; keeps batches, .venv*, work/, models and the cache.

python -m helpers.tools.clean
"""

import shutil
import sys
from pathlib import Path

from helpers import config

FOLDERS = ("build", ".pytest_cache", ".ruff_cache")


def main() -> None:
    """Deletes the generated folders and Python's compiled files."""
    root = config.course_root()
    doomed = [root / name for name in FOLDERS]
    doomed += [path for path in (root / "runs").glob("*") if not _is_batch(path)]
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


def _is_batch(path: Path) -> bool:
    """Whether results of a batch lie in a folder or below; they took long and may be grades."""
    return path.is_dir() and any(path.rglob("batch.log"))


if __name__ == "__main__":
    main()
