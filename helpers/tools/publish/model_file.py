"""Decides which model of a run is published."""

import hashlib
import json
import sys
from pathlib import Path

from helpers import config


def model_of(saved: Path, notebook: str, records: list[dict]) -> dict[str, bytes]:
    """The model that a notebook has saved in full, and its side file, by suffix.

    It is {} if there is none, or if the published model is of the same training: Keras writes
    another date into the file each time, and a change of the prose must not change the model.

    Args:
        saved: Folder in which the run has saved its models.
        notebook: The notebook that was run; another one's model doesn't count.
        records: The records of this run; the side file has to name one of them. A model of an
            earlier run, on another dataset, may lie beside it.
    """
    older = []
    for path in sorted(saved.glob(f"{config.published_model().stem}-*-full.keras")):
        content, side = path.read_bytes(), path.with_suffix(".json").read_bytes()
        about = json.loads(side)
        if about["record"]["notebook"] != notebook:
            continue
        known = any(about["record"].items() <= record.items() for record in records)
        if known and about["sha256"] == hashlib.sha256(content).hexdigest():
            return {} if _is_published(about) else {".keras": content, ".json": side}
        older.append(path.name)
    if older:
        sys.exit(f"{older[0]} is not of this run; delete {saved} and publish again.")
    return {}


def _is_published(about: dict) -> bool:
    """Whether the published model is whole, and of the training that a side file describes."""
    model = config.published_model()
    if not (model.is_file() and model.with_suffix(".json").is_file()):
        return False
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    return json.loads(model.with_suffix(".json").read_bytes()) == about | {"sha256": digest}
