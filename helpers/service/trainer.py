"""Trains a served model on, in a process of its own: `python -m helpers.service.trainer FOLDER`.

The folder holds `wish.json`: the model's file, its SHA-256 and the epochs. In it appear
`progress.json`, epoch by epoch, and `result.json`.
"""

import json
import os
import sys
from pathlib import Path

from helpers import training

# isort: split
import keras
import numpy as np

from helpers import config, data, errors, evaluation, models, storage
from helpers.service import lifeline

RATE = 0.0003
BATCH = 64


def main() -> None:
    """Trains what `wish.json` asks for; an error becomes the sentence of `result.json`."""
    folder = Path(sys.argv[1])
    lifeline.end_with_parent()
    if hasattr(os, "nice"):
        os.nice(10)  # answers go first
    wish = json.loads((folder / "wish.json").read_text(encoding="utf-8"))
    try:
        result = trained_on(folder, Path(wish["model"]), wish["sha256"], wish["epochs"])
    except errors.PlainError as error:
        storage.write_whole(folder / "result.json", json.dumps({"detail": str(error)}))
        sys.exit(1)
    storage.write_whole(folder / "result.json", json.dumps(result))


def trained_on(folder: Path, path: Path, sha256: str, epochs: int) -> dict:
    """Trains a saved model on with the images that it knows; the result is a file of its own.

    Args:
        folder: Where the progress is told; its name becomes part of the new model's.
        path: The model's file.
        sha256: What the file has to be: it may have been replaced in the meantime.
        epochs: Passes over the training images.

    Returns:
        The new model's file, and the validation accuracy of both, on the same images.

    Raises:
        ModelError: The file can't be opened, was replaced, or was trained on other images.
        DataError: Its dataset can't be had here.
    """
    saved = models.load(path, config.resolve("service", "service"))
    about = saved.about
    if about["sha256"] != sha256:
        raise models.ModelError(f"{path.name} was replaced since the service has opened it.")
    kind, dataset = config.origin(about["dataset"])
    wanted = {"dataset": dataset, "profile": about["profile"], "about": kind}
    settings = config.resolve("service", "service", **wanted, epochs=epochs, use_cache=False)
    options = {"data_dir": settings.data_dir, "classes": about["classes"]}
    images = data.load(settings.dataset, settings.profile, **options)
    if images.fingerprint != about["dataset_fingerprint"]:
        raise models.ModelError(
            f"{path.name} was trained on other images than those that are here ({images.name}); "
            "it can't be judged by them."
        )
    before = share_right(training.predict(saved.model, images.x_val), images.y_val)
    compile_(saved.model)
    options = {"name": "service, trained on", "seed": int(folder.name[:6], 16), "batch_size": BATCH}
    run = training.fit(saved.model, images, settings, callbacks=[told(folder)], **options)
    answers = training.predict(run.model, images.x_val)
    temperature = None
    if about.get("temperature"):
        temperature = evaluation.fit_temperature(answers, images.y_val)
    new = models.save(run, images, f"service {folder.name}", temperature=temperature)
    return {
        "model": str(new),
        "val_accuracy_before": before,
        "val_accuracy": share_right(answers, images.y_val),
    }


def compile_(model: keras.Model) -> None:
    """Gives a network a careful optimizer: it goes on from weights that are good already."""
    model.compile(
        keras.optimizers.Adam(RATE), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )


def share_right(answers: np.ndarray, labels: np.ndarray) -> float:
    """Share of rows `(n, classes)` whose largest number stands at the label's place."""
    return float((answers.argmax(axis=1) == labels).mean())


def told(folder: Path) -> keras.callbacks.Callback:
    """A callback that writes down how many epochs are done."""

    def write(epoch: int, logs: dict) -> None:
        storage.write_whole(folder / "progress.json", json.dumps({"epochs_done": epoch + 1}))

    return keras.callbacks.LambdaCallback(on_epoch_end=write)


if __name__ == "__main__":
    main()
