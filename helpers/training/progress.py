"""Progress of a training, for a reader and for a log."""

import time

import keras
from IPython import get_ipython
from IPython.display import DisplayHandle

LOG_SECONDS = 10.0


class Progress(keras.callbacks.Callback):
    """One line that changes in place in a notebook; a line every few seconds in a log."""

    def __init__(self, name: str, seed: int, epochs: int):
        super().__init__()
        self.title, self.total = f"{name}, seed {seed}", epochs
        self.handle = DisplayHandle() if get_ipython() else None
        self.shown = False
        self.began = self.logged = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        now = time.monotonic()
        if self.handle is None and now - self.logged < LOG_SECONDS:
            return
        self.logged = now
        self._show(
            f"{self.title}: epoch {epoch + 1} of {self.total}, {now - self.began:.0f} s, "
            f"loss {logs['loss']:.3f}, accuracy {100 * logs['accuracy']:.1f} %, "
            f"validation accuracy {100 * logs['val_accuracy']:.1f} %"
        )

    def finish(self, facts: dict, cached: bool) -> None:
        history, kept = facts["history"], facts.get("kept_epoch", -1)
        restored = f" (weights of epoch {kept + 1})" if kept >= 0 else ""
        self._show(
            f"{self.title}: {len(history['loss'])} epochs, {facts['seconds']:.0f} s of training"
            f"{' (cached)' if cached else ''}, "
            f"validation accuracy {100 * history['val_accuracy'][kept]:.1f} %{restored}"
        )

    def _show(self, line: str) -> None:
        if self.handle is None:
            print(line, flush=True)
        elif self.shown:
            self.handle.update({"text/plain": line}, raw=True)
        else:
            self.handle.display({"text/plain": line}, raw=True)
            self.shown = True
