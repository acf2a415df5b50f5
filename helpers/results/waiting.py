"""What a tracking server shall get, kept in `runs/tracking` until it has it.

An entry is a folder: `entry.json`, and what belongs to it (`model/`, `executed.ipynb`). Its name
begins with the time, so that names in order are entries in order.
"""

import contextlib
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from helpers import config, course_version, storage

_PROCESS = uuid.uuid4().hex
TESTED = ("test_accuracy", "test_loss", "test_looks")  # come later than the rest of a record


def folder() -> Path:
    """Where entries lie."""
    return config.runs_dir() / "tracking"


def origin() -> dict:
    """Where a record comes from that is written now: which execution, of which course."""
    execution = os.environ.get("COURSE_EXECUTION") or _PROCESS
    return {"execution": execution, "course_version": course_version.of_course()[:12]}


def identity(record: dict, batch_run: str = "") -> str:
    """The same for a record before and after its test, and for nothing else.

    Args:
        record: Any record.
        batch_run: Which run of a batch it comes from, if it does: two of them can write the same.
    """
    lasting = {key: value for key, value in record.items() if key not in TESTED}
    if isinstance(lasting.get("parameters"), dict):  # Keras counts optimizers in their names
        told = lasting["parameters"].get("optimizer")
        if isinstance(told, dict):
            nameless = {key: value for key, value in told.items() if key != "name"}
            lasting["parameters"] = lasting["parameters"] | {"optimizer": nameless}
    text = json.dumps([lasting, batch_run], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def put(record: dict, origin: dict, fill: Callable[[Path], None] | None = None) -> Path:
    """Keeps a record for a tracking server.

    Args:
        record: What `records` writes, or `{"kind": "notebook", …}` for an executed notebook.
        origin: As the function `origin` gives it; of a run of a batch also `batch_run`, and the
            facts about that run.
        fill: Writes what belongs to it into a folder that it is given.

    Returns:
        The entry's folder; it is there whole or not at all.

    Raises:
        OSError: It can't be written; nothing is left behind.
    """
    name = f"{time.time_ns():020d}-{identity(record, origin.get('batch_run', ''))}"
    scratch = folder() / f".{name}.{os.getpid()}.part"
    try:
        scratch.mkdir(parents=True)
        if fill:
            fill(scratch)
        content = json.dumps({"record": record, "origin": origin}, indent=1)
        storage.write_whole(scratch / "entry.json", content + "\n")
        return scratch.rename(folder() / name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def entries(place: Path | None = None) -> list[Path]:
    """The folders of all entries, oldest first; those that can't be read are left out."""
    place = place or folder()
    return sorted(path.parent for path in place.glob("[0-9]*/entry.json"))


def coming() -> Iterator[Path]:
    """All entries, oldest first, then those that have come while these were worked through."""
    seen: set[Path] = set()
    while new := [entry for entry in entries() if entry not in seen]:
        seen.update(new)
        yield from new


def refused() -> list[Path]:
    """The folders of the entries that were put aside."""
    return entries(folder() / "refused")


def read(entry: Path) -> tuple[dict, dict]:
    """Record and origin of an entry.

    Raises:
        ValueError: It isn't one.
        OSError: It can't be read.
    """
    content = json.loads((entry / "entry.json").read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not {"record", "origin"} <= set(content):
        raise ValueError(f"{entry.name} is no entry")
    return content["record"], content["origin"]


def drop(entry: Path) -> None:
    """Deletes an entry that the server has."""
    shutil.rmtree(entry, ignore_errors=True)


def refuse(entry: Path) -> Path:
    """Puts an entry aside that the server doesn't take, and returns its new place."""
    aside = folder() / "refused" / entry.name
    aside.parent.mkdir(parents=True, exist_ok=True)
    return entry.rename(aside)


def state(record: dict, batch_run: str = "") -> str:
    """Identity of a record, and how often it was tested: a later test is to be sent, too."""
    tests = record.get("test_looks", int(record.get("test_accuracy") is not None))
    return f"{identity(record, batch_run)}-{tests}"


def sent(uri: str) -> set[str]:
    """States of the records that a server has got."""
    with contextlib.suppress(OSError):
        return set(_ledger(uri).read_text(encoding="utf-8").split())
    return set()


def note_sent(uri: str, record: dict, origin: dict) -> None:
    """Writes down that a server has got a record."""
    path = _ledger(uri)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as ledger:
        ledger.write(state(record, origin.get("batch_run", "")) + "\n")


def forget_sent(uri: str) -> None:
    """Forgets what a server has got: it begins anew."""
    _ledger(uri).unlink(missing_ok=True)


def _ledger(uri: str) -> Path:
    return folder() / "sent" / f"{hashlib.sha256(uri.encode()).hexdigest()[:12]}.txt"
