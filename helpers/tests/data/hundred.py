"""A made-up CIFAR-100 folder in the official layout."""

import tarfile
from pathlib import Path

import numpy as np

from helpers.data.layouts import CIFAR100
from helpers.tests.conftest import python2_pickle


def record(name: str) -> dict[bytes, object]:
    """Made-up images; the first four bytes of each are its number, fine labels cycle."""
    count = CIFAR100.rows[name]
    first = 0 if name == "train" else CIFAR100.rows["train"]
    rows = np.zeros((count, 3072), np.uint8)
    numbers = np.arange(first, first + count, dtype="<u4")
    rows[:, :4] = numbers.view(np.uint8).reshape(-1, 4)
    fine = [int(n) % 100 for n in numbers]
    labels = {b"fine_labels": fine, b"coarse_labels": [label * 7 % 20 for label in fine]}
    return labels | {b"data": rows, b"filenames": [], b"batch_label": name.encode()}


def meta() -> dict[bytes, object]:
    """Names of classes and superclasses."""
    return {
        b"fine_label_names": [b"fine %d" % k for k in range(100)],
        b"coarse_label_names": [b"coarse %d" % k for k in range(20)],
    }


def write(folder: Path) -> Path:
    """Writes a complete made-up CIFAR-100 folder and returns it."""
    folder.mkdir(parents=True)
    for name in CIFAR100.rows:
        (folder / name).write_bytes(python2_pickle(record(name)))
    (folder / "meta").write_bytes(python2_pickle(meta()))
    return folder


def packed(folder: Path, archive: Path) -> Path:
    """Packs such a folder as the official archive does, and returns the archive."""
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(folder, CIFAR100.folder)
    return archive
