"""What is stored of an executed notebook, and how its tables follow the published records."""

import json
import re
from collections.abc import Mapping


def cleaned(notebook):
    """Takes out of an executed notebook what readers and diffs don't need.

    Gone are papermill's and widgets' metadata, times, and the pictures of cells tagged
    `dataset-images`; execution counts, cell ids and all other outputs stay.

    Args:
        notebook: An executed notebook (`nbformat.NotebookNode`); changed in place.

    Returns:
        The same notebook.
    """
    for key in ("papermill", "widgets"):
        notebook.metadata.pop(key, None)
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        elif "dataset-images" in cell.metadata.tags:
            cell.outputs = [_in_words(output) for output in cell.outputs]
    return notebook


def _in_words(output):
    from nbformat.v4 import new_output

    shown = output.get("data", {}).get("text/plain", "pictures of the dataset")
    return new_output("stream", name="stdout", text=f"Run this cell to see: {shown}\n")


def with_rows(notebook: str, rows: Mapping[str, list[str]]) -> str:
    """A stored notebook whose tables of results have the published rows, model by model.

    A table is made from records; after one notebook was run again, those of the others follow.

    Args:
        notebook: A notebook's file as text.
        rows: By dataset, rows of `results.markdown_table`; models that a table doesn't have are
            not added, and a table of another dataset stays as it is.
    """
    stored = json.loads(notebook)
    for cell in stored["cells"]:
        for output in cell.get("outputs", ()):
            for kind, lines in output.get("data", {}).items():
                if kind.startswith("text/"):
                    text = _with_rows("".join(lines), rows)
                    output["data"][kind] = text.splitlines(keepends=True)
    return json.dumps(stored, indent=1, ensure_ascii=False) + "\n"


def _with_rows(text: str, rows: Mapping[str, list[str]]) -> str:
    """A text in which the tables below a title with a dataset's name have its rows."""
    parts = re.split(r"(?m)^(?=\*\*)", text)
    for number, part in enumerate(parts):
        title = part.partition("\n")[0]
        named = [name for name in rows if re.search(rf"[*(]{re.escape(name)}, ", title)]
        for row in (row for name in named for row in rows[name]):
            start = re.escape(row[: row.index("|", 1) + 1])
            parts[number] = re.sub(rf"(?m)^{start}.*$", lambda _, row=row: row, parts[number])
    return "".join(parts)
