"""What lies in the folders of a class: notebooks, known by their content, and all else."""

import contextlib
import glob
import io
import itertools
import mimetypes
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from helpers import storage
from helpers.tools.batch import reading

HEAD = 10_000  # bytes that tell what a file is
MOST, DEEPEST = 10_000, 3  # files of an archive that are looked at; archives in archives
OFFICE = {"[Content_Types].xml", "mimetype"}  # in documents, which are ZIP archives, too
UNSEEN = {"__MACOSX", "Thumbs.db", "desktop.ini"}  # what systems add, besides `.names`
KINDS = {"image": "a picture", "video": "a video", "audio": "a recording"}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError)


@dataclass(frozen=True)
class Found:
    """A file that was looked at, or a folder without any.

    Attributes:
        path: Where it lies; in a ZIP archive its own path follows the archive's.
        root: The folder below which students' folders would lie: the one that was named, or the
            one before the first `*`; None for a single file.
        text: The notebook, empty if it can't be run.
        problem: Why it can't be run, or what it is instead of a notebook; empty if it can.
        notebook: Whether it is a notebook, or should be one.
    """

    path: Path
    root: Path | None
    text: str
    problem: str
    notebook: bool


@dataclass(frozen=True)
class _Entry:
    """A file, on a disk or in an archive: its first bytes up to a number are read on demand."""

    path: Path
    read: Callable[[int], bytes]


def find(patterns: list[str]) -> list[Found]:
    """All files that are named, each once, in order; hidden ones are passed over.

    Args:
        patterns: Files, patterns as in a shell, folders or ZIP archives, with all below them.

    Raises:
        FileNotFoundError: One of the patterns names no notebook; the message says what is there.
    """
    found: dict[Path, Found] = {}
    for pattern in patterns:
        here = [one for place, root in _named(pattern) for one in _look(place, root)]
        if not any(one.notebook for one in here):
            there = "".join(f"\n  {one.path} {one.problem}" for one in here[:10])
            raise FileNotFoundError(
                f"notebooks: {pattern} names no notebook (seen from {Path.cwd()}).{there}"
            )
        for one in here:
            found.setdefault(one.path.resolve(), one)
    return list(found.values())


def _named(pattern: str) -> list[tuple[Path, Path | None]]:
    """What a pattern stands for, with the root of each place."""
    named = Path(pattern).expanduser().absolute()
    if named.is_file():
        return [(named, named if zipfile.is_zipfile(named) else None)]
    if named.is_dir():
        return [(named, named)]
    fixed = itertools.takewhile(lambda part: not glob.has_magic(part), named.parts)
    root = Path(*fixed)
    matches = map(Path, sorted(glob.glob(str(named), recursive=True)))
    return [(path, root) for path in matches if not _hidden(path.relative_to(root).parts)]


def _hidden(parts: tuple[str, ...]) -> bool:
    return any(part.startswith((".", "~$")) or part in UNSEEN for part in parts)


def _look(place: Path, root: Path | None) -> Iterator[Found]:
    """A file, or all files of a folder."""
    if not place.is_dir():
        yield from _read(_on_disk(place), root)
        return
    unread: list[OSError] = []
    for name, folders, files in os.walk(place, onerror=unread.append):
        folder = Path(name)
        folders[:] = sorted(each for each in folders if not _hidden((each,)))
        shown = sorted(each for each in files if not _hidden((each,)))
        for link in [each for each in folders if (folder / each).is_symlink()]:
            yield _other(folder / link, root, "is a link to a folder, which is not followed")
        if not shown and not folders:
            yield _other(folder, root, "is an empty folder")
        for file in shown:
            yield from _read(_on_disk(folder / file), root)
    for error in unread:
        yield _other(Path(error.filename), root, f"can't be read ({error.strerror})")


def _on_disk(path: Path) -> _Entry:
    def read(size: int) -> bytes:
        with path.open("rb") as file:
            return file.read(size)

    return _Entry(path, read)


def _read(entry: _Entry, root: Path | None, depth: int = 0) -> Iterator[Found]:
    """What a file is; of an archive, what its files are."""
    named = ".ipynb" in entry.path.name.lower()
    try:
        if not depth and not entry.path.is_file():  # nothing comes from a pipe
            yield Found(entry.path, root, "", "is no file that can be read", named)
            return
        head = entry.read(HEAD)
        if head.startswith(b"PK") and depth < DEEPEST:
            yield from _unpacked(entry, root, depth)
        elif named or reading.begins(head):
            content = entry.read(reading.LARGEST + 1)
            if named or reading.is_notebook(content):
                yield Found(entry.path, root, *reading.text_of(content), notebook=True)
            else:
                yield _other(entry.path, root, kind(entry.path.name, head))
        else:
            yield _other(entry.path, root, kind(entry.path.name, head))
    except RuntimeError:
        yield Found(entry.path, root, "", "is locked with a password", named)
    except _BROKEN as error:
        yield Found(entry.path, root, "", f"can't be read ({error})", named)


def _unpacked(entry: _Entry, root: Path | None, depth: int) -> Iterator[Found]:
    """The files of a ZIP archive; the archive itself if there is no notebook in it."""
    try:
        inner = io.BytesIO(entry.read(10 * reading.LARGEST)) if depth else entry.path
        with zipfile.ZipFile(inner) as archive:
            names = archive.namelist()
            if OFFICE & set(names):
                yield _other(entry.path, root, "is a document of an office program")
                return
            members = [member for member in archive.infolist() if not member.is_dir()]
            entries = [_in_archive(archive, member, entry.path) for member in members]
            shown = [e for e in entries if not _hidden(e.path.relative_to(entry.path).parts)]
            found = [one for each in shown[:MOST] for one in _read(each, root, depth + 1)]
    except _BROKEN as error:
        yield _other(entry.path, root, f"is a damaged ZIP archive ({error})")
        return
    if any(one.notebook for one in found):
        yield from found
        if len(shown) > MOST:
            yield _other(entry.path, root, f"holds more than {MOST:,} files: the rest is not read")
        return
    listed = ", ".join(str(each.path.relative_to(entry.path)) for each in shown[:3])
    more = " …" if len(shown) > 3 else ""
    yield _other(entry.path, root, f"is a ZIP archive without a notebook ({listed}{more})")


def _in_archive(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path) -> _Entry:
    def read(size: int) -> bytes:
        with archive.open(member) as file:
            return file.read(size)

    name = member.filename
    if not member.flag_bits & 0x800:  # not marked as UTF-8, which macOS writes all the same
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return _Entry(place.joinpath(*(part for part in parts if part.strip("/. "))), read)


def kind(name: str, head: bytes) -> str:
    """What a file is that is no notebook, by how it begins or else by its name."""
    known = storage.told(head).split(". ")[0].rstrip(".")
    if known:
        return known
    form = mimetypes.guess_type(name)[0] or ""
    return f"is {KINDS.get(form.split('/')[0]) or form or 'a file of another kind'}"


def _other(path: Path, root: Path | None, what: str) -> Found:
    return Found(path, root, "", what, notebook=False)
