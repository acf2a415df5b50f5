"""Progress of a training, for a reader and for a log."""

import contextlib
import time
from collections.abc import Iterator

import keras
from IPython import get_ipython
from IPython.display import DisplayHandle

LOG_SECONDS = 10.0
_together: list["Together"] = []  # the block that trainings are in, if they are in one


class Together:
    """One line for many trainings."""

    def __init__(self, title: str):
        self.title, self.count, self.cached, self.seconds, self.best = title, 0, 0, 0.0, 0.0
        self.line = _Line()

    def add(self, seconds: float, accuracy: float, cached: bool) -> None:
        self.count, self.cached = self.count + 1, self.cached + cached
        self.seconds, self.best = self.seconds + seconds, max(self.best, accuracy)
        self.line.show(
            f"{self.title}: {self.count} trainings, {self.seconds:.0f} s of training"
            f"{f' ({self.cached} cached)' if self.cached else ''}, "
            f"highest validation accuracy {100 * self.best:.1f} %"
        )


@contextlib.contextmanager
def together(title: str) -> Iterator[None]:
    """Within the block, trainings share one line of progress, instead of a line for each.

    Args:
        title: How the line begins.
    """
    _together.append(Together(title))
    try:
        yield
    finally:
        _together.pop()


class _Line:
    """A line that changes in place in a notebook; in a log, a new line each time."""

    def __init__(self):
        self.handle = DisplayHandle() if get_ipython() else None
        self.shown = False

    def show(self, line: str) -> None:
        if self.handle is None:
            print(line, flush=True)
        elif self.shown:
            self.handle.update({"text/plain": line}, raw=True)
        else:
            self.handle.display({"text/plain": line}, raw=True)
            self.shown = True


class Progress(keras.callbacks.Callback):
    """One line that changes in place in a notebook; a line every few seconds in a log."""

    def __init__(self, name: str, seed: int, epochs: int):
        super().__init__()
        self.title, self.total = f"{name}, seed {seed}", epochs
        self.line = _Line()
        self.began = self.logged = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        now = time.monotonic()
        if _together or (self.line.handle is None and now - self.logged < LOG_SECONDS):
            return
        self.logged = now
        self.line.show(
            f"{self.title}: epoch {epoch + 1} of {self.total}, {now - self.began:.0f} s, "
            f"loss {logs['loss']:.3f}, accuracy {100 * logs['accuracy']:.1f} %, "
            f"validation accuracy {100 * logs['val_accuracy']:.1f} %"
        )

    def finish(self, facts: dict, cached: bool) -> None:
        history, kept = facts["history"], facts.get("kept_epoch", -1)
        if _together:
            _together[-1].add(facts["seconds"], history["val_accuracy"][kept], cached)
            return
        restored = f" (weights of epoch {kept + 1})" if kept >= 0 else ""
        self.line.show(
            f"{self.title}: {len(history['loss'])} epochs, {facts['seconds']:.0f} s of training"
            f"{' (cached)' if cached else ''}, "
            f"validation accuracy {100 * history['val_accuracy'][kept]:.1f} %{restored}"
        )
