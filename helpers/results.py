"""Records of what was run: JSON files, the comparison table, and the claims of the course."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from IPython.display import Markdown, display

from helpers import config, storage
from helpers.config import Settings
from helpers.data import Dataset

PUBLISHED = config.course_root() / "figures" / "results.json"


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
    batch_size: int,
    parameter_count: int,
    facts: dict,
) -> Path:
    """Writes the record of one training; a later run of the same training replaces it.

    Args:
        settings, data: What the notebook runs with.
        model: What the model is called in tables.
        seed: The training seed.
        epochs: Epochs that were asked for.
        batch_size: Images in one step.
        parameter_count: Parameters of the model.
        facts: `history`, `seconds`, `images_per_second`, `hardware`, `versions`.

    Returns:
        The path of the record. Its `test_accuracy` and `test_loss` are None until `add_test`.
    """
    record = _origin(settings, data) | {
        "kind": "training",
        "model": model,
        "seed": seed,
        "epochs": epochs,
        "parameters": {"batch_size": batch_size},
        "parameter_count": parameter_count,
        "val_accuracy": facts["history"]["val_accuracy"][-1],
        "test_accuracy": None,
        "test_loss": None,
        **facts,
    }
    return _write(record, f"{model} seed {seed}")


def add_test(path: Path, *, accuracy: float, loss: float) -> None:
    """Writes the test accuracy (0 to 1) and loss (mean cross-entropy, nats) into a record."""
    record = json.loads(path.read_text(encoding="utf-8"))
    record |= {"test_accuracy": round(accuracy, 6), "test_loss": round(loss, 6)}
    storage.write_whole(path, json.dumps(record, indent=1) + "\n")


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
    record = _origin(settings, data) | {
        "kind": "measurement",
        "name": name,
        "value": round(mean, 6),
        "spread": None if math.isnan(spread) else round(spread, 6),
        "n": len(values),
        "unit": unit,
    }
    _write(record, name)
    return mean, spread


def load_records(folder: Path) -> list[dict]:
    """All records below a folder, in a fixed order; none if the folder doesn't exist."""
    paths = sorted(folder.glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def published() -> list[dict]:
    """The records of the published run, from `figures/results.json`."""
    if not PUBLISHED.is_file():
        return []
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))["records"]


def summarise(records: Iterable[dict]) -> list[dict]:
    """One row a model: mean and spread over its seeds, lowest test accuracy first.

    Args:
        records: Records of one dataset and profile; only trainings with a test accuracy count.

    Returns:
        Dictionaries with `model, parameter_count, val_accuracy, test_accuracies,
        test_accuracy, seconds, n`; accuracies from 0 to 1, seconds the median of one training.
    """
    groups: dict[tuple, list[dict]] = {}
    for record in records:
        if record["kind"] == "training" and record["test_accuracy"] is not None:
            groups.setdefault((record["notebook"], record["model"]), []).append(record)
    rows = []
    for (notebook, model), group in groups.items():
        tests = [record["test_accuracy"] for record in group]
        rows.append(
            {
                "notebook": notebook,
                "model": model,
                "parameter_count": group[0]["parameter_count"],
                "val_accuracy": float(np.mean([record["val_accuracy"] for record in group])),
                "test_accuracies": tests,
                "test_accuracy": float(np.mean(tests)),
                "seconds": float(np.median([record["seconds"] for record in group])),
                "n": len(group),
            }
        )
    return sorted(rows, key=lambda row: row["test_accuracy"])


def markdown_table(rows: Iterable[dict]) -> str:
    """The rows of `summarise` as a Markdown table."""
    lines = [
        "| Model | Parameters | Test accuracy | Seeds | Training time (median) |",
        "|---|--:|--:|--:|--:|",
    ]
    for row in rows:
        lines.append(
            f"| {row['model']} | {row['parameter_count']:,} | "
            f"{percent(row['test_accuracies'])} | {row['n']} | {row['seconds']:.0f} s |"
        )
    return "\n".join(lines)


def comparison(settings: Settings, data: Dataset) -> None:
    """Shows the models of the course so far, from records of the same dataset and profile.

    Models that have no such record here are shown from the published run, in a table of their own
    that says so. Nothing is trained for it.
    """
    same = {"dataset": data.name, "profile": settings.profile}
    mine = [r for r in load_records(records_dir()) if same.items() <= r.items()]
    rows = summarise(mine)
    text = f"**{data.name}, profile `{settings.profile}`**\n\n" + markdown_table(rows)
    known = {row["model"] for row in rows}
    others = [row for row in summarise(published()) if row["model"] not in known]
    if others:
        origin = published()[0]
        text += (
            f"\n\n**Not run here; from the published run ({origin['dataset']}, profile "
            f"`{origin['profile']}`)**\n\n" + markdown_table(others)
        )
    display(Markdown(text))


def claim(statement: str, holds: bool, settings: Settings) -> None:
    """Checks a statement next to the text that makes it.

    The smoke profile trains too little for any claim about accuracy, so nothing is asserted there.

    Raises:
        AssertionError: The statement doesn't hold in the profile `class` or `full`.
    """
    if settings.profile == "smoke":
        print(f"Not checked in smoke: {statement}")
        return
    if not holds:
        raise AssertionError(
            f"This run doesn't show it: {statement}. Too few images, epochs or seeds can be the "
            "reason: compare your parameters with the profile's."
        )
    print(f"Holds in this run: {statement}.")


def _origin(settings: Settings, data: Dataset) -> dict:
    return {
        "notebook": settings.notebook,
        "dataset": data.name,
        "dataset_fingerprint": data.fingerprint,
        "profile": settings.profile,
    }


def _write(record: dict, title: str) -> Path:
    words = f"{record['notebook']} {title} {record['dataset']} {record['profile']}"
    path = records_dir() / (re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") + ".json")
    storage.write_whole(path, json.dumps(record, indent=1) + "\n")
    return path
