"""Executes one notebook of a batch, in a process of its own.

    python -m helpers.tools.run_notebook SOURCE TARGET PARAMETERS.json OUTCOME.json OUTPUT_MB

The process that starts it watches time and memory, and ends the kernel if need be; what was
executed until then is still written.
"""

import contextlib
import json
import logging
import os
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from papermill.parameterize import parameterize_notebook

from helpers import storage


class _Client(NotebookClient):
    """Executes a notebook, and ends the kernel if its outputs get too large."""

    allowed = 0
    too_much = False

    def process_message(self, msg, cell, cell_index):
        self.allowed -= _size(msg["content"])
        if self.allowed < 0:
            if not self.too_much:
                self.too_much = True
                end_children()
            return None
        return super().process_message(msg, cell, cell_index)


def _size(content: object) -> int:
    """Characters in the strings of a message."""
    if isinstance(content, dict):
        return sum(map(_size, content.values()))
    if isinstance(content, list):
        return sum(map(_size, content))
    return len(content) if isinstance(content, str) else 8


def end_children() -> None:
    """Ends all processes that this one has started, and those that they have started."""
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def _end_with_parent() -> None:
    """Ends this process and the kernel once the process that started it is gone."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    end_children()
    os._exit(1)


def execute(notebook, output_mb: float) -> dict:
    """Executes a notebook in place.

    Args:
        notebook: The notebook (`nbformat.NotebookNode`), parameters included.
        output_mb: What all outputs together may have, in 10⁶ characters.

    Returns:
        `state` (`"ok"`, `"failed"` or `"memory"`) and `error`, its last line; empty if all went
        well.
    """
    client = _Client(notebook, kernel_name="python3", timeout=None, shutdown_kernel="immediate")
    client.allowed = int(output_mb * 1e6)
    try:
        client.execute()
    except CellExecutionError as error:
        if (error.ename, error.evalue) in (("SystemExit", ""), ("SystemExit", "0")):
            return {"state": "ok", "error": ""}
        state = "memory" if error.ename in ("MemoryError", "ResourceExhaustedError") else "failed"
        line = (error.evalue or "").strip().splitlines() or [""]
        return {"state": state, "error": f"{error.ename}: {line[0]}"[:500].rstrip(": ")}
    except DeadKernelError:
        if client.too_much:
            said = f"more than {output_mb:g} MB of output (limits: output_mb)"
            return {"state": "failed", "error": said}
        return {"state": "failed", "error": "the kernel died"}
    return {"state": "ok", "error": ""}


def main() -> None:
    """Reads the notebook, executes it, writes it and how it ended."""
    source, target, parameters, outcome = map(Path, sys.argv[1:5])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    notebook = nbformat.read(source, as_version=4)
    values = json.loads(parameters.read_text(encoding="utf-8"))
    if values:
        notebook.metadata.setdefault("papermill", {})
        for cell in notebook.cells:
            cell.metadata.setdefault("tags", [])
        notebook = parameterize_notebook(notebook, values, kernel_name="python3", language="python")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    told = execute(notebook, float(sys.argv[5]))
    storage.write_whole(target, nbformat.writes(notebook) + "\n")
    storage.write_whole(outcome, json.dumps(told))


if __name__ == "__main__":
    main()
