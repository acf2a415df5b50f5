"""Numbers of the published run, for the tests that hold the prose to them."""

import nbformat
import numpy as np
import pytest

from helpers import results
from helpers.tools import execution


def needs_published(notebook: str) -> pytest.MarkDecorator:
    """Skips a test until a notebook has published records."""
    there = any(record["notebook"] == notebook for record in results.published())
    return pytest.mark.skipif(not there, reason=f"notebook {notebook[:2]} is not published yet")


def of_main_dataset(notebook: str) -> list[dict]:
    """A notebook's published records, but for those on another dataset with tested models."""
    records = [r for r in results.published() if r["notebook"] == notebook]
    classes = {results.classes_of(r["dataset"]) for r in results.tested(records)} or {10}
    known = results.tested_datasets(results.published())
    used = {r["dataset"] for r in records}
    alike = [name for name in known if results.classes_of(name) in classes and name in used]
    return [r for r in records if r["dataset"] not in known or r["dataset"] == alike[0]]


def published_values(notebook: str, model: str, field: str) -> np.ndarray:
    """One number for each seed, from the published records."""
    records = of_main_dataset(notebook)
    return np.array([r[field] for r in records if r.get("model") == model])


def published_measurement(notebook: str, name: str) -> float:
    """The mean of a published measurement."""
    records = of_main_dataset(notebook)
    (value,) = [r["value"] for r in records if r.get("name") == name]
    return value


def published_table(notebook: str, name: str) -> tuple[np.ndarray, list[str]]:
    """The rows of a published table, and the names of its columns."""
    table = _table(notebook, name)
    return np.array(table["rows"]), table["labels"]


def published_rows(notebook: str, name: str) -> dict[str, np.ndarray]:
    """The rows of a published table by their names."""
    table = _table(notebook, name)
    return dict(zip(table["row_labels"], np.array(table["rows"]), strict=True))


def _table(notebook: str, name: str) -> dict:
    records = of_main_dataset(notebook)
    (table,) = [r for r in records if r["kind"] == "table" and r["name"] == name]
    return table


def missing(notebook: str, cell: str, *sentences: str) -> list[str]:
    """Those of some passages that the text of a cell doesn't hold, whatever its line breaks."""
    source = nbformat.read(execution.NOTEBOOKS / f"{notebook}.ipynb", as_version=4)
    (text,) = [" ".join(c.source.split()) for c in source.cells if c.id == cell]
    return [sentence for sentence in sentences if sentence not in text]
