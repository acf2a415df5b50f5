"""Folders that appear whole or not at all, and errors of the disk in words."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from helpers import storage
from helpers.models.conversions import ExportError


@contextlib.contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A scratch folder that gets the name of `folder` when the block ends without an error.

    What stood there before is replaced then, not earlier.

    Args:
        folder: The final name; the folder that it lies in is made.

    Raises:
        ExportError: It can't be written; what stood there before still does.
    """
    scratch = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    with told_plainly(folder):
        try:
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(parents=True)
            yield scratch
            _replace(folder, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _replace(folder: Path, new: Path) -> None:
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """Lets what the system says about a file or folder be said in one sentence.

    Raises:
        ExportError: The block has raised an OSError.
    """
    try:
        yield
    except OSError as error:
        why = storage.reason(error)
        raise ExportError(f"{path} can't be written ({why}); name another place.") from error
