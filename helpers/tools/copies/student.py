"""Makes the copies for a class: without solutions for students, with open ones for instructors.

    python -m helpers.tools.student

`build/student/` has no solutions and no outputs; its checks carry nbgrader's metadata.
`build/handout/` is the same, each notebook complete in one file, as for Colab: for students who
have no folder of the course (it holds the solutions). `build/solutions/` is executed, as published,
with the solutions unfolded. All are made from `notebooks/`: change a notebook there, then make them
again.
"""

import functools
import os
import re
from pathlib import Path

from helpers.tools import endings, places, setup
from helpers.tools.copies import editing

FOLDED = (
    "The course's solution stands in the cell below each check (JupyterLab folds it away; try "
    "first)."
)
NO_SOLUTION = "Your instructor has the course's solutions."
YOURS = (
    "*This is your working copy: write into it, save it, and hand it in as your course asks for. "
    "“The published run” in the texts is the course's own, in the profile `full`; in `class` your "
    "numbers are lower.*"
)
ALONE = (
    "Alone, open its 'make colab' copy.",
    "Alone, ask for the complete copy.",
)
OPEN = "The course's solution stands in the cell below each check."


def main() -> None:
    """Writes the three sets of copies and says where."""
    made = {"student": student_copy, "handout": handout_copy, "solutions": solution_copy}
    with endings.clean("Interrupted; a set of copies that isn't named above is as it was before."):
        setup.ensure()
        build = places.writable(editing.BUILD)
        for name, make in made.items():
            paths = editing.write(build / name, functools.partial(make, folder=build / name))
            print(f"{len(paths)} notebooks in {build / name}", flush=True)


def student_copy(notebook, name: str, folder: Path | None = None):
    """A notebook without its solutions and outputs, whose checks nbgrader can grade.

    A check is a locked cell of one point in nbgrader's metadata (schema 3). The stub above it
    carries none: nbgrader would empty a cell that is marked as a solution, function and all.

    Args:
        notebook: The course's notebook; changed in place.
        name: Its name, kept in the metadata so that a renamed file is still recognised.
        folder: Where the copy goes; None is `build/student`.

    Raises:
        ValueError: The notebook's text doesn't say where the solutions are in the usual words.
    """
    kept = [c for c in notebook.cells if not _is_solution(c)]
    notebook.cells = [_without_results(_reworded(cell, NO_SOLUTION)) for cell in kept]
    _require(notebook, NO_SOLUTION)
    for cell in notebook.cells:
        if editing.tagged(cell, "bootstrap"):
            editing.with_source(cell, *ALONE)
    notebook.cells[1].source = f"{YOURS}\n\n{notebook.cells[1].source}"
    for number, cell in enumerate(notebook.cells):
        if editing.tagged(cell, "exercise"):
            _mark_for_grading(notebook.cells[number + 1])
    notebook.metadata.course.notebook = name
    editing.without_overview(notebook)
    return _relinked(editing.emptied(notebook), folder or editing.BUILD / "student")


def handout_copy(notebook, name: str, folder: Path | None = None):
    """A student copy that is complete in one file, with the helpers in its first cell.

    Args:
        notebook: The course's notebook; changed in place.
        name: Its name, kept in the metadata.
        folder: Where the copy goes: the same everywhere, since it has no links to other files.
    """
    from helpers.tools.copies import colab

    return colab.colab_copy(student_copy(notebook, name), name)


def solution_copy(notebook, name: str, folder: Path | None = None):
    """An executed notebook with its solutions unfolded.

    Args:
        notebook: The course's notebook; changed in place.
        name: Its name, kept in the metadata.
        folder: Where the copy goes; None is `build/solutions`.

    Raises:
        ValueError: The notebook's text doesn't say where the solutions are in the usual words.
    """
    notebook.cells = [_reworded(cell, OPEN) for cell in notebook.cells]
    _require(notebook, OPEN)
    for cell in notebook.cells:
        if editing.tagged(cell, "solution"):
            cell.metadata.pop("jupyter", None)
    notebook.metadata.course.notebook = name
    return _relinked(notebook, folder or editing.BUILD / "solutions")


def _is_solution(cell) -> bool:
    return editing.tagged(cell, "solution") or editing.asks_about_solution(cell)


def _reworded(cell, new: str):
    return editing.with_source(cell, FOLDED, new) if FOLDED in cell.source else cell


def _without_results(cell):
    """A cell without the paragraph that tells what came out of an exercise."""
    if cell.cell_type == "markdown":
        paragraphs = cell.source.split("\n\n")
        told = re.compile(r"\*\*Exercise \d\d\.\d in the published run")
        cell.source = "\n\n".join(p for p in paragraphs if not told.match(p))
    return cell


def _require(notebook, words: str) -> None:
    if not any(words in cell.source for cell in notebook.cells):
        raise ValueError(f"The exercises should begin with the sentence: {FOLDED}")


def _mark_for_grading(cell) -> None:
    exercise = re.fullmatch(r'checks\.check\("(\d\d\.\d)", \w+\)', cell.source)
    if not exercise:
        raise ValueError(f"expected the check of an exercise, found: {cell.source!r}")
    cell.metadata |= {"deletable": False, "editable": False}
    cell.metadata.nbgrader = {
        "schema_version": 3,
        "grade_id": f"exercise-{exercise[1].replace('.', '-')}",
        "grade": True,
        "locked": True,
        "solution": False,
        "task": False,
        "points": 1,
        "cell_type": "code",
    }


def _relinked(notebook, folder: Path):
    """Links to other notebooks stay, since their copies lie beside; others begin in `folder`."""

    def target(old: str) -> str | None:
        if re.fullmatch(r"\d\d_\w+\.ipynb", old):
            return old
        try:
            there = os.path.relpath(editing.execution.NOTEBOOKS / old, folder)
        except ValueError:  # on another drive of Windows
            return None
        return Path(there).as_posix()

    return editing.with_links(notebook, target)
