"""Made-up records, and a dataset to go with them."""

import json


def record(model="dense", seed=0, test=0.5, **changes):
    return {
        "kind": "training",
        "notebook": "01_dense_baseline",
        "model": model,
        "seed": seed,
        "dataset": "digits",
        "dataset_fingerprint": "f",
        "profile": "class",
        "shortened": False,
        "recipe": "r",
        "parameter_count": 1_000,
        "val_accuracy": 0.5,
        "test_accuracy": test,
        "seconds": 10.0 + seed,
    } | changes


class Data:
    name = "digits"
    fingerprint = "f"


def write(folder, *records):
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(records):
        (folder / f"{number}.json").write_text(json.dumps(content))
