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


def with_tables(notebook: str, tables: Mapping[str, str]) -> str:
    """A stored notebook whose tables of results are those of the published records.

    A table is made from records; after one notebook was run again, those of the others follow.

    Args:
        notebook: A notebook's file as text.
        tables: By dataset, the Markdown table as `results.table` shows it in this notebook. A
            table of models that "didn't run here" takes its rows from it, and gets no others.
    """
    stored = json.loads(notebook)
    for cell in stored["cells"]:
        for output in cell.get("outputs", ()):
            for kind, lines in output.get("data", {}).items():
                if kind.startswith("text/"):
                    text = _with_tables("".join(lines), tables)
                    output["data"][kind] = text.splitlines(keepends=True)
    return json.dumps(stored, indent=1, ensure_ascii=False) + "\n"


def _with_tables(text: str, tables: Mapping[str, str]) -> str:
    """A text in which the tables below a title with a dataset's name are the published ones."""
    parts = re.split(r"(?m)^(?=\*\*)", text)
    for number, part in enumerate(parts):
        title = part.partition("\n")[0]
        for dataset, table in tables.items():
            if title == f"**{dataset}, profile `full`**":
                parts[number] = re.sub(
                    r"(?m)(^\|.*\n?)+", lambda old, new=table: _ended(old, new), part
                )
            elif f"({dataset}, " in title:
                parts[number] = _with_rows(part, table.splitlines()[2:])
    return "".join(parts)


def _ended(old: re.Match, new: str) -> str:
    return new + ("\n" if old[0].endswith("\n") else "")


def _with_rows(text: str, rows: list[str]) -> str:
    for row in rows:
        start = re.escape(row[: row.index("|", 1) + 1])
        text = re.sub(rf"(?m)^{start}.*$", lambda _, row=row: row, text)
    return text
