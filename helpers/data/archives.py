"""Unpacks an archive of CIFAR-10 or CIFAR-100, tar or ZIP, trusting nothing it finds there."""

import errno
import lzma
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from helpers import storage
from helpers.data.cifar import DataError
from helpers.data.layouts import CIFAR10, LAYOUTS, Layout

ENDS = (".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tar.xz", ".zip")
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
_BROKEN += (EOFError, OSError, RuntimeError)  # the last one for what is locked, or packed newly
_PACKED = (b"PK\3\4", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")  # how archives begin that are unpacked here
_NO_PLACE = (errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EPERM, errno.EROFS)


class PlaceError(DataError):
    """The folder into which the data should go can't be written."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"{folder} can't be written ({storage.reason(error)}).")


def inside(path: Path, layout: Layout = CIFAR10) -> Path:
    """The archive in a named folder that holds no batch files but an archive; else the path.

    Args:
        path: A folder or a file.
        layout: Which of the two sets it should be.
    """
    known = (*layout.files, layout.folder)
    if not os.path.isdir(path) or any(os.path.exists(path / name) for name in known):
        return path
    listed = sorted(path.iterdir()) if os.access(path, os.R_OK) else []
    found = [one for one in listed if one.name.lower().endswith(ENDS)]
    official = [one for one in found if one.name == layout.archive]
    return (official or found)[0] if official or len(found) == 1 else path


def unpack(archive: Path, target: Path, layout: Layout = CIFAR10) -> Path:
    """Unpacks a CIFAR archive into its official folder below `target`, whole or not at all.

    Args:
        archive: A tar archive, compressed or not, or a ZIP archive.
        target: Folder to unpack into; made if it doesn't exist.
        layout: Which of the two sets it should be.

    Returns:
        The folder with the batch files.

    Raises:
        DataError: Not an archive, or it holds links, unsafe paths, or not the files of that set.
        PlaceError: The target can't be written, or the disk is full.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(dir=target, prefix=".unpacking-")
    except OSError as error:
        raise PlaceError(target, error) from error
    with scratch:
        names = _extract(archive, Path(scratch.name) / "all", target, layout)
        found = sorted(Path(scratch.name).rglob(layout.meta))
        if not found:
            raise DataError(
                f"{archive} holds no {layout.meta}: it is not {layout.name}'s Python version. "
                f"{_held(names, layout)}"
            )
        final = target / layout.folder
        try:
            if final.exists():
                shutil.rmtree(final)
            os.replace(found[0].parent, final)
        except OSError as error:
            raise PlaceError(target, error) from error
    return final


def _held(names: list[str], layout: Layout) -> str:
    """What an archive holds that isn't the one that was named, in a sentence."""
    files = {PurePosixPath(name).name for name in names}
    for other in LAYOUTS:
        if other.name != layout.name and files >= set(other.files):
            return f"It holds {other.name}, which {other.variable} names."
    listed = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    return f"It holds: {listed or 'nothing'}."


def _extract(archive: Path, folder: Path, target: Path, layout: Layout) -> list[str]:
    """Extracts a set's files into a new folder; returns the names of all files there are."""
    try:
        with archive.open("rb") as file:
            head = file.read(10_000)
    except OSError as error:
        raise DataError(f"{archive} can't be read ({storage.reason(error)}).") from error
    try:
        return (_unzip if head.startswith(b"PK\3\4") else _untar)(archive, folder, layout)
    except _BROKEN as error:
        if getattr(error, "errno", None) in _NO_PLACE:
            raise PlaceError(target, error) from error
        known = "" if head.startswith(_PACKED) else storage.told(head)
        says = f" {known}" if known else f" can't be unpacked ({error})."
        raise DataError(
            f"{archive}{says} Expected the {layout.name} Python version as a .tar.gz; copy or "
            "download it again."
        ) from error


def _untar(archive: Path, folder: Path, layout: Layout) -> list[str]:
    with tarfile.open(archive) as tar:
        members = []
        for member in tar:
            plain = member.isfile() or member.isdir()
            _check(archive, member.name, member.size, layout, plain)
            if member.isfile():
                member.mode = 0o644
                members.append(member)
        names = [member.name for member in members]
        wanted = _wanted(archive, names, layout)
        # Python before 3.11.4 has no filter; `_check` has refused what it would refuse.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(folder, members=[m for m in members if m.name in wanted], **safely)
    return names


def _unzip(archive: Path, folder: Path, layout: Layout) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        members = [member for member in packed.infolist() if not member.is_dir()]
        for member in members:
            _check(archive, member.filename, member.file_size, layout, plain=True)
        names = [member.filename for member in members]
        folder.mkdir()
        for name in _wanted(archive, names, layout):
            with packed.open(name) as content:
                (folder / PurePosixPath(name).name).write_bytes(content.read())
    return names


def _wanted(archive: Path, names: list[str], layout: Layout) -> set[str]:
    """The names of a set's files, each at most once."""
    wanted = [name for name in names if PurePosixPath(name).name in layout.files]
    files = [PurePosixPath(name).name for name in wanted]
    twice = sorted({name for name in files if files.count(name) > 1})
    if twice:
        raise DataError(f"{archive} holds {', '.join(twice)} more than once: refused.")
    return set(wanted)


def _check(archive: Path, name: str, size: int, layout: Layout, plain: bool) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise DataError(f"{archive} wants to write to {name!r}, outside its folder: refused.")
    if not plain:
        raise DataError(f"{archive} holds {name!r}, which is a link or device: refused.")
    named = PurePosixPath(name).name in layout.files
    if size > max(one.largest_file for one in ([layout] if named else LAYOUTS)):
        raise DataError(f"{archive} holds {name!r} of {size:,} bytes: refused.")
