"""Remembers what a long command has finished, so that it goes on there after an interruption."""

import hashlib
import json
import os
from pathlib import Path

from helpers import config, course_version, storage
from helpers.tools import notebook_files

DECIDING = ("COURSE_PRECISION", "CUDA_", "KERAS_", "ONEDNN_", "TF_")  # how variables begin


class Progress:
    """What a command has finished so far, kept in a small JSON file until all of it is done.

    Attributes:
        path: The file; it is there once something is finished.
    """

    def __init__(self, path: Path, command: str) -> None:
        """Reads what the same command has kept; of another one nothing counts.

        Args:
            path: The file.
            command: The `key` of the command's options.
        """
        self.path, self._command = path, command
        kept = _read(path)
        self._finished = kept["finished"] if kept.get("command") == command else {}

    def finished(self, name: str, key: str) -> dict | None:
        """What was told about a part that was finished; None if it has to be done.

        Args:
            name: Its name.
            key: The `key` of all that decides how it comes out.
        """
        kept = self._finished.get(name, {})
        return kept.get("about") if kept.get("key") == key else None

    def add(self, name: str, key: str, **about: object) -> None:
        """Keeps that a part is finished.

        Args:
            name: Its name.
            key: As in `finished`.
            about: Plain data to be told.
        """
        self._finished[name] = {"key": key, "about": about}
        content = {"command": self._command, "finished": self._finished}
        storage.write_whole(self.path, json.dumps(content, indent=1) + "\n")

    def forget(self) -> None:
        """Ends it: the command is through, and begins with the first part the next time."""
        self._finished = {}
        self.path.unlink(missing_ok=True)


def _read(path: Path) -> dict:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        parts = kept["finished"].values()
        return kept if all({"key", "about"} <= set(part) for part in parts) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def key(*decides: object) -> str:
    """Changes with what is named, the course, the packages, and the variables that it looks at.

    Args:
        decides: Plain data.
    """
    variables = sorted(pair for pair in os.environ.items() if pair[0].startswith(DECIDING))
    parts = [course_version.of_course(), config.versions(), variables, *decides]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def sources(path: Path, kinds: tuple[str, ...] = ("code", "markdown")) -> list[str]:
    """A notebook's cells without their outputs, for a `key`.

    Args:
        path: The notebook.
        kinds: Which cells count.

    Raises:
        NotebookError: It is no notebook.
    """
    notebook = notebook_files.read(path)
    return [cell.source for cell in notebook.cells if cell.cell_type in kinds]
