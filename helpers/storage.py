"""Files that are written whole or not at all, and read back with suspicion."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np


def write_whole(path: Path, content: bytes | str) -> None:
    """Writes a file under a temporary name, then renames it: nobody ever sees half of it.

    Args:
        path: The final name; its folder is made.
        content: The bytes, or text that is stored as UTF-8.

    Raises:
        OSError: The folder can't be written or the disk is full; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        scratch.write_bytes(content.encode() if isinstance(content, str) else content)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Writes named arrays as an uncompressed `.npz` file, whole or not at all."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    write_whole(path, buffer.getvalue())


def read_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """Reads what `write_arrays` wrote; None if there is no such file or it is damaged."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
            return dict(kept)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
