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
from helpers.data.layouts import CIFAR10, CIFAR100, Layout

NAMED, CACHED, DOWNLOADED, EMBEDDED = "named", "cached", "downloaded", "embedded"


@dataclass(frozen=True)
class Source:
    """Where the data comes from.

    Attributes:
        rung: `"named"`, `"cached"`, `"downloaded"` or `"embedded"`.
        path: Folder or archive with the data; None for the embedded dataset. What was downloaded
            is an archive where Keras' folder can't be written, gone with this process where
            nothing can be.
        tried: What was tried before, in words, for the embedded dataset's banner.
        layout: Which of the two sets it is, or stands in for.
    """

    rung: Literal["named", "cached", "downloaded", "embedded"]
    path: Path | None = None
    tried: tuple[str, ...] = ()
    layout: Layout = CIFAR10


def layout_of(dataset: str, auto: str = "cifar10") -> Layout:
    """Which of the two sets a dataset is, or stands in for.

    Args:
        dataset, auto: As in `load`.

    Raises:
        ValueError: One of them is not known.
    """
    known = {CIFAR10.stem: CIFAR10, CIFAR100.stem: CIFAR100}
    config.choose("auto", auto, list(known))
    known |= {"auto": known[auto]} | {config.EMBEDDED[stem]: known[stem] for stem in known}
    return known[config.choose("dataset", dataset, config.DATASETS)]


def locate(
    dataset: str = "auto", data_dir: str | os.PathLike | None = None, auto: str = "cifar10"
) -> Source:
    """Climbs the data ladder and says where to read, downloading if need be.

    Args:
        dataset, data_dir, auto: As in `load`.

    Raises:
        DataError: The source that was named doesn't exist, or `dataset` is `"cifar10"` or
            `"cifar100"` and every rung failed; the message lists what was tried and how to mend it.
        ValueError: `dataset` or `auto` is not known.
    """
    layout = layout_of(dataset, auto)
    if dataset in config.EMBEDDED.values():
        return Source(EMBEDDED, layout=layout)
    variable = os.environ.get(layout.variable) or None
    named = variable if data_dir in (None, "") else data_dir
    if named is not None:
        path = config.named_path(_text(named))
        if not os.path.exists(path):
            raise DataError(
                f"{path} does not exist. data_dir (or {layout.variable}) should name a folder or a "
                f".tar.gz with {layout.name}'s Python version."
            )
        return Source(NAMED, archives.inside(path, layout), layout=layout)
    tried = [f"no folder or archive named (data_dir or {layout.variable})"]
    for folder in _keras_folders(layout):
        if os.path.isdir(folder):
            try:
                if cifar.read(folder, layout).name == layout.name:
                    return Source(CACHED, folder, layout=layout)
                tried.append("Keras' cache holds files that are not the official ones")
            except (DataError, OSError) as error:
                tried.append(f"Keras' cache can't be used: {error}")
    kept = os.path.isfile(_archive(layout))
    try:
        return Source(CACHED if kept else DOWNLOADED, _download(layout), layout=layout)
    except (download.DownloadError, DataError, OSError) as error:
        tried.append(f"download failed: {error}")
    if dataset == "auto":
        return Source(EMBEDDED, tried=tuple(tried), layout=layout)
    raise DataError(
        f"{layout.name} is not available. Tried:\n"
        + "".join(f"  - {line}\n" for line in tried)
        + f"Get {layout.archive} another way (for example from {layout.mirrors[-1]}) and name it "
        f"with data_dir or {layout.variable}, or use dataset='{config.EMBEDDED[layout.stem]}', "
        "which needs no download."
    )


def _text(named: object) -> str:
    """What was named as data, as text: papermill's `-p` makes a number of a folder like `2024`."""
    if isinstance(named, bool) or not isinstance(named, str | os.PathLike | int):
        raise DataError(
            f"data_dir is {named!r}; expected a folder or an archive, as text. With papermill, "
            "-r data_dir NAME keeps a name as it is."
        )
    return os.fspath(named) if isinstance(named, os.PathLike) else str(named)


def _keras_folders(layout: Layout) -> list[Path]:
    """Where Keras 3.15 and older versions keep a set."""
    base = Path(os.environ.get("KERAS_HOME") or config.named_path("~/.keras")) / "datasets"
    return [base / f"{layout.folder}-target" / layout.folder, base / layout.folder]


def _archive(layout: Layout) -> Path:
    return config.cache_dir() / "downloads" / layout.archive


def _download(layout: Layout) -> Path:
    """Downloads a set and unpacks it where Keras keeps it; one process at a time.

    Returns:
        The folder; the archive, if that can't be written.
    """
    archive = _archive(layout)
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(archive.with_suffix(".lock")):
            folder = _keras_folders(layout)[0]
            if _is_official(folder, layout):
                return folder
            if not archive.exists():
                _fetch(archive, layout)
            return _unpacked(archive, folder, layout)
    except OSError as error:
        if download.is_whole(archive, layout.sha256):  # a cache that is shared, and read only
            return archive
        storage.tell_not_kept(archive.parents[1], storage.reason(error))
    scratch = tempfile.mkdtemp(prefix=f"{layout.stem}-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    return _fetch(Path(scratch) / archive.name, layout)


def _fetch(archive: Path, layout: Layout) -> Path:
    print(f"Downloading {layout.name} ({layout.megabytes} MB) …")
    download.fetch(layout.mirrors, archive, layout.sha256)
    return archive


def _unpacked(archive: Path, folder: Path, layout: Layout) -> Path:
    """The folder, filled, and the archive deleted; the archive, if there is no such folder."""
    try:
        archives.unpack(archive, folder.parent, layout)
    except archives.PlaceError as error:
        print(
            f"{error} {layout.name} is read from the archive in the course's cache (COURSE_CACHE) "
            "each time; KERAS_HOME names another folder than Keras' own."
        )
        return archive
    with contextlib.suppress(OSError):
        archive.unlink()
    return folder


def _is_official(folder: Path, layout: Layout) -> bool:
    try:
        return cifar.read(folder, layout).name == layout.name
    except (DataError, OSError):
        return False
