"""Fixtures: no network, a cache and records of each test's own, a made-up CIFAR-10 folder."""

import base64
import io
import os
import pickle
import socket
import struct
from pathlib import Path

import numpy as np
import pytest

from helpers import config
from helpers.data.layouts import CIFAR10

ROWS = 10_000
TRAIN_FILES = tuple(CIFAR10.rows)[:-1]
NOT_FOR_TESTS = ("CIFAR10_DIR", "CIFAR100_DIR", "COURSE_PROFILE", "COURSE_DATASET")
NOT_FOR_TESTS += ("COURSE_TRACKING", "MLFLOW_TRACKING_URI", "COURSE_EXECUTION")
CLASS_NAMES = [b"airplane", b"automobile", b"bird", b"cat", b"deer"]
CLASS_NAMES += [b"dog", b"frog", b"horse", b"ship", b"truck"]


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    """Nothing a test does reaches the user's cache, records, data or the network."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for name in NOT_FOR_TESTS:
        monkeypatch.delenv(name, raising=False)
    connect = socket.socket.connect

    def only_loopback(self, address):
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "localhost", "::1"):
            raise OSError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_loopback)


class _Python2Pickler(pickle._Pickler):
    """Writes byte strings as Python 2 wrote its strings, as the official files have them."""

    dispatch = dict(pickle._Pickler.dispatch)  # noqa: RUF012 (the standard library's own pattern)

    def save_bytes(self, value: bytes) -> None:
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes


def python2_pickle(record: object) -> bytes:
    """A protocol-2 pickle as Python 2 and an old NumPy wrote it."""
    file = io.BytesIO()
    _Python2Pickler(file, protocol=2).dump(record)
    return file.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def batch(start: int) -> dict[bytes, object]:
    """10,000 made-up images; the first four bytes of each are its number, the labels cycle."""
    rows = np.zeros((ROWS, 3072), np.uint8)
    numbers = np.arange(start, start + ROWS, dtype="<u4")
    rows[:, :4] = numbers.view(np.uint8).reshape(-1, 4)
    return {b"labels": [int(n) % 10 for n in numbers], b"data": rows}


def numbers(images: np.ndarray) -> np.ndarray:
    """The number that each made-up image carries in its first four red values, `(n,)`."""
    return np.ascontiguousarray(images[:, 0, :4, 0]).view("<u4").ravel()


def write_batches(folder: Path, meta: dict[bytes, object] | None = None) -> Path:
    """Writes a complete made-up CIFAR-10 folder and returns it."""
    folder.mkdir(parents=True)
    for k, name in enumerate((*TRAIN_FILES, "test_batch")):
        (folder / name).write_bytes(python2_pickle(batch(k * ROWS)))
    content = {b"label_names": CLASS_NAMES} | (meta or {})
    (folder / "batches.meta").write_bytes(python2_pickle(content))
    return folder


def linked(folder: Path, target: Path) -> Path:
    """A copy of a folder of files that a test may spoil; unchanged files are links."""
    target.mkdir()
    for path in folder.iterdir():
        os.link(path, target / path.name)
    return target


def spoil(path: Path, content: bytes) -> None:
    """Writes another content where a link stood; what it led to stays."""
    path.unlink()
    path.write_bytes(content)


@pytest.fixture(scope="session")
def cifar_folder(tmp_path_factory) -> Path:
    """A complete folder in the official layout; tests don't change it."""
    return write_batches(tmp_path_factory.mktemp("data") / CIFAR10.folder)


@pytest.fixture(scope="session")
def data():
    """A dataset on which a training takes a second."""
    from helpers.tests import tiny

    return tiny.dataset()


@pytest.fixture
def settings() -> config.Settings:
    """Settings for it: three epochs."""
    return config.resolve("00_test", "dense", dataset="digits", profile="smoke", epochs=3)


@pytest.fixture
def figure_shown(monkeypatch):
    """A function that checks that one figure was shown, and returns its alt text."""
    from helpers.plots import style

    kept = []
    monkeypatch.setattr(style, "display", lambda data, **options: kept.append((data, options)))

    def alt_text() -> str:
        ((data, options),) = kept
        alt = options["metadata"]["image/png"]["alt"]
        assert options["raw"] and data["text/plain"] == alt
        assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
        return alt

    return alt_text
