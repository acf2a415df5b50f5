"""Optuna studies in a file: made once, shared by processes, gone on with after a kill."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from helpers import config
from helpers.results import tracking
from helpers.results.mlflow_store import quiet

PATIENCE = 60  # seconds without a sign of life after which a trial counts as cut off
POLL = 0.1
LONGEST_TRIAL = 1_800  # seconds


def storage(path: str | Path, patience: int = PATIENCE):
    """An Optuna storage in an SQLite file, which is made if there is none.

    A process that works on a trial gives a sign of life now and then. If none came for a while,
    the trial counts as failed, and its settings are queued again, so that none is lost. The first
    of several processes makes the file, alone.

    Args:
        path: The file; its folder is made.
        patience: Seconds without a sign of life.

    Raises:
        ImportError: Optuna isn't installed.
    """
    import optuna

    path = config.named_path(path)
    options = {"heartbeat_interval": max(1, patience // 4), "grace_period": patience}
    _ = optuna.storages.RDBStorage  # imported now: that takes seconds, which others would wait for
    with tracking.locked(path), quiet():
        retry = optuna.storages.RetryHeartbeatStaleTrialCallback(inherit_intermediate_values=False)
        address = f"sqlite:///{path.as_posix()}"
        return optuna.storages.RDBStorage(address, heartbeat_stale_trial_callback=retry, **options)


def wait_for_others(studies: Sequence) -> None:
    """Waits until no other process works on a trial of these studies any more.

    A trial without a sign of life is given up after a while; see `storage`. If nothing at all
    happens for much longer, the waiting ends: some trial never gave any.
    """
    import optuna

    for study in studies:
        seen, since = [], time.monotonic()
        while any(trial.state.name == "RUNNING" for trial in study.get_trials(deepcopy=False)):
            states = [(t.state, len(t.params)) for t in study.get_trials(deepcopy=False)]
            if states != seen:
                seen, since = states, time.monotonic()
            if time.monotonic() - since > LONGEST_TRIAL:
                break
            time.sleep(POLL)
            with quiet():  # Optuna calls the heartbeat experimental, each time
                optuna.storages.fail_stale_trials(study)


def forget(path: Path) -> None:
    """Deletes a storage's file, so that its studies begin anew."""
    path.unlink(missing_ok=True)


def killed_in_a_trial(program: str, path: Path, name: str, seconds: float = 2.0) -> None:
    """Starts a process that searches, and kills it in the middle of its second trial or later.

    Args:
        program: Python; gets the storage's file, and how long a trial takes.
        path: Of the storage.
        name: Of the study.
        seconds: What a trial takes.
    """
    import optuna

    study = optuna.load_study(study_name=name, storage=storage(path))
    command, environment = _process(program, path, seconds)
    process = subprocess.Popen(command, env=environment)
    try:
        while process.poll() is None:
            trials = study.get_trials(deepcopy=False)
            begun = {t.number for t in trials if t.state.name == "RUNNING" and t.params}
            done = any(trial.state.name == "COMPLETE" for trial in trials)
            if done and begun & _with_sign_of_life(path):
                break
            time.sleep(POLL)
    finally:
        process.kill()
        process.wait()


def _with_sign_of_life(path: Path) -> set[int]:
    """Numbers of the trials whose process has said that it lives; only those can be given up."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT number FROM trials JOIN trial_heartbeats USING (trial_id)")
        return {number for (number,) in rows}


def run_to_the_end(program: str, path: Path, seconds: float = 0.3) -> None:
    """Runs the same program until it ends by itself.

    Raises:
        RuntimeError: It ends with an error; the message is its last line.
    """
    command, environment = _process(program, path, seconds)
    options = {"stderr": subprocess.PIPE, "text": True, "timeout": LONGEST_TRIAL}
    ended = subprocess.run(command, env=environment, **options)
    if ended.returncode:
        said = ended.stderr.strip().splitlines()
        raise RuntimeError(said[-1] if said else f"it ended with status {ended.returncode}")


def _process(program: str, path: Path, seconds: float) -> tuple[list[str], dict[str, str]]:
    """The command that runs a program, and its environment, in which it finds the course."""
    places = filter(None, [str(config.course_root()), os.environ.get("PYTHONPATH")])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(places)}
    command = [sys.executable, "-W", "ignore", "-c", program, str(path), str(seconds)]
    return command, environment
