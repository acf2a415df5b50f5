"""Weights in PyTorch's old file format, read without PyTorch; nothing in a file is executed.

Such a file is a row of pickles: a magic number, a version, a note on the system that wrote it, the
state (names and tensors, each a view into a storage), the keys of the storages. Then, for each key,
an int64 count and that many raw numbers, little endian. (PyTorch, `torch/serialization.py`.)
"""

import collections
import io
import math
import pickle
from typing import NamedTuple

import numpy as np

_MAGIC, _VERSION = 0x1950A86A20F9469CFC6C, 1001
_LARGEST, _DIMENSIONS = 2**31, 32
_KINDS = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class TorchFileError(ValueError):
    """It isn't a file of weights in this format; the message goes on a sentence about the file."""


class _Storage(NamedTuple):
    """Where a tensor's numbers lie: under a key of the file, so many of one kind."""

    key: str
    dtype: np.dtype
    count: int


class _Tensor(NamedTuple):
    """A view into a storage, not looked up yet; offset and strides count numbers, not bytes."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Kind(NamedTuple):
    """Stands for a class of `torch` that only names what kind of numbers a storage holds."""

    dtype: np.dtype


class _Rebuild:
    """In the place of `torch._utils._rebuild_tensor_v2`; no file can change it."""

    __slots__ = ()

    def __call__(
        self, storage: object, offset: int, shape: tuple, strides: tuple, *_: object
    ) -> _Tensor:
        if type(storage) is not _Storage:
            raise TorchFileError("holds a tensor whose storage isn't described as one.")
        return _Tensor(storage, offset, tuple(shape), tuple(strides))


_ALLOWED = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _Rebuild(),
    **{("torch", name): _Kind(dtype) for name, dtype in _KINDS.items()},
}


class _WeightsOnlyUnpickler(pickle.Unpickler):
    """Rebuilds names, numbers and places of tensors; refuses every other global."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) in _ALLOWED:
            return _ALLOWED[module, name]
        asked = f"asks to load {repr(f'{module}.{name}')[1:80]}"
        if module.partition(".")[0] == "torch":
            raise TorchFileError(f"{asked}, which this reader doesn't know; nothing was executed.")
        raise TorchFileError(
            f"{asked}, which a file of weights never does; nothing was executed. Don't use it."
        )

    def persistent_load(self, saved: object) -> _Storage:
        match saved:
            case ("storage", _Kind(dtype), str(key), str(), int(count), None):
                if type(key) is str and 0 <= count < _LARGEST:
                    return _Storage(key, dtype, count)
        raise TorchFileError("holds a tensor whose storage isn't described as one.")


def read(content: bytes) -> dict[str, np.ndarray]:
    """The state that a file of PyTorch's old format holds.

    Args:
        content: The whole file.

    Returns:
        Arrays float32 or int64 by the names that PyTorch gave them, in the file's order.

    Raises:
        TorchFileError: It is cut off, or holds anything but tensors of these two kinds.
    """
    try:
        return _read(io.BytesIO(content))
    except TorchFileError:
        raise
    except Exception as error:  # whatever a damaged file makes of the reader
        raise TorchFileError(f"isn't what it seems ({error!r:.100}).") from error


def _read(file: io.BytesIO) -> dict[str, np.ndarray]:
    if _pickle(file) != _MAGIC or _pickle(file) != _VERSION:
        raise TorchFileError("is no file of PyTorch's old format.")
    system = _pickle(file)
    if not isinstance(system, dict) or dict.get(system, "little_endian") is not True:
        raise TorchFileError("was not written by a little-endian machine, as all such files are.")
    state, keys = _pickle(file), _pickle(file)
    tensors = dict(dict.items(state)) if isinstance(state, dict) else {0: 0}
    if not all(type(n) is str and isinstance(t, _Tensor) for n, t in tensors.items()):
        raise TorchFileError("holds something else than names and tensors.")
    described: dict[str, _Storage] = {}
    for tensor in tensors.values():
        if described.setdefault(tensor.storage.key, tensor.storage) != tensor.storage:
            raise TorchFileError("describes one storage in two ways.")
    storages = _storages(file, keys, described)
    if sum(map(_size, tensors.values())) > sum(map(len, storages.values())):
        raise TorchFileError("shows its numbers more often than it has them.")
    return {name: _array(tensor, storages) for name, tensor in tensors.items()}


def _size(tensor: _Tensor) -> int:
    """How many numbers a tensor shows.

    Raises:
        TorchFileError: Its shape, offset or strides are none.
    """
    numbers = (tensor.offset, *tensor.shape, *tensor.strides)
    whole = all(type(n) is int and 0 <= n < _LARGEST for n in numbers)
    if not whole or len(tensor.shape) != len(tensor.strides) or len(tensor.shape) > _DIMENSIONS:
        raise TorchFileError("holds a tensor without a proper shape.")
    return math.prod(tensor.shape)


def _pickle(file: io.BytesIO) -> object:
    try:
        return _WeightsOnlyUnpickler(file).load()
    except TorchFileError:
        raise
    except Exception as error:
        raise TorchFileError(f"ends too early, or isn't what it seems ({error!r:.100}).") from error


def _storages(
    file: io.BytesIO, keys: object, described: dict[str, _Storage]
) -> dict[str, np.ndarray]:
    """The raw numbers of each key, in the file's order, checked against their descriptions."""
    named = isinstance(keys, list) and all(type(key) is str for key in keys)
    if not named or sorted(keys) != sorted(described):
        raise TorchFileError("lists other storages than its tensors need.")
    found = {}
    for key in keys:
        dtype, count = described[key].dtype, described[key].count
        stated = file.read(8)
        if len(stated) == 8 and int.from_bytes(stated, "little", signed=True) != count:
            raise TorchFileError("holds another count of numbers than its tensors say.")
        raw = file.read(dtype.itemsize * count)
        if len(raw) != dtype.itemsize * count:
            raise TorchFileError("ends too early: it was cut off. Download it again.")
        found[key] = np.frombuffer(raw, dtype)
    if file.read(1):
        raise TorchFileError("goes on after its last number.")
    return found


def _array(tensor: _Tensor, storages: dict[str, np.ndarray]) -> np.ndarray:
    """A copy of the numbers that a view shows, once it is sure that all lie in its storage."""
    numbers, (_, offset, shape, strides) = storages[tensor.storage.key], tensor
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if (0 not in shape and last >= len(numbers)) or _size(tensor) > len(numbers):
        raise TorchFileError("holds a tensor that reaches beyond its storage.")
    steps = [step * numbers.itemsize for step in strides]
    view = np.lib.stride_tricks.as_strided(numbers[offset:], shape, steps, writeable=False)
    return view.astype(numbers.dtype.newbyteorder("="))
