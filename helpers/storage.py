"""Files that are written whole or not at all, and read back with suspicion."""

import functools
import hashlib
import io
import os
import re
import zipfile
from pathlib import Path

import numpy as np

# how a file begins that is another one than its name says; what it is, and what to do
_KINDS = {
    rb"version https://git-lfs": "is a Git LFS pointer, which only stands for the file. Run "
    "`git lfs pull`, or download the file itself.",
    rb"(?i)<!doctype html|<html": "is a web page, not the file that it tells of. Download the file "
    "itself (on GitHub: *Download raw file*).",
    rb"%PDF": "is a PDF document.",
    rb"PK\x03\x04": "is a ZIP archive. Unpack it, and take the file from there.",
    rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!": "is a packed archive. Unpack it first.",
}
_MERGE = re.compile(rb"^<{7} .*^={7}\s.*^>{7} ", re.MULTILINE | re.DOTALL)


def told(content: bytes) -> str:
    """What a file is that isn't what it should be, and what to do; empty if that isn't known.

    Args:
        content: The file, or how it begins.
    """
    if not content.strip():
        return f"is empty ({len(content)} bytes). Copy or download it again."
    if _MERGE.search(content):
        return (
            "holds a merge that git couldn't finish (lines with <<<<<<< and >>>>>>>). Take one "
            "side of it: `git checkout --ours FILE` or `--theirs`."
        )
    begin = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((words for pattern, words in _KINDS.items() if re.match(pattern, begin)), "")


def write_whole(path: Path, content: bytes | str) -> None:
    """Writes a file under a temporary name, then renames it: nobody ever sees half of it.

    Args:
        path: The final name; its folder is made.
        content: The bytes, or text that is stored as UTF-8.

    Raises:
        OSError: The folder can't be written or the disk is full; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    name = os.fsencode(path.name)
    short = path.name if len(name) < 200 else hashlib.sha256(name).hexdigest()
    scratch = path.with_name(f".{short}.{os.getpid()}.part")
    try:
        scratch.write_bytes(content.encode() if isinstance(content, str) else content)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def refusal(folder: Path) -> str:
    """Why nothing can be written into a folder, in words; empty if it can. It may have to be made.

    It is tried: rights, a disk that is read only, and a file in its place come to the same.
    """
    nearest = next(place for place in (folder, *folder.parents) if os.path.exists(place))
    probe = nearest / f".course-{os.getpid()}.part"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        return reason(error)
    return ""


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> bool:
    """Keeps named arrays in a cache, as an uncompressed `.npz` file, whole or not at all.

    A cache is an aid: where it can't be written, one line tells it, and all goes on without.

    Args:
        path: The file, in a folder of the cache that is for its kind.
        arrays: Arrays by name.

    Returns:
        Whether they are kept.
    """
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    try:
        write_whole(path, buffer.getvalue())
    except OSError as error:
        tell_not_kept(path.parents[1], reason(error))
        return False
    return True


@functools.cache
def tell_not_kept(cache: Path, why: str) -> None:
    """Says once that nothing can be kept in the course's cache, and what names another one."""
    print(
        f"Not kept for the next time: {cache} can't be written ({why}). COURSE_CACHE names "
        "another folder."
    )


def reason(error: OSError) -> str:
    """What the system says about an error, in words."""
    return error.strerror or str(error)


def read_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """Reads what `write_arrays` wrote; None if there is no such file or it is damaged."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
            return dict(kept)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
