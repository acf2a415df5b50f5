"""Files that a batch runs: which there are, what they hold, whose they are."""

import ast
import glob
import itertools
import json
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from helpers.tools import execution
from helpers.tools.batch import naming

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
    """Content of a notebook's file, and why it can't be run (empty if it can); one of the two.

    An older format becomes version 4. What an editor wrote before the text, as a byte-order mark,
    isn't part of it.
    """
    import nbformat

    try:
        if path.stat().st_size > LARGEST:
            return "", f"the file has more than {LARGEST // 10**6} MB"
        content = path.read_bytes()
        text = content.decode(json.detect_encoding(content))
        notebook = json.loads(text)
        if not isinstance(notebook, dict):
            raise ValueError("it has no cells")
        if notebook.get("nbformat") in (1, 2, 3):
            notebook = _converted(text)
            text = json.dumps(notebook, ensure_ascii=False, indent=1)
        if notebook.get("nbformat") != 4:
            raise ValueError("its format is not version 4; open and save it in Jupyter")
        nbformat.validate(_bare(notebook))
    except OSError as error:
        return "", f"the file can't be read: {error}"
    except json.JSONDecodeError as error:
        words = f"it is damaged or cut off in line {error.lineno}; ask for it again"
        return "", f"the file is no notebook: {words}"
    except UnicodeDecodeError:
        return "", "the file is no notebook: it is no text"
    except Exception as error:
        words = str(error).strip() or type(error).__name__
        return "", f"the file is no notebook: {words.splitlines()[0][:200]}"
    return text, ""


def _converted(text: str) -> dict:
    """An older notebook in version 4, the same each time: cells have no ids."""
    import nbformat

    made = nbformat.convert(nbformat.reader.reads(text), 4)
    cells = [{key: value for key, value in cell.items() if key != "id"} for cell in made.cells]
    return made | {"cells": cells, "nbformat_minor": 4}


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


def owner(
    path: Path, root: Path | None, text: str, shared: Container[Path] = ()
) -> tuple[str, str]:
    """Which notebook of the course a file is, and whose: `01_dense_baseline`, `alice`.

    A file in a folder below the one that was named belongs to that folder's student (as nbgrader
    has it: `submitted/alice/01/…`); folders of a week, a sheet or a notebook are nobody's. A file
    without such a folder belongs to whom its name says besides the notebook's. A name that a course
    system wrote, as Moodle and Canvas do, counts before all others.

    Args:
        path, root: As `find` gives them.
        text: The file's content, empty if it can't be read.
        shared: Folders that several students share, see `shared_folders`.

    Returns:
        The notebook, the file's name if it is none of the course's; and the student, empty if
        nothing says who it is.
    """
    names = _notebooks()
    notebook, by_file, sure = _by_file(path, text)
    folders = []
    if root:
        *parents, _ = path.relative_to(root).parts
        places = [root.joinpath(*parents[: depth + 1]) for depth in range(len(parents))]
        folders = [naming.student(p.name, names) for p in places if _one_persons(p, shared)]
    written = [student for student, by_system in folders if by_system]
    candidates = [*written, by_file if sure else "", *(student for student, _ in folders), by_file]
    if notebook is None and not root:
        candidates = []
    return notebook or naming.same(path.stem), next(filter(None, candidates), "")


def _one_persons(folder: Path, shared: Container[Path]) -> bool:
    return folder not in shared and naming.is_person(folder.name, _notebooks())


def shared_folders(files: Iterable[tuple[Path, Path | None, str]]) -> set[Path]:
    """Folders with files of several students, by the names of files of the same notebook.

    Args:
        files: A path and its root, as `find` gives them, and the file's content.
    """
    found: dict[tuple[Path, str], set[str]] = {}
    for path, _, text in files:
        notebook, student, _ = _by_file(path, text)
        if notebook and student:
            found.setdefault((path.parent, notebook), set()).add(student.casefold())
    return {
        folder
        for (folder, _), students in found.items()
        if len(students) > 1
        and naming.student(folder.name, _notebooks())[0].casefold() not in students
    }


def _by_file(path: Path, text: str) -> tuple[str | None, str, bool]:
    """The course's notebook that a file is, or None; the student in its name; if that is sure."""
    names = _notebooks()
    said, stem = _said(text), naming.same(path.stem)
    here = next((name for name in names if naming.notebook_in(stem, [name])), None)
    return said if said in names else here, *naming.student(stem, names)


def _notebooks() -> list[str]:
    return [path.stem for path in execution.choose_notebooks(None)]


def _said(text: str) -> str | None:
    course = json.loads(text).get("metadata", {}).get("course") if text else None
    return course.get("notebook") if isinstance(course, dict) else None
