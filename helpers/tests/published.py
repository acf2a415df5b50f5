"""Numbers of the published run, for the tests that hold the prose to them."""

import numpy as np

from helpers import results


def published_values(notebook: str, model: str, field: str) -> np.ndarray:
    """One number for each seed, from the published records."""
    records = [r for r in results.published() if r["notebook"] == notebook]
    return np.array([r[field] for r in records if r.get("model") == model])


def published_measurement(notebook: str, name: str) -> float:
    """The mean of a published measurement."""
    records = [r for r in results.published() if r["notebook"] == notebook]
    (value,) = [r["value"] for r in records if r.get("name") == name]
    return value


def published_table(notebook: str, name: str) -> tuple[np.ndarray, list[str]]:
    """The rows of a published table, and the names of the classes."""
    records = [r for r in results.published() if r["notebook"] == notebook]
    (table,) = [r for r in records if r["kind"] == "table" and r["name"] == name]
    return np.array(table["rows"]), table["labels"]
