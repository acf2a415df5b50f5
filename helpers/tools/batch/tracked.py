"""Sends what a run of a batch has recorded to a tracking server: the driver alone does it."""

import contextlib
import io
import zipfile
from functools import partial
from pathlib import Path

from helpers import config, results


def send(out: Path, result: dict, models: dict[str, bytes]) -> None:
    """Gives a run's records, models and executed notebook to the tracking server, if there is one.

    Args:
        out: Folder of the batch.
        result: Of one run, as `kept.save` gives it.
        models: As `gathered.models` gives them.
    """
    if not config.tracking():
        return
    for record, origin in results.batch_runs.records(out, result):
        archive = models.get(results.waiting.identity(record))
        save = partial(_unpack, archive) if archive else None
        with contextlib.suppress(OSError, ValueError, RecursionError):
            results.waiting.put(record, origin, results.tracking.filling(save))
    with contextlib.suppress(OSError):
        results.tracking.put_notebook(*results.batch_runs.notebook(out, result))
    if config.tracking() == "mlflow":
        results.tracking.flush()


def _unpack(archive: bytes, folder: Path) -> None:
    """Unpacks a model into an entry; `zipfile` keeps every member inside the folder."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        packed.extractall(folder)
