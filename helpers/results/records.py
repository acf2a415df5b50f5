"""Records of what was run, as JSON files; means and spreads."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from helpers import config, storage
from helpers.config import Settings
from helpers.data import Dataset
from helpers.results import stored, tracking


def records_dir() -> Path:
    """Where the records of this run go."""
    return config.runs_dir() / "records"


def mean_and_spread(values: Sequence[float]) -> tuple[float, float]:
    """Mean and sample standard deviation; the spread of one value alone is nan."""
    values = np.asarray(values, float)
    spread = values.std(ddof=1) if len(values) > 1 else np.nan
    return float(values.mean()), float(spread)


def percent(values: float | Sequence[float]) -> str:
    """A share as a percentage with one decimal: `"52.6 %"`, or `"52.6 ± 0.3 %"` for several."""
    return f"{_hundredfold(values)} %"


def points(values: float | Sequence[float]) -> str:
    """A difference of shares in percentage points: `"7.6 ± 0.8 points"`."""
    return f"{_hundredfold(values)} points"


def _hundredfold(values: float | Sequence[float]) -> str:
    mean, spread = mean_and_spread(np.atleast_1d(values))
    return f"{100 * mean:.1f}" + ("" if math.isnan(spread) else f" ± {100 * spread:.1f}")


def save_training(
    settings: Settings,
    data: Dataset,
    *,
    model: str,
    seed: int,
    epochs: int,
    recipe: str | None,
    parameters: dict,
    parameter_count: int,
    facts: dict,
    save_model: Callable[[Path], None] | None = None,
) -> Path:
    """Writes the record of one training; a later run of the same training replaces it.

    Args:
        settings, data: What the notebook runs with.
        model: What the model is called in tables.
        seed: The training seed.
        epochs: Epochs that were asked for.
        recipe: Key of all that decides the result but seed and first weights; None if unknown.
        parameters: What else was chosen: batch size, optimizer with its schedule.
        parameter_count: Parameters of the model.
        facts: `history`, `seconds`, `images_per_second`, `hardware`, `versions`; and `kept_epoch`,
            counted from 0, if the model's weights are not those of the last epoch.
        save_model: Writes the model into a folder, for a tracking server (`tracking.note`).

    Returns:
        The path of the record. Its `test_accuracy` and `test_loss` are None until `add_test`.
    """
    record = _origin(settings, data) | {
        "kind": "training",
        "model": model,
        "seed": seed,
        "epochs": epochs,
        "recipe": recipe,
        "parameters": parameters,
        "parameter_count": parameter_count,
        "shortened": settings.shortened,
        "val_accuracy": facts["history"]["val_accuracy"][facts.get("kept_epoch", -1)],
        "test_accuracy": None,
        "test_loss": None,
        **facts,
    }
    return _write(record, f"{model} seed {seed}", save_model)


def save_variant(path: Path, *, model: str, val_accuracy: float) -> Path:
    """Writes the record of another model with the weights of a training, and returns its path.

    Args:
        path: The record of that training; its history and test results are not taken over.
        model: What the model is called in tables.
        val_accuracy: Its own validation accuracy, from 0 to 1.
    """
    record = read(path)
    del record["history"]
    record |= {"model": model, "val_accuracy": val_accuracy}
    record["test_accuracy"] = record["test_loss"] = None
    return _write(record, f"{model} seed {record['seed']}")


def add_test(path: Path, *, accuracy: float, loss: float) -> int:
    """Writes the test accuracy (0 to 1) and loss (nats) into a record; returns the tests so far."""
    record = read(path)
    looks = record.get("test_looks", int(record["test_accuracy"] is not None)) + 1
    again = {"test_looks": looks} if looks > 1 else {}
    record |= {"test_accuracy": round(accuracy, 6), "test_loss": round(loss, 6)} | again
    storage.write_whole(path, json.dumps(record, indent=1) + "\n")
    tracking.note(record)
    return looks


def save_measurement(
    settings: Settings, data: Dataset, name: str, values: Iterable[float], unit: str = "share"
) -> tuple[float, float]:
    """Records something measured that isn't a training: its mean, spread and count.

    Args:
        settings, data: What the notebook runs with.
        name: What was measured, in words.
        values: One value a repeat, for example one a seed.
        unit: Unit of the values; `"share"` is from 0 to 1.

    Returns:
        Mean and sample standard deviation (nan for one value).
    """
    values = list(values)
    mean, spread = mean_and_spread(values)
    known = None if math.isnan(spread) else round(spread, 6)
    found = {"value": round(mean, 6), "spread": known, "n": len(values), "unit": unit}
    _save(settings, data, "measurement", name, found)
    return mean, spread


def save_table(
    settings: Settings,
    data: Dataset,
    name: str,
    rows: np.ndarray,
    labels: Sequence[str] | None = None,
    row_labels: Sequence[str] | None = None,
) -> None:
    """Records a table of numbers, for example a confusion matrix.

    Args:
        settings, data: What the notebook runs with.
        name: What was measured, in words.
        rows: `(rows, columns)`.
        labels: Names of the columns; None takes those of the dataset's classes.
        row_labels: Names of the rows; None leaves them without names.

    Raises:
        ValueError: The names don't fit the rows.
    """
    rows, labels = np.asarray(rows), list(labels or data.class_names)
    named = (len(rows if row_labels is None else row_labels), len(labels))
    if rows.shape != named:
        raise ValueError(f"{name}: {named} names for rows and columns of shape {rows.shape}")
    found = {"rows": rows.tolist(), "labels": labels, "row_labels": list(row_labels or [])}
    _save(settings, data, "table", name, found)


def read(path: Path) -> dict:
    """One record."""
    return json.loads(path.read_text(encoding="utf-8"))


def load_records(folder: Path) -> list[dict]:
    """All records in a folder, oldest first; none if the folder doesn't exist."""
    paths = sorted(folder.glob("*.json"), key=lambda p: p.stat().st_mtime_ns)
    return [read(path) for path in paths]


def earlier(
    settings: Settings, data: Dataset, notebook: str, names: Sequence[str]
) -> tuple[list[float], str]:
    """What another notebook measured: from its run here if there is one, else as published.

    Args:
        settings, data: What the notebook that asks runs with.
        notebook: Name of the notebook that measured.
        names: Names of its measurements.

    Returns:
        One mean for each name; and where they come from: empty if they were measured here, on the
        same dataset in the same profile, else a few words in brackets, for labels. Shortened
        trainings don't count. Of several datasets that were published with all these names, the
        one at hand counts, if it is among them.

    Raises:
        LookupError: A measurement is not even in the published run.
    """
    same = _origin(settings, data) | {"notebook": notebook, "shortened": False}
    here = [r for r in load_records(records_dir()) if same.items() <= r.items()]
    origin = {"notebook": notebook, "kind": "measurement"}
    measured = [r for r in stored.published() if origin.items() <= r.items()]
    elsewhere = stored.of_one_dataset(stored.with_all(measured, names), data.name)
    for records in (here, elsewhere):
        found = {r["name"]: r for r in records if r["kind"] == "measurement"}
        if set(names) <= set(found):
            origin = "" if records is here else f" ({found[names[0]]['dataset']}, published)"
            return [found[name]["value"] for name in names], origin
    missing = ", ".join(sorted(set(names) - set(found)))
    raise LookupError(f"notebook {notebook} has published no measurement of this name: {missing}.")


def _origin(settings: Settings, data: Dataset) -> dict:
    return {
        "notebook": settings.notebook,
        "dataset": data.name,
        "dataset_fingerprint": data.fingerprint,
        "profile": settings.profile,
    }


def _save(settings: Settings, data: Dataset, kind: str, name: str, found: dict) -> None:
    about = {"kind": kind, "name": name, "shortened": settings.shortened}
    _write(_origin(settings, data) | about | found, name)


def _write(record: dict, title: str, save_model: Callable[[Path], None] | None = None) -> Path:
    words = f"{record['notebook']} {title} {record['dataset']} {record['profile']}"
    readable = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    path = records_dir() / f"{readable}-{hashlib.sha256(words.encode()).hexdigest()[:6]}.json"
    storage.write_whole(path, json.dumps(record, indent=1) + "\n")
    tracking.note(record, save_model)
    return path
