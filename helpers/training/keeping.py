"""Keeps the state of a training now and then, so that one that was cut off can go on."""

import time
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from helpers import storage
from helpers.training import cache

RESUME_SECONDS = 20.0
# What a callback knows in the middle of a training. With any other callback an interrupted
# training begins again.
RESUMABLE = {
    keras.callbacks.EarlyStopping: ("wait", "stopped_epoch", "best", "best_epoch"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "best", "cooldown_counter"),
    keras.callbacks.ModelCheckpoint: ("best",),
    keras.callbacks.LearningRateScheduler: (),
    keras.callbacks.TerminateOnNaN: (),
}


def plain_attributes(callback: keras.callbacks.Callback) -> dict[str, object]:
    """The public attributes of a callback that JSON holds; not the path that it writes to."""
    public = {n: value for n, value in vars(callback).items() if n[0] != "_" and n != "filepath"}
    return {name: _plain(value) for name, value in public.items() if _is_plain(value)}


def is_resumable(callback: keras.callbacks.Callback) -> bool:
    """Whether a training with this callback can go on where it was cut off."""
    return type(callback) in RESUMABLE and getattr(callback, "save_freq", "epoch") == "epoch"


def write_files(
    callbacks: Sequence[keras.callbacks.Callback], arrays: dict[str, np.ndarray]
) -> None:
    """Writes kept checkpoints where the callbacks of this training have their paths."""
    for number, callback in enumerate(callbacks):
        if _is_checkpoint(callback) and f"file {number}" in arrays:
            storage.write_whole(Path(callback.filepath), arrays[f"file {number}"].tobytes())


def _written(path: Path) -> int | None:
    """When a file was written, in nanoseconds; None if there is none."""
    return path.stat().st_mtime_ns if path.is_file() else None


def _is_checkpoint(callback: keras.callbacks.Callback) -> bool:
    return type(callback) is keras.callbacks.ModelCheckpoint


def _is_plain(value: object) -> bool:
    flat = value if isinstance(value, list) else [value]
    return all(isinstance(v, bool | int | float | str | np.number | None) for v in flat)


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.item() if isinstance(value, np.number) else value


class Keeper(keras.callbacks.Callback):
    """Collects the history and keeps the state now and then, for a training that is cut off."""

    def __init__(self, path: Path | None, facts: dict, arrays: dict, callbacks, epochs: int):
        super().__init__()
        self.path, self.facts, self.arrays, self.callbacks = path, facts, arrays, callbacks
        self.history, self.epochs = facts["history"], epochs
        self.checkpoints = {
            n: Path(c.filepath) for n, c in enumerate(callbacks) if _is_checkpoint(c)
        }
        self.older: dict[int, int | None] = {}
        self.began = self.saved = time.monotonic()

    def seconds(self) -> float:
        return self.facts["seconds"] + time.monotonic() - self.began

    def files(self) -> dict[str, np.ndarray]:
        """What each `ModelCheckpoint` has written in this training, by the callback's number."""
        kept = {name: array for name, array in self.arrays.items() if name.startswith("file ")}
        for number, path in self.checkpoints.items():
            if _written(path) not in (None, self.older[number]):
                kept[f"file {number}"] = np.frombuffer(path.read_bytes(), np.uint8)
        return kept

    def on_train_begin(self, logs=None):
        self.older = {number: _written(path) for number, path in self.checkpoints.items()}
        write_files(self.callbacks, self.arrays)
        for number, (callback, attributes) in enumerate(
            zip(self.callbacks, self.facts["callbacks"], strict=False)
        ):
            vars(callback).update(attributes)
            best = [v for k, v in sorted(self.arrays.items()) if k.startswith(f"best {number} ")]
            if best:
                callback.best_weights = best

    def on_epoch_end(self, epoch, logs=None):
        for metric, value in (logs or {}).items():
            self.history.setdefault(metric, []).append(round(float(value), 6))
        last = epoch + 1 == self.epochs or self.model.stop_training
        if self.path and not last and time.monotonic() - self.saved >= RESUME_SECONDS:
            self.keep(epoch + 1)
            self.saved = time.monotonic()

    def keep(self, epoch: int) -> None:
        states = [
            {name: _plain(getattr(callback, name)) for name in RESUMABLE[type(callback)]}
            for callback in self.callbacks
        ]
        arrays = {
            f"best {number} {place:05d}": array
            for number, callback in enumerate(self.callbacks)
            for place, array in enumerate(getattr(callback, "best_weights", None) or [])
        }
        facts = {
            "epoch": epoch,
            "history": self.history,
            "seconds": self.seconds(),
            "callbacks": states,
        }
        cache.save(self.path, self.model, facts, arrays | self.files())
