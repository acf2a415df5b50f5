"""The cells of a submission: known by their tags, and where those are lost by id and content."""

import ast
import functools
import json
import re
from collections.abc import Mapping

from helpers.tools import execution
from helpers.tools.batch import reading

COURSE = {"dataset", "profile", "data_dir", "seeds", "epochs", "use_cache"}  # of every notebook
_CHECK = re.compile(r'^\s*checks\.check\(\s*["\']\d\d\.\d["\']\s*,\s*(\w+)', re.MULTILINE)


def is_parameters(cell: Mapping) -> bool:
    """Whether a code cell holds the parameters: by its tag or id, as Colab's form, or as it is.

    Colab has no interface for tags, and editors and cleaners take them away.
    """
    if cell["cell_type"] != "code":
        return False
    text = reading.source(cell)
    if "parameters" in tags(cell) or "parameters" in _ids(cell):
        return True
    return text.startswith("#@title Parameters") or _assigned(text) >= COURSE


def parameter_names(text: str) -> set[str] | None:
    """Names that the cell of the parameters assigns; None if there is no such cell.

    Raises:
        SyntaxError: The cell is no Python, or none that can be read.
    """
    for cell in json.loads(text)["cells"]:
        if is_parameters(cell):
            try:
                return _names(ast.parse(reading.source(cell)))
            except (ValueError, RecursionError, MemoryError) as error:
                raise SyntaxError(f"{type(error).__name__}") from error
    return None


def _assigned(text: str) -> set[str]:
    try:
        return _names(ast.parse(text)) if "use_cache" in text else set()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()


def _names(tree: ast.Module) -> set[str]:
    targets = [node.targets for node in tree.body if isinstance(node, ast.Assign)]
    targets += [[node.target] for node in tree.body if isinstance(node, ast.AnnAssign)]
    return {t.id for group in targets for t in group if isinstance(t, ast.Name)}


def tags(cell: Mapping) -> list[str]:
    """A cell's tags; none where something else stands in their place."""
    tags = cell["metadata"].get("tags")
    return tags if isinstance(tags, list) else []


def _ids(cell: Mapping) -> set[str]:
    """A cell's id, and the one that Colab keeps in its metadata."""
    return {str(place["id"]) for place in (cell, cell["metadata"]) if place.get("id")}


def tolerated(cells: list[Mapping], notebook: str) -> set[int]:
    """Positions of the cells whose errors don't end a run, so that they cost no other's points.

    These are all from the text of the first exercise on, and before it those that the student
    wrote or changed.

    Args:
        cells: The cells of a submission.
        notebook: Its name; of another notebook than the course's nothing is known but its tags.
    """
    stubs, sources = _course_cells(notebook)
    is_exercise = [_is_exercise(cell, stubs) for cell in cells]
    found = set()
    if any(is_exercise):
        first = is_exercise.index(True)
        texts = [i for i in range(first) if cells[i]["cell_type"] == "markdown"]
        found = set(range(texts[-1] if texts else first, len(cells)))
    if not sources:
        return found
    return found | {i for i, cell in enumerate(cells) if not _is_the_courses(cell, sources)}


def _is_exercise(cell: Mapping, stubs: set[str]) -> bool:
    """Whether a cell is an exercise's stub or its check."""
    if cell["cell_type"] != "code":
        return False
    text = reading.source(cell)
    by_id = any(re.fullmatch(r"ex\d+-(?:stub|check)", each) for each in _ids(cell))
    defined = set(re.findall(r"^def (\w+)\(", text, re.MULTILINE))
    tagged = "exercise" in tags(cell)
    return tagged or by_id or bool(_CHECK.search(text)) or bool(defined & stubs)


def _is_the_courses(cell: Mapping, sources: set[str]) -> bool:
    """Whether a code cell is as the course wrote it, or one that every run needs."""
    if cell["cell_type"] != "code" or is_parameters(cell) or "bootstrap" in _ids(cell):
        return True
    text = reading.source(cell)
    starts = text.startswith("#@title Set-up:") or '"helpers/plots"' in text
    return starts or _plain(text) in sources


@functools.cache
def _course_cells(notebook: str) -> tuple[set[str], set[str]]:
    """Of a notebook of the course: names of the functions to be written; texts of code cells."""
    path = execution.NOTEBOOKS / f"{notebook}.ipynb"
    if not path.is_file():
        return set(), set()
    written = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = {_plain(reading.source(cell)) for cell in written if cell["cell_type"] == "code"}
    asked = {name for source in sources for name in _CHECK.findall(source)}
    return {name for name in asked if not name.startswith("_")}, sources


def _plain(text: str) -> str:
    """A cell's text without what editors change: blanks at the ends of lines, empty lines."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())
