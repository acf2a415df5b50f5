"""What a run of a batch has left in its folder, read with suspicion: others wrote it."""

import contextlib
import io
import json
import os
import signal
import stat
import zipfile
from pathlib import Path

from helpers import results

STATES = ("ok", "failed", "memory")
LARGEST, MOST = 5_000_000, 1_000  # bytes of a record, and how many records of a run are read
_FORGED = (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError)
MODELS, MODEL_FILES = 200_000_000, 50  # bytes of all models of a run, files of one


def outcome(path: Path, code: int) -> dict:
    """How a run ended: `state`, `error` and `place`.

    Args:
        path: Where `run_notebook` has written it.
        code: Exit status of that process; it tells if nothing that makes sense was written.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["state"] not in STATES or not all(isinstance(v, str) for v in told.values()):
            raise ValueError
        return {key: told[key] for key in ("state", "error", "place")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        number = signal.Signals(-code).name if code < 0 else f"status {code}"
        said = f"the notebook's process was ended ({number})"
        return {"state": "failed", "error": said, "place": ""}


def notebook(path: Path) -> str | None:
    """Text of the executed notebook; None if there is none."""
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def all_json(folder: Path) -> list[dict]:
    """What can be read among the files that a run has written, oldest first."""
    found = []
    files = [p for p in folder.glob("*.json") if p.is_file() and p.stat().st_size < LARGEST]
    for path in sorted(files, key=lambda p: p.stat().st_mtime_ns)[:MOST]:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            content = printable(json.loads(path.read_text(encoding="utf-8")))
            found += [content] if isinstance(content, dict) else []
    return found


def models(runs: Path) -> dict[str, bytes]:
    """The models that a run has kept for a tracking server: a ZIP archive by record's identity.

    Args:
        runs: The run's own folder for records.
    """
    found: dict[str, bytes] = {}
    left = MODELS
    for entry in sorted((runs / "tracking").glob("[0-9]*"))[:MOST]:
        about, model = entry / "entry.json", entry / "model"
        with contextlib.suppress(*_FORGED):
            if entry.is_symlink() or model.is_symlink() or not _is_plain(about, LARGEST):
                continue
            record = json.loads(about.read_text(encoding="utf-8"))["record"]
            files = _files(model, left)
            left -= sum(path.stat().st_size for path in files)
            if files:
                found[results.waiting.identity(record)] = _zipped(model, files)
    return found


def _is_plain(path: Path, most: int) -> bool:
    """Whether a path is a file, no link and no pipe, of at most so many bytes."""
    told = path.lstat()
    return stat.S_ISREG(told.st_mode) and told.st_size <= most


def _files(folder: Path, most: int) -> list[Path]:
    """The plain files below a folder; none if they are too many or too large together."""
    found: list[Path] = []
    for place, _, names in os.walk(folder):
        found += [Path(place, name) for name in names if _is_plain(Path(place, name), most)]
        if len(found) > MODEL_FILES or sum(path.stat().st_size for path in found) > most:
            return []
    return found


def _zipped(folder: Path, files: list[Path]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in files:
            archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()


def printable(content: object) -> object:
    """The same without characters that no file can hold, or that steer a terminal.

    Raises:
        RecursionError: Plain data that is nested too deeply.
    """
    if isinstance(content, dict):
        return {printable(key): printable(value) for key, value in content.items()}
    if isinstance(content, list):
        return list(map(printable, content))
    if isinstance(content, str):
        plain = content.encode("utf-8", "replace").decode("utf-8")
        return "".join(c if c >= " " or c in "\n\t" else " " for c in plain)
    return content


def end_of(path: Path, most: int = 4_000) -> str:
    """The last bytes of a file, as text."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - most))
        return file.read().decode("utf-8", errors="replace")
