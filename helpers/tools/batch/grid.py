"""Reads the grid of a batch: notebooks, parameters that are crossed, limits."""

import difflib
import hashlib
import itertools
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from helpers import config, course_version
from helpers.tools.batch import cells, collecting, sets, submissions

FORMAT = 2  # of the results that are kept; a new number runs everything again


class GridError(Exception):
    """A grid can't be run; the message says what is wrong, and what was expected."""


@dataclass(frozen=True)
class Limits:
    """What one run may use.

    Attributes:
        minutes: Wall-clock time.
        memory_gb: Resident memory of the notebook's process and all that it starts, in 10⁹ bytes.
        retries: How often a run that failed is tried again.
        output_mb: Output of all cells together, in 10⁶ characters.
    """

    minutes: float = 60
    memory_gb: float = 6
    retries: int = 0
    output_mb: float = 20


@dataclass(frozen=True)
class Run:
    """One notebook with one choice of parameters.

    Attributes:
        name: Unique in the batch, fit for a file's name.
        path: The notebook's file; in a ZIP archive its path there follows the archive's.
        notebook: The course's notebook that it is, or the file's name.
        student: Whose it is, from the names of its folder and file; empty if they say nobody.
        parameters: Value by name.
        text: The file's content; empty if it can't be read.
        problem: Why it can't be run; empty if it can.
        key: Changes when anything does that decides the result.
    """

    name: str
    path: Path
    notebook: str
    student: str
    parameters: dict
    text: str
    problem: str
    key: str


@dataclass(frozen=True)
class Grid:
    """A grid as it was read: patterns, and the values of each parameter."""

    notebooks: list[str]
    parameters: dict[str, list]
    limits: Limits


def read(path: Path) -> Grid:
    """Reads and checks a grid.

    Args:
        path: A YAML file with `notebooks`, and mostly `parameters` and `limits`.

    Raises:
        GridError: The file can't be read, isn't YAML, or says something that no grid has.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise GridError(f"{path} can't be read: {error}") from error
    content = _mapping(str(path), content, ("notebooks", "parameters", "limits"))
    notebooks = content.get("notebooks")
    notebooks = [notebooks] if isinstance(notebooks, str) else notebooks
    if not isinstance(notebooks, list) or not notebooks:
        raise GridError(f"{path}: notebooks should be a list of files, patterns or folders.")
    parameters = _mapping("parameters", content.get("parameters"), None)
    limits = _mapping("limits", content.get("limits"), [f.name for f in fields(Limits)])
    for name, value in limits.items():
        least = 0 if name == "retries" else 0.001
        whole = name == "retries"
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise GridError(f"limits: {name} is {value!r}; expected a number.")
        if not least <= value < float("inf"):
            raise GridError(f"limits: {name} is {value!r}; expected {least} or more.")
    values = {name: _values(name, value) for name, value in parameters.items()}
    return Grid([str(pattern) for pattern in notebooks], values, Limits(**limits))


def _mapping(where: str, content: object, allowed: list[str] | tuple | None) -> dict:
    if content is None:
        return {}
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise GridError(f"{where}: expected names with values, found {content!r}.")
    for key in content:
        if allowed is not None and key not in allowed:
            raise GridError(f"{where} has {key!r}; expected one of: {', '.join(allowed)}.")
    return dict(content)


def _values(name: str, value: object) -> list:
    values = value if isinstance(value, list) else [value]
    if not values:
        raise GridError(f"parameters: {name} has no values.")
    if any(value in values[:place] for place, value in enumerate(values)):
        raise GridError(f"parameters: {name} has the same value twice: {value!r}.")
    try:
        if json.loads(json.dumps(values)) != values:
            raise TypeError
    except (TypeError, ValueError) as error:
        raise GridError(
            f"parameters: {name} is {value!r}; expected numbers, words, true, false, null, or "
            "lists of them."
        ) from error
    return values


def runs(grid: Grid) -> list[Run]:
    """All runs of a grid, in order: notebook by notebook, parameters crossed.

    Raises:
        GridError: There is no notebook, or no notebook has one of the parameters.
    """
    return look(grid)[0]


def look(grid: Grid) -> tuple[list[Run], list[str]]:
    """All runs of a grid, and a line for each file that is no notebook, beside those that are.

    What was handed in instead of a notebook is a run, too, which can't be run and says why.

    Raises:
        GridError: There is no notebook, or no notebook has one of the parameters.
    """
    try:
        found = collecting.find(grid.notebooks)
    except FileNotFoundError as error:
        raise GridError(str(error)) from error
    _check_names(grid, [one.text for one in found if not one.problem])
    shared = submissions.shared_folders(found)
    instead, beside = submissions.missing(found, shared)
    files = [one for one in found if one.notebook] + instead
    return _crossed(grid, files, shared), [f"{one.path} {one.problem}" for one in beside]


def _crossed(grid: Grid, files: list[collecting.Found], shared: set[Path]) -> list[Run]:
    made: list[Run] = []
    crossed = [
        dict(zip(grid.parameters, values, strict=True))
        for values in itertools.product(*grid.parameters.values())
    ]
    course = _course_key()
    for one in files:
        notebook, student = submissions.owner(one, shared)
        lacking = "" if one.problem else _lacking(one.text, grid.parameters)
        seen: list[dict] = []
        for named in crossed:
            parameters = sets.meant(notebook, named, one.text)
            if parameters in seen:  # `digits` and `digits100` are one and the same there
                continue
            seen.append(parameters)
            decides = json.dumps([one.text, notebook, parameters, course], sort_keys=True)
            made.append(
                Run(
                    _name(one.path, named),
                    one.path,
                    notebook,
                    student,
                    parameters,
                    one.text,
                    one.problem or lacking,
                    hashlib.sha256(decides.encode()).hexdigest(),
                )
            )
    return made


def _lacking(text: str, parameters: Mapping) -> str:
    if not parameters:
        return ""
    try:
        known = cells.parameter_names(text)
    except SyntaxError as error:
        return f"its cell of parameters is no Python: {error.msg}"
    if known is None:
        return "its cell of parameters is missing"
    unknown = [name for name in parameters if name not in known]
    return f"it has no parameter {', '.join(unknown)}" if unknown else ""


def _check_names(grid: Grid, texts: list[str]) -> None:
    """Stops a batch whose grid names a parameter that no notebook has: a mistyped one."""
    known: set[str] = set()
    for text in texts:
        try:
            known |= cells.parameter_names(text) or set()
        except SyntaxError:
            continue
    for name in grid.parameters if known else ():
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise GridError(
                f"parameters: no notebook has {name!r}; they have: {', '.join(sorted(known))}."
                f"{hint}"
            )


def _name(path: Path, parameters: dict) -> str:
    words = " ".join([path.stem, *(f"{k} {v}" for k, v in parameters.items())])
    readable = re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-")[:80]
    exact = json.dumps([str(path), parameters], sort_keys=True)
    return f"{readable}-{hashlib.sha256(exact.encode()).hexdigest()[:8]}"


def _course_key() -> str:
    """Changes with all else that decides a run's result, and with the form of what is kept."""
    named = ("COURSE_PROFILE", "COURSE_DATASET", "CIFAR10_DIR", "CIFAR100_DIR")
    said = [os.environ.get(name, "") for name in named]
    side = config.published_model().with_suffix(".json")
    model = side.read_text(encoding="utf-8") if side.is_file() else ""
    versions = config.versions()
    return json.dumps([FORMAT, course_version.of_helpers(), versions, model, *said])
