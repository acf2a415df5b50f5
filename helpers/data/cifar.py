"""Reads CIFAR-10 in its official Python layout, trusting nothing it finds there.

Format: https://www.cs.toronto.edu/~kriz/cifar.html (Krizhevsky, "Learning Multiple Layers of
Features from Tiny Images", 2009). Six batch files hold Python-2 pickles of
`{labels: list, data: uint8 (10000, 3072), ...}`; `batches.meta` holds the class names.
"""

import hashlib
import io
import os
import pickle
from pathlib import Path

import numpy as np

from helpers import storage
from helpers.data import order
from helpers.errors import PlainError

FOLDER = "cifar-10-batches-py"
TRAIN_FILES = tuple(f"data_batch_{k}" for k in range(1, 6))
FILES = (*TRAIN_FILES, "test_batch", "batches.meta")
ROWS = 10_000
LARGEST_FILE = 64_000_000
OFFICIAL_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
    "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
}


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
                f"it asks to load {module}.{name}, which a CIFAR-10 batch never does; "
                "nothing was executed. Don't use this file"
            )
        return _ALLOWED_GLOBALS[module, name]


def read(folder: Path) -> tuple[dict[str, np.ndarray], tuple[str, ...], str]:
    """Reads and checks all seven files of a CIFAR-10 folder.

    Args:
        folder: The folder with the batch files, or the one that holds `cifar-10-batches-py`.

    Returns:
        `arrays` with `x_train` uint8 `(50000, 32, 32, 3)`, `y_train` int64 `(50000,)`, `x_test`
        and `y_test` (10,000 alike), each part in an order that comes from its images and labels
        alone (`order.of_content`), not from the files; the ten class names; and the name of the
        copy: `"CIFAR-10"` if every file has the official MD5, or the set of images and labels is
        the official one, in whatever order; `"CIFAR-10 (JPEG copy)"` if its note says so; else
        `"CIFAR-10 (unverified copy)"`.

    Raises:
        DataError: A file is missing, too large, not a safe pickle, or not shaped like CIFAR-10.
    """
    if not os.path.isfile(folder / "batches.meta") and os.path.isdir(folder / FOLDER):
        folder = folder / FOLDER
    missing = [name for name in FILES if not os.path.isfile(folder / name)]
    if missing:
        raise DataError(
            f"{folder} is not a complete CIFAR-10 folder: {', '.join(missing)} not found"
            f"{_instead(folder)}. Expected the {len(FILES)} files of the official Python version, "
            "or its archive cifar-10-python.tar.gz."
        )
    contents = {name: _read_file(folder / name) for name in FILES}
    official = all(
        hashlib.md5(body, usedforsecurity=False).hexdigest() == OFFICIAL_MD5[name]
        for name, body in contents.items()
    )
    meta = _unpickle(contents["batches.meta"], folder / "batches.meta")
    class_names = _class_names(meta, folder / "batches.meta")
    batches = [_batch(contents.pop(name), folder / name) for name in (*TRAIN_FILES, "test_batch")]
    arrays = {
        "x_train": np.concatenate([images for images, _ in batches[:5]]),
        "y_train": np.concatenate([labels for _, labels in batches[:5]]),
        "x_test": batches[5][0],
        "y_test": batches[5][1],
    }
    for part, expected in (("y_train", 5_000), ("y_test", 1_000)):
        counts = np.bincount(arrays[part], minlength=10)
        if (counts != expected).any():
            raise DataError(
                f"{folder}: {part[2:]} images per class are {counts.tolist()}; "
                f"expected {expected:,} of each class."
            )
    sets = {part: _into_own_order(arrays, part) for part in ("train", "test")}
    return arrays, class_names, _copy_name(official or sets == order.KNOWN["CIFAR-10"], meta)


def _into_own_order(arrays: dict[str, np.ndarray], part: str) -> str:
    """Brings a part's images and labels into the order of their content; says which set it is."""
    digested = order.digests(arrays[f"x_{part}"], arrays[f"y_{part}"])
    at = order.of_content(digested)
    for name in (f"x_{part}", f"y_{part}"):
        arrays[name] = arrays[name][at]
    return order.of_set(digested)


def _instead(folder: Path) -> str:
    """What a folder holds where the files are missing, in brackets; the first names, if many."""
    try:
        names = sorted(path.name for path in folder.iterdir() if path.name not in FILES)
    except OSError as error:
        return f" ({storage.reason(error)})"
    listed = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return f" (there: {listed})" if names else " (the folder is empty)"


def _read_file(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise DataError(f"{path} has {size:,} bytes; a CIFAR-10 batch has about 31 million.")
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
            f"{path} {known}" if known else f"{path} can't be read as a CIFAR-10 batch: {error!r}."
        ) from error
    if not isinstance(record, dict):
        raise DataError(f"{path} holds a {type(record).__name__}; expected a dictionary.")
    return {k.encode() if isinstance(k, str) else k: value for k, value in record.items()}


def _batch(body: bytes, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 `(10000, 32, 32, 3)` and labels int64 `(10000,)` of one batch file."""
    record = _unpickle(body, path)
    rows, labels = record.get(b"data"), record.get(b"labels")
    if not isinstance(rows, np.ndarray) or rows.dtype != np.uint8 or rows.shape != (ROWS, 3072):
        found = (
            f"{rows.dtype} {rows.shape}" if isinstance(rows, np.ndarray) else type(rows).__name__
        )
        raise DataError(f"{path}: data is {found}; expected uint8 ({ROWS}, 3072).")
    if not isinstance(labels, list) or len(labels) != ROWS:
        found = f"{len(labels)} values" if isinstance(labels, list) else type(labels).__name__
        raise DataError(f"{path}: labels are {found}; expected a list of {ROWS:,}.")
    if any(type(label) is not int or not 0 <= label <= 9 for label in labels):
        raise DataError(f"{path}: a label is not a whole number from 0 to 9.")
    images = rows.reshape(ROWS, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), np.array(labels, np.int64)


def _class_names(meta: dict[bytes, object], path: Path) -> tuple[str, ...]:
    names = meta.get(b"label_names")
    if (
        not isinstance(names, list)
        or len(names) != 10
        or any(type(n) not in (bytes, str) for n in names)
    ):
        raise DataError(f"{path}: label_names should be a list of ten names.")
    return tuple(n if isinstance(n, str) else n.decode("ascii", "replace") for n in names)


def _copy_name(official: bool, meta: dict[bytes, object]) -> str:
    if official:
        return "CIFAR-10"
    note = meta.get(b"note", b"")
    jpeg = isinstance(note, bytes) and note.startswith(b"JPEG copy")
    return "CIFAR-10 (JPEG copy)" if jpeg else "CIFAR-10 (unverified copy)"
