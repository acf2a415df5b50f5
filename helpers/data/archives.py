"""Unpacks an archive of CIFAR-10, tar or ZIP, trusting nothing it finds there."""

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
from helpers.data.cifar import FILES, FOLDER, LARGEST_FILE, DataError

OFFICIAL = "cifar-10-python.tar.gz"
ENDS = (".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tar.xz", ".zip")
_EXPECTED = "Expected the CIFAR-10 Python version as a .tar.gz; copy or download it again."
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)
_BROKEN += (EOFError, OSError, RuntimeError)  # the last one for what is locked, or packed newly
_PACKED = (b"PK\3\4", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")  # how archives begin that are unpacked here
_NO_PLACE = (errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EPERM, errno.EROFS)


class PlaceError(DataError):
    """The folder into which the data should go can't be written."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"{folder} can't be written ({storage.reason(error)}).")


def inside(path: Path) -> Path:
    """The archive in a named folder that holds no batch files but an archive; else the path.

    Args:
        path: A folder or a file.
    """
    if not os.path.isdir(path) or any(os.path.exists(path / name) for name in (*FILES, FOLDER)):
        return path
    listed = sorted(path.iterdir()) if os.access(path, os.R_OK) else []
    found = [one for one in listed if one.name.lower().endswith(ENDS)]
    official = [one for one in found if one.name == OFFICIAL]
    return (official or found)[0] if official or len(found) == 1 else path


def unpack(archive: Path, target: Path) -> Path:
    """Unpacks a CIFAR-10 archive into `target / "cifar-10-batches-py"`, whole or not at all.

    Args:
        archive: A tar archive, compressed or not, or a ZIP archive.
        target: Folder to unpack into; made if it doesn't exist.

    Returns:
        The folder with the batch files.

    Raises:
        DataError: Not an archive, or it holds links, unsafe paths, or no CIFAR-10 files.
        PlaceError: The target can't be written, or the disk is full.
    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(dir=target, prefix=".unpacking-")
    except OSError as error:
        raise PlaceError(target, error) from error
    with scratch:
        names = _extract(archive, Path(scratch.name) / "all", target)
        found = sorted(Path(scratch.name).rglob("batches.meta"))
        if not found:
            listed = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
            raise DataError(
                f"{archive} holds no batches.meta: it is not CIFAR-10's Python version. It holds: "
                f"{listed or 'nothing'}."
            )
        final = target / FOLDER
        try:
            if final.exists():
                shutil.rmtree(final)
            os.replace(found[0].parent, final)
        except OSError as error:
            raise PlaceError(target, error) from error
    return final


def _extract(archive: Path, folder: Path, target: Path) -> list[str]:
    """Extracts CIFAR-10's files into a new folder; returns the names of all files there are."""
    try:
        with archive.open("rb") as file:
            head = file.read(10_000)
    except OSError as error:
        raise DataError(f"{archive} can't be read ({storage.reason(error)}).") from error
    try:
        return (_unzip if head.startswith(b"PK\3\4") else _untar)(archive, folder)
    except _BROKEN as error:
        if getattr(error, "errno", None) in _NO_PLACE:
            raise PlaceError(target, error) from error
        known = "" if head.startswith(_PACKED) else storage.told(head)
        says = f" {known}" if known else f" can't be unpacked ({error})."
        raise DataError(f"{archive}{says} {_EXPECTED}") from error


def _untar(archive: Path, folder: Path) -> list[str]:
    with tarfile.open(archive) as tar:
        members = []
        for member in tar:
            _check(archive, member.name, member.size, member.isfile() or member.isdir())
            if member.isfile():
                member.mode = 0o644
                members.append(member)
        names = [member.name for member in members]
        wanted = _wanted(archive, names)
        # Python before 3.11.4 has no filter; `_check` has refused what it would refuse.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(folder, members=[m for m in members if m.name in wanted], **safely)
    return names


def _unzip(archive: Path, folder: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        members = [member for member in packed.infolist() if not member.is_dir()]
        for member in members:
            _check(archive, member.filename, member.file_size, plain=True)
        names = [member.filename for member in members]
        folder.mkdir()
        for name in _wanted(archive, names):
            with packed.open(name) as content:
                (folder / PurePosixPath(name).name).write_bytes(content.read())
    return names


def _wanted(archive: Path, names: list[str]) -> set[str]:
    """The names of CIFAR-10's files, each at most once."""
    wanted = [name for name in names if PurePosixPath(name).name in FILES]
    files = [PurePosixPath(name).name for name in wanted]
    twice = sorted({name for name in files if files.count(name) > 1})
    if twice:
        raise DataError(f"{archive} holds {', '.join(twice)} more than once: refused.")
    return set(wanted)


def _check(archive: Path, name: str, size: int, plain: bool) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise DataError(f"{archive} wants to write to {name!r}, outside its folder: refused.")
    if not plain:
        raise DataError(f"{archive} holds {name!r}, which is a link or device: refused.")
    if size > LARGEST_FILE:
        raise DataError(f"{archive} holds {name!r} of {size:,} bytes: refused.")
