"""Deletes what runs and tools leave behind; keeps .venv*, work/, models and the training cache.

python -m helpers.tools.clean
"""

import shutil

from helpers import config

FOLDERS = ("runs", "build", ".pytest_cache", ".ruff_cache")


def main() -> None:
    """Deletes the generated folders and Python's compiled files."""
    root = config.course_root()
    doomed = [root / name for name in FOLDERS]
    for part in ("helpers", "notebooks"):
        doomed += (root / part).rglob("__pycache__")
        doomed += (root / part).rglob(".ipynb_checkpoints")
    for folder in filter(lambda path: path.is_dir(), doomed):
        shutil.rmtree(folder)
        print(f"deleted {folder.relative_to(root)}/")


if __name__ == "__main__":
    main()
