"""What decides a result, in words: models, functions and objects described down to their code.

Used for cache keys. What can't be described for certain raises `UnknownError`, so that it is
computed again and never served from the cache by mistake.
"""

import dis
import functools
import hashlib
import json
import re
import sys
import sysconfig
import types

import keras
import numpy as np

from helpers.data import fingerprint

_STANDARD_LIBRARY = sysconfig.get_paths()["stdlib"]
_CLASS_NOISE = {
    "__abstractmethods__",
    "__annotate_func__",
    "__annotations__",
    "__annotations_cache__",
    "__dict__",
    "__doc__",
    "__firstlineno__",
    "__module__",
    "__parameters__",
    "__qualname__",
    "__static_attributes__",
    "__weakref__",
    "_abc_impl",
}


class UnknownError(Exception):
    """It can't be told for certain what decides the result; the message says why."""


def describe(thing: object, within: frozenset[int] = frozenset()) -> object:
    """A description that JSON holds and that changes whenever the behaviour of `thing` can change.

    Library code is described by its name, own code by its bytecode, its constants, and all that
    it refers to.

    Args:
        thing: A value, function, class or object.
        within: What is being described around it (`id`s), so that circles end.

    Raises:
        UnknownError: It is of a kind whose behaviour can't be read off.
    """
    if thing is None or isinstance(thing, bool | int | str):
        return thing
    if isinstance(thing, float | complex | bytes | type(...)):
        return repr(thing)
    if id(thing) in within:
        return "circle"
    go = functools.partial(describe, within=within | {id(thing)})
    if isinstance(thing, np.generic):
        return repr(thing.item())
    if isinstance(thing, list | tuple):
        return [go(child) for child in thing]
    if isinstance(thing, set | frozenset):
        return sorted((go(child) for child in thing), key=json.dumps)
    if isinstance(thing, dict):
        return [[go(name), go(value)] for name, value in thing.items()]
    if isinstance(thing, functools.partial):
        return ["partial", go(thing.func), go(thing.args), go(thing.keywords)]
    if isinstance(thing, types.ModuleType):
        return thing.__name__
    if isinstance(thing, types.CodeType):
        code = hashlib.sha256(thing.co_code).hexdigest()
        return [code, go(thing.co_consts), list(thing.co_names), list(thing.co_varnames)]
    if isinstance(thing, types.MethodType):
        return ["method", go(thing.__func__), go(thing.__self__)]
    if isinstance(thing, staticmethod | classmethod):
        return go(thing.__func__)
    if isinstance(thing, property):
        return [go(thing.fget), go(thing.fset)]
    if isinstance(thing, type | types.FunctionType | types.BuiltinFunctionType | np.ufunc):
        return _describe_code(thing, go)
    if isinstance(thing, np.ndarray | keras.Variable) or keras.ops.is_tensor(thing):
        return fingerprint(np.asarray(thing))
    return _describe_object(thing, go)


def _describe_code(thing, go) -> object:
    """A function or class: its name if a library's, else what it consists of and refers to."""
    owner = getattr(thing, "__self__", None)
    if owner is not None and not isinstance(owner, types.ModuleType):
        return ["method", _name(thing), go(owner)]
    if is_library(thing):
        return _name(thing)
    if isinstance(thing, type):
        own = [c for c in thing.__mro__ if not is_library(c)]
        members = [{k: v for k, v in vars(c).items() if k not in _CLASS_NOISE} for c in own]
        return ["class", [_name(c) for c in thing.__mro__], go(members)]
    if not isinstance(thing, types.FunctionType):
        raise UnknownError(f"{_name(thing)} is of a kind that can't be described")
    cells = [cell.cell_contents for cell in thing.__closure__ or ()]
    outside = {
        n: thing.__globals__[n]
        for n in sorted(_global_names(thing.__code__))
        if n in thing.__globals__
    }
    return [
        "function",
        *map(go, (thing.__code__, thing.__defaults__, thing.__kwdefaults__)),
        go(cells),
        go(outside),
    ]


def _describe_object(thing, go) -> object:
    """An object: its class, its configuration, and what own code keeps in it."""
    library = is_library(type(thing))
    if hasattr(thing, "get_config"):
        name = type(thing).__name__
        config = go(normalised({"class_name": name, "config": thing.get_config()}))
        attributes = vars(thing) if hasattr(thing, "__dict__") else {}
        if library:
            whole = isinstance(thing, keras.losses.Loss)  # its configuration leaves options out
            kept = {k: v for k, v in attributes.items() if _is_own(v) or (whole and k != "name")}
        else:
            kept = {k: v for k, v in attributes.items() if k in _assigned_names(type(thing))}
            if isinstance(thing, keras.optimizers.Optimizer):  # Keras keeps the schedule in it
                kept |= {k: v for k, v in attributes.items() if _is_own(v)}
        return ["object", go(type(thing)), config, go(kept)]
    if isinstance(thing, keras.callbacks.Callback):
        skipped = ["_model", "model", "params", "validation_data"]
        if type(thing) is keras.callbacks.ModelCheckpoint:
            if "{" in thing.filepath or not thing.filepath.endswith(".keras"):
                raise UnknownError("a ModelCheckpoint that writes no single .keras file")
            skipped.append("filepath")  # where the file lies decides nothing
        return [
            "callback",
            go(type(thing)),
            go({k: v for k, v in vars(thing).items() if k not in skipped}),
        ]
    if not library and hasattr(thing, "__dict__"):
        return ["object", go(type(thing)), go(vars(thing))]
    raise UnknownError(f"a {_name(type(thing))} can't be described")


def is_library(thing: object) -> bool:
    """Whether a function, class or module member comes from Python or an installed package."""
    module = sys.modules.get(getattr(thing, "__module__", None) or "builtins")
    if module is None or module.__name__ == "__main__":
        return False
    file = getattr(module, "__file__", None) or ""
    installed = "site-packages" in file or "dist-packages" in file
    return not file or installed or file.startswith(_STANDARD_LIBRARY)


def _is_own(value: object) -> bool:
    if isinstance(value, functools.partial | types.FunctionType):
        return isinstance(value, functools.partial) or not is_library(value)
    return not isinstance(value, list | dict | tuple) and not is_library(type(value))


def _global_names(code: types.CodeType) -> set[str]:
    names = {
        i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return names.union(*map(_global_names, inner))


def _assigned_names(cls: type) -> set[str]:
    """Attributes that the own classes of an object assign, as in `self.name = …`."""
    functions = [f for c in cls.__mro__ if not is_library(c) for f in vars(c).values()]
    codes = [f.__code__ for f in functions if isinstance(f, types.FunctionType)]
    return {
        i.argval for code in codes for i in dis.get_instructions(code) if i.opname == "STORE_ATTR"
    }


def _name(thing: object) -> str:
    module = getattr(thing, "__module__", "")
    return f"{module}.{getattr(thing, '__qualname__', getattr(thing, '__name__', repr(thing)))}"


def normalised(settings: object) -> object:
    """A Keras configuration in which automatic names are numbered in the order they appear."""
    names: dict[str, str] = {}

    def collect(node: object) -> None:
        if isinstance(node, dict):
            own = node.get("config")
            name = own.get("name") if isinstance(own, dict) else None
            if isinstance(name, str):
                automatic = _snake_case(str(node.get("class_name")))
                if re.fullmatch(rf"{re.escape(automatic)}(_\d+)?", name):
                    names.setdefault(name, f"{automatic}#{len(names)}")
            node = list(node.values())
        if isinstance(node, list | tuple):
            for child in node:
                collect(child)

    def rename(node: object) -> object:
        if isinstance(node, dict):
            return {k: rename(v) for k, v in node.items() if k != "shared_object_id"}
        if isinstance(node, list | tuple):
            return [rename(child) for child in node]
        if isinstance(node, str):
            return names.get(node, node)
        return node if node is None or isinstance(node, bool | int) else repr(node)

    collect(settings)
    return rename(settings)


@functools.cache
def _snake_case(name: str) -> str:
    """`MaxPooling2D` as Keras names its layers: `max_pooling2d`."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
