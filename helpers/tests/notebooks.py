"""Small made-up notebooks."""

import os
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.tools.batch import runner
from helpers.tools.test import SHARED_CACHE


def notebook(path: Path, *sources: str) -> Path:
    """Writes a notebook with a title and these code cells."""
    cells = [new_markdown_cell("# T")] + [new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), path)
    return path


def executed_notebook():
    """A notebook as it comes from a run: a picture of the dataset, and a line of text."""
    picture = new_output(
        "display_data", {"image/png": "AAAA", "text/plain": "Eighty cats."}, metadata={}
    )
    cell = new_code_cell("show()", execution_count=1, outputs=[picture])
    cell.metadata = {
        "papermill": {"duration": 1},
        "execution": {},
        "tags": ["dataset-images"],
    }
    kept = new_code_cell("1", execution_count=2, metadata={"tags": [], "papermill": {}})
    kept.outputs = [new_output("stream", text="1\n")]
    return new_notebook(
        cells=[cell, kept],
        metadata={"papermill": {}, "widgets": {}, "language_info": {"name": "python", "v": 3}},
    )


def said(cell) -> str:
    """What a cell has printed."""
    return "".join(o.get("text", "") for o in cell.get("outputs", []))


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and only waits to be asked doesn't."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def task(text: str, **changes) -> dict:
    """A task of a batch, with limits that are wide for a small notebook."""
    limits = {"minutes": 30, "memory_gb": 6, "output_mb": 20, "share": 2, "data": None}
    plain = {"file": "a.ipynb", "notebook": "", "text": text, "parameters": {}, "environment": {}}
    return plain | limits | changes


def run_copy(copy, name: str) -> dict:
    """Runs a copy of a notebook as a batch does, on the embedded dataset in `smoke`.

    The notebook itself and its copies share their trainings: what one has trained, the others
    take from the cache.
    """
    settings = {"COURSE_PROFILE": "smoke", "COURSE_DATASET": "digits"}
    if SHARED_CACHE in os.environ:
        settings["COURSE_CACHE"] = os.environ[SHARED_CACHE]
    wanted = task(nbformat.writes(copy), notebook=name, environment=settings)
    return runner.run(wanted, lambda: False)
