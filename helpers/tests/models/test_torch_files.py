"""The reader of PyTorch's old files: what it reads, and that it executes nothing."""

import collections
import io
import pickle
import struct

import numpy as np
import pytest

from helpers.models import torch_files
from helpers.models.torch_files import TorchFileError


class Named:
    """Pickled as the global of another module, as PyTorch's own files have it."""

    def __init__(self, module: str, name: str):
        self.module, self.name = module, name


class Writer(pickle._Pickler):
    """Writes what PyTorch's old format holds, in Python, so that globals can be named."""

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, Named):
            self.write(f"c{obj.module}\n{obj.name}\n".encode())
        elif isinstance(obj, Call):
            self.save(obj.function)
            self.save(obj.arguments)
            self.write(pickle.REDUCE)
        elif isinstance(obj, Place):
            self.save(obj.described)
            self.write(pickle.BINPERSID)
        else:
            super().save(obj, save_persistent_id)


class Call:
    def __init__(self, function: Named, *arguments: object):
        self.function, self.arguments = function, arguments


class Place:
    def __init__(self, *described: object):
        self.described = described


def dumped(*values: object) -> bytes:
    file = io.BytesIO()
    for value in values:
        Writer(file, 2).dump(value)
    return file.getvalue()


FLOATS = np.arange(6, dtype="<f4")
REBUILD = Named("torch._utils", "_rebuild_tensor_v2")


def tensor(key="7", kind="FloatStorage", count=6, offset=0, shape=(2, 3), strides=(3, 1)):
    place = Place("storage", Named("torch", kind), key, "cpu", count, None)
    hooks = collections.OrderedDict()
    return Call(REBUILD, place, offset, shape, strides, False, hooks)


def packed(
    state: object, keys=("7",), raw=None, magic=0x1950A86A20F9469CFC6C, system=None
) -> bytes:
    system = {"little_endian": True} if system is None else system
    raw = struct.pack("<q", 6) + FLOATS.tobytes() if raw is None else raw
    return dumped(magic, 1001, system, state, list(keys)) + raw


def test_a_tensor_is_a_view_into_its_storage():
    whole = torch_files.read(packed({"a": tensor()}))
    assert whole["a"].tolist() == [[0, 1, 2], [3, 4, 5]] and whole["a"].dtype == np.float32
    turned = torch_files.read(packed({"a": tensor(shape=(3, 2), strides=(1, 3))}))
    assert turned["a"].tolist() == [[0, 3], [1, 4], [2, 5]]
    later = torch_files.read(packed({"a": tensor(offset=4, shape=(2,), strides=(1,))}))
    assert later["a"].tolist() == [4, 5]


def test_numbers_that_count_are_read_too():
    raw = struct.pack("<qq", 1, 89) + struct.pack("<q", 6) + FLOATS.tobytes()
    state = {"n": tensor("3", "LongStorage", 1, shape=(), strides=()), "a": tensor()}
    read = torch_files.read(packed(state, ("3", "7"), raw))
    assert read["n"] == 89 and read["n"].dtype == np.int64 and read["a"][1, 2] == 5
    assert list(read) == ["n", "a"]


@pytest.mark.parametrize(
    ("module", "name"), [("os", "system"), ("builtins", "eval"), ("torch", "HalfStorage")]
)
def test_every_other_global_is_refused_and_nothing_is_executed(module, name, tmp_path):
    mark = tmp_path / "executed"
    call = Call(Named(module, name), f"open({str(mark)!r}, 'w')")
    for content in (packed({"a": call}), dumped(call), packed({"a": tensor()}, system=call)):
        with pytest.raises(TorchFileError, match=rf"{module}\.{name}.*nothing was executed"):
            torch_files.read(content)
    assert not mark.exists()


def test_a_file_that_was_cut_off_is_refused_wherever_it_ends():
    content = packed({"a": tensor()})
    for end in range(len(content)):
        with pytest.raises(TorchFileError, match=r"ends too early|no file|isn't what"):
            torch_files.read(content[:end])


BAD = {
    "no file of PyTorch": packed({"a": tensor()}, magic=5),
    "little-endian": packed({"a": tensor()}, system={"little_endian": False}),
    "something else than names and tensors": packed({"a": 5}),
    "other storages": packed({"a": tensor()}, keys=("8",)),
    "after its last number": packed({"a": tensor()}) + b"x",
    "isn't described as one": packed({"a": tensor(count=-1)}),
    "reaches beyond": packed({"a": tensor(offset=1)}),
    "another count": packed({"a": tensor()}, raw=struct.pack("<q", 5) + FLOATS.tobytes()),
    "more often": packed({"a": tensor(), "b": tensor()}),
    "other storages than": packed({"a": tensor()}, keys=(7,)),
    "else than names": packed({7: tensor()}),
    "storage isn't described": packed({"a": Call(REBUILD, 5, 0, (2, 3), (3, 1))}),
    "isn't described as": packed({"a": tensor(count=2**62)}),
}
WRONG_SHAPES = {
    "too long": {"shape": (7,), "strides": (1,)},
    "repeated far": {"shape": (10**12,), "strides": (0,)},
    "a stride too long": {"shape": (2, 2), "strides": (5, 1)},
    "two lengths": {"shape": (2, 3), "strides": (1,)},
    "turned back": {"shape": (2,), "strides": (-1,), "offset": 3},
    "no number": {"shape": ("2",), "strides": (1,)},
    "too many dimensions": {"shape": (1,) * 100, "strides": (1,) * 100},
    "huge beside nothing": {"shape": (0, 10**30), "strides": (1, 1)},
    "a huge stride": {"shape": (1,), "strides": (10**30,)},
}


@pytest.mark.parametrize("why", BAD)
def test_what_is_wrong_is_said(why):
    with pytest.raises(TorchFileError, match=why):
        torch_files.read(BAD[why])


@pytest.mark.parametrize("why", WRONG_SHAPES)
def test_a_tensor_shows_nothing_outside_its_storage(why):
    with pytest.raises(TorchFileError, match=r"beyond its storage|proper shape|more often"):
        torch_files.read(packed({"a": tensor(**WRONG_SHAPES[why])}))


def test_no_file_changes_the_reader_for_the_next_one():
    """BUILD on the one function that a file may call."""
    changed = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nN}X\x0c\x00\x00\x00__defaults__K\x00"
    with pytest.raises(TorchFileError):
        torch_files.read(changed + b"))\x87s\x86b.")
    assert torch_files.read(packed({"a": tensor()}))["a"][0, 1] == 1


def test_two_descriptions_of_one_storage_must_agree():
    state = {"a": tensor(), "b": tensor(count=10**6, shape=(1,), strides=(1,))}
    with pytest.raises(TorchFileError, match="two ways"):
        torch_files.read(packed(state))
