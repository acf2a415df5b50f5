"""What all copies of a notebook have in common: no outputs, links that lead somewhere."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from helpers import config
from helpers.tools import endings, execution, notebook_files

BUILD = config.course_root() / "build"


def tagged(cell, tag: str) -> bool:
    """Whether a notebook's cell has a tag."""
    return tag in cell.metadata.get("tags", [])


def asks_about_solution(cell) -> bool:
    """Whether a cell checks one of the course's own solutions, and says so."""
    return cell.cell_type == "code" and bool(
        re.search(r"^checks\.check\(.*, solution=True\)", cell.source)
    )


def emptied(notebook):
    """Takes away outputs and execution counts, in place; returns the notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook


def with_links(notebook, target: Callable[[str], str | None]):
    """Changes the relative links of a notebook's text, in place; returns the notebook.

    Args:
        notebook: The notebook (`nbformat.NotebookNode`).
        target: From an old target to the new one; None leaves the words without a link.
    """

    def changed(link: re.Match) -> str:
        words, old, stop = link.groups()
        if re.match(r"[a-z]+:", old):
            return link[0]
        new = target(old)
        if new is None:  # a title that is a question needs no full stop behind it
            return words if words.endswith("?") else words + stop
        return f"[{words}]({new}){stop}"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)(\.?)", changed, cell.source)
    return notebook


def without_overview(notebook):
    """Takes out the passages that lead to the course's README, in place; returns the notebook."""
    passages = (
        r"; (?:after: )?the \[overview\]\(\.\./README\.md\) lists [a-z ]*[a-z]",
        r"\.? ?\[Overview of the course\]\(\.\./README\.md\)",
    )
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for passage in passages:
                cell.source = re.sub(passage, "", cell.source)
    return notebook


def write(folder: Path, make: Callable) -> list[Path]:
    """Writes one copy of each notebook of the course, and deletes copies of what is gone.

    All are made before the first one is written, and no signal comes between them.

    Args:
        folder: Where the copies go.
        make: From a notebook and its name (as in `01_dense_baseline`) to the copy; it may change
            the notebook in place.

    Returns:
        The paths of the copies, in order. The command ends with one line if a file of the course
        is no notebook.
    """
    import nbformat

    from helpers import storage

    try:
        notebooks = {path: notebook_files.read(path) for path in execution.choose_notebooks(None)}
    except notebook_files.NotebookError as error:
        sys.exit(str(error))
    texts = {}
    for path, original in notebooks.items():
        notebook = make(original, path.stem)
        nbformat.validate(notebook)
        texts[folder / path.name] = nbformat.writes(notebook) + "\n"
    with endings.held():
        for path, text in texts.items():
            storage.write_whole(path, text)
        for old in set(folder.glob("*.ipynb")) - set(texts):
            old.unlink()
    return list(texts)


def with_source(cell, old: str, new: str):
    """Replaces one passage of a cell's text, which has to be there once; returns the cell.

    Raises:
        ValueError: The passage stands there not exactly once.
    """
    if cell.source.count(old) != 1:
        raise ValueError(f"cell {cell.id} should have this passage once: {old!r}")
    cell.source = cell.source.replace(old, new)
    return cell
