"""Executes one notebook of a batch, in a process of its own.

    python -m helpers.tools.batch.run_notebook SOURCE TARGET PARAMETERS.json OUTCOME.json MB PARENT

The process that starts it watches time and memory, and ends the kernel if need be; what was
executed until then is still written.
"""

import json
import logging
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from papermill.parameterize import parameterize_notebook

from helpers import storage
from helpers.tools import copies, endings
from helpers.tools.batch import submissions, wording


class _Client(NotebookClient):
    """Executes a notebook, and ends the kernel if its outputs get too large."""

    allowed = 0
    too_much = False
    index = 0
    tolerated: frozenset[int] | set[int] = frozenset()

    async def async_execute_cell(self, cell, cell_index, *arguments, **options):
        self.index = cell_index
        self.allow_errors = cell_index in self.tolerated
        return await super().async_execute_cell(cell, cell_index, *arguments, **options)

    def process_message(self, msg, cell, cell_index):
        self.allowed -= _size(msg["content"])
        if self.allowed < 0:
            if not self.too_much:
                self.too_much = True
                endings.kill(endings.family(os.getpid())[1:])
            return None
        return super().process_message(msg, cell, cell_index)


def _size(content: object) -> int:
    """Characters in the strings of a message."""
    if isinstance(content, dict):
        return sum(map(_size, content.values()))
    if isinstance(content, list):
        return sum(map(_size, content))
    return len(content) if isinstance(content, str) else 8


def execute(notebook, output_mb: float) -> dict:
    """Executes a notebook in place.

    An error before the first exercise ends the run; from there on the other cells still run, so
    that a slip in one exercise doesn't cost the points of the next.

    Args:
        notebook: The notebook (`nbformat.NotebookNode`), parameters included.
        output_mb: What all outputs together may have, in 10⁶ characters.

    Returns:
        `state` (`"ok"`, `"failed"` or `"memory"`); `error`, one line, empty if all went well;
        and `place`, the heading above the cell where it ended, empty if there is none.
    """
    client = _Client(notebook, kernel_name="python3", timeout=None, shutdown_kernel="immediate")
    client.allowed = int(output_mb * 1e6)
    client.tolerated = _exercise_cells(notebook)
    try:
        client.execute()
    except CellExecutionError as error:
        return _ended(notebook, client.index, error.ename, error.evalue)
    except Exception as error:  # of the libraries that start and ask the kernel
        if not client.too_much:
            return _ended(notebook, client.index, type(error).__name__, str(error))
    if client.too_much:
        said = f"more than {output_mb:g} MB of output (limits: output_mb)"
        return {"state": "failed", "error": said, "place": heading(notebook, client.index)}
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error" and not copies.tagged(cell, "raises-exception"):
                ended = _ended(notebook, index, output.ename, output.evalue)
                if ended["state"] != "ok":
                    return ended
    return {"state": "ok", "error": "", "place": ""}


def _exercise_cells(notebook) -> set[int]:
    """Positions of the cells from the text of the first exercise on; none without exercises."""
    stubs = [i for i, cell in enumerate(notebook.cells) if copies.tagged(cell, "exercise")]
    if not stubs:
        return set()
    texts = [i for i in range(stubs[0]) if notebook.cells[i].cell_type == "markdown"]
    return set(range(texts[-1] if texts else stubs[0], len(notebook.cells)))


def _ended(notebook, index: int, name: str, words: str) -> dict:
    if (name, words) in (("SystemExit", ""), ("SystemExit", "0")):
        return {"state": "ok", "error": "", "place": ""}
    state = "memory" if name in ("MemoryError", "ResourceExhaustedError") else "failed"
    error = wording.plain(name, words)
    return {"state": state, "error": error, "place": heading(notebook, index)}


def heading(notebook, index: int) -> str:
    """The last heading above a cell, without its marks; empty if there is none."""
    for cell in reversed(notebook.cells[: index + 1]):
        lines = cell.source.splitlines() if cell.cell_type == "markdown" else []
        found = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
        if found:
            return found[-1][:200]
    return ""


def main() -> None:
    """Reads the notebook, executes it, writes it and how it ended."""
    source, target, parameters, outcome = map(Path, sys.argv[1:5])
    endings.end_with_parent(int(sys.argv[6]), target.parent)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    notebook = nbformat.read(source, as_version=4)
    values = json.loads(parameters.read_text(encoding="utf-8"))
    if values:
        notebook.metadata.setdefault("papermill", {})
        for cell in notebook.cells:
            tags = cell.metadata.setdefault("tags", [])
            if submissions.is_parameters(cell) and "parameters" not in tags:
                tags.append("parameters")
        notebook = parameterize_notebook(notebook, values, kernel_name="python3", language="python")
    copies.emptied(notebook)
    told = execute(notebook, float(sys.argv[5]))
    storage.write_whole(target, nbformat.writes(notebook) + "\n")
    storage.write_whole(outcome, json.dumps(told))


if __name__ == "__main__":
    main()
