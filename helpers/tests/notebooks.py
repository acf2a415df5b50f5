"""Small made-up notebooks."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


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
