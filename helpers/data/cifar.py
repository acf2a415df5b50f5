"""Reads CIFAR-10 and CIFAR-100 in their official Python layout, trusting nothing they hold.

The files are Python-2 pickles, see `layouts`: batch files of `{labels: list, data: uint8 (rows,
3072), ...}` and one file with the names of the classes. CIFAR-100 has two kinds of labels.
"""

import hashlib
import io
import os
import pickle
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers import storage
from helpers.data import order
from helpers.data.layouts import CIFAR10, LAYOUTS, Layout
from helpers.errors import PlainError


class DataError(PlainError):
    """The data that was asked for can't be had; the message says why and what to do."""


def _latin1(text: str, encoding: str) -> bytes:
    """How Python 3 writes bytes for Python 2."""
    if encoding != "latin1":
        raise DataError(f"it asks for the encoding {encoding!r}. Don't use this file")
    return text.encode("latin1")


_RECONSTRUCT = np.zeros(0).__reduce__()[0]
_FROM_BUFFER = np.zeros(0).__reduce_ex__(5)[0]
# by which names pickles of Python 2 and 3, and of NumPy 1 and 2, ask for the same
_ALLOWED_GLOBALS = {
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy.core.numeric", "_frombuffer"): _FROM_BUFFER,
    ("numpy._core.numeric", "_frombuffer"): _FROM_BUFFER,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _latin1,
}


class _NumpyOnlyUnpickler(pickle.Unpickler):
    """Rebuilds NumPy arrays and plain Python values; refuses every other global."""

    def find_class(self, module: str, name: str):
        if (module, name) not in _ALLOWED_GLOBALS:
            raise DataError(
                f"it asks to load {module}.{name}, which a file of CIFAR never does; "
                "nothing was executed. Don't use this file"
            )
        return _ALLOWED_GLOBALS[module, name]


class Copy(NamedTuple):
    """What a folder holds.

    Attributes:
        arrays: `x_train` uint8 `(50000, 32, 32, 3)`, `y_train` int64 `(50000,)`, `x_test` and
            `y_test` (10,000 alike), each part in an order that comes from its images and labels
            alone (`order.of_content`), not from the files. Of CIFAR-100, the fine labels.
        class_names: Name of each class.
        name: `"CIFAR-10"` or `"CIFAR-100"` if every file has the official MD5, or the set of images
            and labels is the official one, in whatever order; `"CIFAR-10 (JPEG copy)"` if its note
            says so; else `"CIFAR-10 (unverified copy)"`.
        superclass_names: Name of each superclass; empty if there are none.
        superclass_of: The superclass of each class, as an index; empty if there are none.
    """

    arrays: dict[str, np.ndarray]
    class_names: tuple[str, ...]
    name: str
    superclass_names: tuple[str, ...] = ()
    superclass_of: tuple[int, ...] = ()


def read(folder: Path, layout: Layout = CIFAR10) -> Copy:
    """Reads and checks all files of a CIFAR folder.

    Args:
        folder: The folder with the batch files, or the one that holds the official folder.
        layout: Which of the two sets it should be.

    Raises:
        DataError: A file is missing, too large, not a safe pickle, or not shaped like that set.
    """
    if not os.path.isfile(folder / layout.meta) and os.path.isdir(folder / layout.folder):
        folder = folder / layout.folder
    missing = [name for name in layout.files if not os.path.isfile(folder / name)]
    if missing:
        raise DataError(
            f"{folder} is not a complete {layout.name} folder: {', '.join(missing)} not found"
            f"{_instead(folder, layout)}. Expected the {len(layout.files)} files of the official "
            f"Python version, or its archive {layout.archive}."
        )
    contents = {name: _read_file(folder / name, layout) for name in layout.files}
    official = all(
        hashlib.md5(body, usedforsecurity=False).hexdigest() == layout.md5[name]
        for name, body in contents.items()
    )
    meta_path = folder / layout.meta
    meta = _unpickle(contents[layout.meta], meta_path)
    class_names = _names(meta, layout.names, layout.classes, meta_path)
    batches = [_batch(contents.pop(name), folder / name, layout) for name in layout.rows]
    arrays = {
        "x_train": np.concatenate([images for images, _, _ in batches[:-1]]),
        "y_train": np.concatenate([labels for _, labels, _ in batches[:-1]]),
        "x_test": batches[-1][0],
        "y_test": batches[-1][1],
    }
    for part in ("y_train", "y_test"):
        counts = np.bincount(arrays[part], minlength=layout.classes)
        expected = len(arrays[part]) // layout.classes
        if (counts != expected).any():
            wrong = counts[counts != expected][0]
            found = counts.tolist() if layout.classes == 10 else f"{wrong} of one class"
            raise DataError(
                f"{folder}: {part[2:]} images per class are {found}; "
                f"expected {expected:,} of each class."
            )
    superclasses = _superclasses(batches, meta, folder, layout) if layout.superclasses else ()
    sets = {part: _into_own_order(arrays, part) for part in ("train", "test")}
    official = official or sets == order.KNOWN[layout.name]
    return Copy(arrays, class_names, _copy_name(official, meta, layout), *superclasses)


def _superclasses(batches, meta, folder: Path, layout: Layout) -> tuple:
    """The names of the superclasses, and the superclass of each class."""
    key = layout.names.replace(b"fine", b"coarse")
    names = _names(meta, key, layout.superclasses, folder / layout.meta)
    pairs = set()
    for _, labels, coarse in batches:
        pairs |= set(zip(labels.tolist(), coarse.tolist(), strict=True))
    of = dict(pairs)
    if len(pairs) != layout.classes:
        raise DataError(
            f"{folder}: images of one class have different coarse labels; expected one superclass "
            "for each class."
        )
    return names, tuple(of[c] for c in range(layout.classes))


def _into_own_order(arrays: dict[str, np.ndarray], part: str) -> str:
    """Brings a part's images and labels into the order of their content; says which set it is."""
    digested = order.digests(arrays[f"x_{part}"], arrays[f"y_{part}"])
    at = order.of_content(digested)
    for name in (f"x_{part}", f"y_{part}"):
        arrays[name] = arrays[name][at]
    return order.of_set(digested)


def _instead(folder: Path, layout: Layout) -> str:
    """What a folder holds where the files are missing, in brackets; the first names, if many."""
    try:
        names = sorted(path.name for path in folder.iterdir() if path.name not in layout.files)
    except OSError as error:
        return f" ({storage.reason(error)})"
    for other in LAYOUTS:
        if other.name != layout.name and {other.folder, other.archive, other.files[0]} & set(names):
            return f" (there is {other.name}, which {other.variable} names)"
    listed = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return f" (there: {listed})" if names else " (the folder is empty)"


def _read_file(path: Path, layout: Layout) -> bytes:
    try:
        size = path.stat().st_size
        if size > layout.largest_file:
            usual = f"{3_080 * max(layout.rows.values()) / 1e6:.0f} million"
            raise DataError(
                f"{path} has {size:,} bytes; a file of {layout.name} has at most about {usual}."
            )
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} can't be read ({storage.reason(error)}).") from error


def _unpickle(body: bytes, path: Path) -> dict[bytes, object]:
    try:
        record = _NumpyOnlyUnpickler(io.BytesIO(body), encoding="bytes").load()
    except DataError as error:
        raise DataError(f"{path} was refused: {error}.") from None
    except Exception as error:
        known = storage.told(body)
        raise DataError(
            f"{path} {known}" if known else f"{path} can't be read as a file of CIFAR: {error!r}."
        ) from error
    if not isinstance(record, dict):
        raise DataError(f"{path} holds a {type(record).__name__}; expected a dictionary.")
    return {k.encode() if isinstance(k, str) else k: value for k, value in record.items()}


def _batch(body: bytes, path: Path, layout: Layout) -> tuple[np.ndarray, ...]:
    """Images uint8 `(n, 32, 32, 3)`, labels and coarse labels int64 `(n,)` of one batch file."""
    record, count = _unpickle(body, path), layout.rows[path.name]
    rows = record.get(b"data")
    if not isinstance(rows, np.ndarray) or rows.dtype != np.uint8 or rows.shape != (count, 3072):
        found = (
            f"{rows.dtype} {rows.shape}" if isinstance(rows, np.ndarray) else type(rows).__name__
        )
        raise DataError(f"{path}: data is {found}; expected uint8 ({count}, 3072).")
    labels = _labels(record, layout.labels, count, layout.classes, path)
    coarse = labels
    if layout.superclasses:
        key = layout.labels.replace(b"fine", b"coarse")
        coarse = _labels(record, key, count, layout.superclasses, path)
    images = rows.reshape(count, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), labels, coarse


def _labels(record: dict, key: bytes, count: int, classes: int, path: Path) -> np.ndarray:
    """Labels int64 `(count,)`, each from 0 to below `classes`."""
    labels, name = record.get(key), key.decode()
    if not isinstance(labels, list) or len(labels) != count:
        found = f"{len(labels)} values" if isinstance(labels, list) else type(labels).__name__
        raise DataError(f"{path}: {name} are {found}; expected a list of {count:,}.")
    if any(type(label) is not int or not 0 <= label < classes for label in labels):
        raise DataError(f"{path}: a label is not a whole number from 0 to {classes - 1}.")
    return np.array(labels, np.int64)


def _names(meta: dict[bytes, object], key: bytes, count: int, path: Path) -> tuple[str, ...]:
    names = meta.get(key)
    if (
        not isinstance(names, list)
        or len(names) != count
        or any(type(n) not in (bytes, str) for n in names)
    ):
        raise DataError(f"{path}: {key.decode()} should be a list of {count} names.")
    return tuple(n if isinstance(n, str) else n.decode("ascii", "replace") for n in names)


def _copy_name(official: bool, meta: dict[bytes, object], layout: Layout) -> str:
    if official:
        return layout.name
    note = meta.get(b"note", b"")
    jpeg = isinstance(note, bytes) and note.startswith(b"JPEG copy")
    return f"{layout.name} ({'JPEG copy' if jpeg else 'unverified copy'})"
