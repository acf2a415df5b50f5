"""One more door for records: to a tracking server, if `COURSE_TRACKING` asks for one.

`COURSE_TRACKING=mlflow` sends every record to MLflow as it is written; `later` keeps all for
`python -m helpers.tools.track`. A server that is down costs nothing: what it has not got waits.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from helpers import config
from helpers.results import mlflow_place, mlflow_store, waiting

LATER = "python -m helpers.tools.track"
PATIENCE = 60.0  # seconds that another process may take to send what it has
INSTALL = "make setup EXTRAS=tracking"
_silent: set[str] = set()  # what was said once is not said again


class TrackingError(Exception):
    """Nothing could be sent; the message says why."""


class _BusyError(TrackingError):
    """Another process is sending."""


def note(record: dict, save_model: Callable[[Path], None] | None = None) -> None:
    """Gives a record to the tracking server, if there is one; never raises.

    Args:
        record: As `records` writes it.
        save_model: Writes the trained model, in MLflow's format, into a folder that it is given.
    """
    mode = config.tracking()
    if not mode:
        return
    mlflow_store.settle()
    try:
        waiting.put(record, waiting.origin(), filling(save_model))
    except OSError as error:
        why = error.strerror or type(error).__name__
        _say("keeping", f"Tracking: records can't be kept for the server ({why}).")
        return
    if mode == "mlflow":
        flush()


def note_notebook(executed: Path, notebook: str, origin: dict) -> None:
    """Gives an executed notebook to the tracking server, if there is one; never raises.

    Args:
        executed, notebook: The notebook's file and its name.
        origin: `execution`, as its records have it, and facts about it: `state`, `seconds`.
    """
    if not config.tracking():
        return
    with contextlib.suppress(OSError):
        put_notebook(executed, notebook, origin)
    if config.tracking() == "mlflow":
        flush()


def put_notebook(executed: Path | None, notebook: str, origin: dict) -> None:
    """Keeps an executed notebook for the server."""

    def fill(folder: Path) -> None:
        if executed and executed.is_file():
            shutil.copyfile(executed, folder / "executed.ipynb")

    waiting.put(*about_notebook(notebook, origin), fill)


def about_notebook(notebook: str, origin: dict) -> tuple[dict, dict]:
    """What stands for an executed notebook among the records, and its whole origin."""
    origin = waiting.origin() | origin
    return {"kind": "notebook", "notebook": notebook, "execution": origin["execution"]}, origin


def address() -> str:
    """Where MLflow is: `MLFLOW_TRACKING_URI`, else the file `runs/mlflow.db`."""
    return mlflow_place.uri()


def flush() -> None:
    """Sends what waits; if that fails, says so once, and doesn't try again in this process."""
    if "flush" in _silent:
        return
    try:
        send(patience=1.0)
    except _BusyError:
        return  # whoever is sending now, or the next record, sends this one, too
    except TrackingError as error:
        _silent.add("flush")
        print(f"Tracking: {error} Nothing is lost: it waits, and `{LATER}` sends it.", flush=True)


def shown(target: str) -> str:
    """An address for people: without a name and password that may be in it."""
    return re.sub(r"//[^/@]*@", "//", target)


def _first_line(error: Exception) -> str:
    said = str(error).strip().splitlines() or [type(error).__name__]
    return shown(said[0][:300])


def missing(known: Iterable[tuple[dict, dict]]) -> Iterator[tuple[dict, dict]]:
    """Of records with their origins, those that weren't sent before, nor wait, nor were refused."""
    done = waiting.sent(address())
    for entry in [*waiting.entries(), *waiting.refused()]:
        with contextlib.suppress(OSError, ValueError):
            record, origin = waiting.read(entry)
            done.add(waiting.state(record, origin.get("batch_run", "")))
    for record, origin in known:
        with contextlib.suppress(TypeError, AttributeError, RecursionError):  # somebody's own file
            if waiting.state(record, origin.get("batch_run", "")) not in done:
                yield record, origin


def send(patience: float = PATIENCE) -> int:
    """Sends what waits.

    Args:
        patience: Seconds to wait for another process that is sending.

    Returns:
        How many records were sent.

    Raises:
        TrackingError: MLflow isn't installed, or it doesn't answer; what it has not got waits.
    """
    target, count = address(), 0
    try:
        with _locked(target, patience), mlflow_store.quiet():
            store = mlflow_store.Store(target)
            if store.is_new:  # whatever an earlier one of this address had got
                waiting.forget_sent(target)
        for entry in waiting.coming():  # what comes meanwhile, too: its process may have given up
            with _locked(target, patience), mlflow_store.quiet():
                if (entry / "entry.json").is_file():  # nobody else has sent it meanwhile
                    count += _send_entry(store, target, entry)
    except ImportError as error:
        raise TrackingError(f"MLflow isn't installed ({error.name}): {INSTALL}.") from error
    except Timeout as error:
        raise _BusyError("Another process is sending to MLflow; try again soon.") from error
    except Exception as error:  # of MLflow, its database, its server
        raise TrackingError(f"{shown(target)} takes nothing ({_first_line(error)}).") from error
    return count


def experiment_id() -> str:
    """The id of the course's experiment in MLflow."""
    target = address()
    with _locked(target), mlflow_store.quiet():
        return mlflow_store.Store(target).experiment


def local_experiment(name: str):
    """MLflow's file `runs/mlflow.db` with an experiment in it; both are made if need be.

    MLflow's own functions write there afterwards, whatever `MLFLOW_TRACKING_URI` says.

    Args:
        name: Of the experiment.

    Returns:
        An `MlflowClient` on that file, and the experiment's id.

    Raises:
        ImportError: MLflow isn't installed.
    """
    target = mlflow_place.own_uri()
    with _locked(target), mlflow_store.quiet():
        client = mlflow_store.client(target)
        identity, _ = mlflow_store.experiment(client, name, local=True)
    import mlflow

    named = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(target)
    mlflow.set_experiment(experiment_id=identity)
    os.environ.pop("MLFLOW_TRACKING_URI", None)  # MLflow sets it; records go where they went
    os.environ |= {"MLFLOW_TRACKING_URI": named} if named else {}
    return client, identity


def locked(path: Path, patience: float = PATIENCE) -> FileLock:
    """Within this block, no other process is in one for the same file.

    Args:
        path: The file, whether it is there or not; the lock lies beside it.
        patience: Seconds to wait for the other one; then `filelock.Timeout` is raised.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_name(f"{path.name}.lock"), timeout=patience)


def _send_entry(store, target: str, entry: Path) -> int:
    """Sends an entry; one that the server refuses, though it answers, is put aside."""
    try:
        record, origin = waiting.read(entry)
        store.send(waiting.identity(record, origin.get("batch_run", "")), record, origin, entry)
    except Exception as error:
        if not (mlflow_store.is_final(error) and store.answers()):
            raise
        waiting.refuse(entry)
        place = f"{waiting.folder().name}/refused"
        words = f"a record was refused ({_first_line(error)}); it is kept in {place}."
        _say("refused", f"Tracking: {words}")
        return 0
    waiting.note_sent(target, record, origin)
    waiting.drop(entry)
    return 1


def _locked(target: str, patience: float = PATIENCE) -> FileLock:
    """One process at a time: two that make the same new SQLite file would both fail."""
    return locked(mlflow_place.file_of(target) or waiting.folder() / "send", patience)


def filling(save_model: Callable[[Path], None] | None) -> Callable[[Path], None] | None:
    """What writes a model into an entry, and leaves it out if it can't be written."""
    if save_model is None:
        return None

    def fill(folder: Path) -> None:
        try:
            save_model(folder / "model")
        except ImportError:
            _say("models", f"Tracking: models are not sent, MLflow isn't installed: {INSTALL}.")
        except Exception as error:
            shutil.rmtree(folder / "model", ignore_errors=True)
            why = _first_line(error)
            _say("model", f"Tracking: a model is not sent, since it can't be saved ({why}).")

    return fill


def _say(kind: str, words: str) -> None:
    """Says a kind of trouble once in this process."""
    if kind not in _silent:
        _silent.add(kind)
        print(words, flush=True)
