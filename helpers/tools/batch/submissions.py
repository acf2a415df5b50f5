"""Files that a batch runs: which there are, what they hold, whose they are."""

import ast
import glob
import itertools
import json
import re
from collections.abc import Mapping
from pathlib import Path

from helpers.tools import execution

LARGEST = 100_000_000  # bytes of a notebook's file


def find(patterns: list[str]) -> list[tuple[Path, Path | None]]:
    """The notebooks that are named, each once, in order.

    Args:
        patterns: Files, patterns as in a shell, or folders, which are searched with all below.

    Returns:
        Pairs of a notebook and the folder below which students' folders would lie: the one that
        was named, or the one before the first `*`; None for a single file.

    Raises:
        FileNotFoundError: One of the patterns names no notebook.
    """
    found: dict[Path, Path | None] = {}
    for pattern in patterns:
        named = Path(pattern).expanduser()
        if named.is_file():
            matches, root = [named], None
        elif named.is_dir():
            matches, root = [named], named
        else:
            matches = list(map(Path, sorted(glob.glob(str(named), recursive=True))))
            fixed = itertools.takewhile(lambda part: not glob.has_magic(part), named.parts)
            root = Path(*fixed)
        folders = [sorted(path.rglob("*.ipynb")) if path.is_dir() else [path] for path in matches]
        paths = [path for group in folders for path in group]
        paths = [p for p in paths if p.suffix == ".ipynb" and not _hidden(p, root)]
        if not paths:
            raise FileNotFoundError(
                f"notebooks: {pattern} names no notebook (seen from {Path.cwd()})."
            )
        for path in paths:
            found.setdefault(path.absolute(), root and root.absolute())
    return list({path.resolve(): (path, root) for path, root in reversed(found.items())}.values())[
        ::-1
    ]


def _hidden(path: Path, root: Path | None) -> bool:
    return root is not None and any(p.startswith(".") for p in path.relative_to(root).parts)


def text_of(path: Path) -> tuple[str, str]:
    """Content of a notebook's file, and why it can't be run (empty if it can); one of the two."""
    import nbformat

    try:
        if path.stat().st_size > LARGEST:
            return "", f"the file has more than {LARGEST // 10**6} MB"
        text = path.read_text(encoding="utf-8")
        notebook = json.loads(text)
        if notebook.get("nbformat") != 4:
            raise ValueError("its format is not version 4; open and save it in Jupyter")
        nbformat.validate(_bare(notebook))
    except OSError as error:
        return "", f"the file can't be read: {error}"
    except Exception as error:
        words = str(error).strip() or type(error).__name__
        return "", f"the file is no notebook: {words.splitlines()[0][:200]}"
    return text, ""


def _bare(notebook: dict) -> dict:
    """A notebook without what a run replaces: outputs, counts and ids of cells."""
    cells = []
    for cell in notebook["cells"]:
        kept = {key: value for key, value in cell.items() if key != "id"}
        cells.append(kept | ({"outputs": [], "execution_count": None} if _is_code(cell) else {}))
    return notebook | {"cells": cells, "nbformat_minor": 4}


def _is_code(cell: dict) -> bool:
    return cell.get("cell_type") == "code"


def is_parameters(cell: Mapping) -> bool:
    """Whether a cell holds the parameters: by its tag, or as the form of a copy for Colab.

    Colab has no interface for tags; a copy that was saved there may have lost them.
    """
    tagged = "parameters" in cell["metadata"].get("tags", [])
    return tagged or "".join(cell["source"]).startswith("#@title Parameters\n")


def parameter_names(text: str) -> set[str] | None:
    """Names that the cell tagged `parameters` assigns; None if there is no such cell.

    Raises:
        SyntaxError: The cell is no Python, or none that can be read.
    """
    for cell in json.loads(text)["cells"]:
        if is_parameters(cell):
            try:
                body = ast.parse("".join(cell["source"])).body
            except (ValueError, RecursionError, MemoryError) as error:
                raise SyntaxError(f"{type(error).__name__}") from error
            targets = [n.targets for n in body if isinstance(n, ast.Assign)]
            targets += [[n.target] for n in body if isinstance(n, ast.AnnAssign)]
            return {t.id for group in targets for t in group if isinstance(t, ast.Name)}
    return None


def owner(path: Path, root: Path | None, text: str) -> tuple[str, str]:
    """Which notebook of the course a file is, and whose: `01_dense_baseline`, `alice`.

    The student is what the file's name says besides the notebook's. What browsers and Jupyter add
    to a second copy, as in `alice (1)` or `alice-Copy2`, doesn't count. A name that says nothing
    more leaves it to the folder below the one that was named (as nbgrader has it:
    `submitted/alice/01/…`).

    Args:
        path, root: As `find` gives them.
        text: The file's content, empty if it can't be read.

    Returns:
        The notebook, the file's name if it is none of the course's; and the student, empty for a
        file that was named by itself and says nothing.
    """
    names = [p.stem for p in execution.choose_notebooks(None)]
    stem = re.sub(r"( ?\(\d+\)|-Copy\d*)+$", "", path.stem)
    here = next((name for name in names if name.lower() in stem.lower()), None)
    said = _said(text)
    notebook = said if said in names else here
    if notebook is None:
        return path.stem, stem if root else ""
    rest = re.sub(re.escape(here), "", stem, flags=re.IGNORECASE) if here else stem
    student = rest.strip(" _-.")
    if not student and root and path.parent != root:
        student = path.relative_to(root).parts[0]
    return notebook, student


def _said(text: str) -> str | None:
    course = json.loads(text).get("metadata", {}).get("course") if text else None
    return course.get("notebook") if isinstance(course, dict) else None
