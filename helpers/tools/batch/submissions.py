"""Whose the files are that a batch runs, and from whom there is none."""

from collections.abc import Container, Iterable
from pathlib import Path

from helpers.tools import execution
from helpers.tools.batch import naming, reading
from helpers.tools.batch.collecting import Found

Owner = tuple[str, str]  # the notebook, and the student


def owner(found: Found, shared: Container[Path] = ()) -> Owner:
    """Which notebook of the course a file is, and whose: `01_dense_baseline`, `alice`.

    A file in a folder below the one that was named belongs to that folder's student (as nbgrader
    has it: `submitted/alice/01/…`); folders of a week, a sheet or a notebook are nobody's. A file
    without such a folder belongs to whom its name says besides the notebook's. A name that a course
    system wrote, as Moodle and Canvas do, counts before all others. A ZIP archive is a folder.

    Args:
        found: The file.
        shared: Folders that several students share, see `shared_folders`.

    Returns:
        The notebook, the file's name if it is none of the course's; and the student, empty if
        nothing says who it is.
    """
    names = _notebooks()
    notebook, by_file, sure = _by_file(found)
    folders = [
        naming.student(naming.without_ending(place.name), names)
        for place in _folders(found)
        if _one_persons(place, shared)
    ]
    written = [student for student, by_system in folders if by_system]
    candidates = [*written, by_file if sure else "", *(student for student, _ in folders), by_file]
    if notebook is None and not found.root:
        candidates = []
    own = naming.without_ending(found.path.name)
    return notebook or own, next(filter(None, candidates), "")


def _folders(found: Found) -> list[Path]:
    """The folders of a file below its root, from the top down."""
    if not found.root or found.path == found.root:
        return []
    *parents, _ = found.path.relative_to(found.root).parts
    return [found.root.joinpath(*parents[: depth + 1]) for depth in range(len(parents))]


def _one_persons(folder: Path, shared: Container[Path]) -> bool:
    return folder not in shared and naming.is_person(folder.name, _notebooks())


def shared_folders(files: Iterable[Found]) -> set[Path]:
    """Folders with files of several students, by the names of files of the same notebook."""
    seen: dict[tuple[Path, str], set[str]] = {}
    for one in files:
        notebook, student, _ = _by_file(one)
        if notebook and student:
            seen.setdefault((one.path.parent, notebook), set()).add(student.casefold())
    return {
        folder
        for (folder, _), students in seen.items()
        if len(students) > 1
        and naming.student(naming.without_ending(folder.name), _notebooks())[0].casefold()
        not in students
    }


def _by_file(found: Found) -> tuple[str | None, str, bool]:
    """The course's notebook that a file is, or None; the student in its name; if that is sure."""
    names = _notebooks()
    said = reading.notebook_said(found.text, names)
    own = naming.without_ending(found.path.name)
    here = next((name for name in names if naming.notebook_in(own, [name])), None)
    return said or here, *naming.student(own, names)


def _notebooks() -> list[str]:
    return [path.stem for path in execution.choose_notebooks(None)]


def missing(files: list[Found], shared: Container[Path]) -> tuple[list[Found], list[Found]]:
    """Sorts what is no notebook: handed in instead of one, or beside one.

    Args:
        files: All files of a batch.
        shared: See `shared_folders`.

    Returns:
        What stands for a notebook that isn't there: one for each file that is called like one,
        and one for each student from whom there is nothing else; and all other files.
    """
    owners = [owner(one, shared) for one in files if one.notebook]
    others = [one for one in files if not one.notebook]
    called = [o for o in others if _by_file(o)[0] and owner(o, shared) not in owners]
    owners += [owner(one, shared) for one in called]
    people = {student.casefold() for _, student in owners}
    instead: dict[object, list[Found]] = {}
    beside = []
    for one in others:
        notebook, student = owner(one, shared)
        if one in called:
            instead.setdefault((notebook, student), []).append(one)
        elif _in_personal_folder(one, shared) and student.casefold() not in people:
            instead.setdefault(student.casefold(), []).append(one)
        else:
            beside.append(one)
    return [_together(group) for group in instead.values()], beside


def _in_personal_folder(found: Found, shared: Container[Path]) -> bool:
    """Whether something lies in a folder that may be a student's, or is such a folder."""
    places = _folders(found) + ([found.path] if found.path.is_dir() else [])
    return any(_one_persons(place, shared) for place in places)


def _together(group: list[Found]) -> Found:
    """What was handed in instead of a notebook, as one; it is no notebook that can be run."""
    first, *others = group
    ask = "ask for the notebook itself, a file that ends in .ipynb"
    also = f" (and {len(others)} more without a notebook)" if others else ""
    return Found(first.path, first.root, "", f"it {first.problem}{also}; {ask}", notebook=True)
