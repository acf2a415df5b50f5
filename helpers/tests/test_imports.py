"""The order of the house: imports go down, through doors, and never in a circle."""

import ast
import graphlib
import importlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import config

ROOT = config.course_root()
HELPERS = ROOT / "helpers"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ORDER = (
    ("tools",),
    ("service",),
    ("checks",),
    ("models",),
    ("evaluation",),
    ("training",),
    ("plots",),
    ("results",),
    ("data",),
    ("photos",),
    ("course_version",),
    ("convolution", "config", "storage", "errors", "processor"),
    ("profiles",),
)
FLOOR = {name: number for number, names in enumerate(ORDER) for name in names}
MOST_NAMES = 8  # that a notebook imports
MODULES = sorted(
    path
    for path in HELPERS.rglob("*.py")
    if "tests" not in path.relative_to(HELPERS).parts and path != HELPERS / "__init__.py"
)


def dotted(path: Path) -> str:
    """The name that a file of the course is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


KNOWN = {dotted(path) for path in MODULES}
PACKAGES = {dotted(path) for path in MODULES if path.name == "__init__.py"}


def imported(code: str) -> Iterator[tuple[str, str]]:
    """For each name that code imports from the course: the module it is of, and the name.

    A module that is imported whole is its own module, without a name.
    """
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from ((a.name, "") for a in node.names if a.name.split(".")[0] == "helpers")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "helpers":
            assert node.level == 0
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole, "") if whole in KNOWN else (node.module, alias.name)


def unit(module: str) -> str:
    """The wing of a module; of the tools the package or the single file."""
    parts = module.split(".")
    return ".".join(parts[1:3] if parts[1] == "tools" else parts[1:2])


def asked_of_doors(code: str) -> Iterator[tuple[str, str]]:
    """The attributes that code takes from wings that it imports whole."""
    tree = ast.parse(code)
    doors = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("helpers", "helpers.tools"):
            names = ((alias.asname or alias.name, alias.name) for alias in node.names)
            doors |= {ours: f"{node.module}.{name}" for ours, name in names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            door = doors.get(node.value.id)
            if door in PACKAGES:
                yield door, node.attr


def broken(module: str, code: str) -> list[str]:
    """What code of a module does against the order of the house, in words."""
    mine, found = unit(module), []
    for target, name in imported(code):
        if target in ("helpers", "helpers.tools") or unit(target) == mine:
            continue
        theirs = unit(target)
        door = f"helpers.{theirs}"
        if target != door:
            found.append(f"{module} goes past the door of {theirs}: {target}")
        elif name and door in PACKAGES and name not in importlib.import_module(door).__all__:
            found.append(f"{module} takes {name} from {theirs}, which doesn't offer it")
        above, below = FLOOR[mine.split(".")[0]], FLOOR[theirs.split(".")[0]]
        if above > below or (above == below and "tools" not in mine):
            found.append(f"{module} imports {theirs}, which is not below it")
    for door, name in asked_of_doors(code):
        if unit(door + ".") != mine and name not in importlib.import_module(door).__all__:
            found.append(f"{module} asks {door} for {name}, which it doesn't offer")
    return found


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_go_down_and_through_doors(path):
    assert broken(dotted(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "code", "words"),
    [
        ("helpers.results.records", "from helpers import plots", "not below it"),
        ("helpers.data.cifar", "def f():\n    from helpers.training import fit", "not below it"),
        ("helpers.plots.charts", "import helpers.models", "not below it"),
        ("helpers.storage", "from helpers import config", "not below it"),
        ("helpers.models.saved", "from helpers.results import records", "past the door"),
        ("helpers.models.saved", "from helpers.results.records import read", "past the door"),
        ("helpers.tools.run", "from helpers.tools.batch.kept import rows", "past the door"),
        ("helpers.checks.judging", "from helpers.training import speed", "past the door"),
        ("helpers.checks.judging", "from helpers.training import look", "doesn't offer it"),
        ("helpers.models.saved", "from helpers import data\ndata.digits", "doesn't offer"),
    ],
)
def test_what_breaks_the_order_is_found(module, code, words):
    found = broken(module, code)
    assert len(found) == 1 and words in found[0]


def test_there_is_no_circle():
    graph = {}
    for path in MODULES:
        needed = {unit(target) for target, _ in imported(path.read_text(encoding="utf-8"))}
        mine = unit(dotted(path))
        graph[mine] = graph.get(mine, set()) | (needed - {mine, "tools"})
    assert list(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("door", sorted(PACKAGES - {"helpers", "helpers.tools"}))
def test_a_door_says_what_lives_behind_it(door):
    opened = importlib.import_module(door)
    assert 1 <= len(opened.__doc__.strip().splitlines()) <= 6
    listed = getattr(opened, "__all__", [])
    assert all(hasattr(opened, name) for name in listed) and len(set(listed)) == len(listed)


def test_every_room_has_a_floor():
    assert {unit(dotted(path)).split(".")[0] for path in MODULES} == set(FLOOR)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_few_names_and_through_doors(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    names = list(imported(code))
    assert len(names) <= MOST_NAMES
    assert [n for n in names if n[0].count(".") > 1] == []
    for door, name in [*((m, n) for m, n in names if n), *asked_of_doors(code)]:
        assert name in importlib.import_module(door).__all__
