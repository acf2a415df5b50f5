"""Executes one notebook of a batch, in a process of its own.

    python -m helpers.tools.batch.run_notebook SOURCE TARGET PARAMETERS.json OUTCOME.json MB PARENT
                                               NOTEBOOK

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
from helpers.tools import copies, endings, execution, kernels
from helpers.tools.batch import cells, colab_lines, wording


class _Client(NotebookClient):
    """Executes a notebook, and ends the kernel if its outputs get too large."""

    allowed = 0
    too_much = False
    index = 0
    tolerated: frozenset[int] | set[int] = frozenset()
    goes_on = False

    async def async_execute_cell(self, cell, cell_index, *arguments, **options):
        self.index = cell_index
        self.allow_errors = self.goes_on or cell_index in self.tolerated
        executed = await super().async_execute_cell(cell, cell_index, *arguments, **options)
        self.goes_on |= any(o.output_type == "error" for o in cell.get("outputs", []))
        return executed

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


def execute(notebook, output_mb: float, name: str = "") -> dict:
    """Executes a notebook in place.

    If a cell of the course itself fails before the first exercise, that ends the run. After an
    error in what the student wrote the other cells still run, so that a slip in one exercise
    doesn't cost the points of the next.

    Args:
        notebook: The notebook (`nbformat.NotebookNode`), parameters included.
        output_mb: What all outputs together may have, in 10⁶ characters.
        name: Which notebook of the course it is; empty or another name if it is none.

    Returns:
        `state` (`"ok"`, `"failed"` or `"memory"`); `error`, one line, empty if all went well;
        and `place`, the heading above the cell where it ended, empty if there is none.
    """
    waits = {"timeout": None, "startup_timeout": execution.KERNEL_STARTS}
    client = _Client(notebook, kernel_name="python3", shutdown_kernel="immediate", **waits)
    client.allowed = int(output_mb * 1e6)
    client.tolerated = cells.tolerated(notebook.cells, name)
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
    kernels.mend()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    notebook = nbformat.read(source, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell, text in zip(code, colab_lines.without([c.source for c in code]), strict=True):
        cell.source = text
    values = json.loads(parameters.read_text(encoding="utf-8"))
    if values:
        notebook.metadata.setdefault("papermill", {})
        holding = next(filter(cells.is_parameters, notebook.cells), None)
        for cell in notebook.cells:  # papermill looks at each cell's tags
            kept = [tag for tag in cells.tags(cell) if tag != "parameters"]
            cell.metadata.tags = [*kept, "parameters"] if cell is holding else kept
        notebook = parameterize_notebook(notebook, values, kernel_name="python3", language="python")
    copies.emptied(notebook)
    told = execute(notebook, float(sys.argv[5]), sys.argv[7])
    storage.write_whole(target, nbformat.writes(notebook) + "\n")
    storage.write_whole(outcome, json.dumps(told))


if __name__ == "__main__":
    main()
