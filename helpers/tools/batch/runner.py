"""Runs one task of a batch under its limits, on this machine or on a worker of a cluster."""

import contextlib
import functools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from helpers import config
from helpers.tools import endings, execution
from helpers.tools.batch import gathered
from helpers.tools.endings import family

GRACE = 60.0  # seconds that a run has to write what it did, once its kernel was ended
MESSAGES = ("--Session.packer=helpers.tools.batch.messages.packed",)
TICK, SLOW_TICK = 0.1, 0.5  # seconds between two looks at memory; at new processes and the stop


def run(task: dict, stopped: Callable[[], bool]) -> dict:
    """Executes a notebook in a process of its own, with a cache and a folder of its own.

    Args:
        task: Plain data, so that it can travel: `text` (the notebook), `file` (a name for it),
            `notebook` (which one of the course it is), `parameters`, `minutes`, `memory_gb`,
            `output_mb`, `environment` (variables that are set), `share` (how many runs share this
            machine's cores), `data` (the dataset that is wanted and looked for once, before the
            run, and the set that the notebook is about; None if it needs none).
        stopped: Asked twice a second whether the batch was interrupted.

    Returns:
        Plain data: `state` (`ok`, `failed`, `timeout`, `memory` or `stopped`), `error`, `place`
        (the heading above the cell where it ended), `seconds`, `peak_memory_mb`, `host`,
        `executed` (text of the executed notebook, or None), `records` and `checks` (what the
        notebook's helpers wrote), `models` (for a tracking server, see `gathered.models`), `log`
        (the end of what was printed outside of cells).

    Raises:
        OSError: The folder for the run can't be written.
    """
    began = time.monotonic()
    data = find_data(task["data"])
    if stopped():
        return {"state": "stopped"}
    scratch = tempfile.TemporaryDirectory(prefix="course-batch-", ignore_cleanup_errors=True)
    with scratch as name:
        folder = Path(name)
        for part in ("source", "work", "tmp", "runs", "cache"):
            (folder / part).mkdir()
        source = folder / "source" / task["file"]
        source.write_text(task["text"], encoding="utf-8")
        (folder / "parameters.json").write_text(json.dumps(task["parameters"]), encoding="utf-8")
        with (
            (folder / "log.txt").open("wb") as log,
            endings.started(
                _command(folder, source, task),
                grace=0,
                cwd=folder / "work",
                env=_environment(folder, task) | data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ) as process,
        ):
            told, peak = _watch(process, task, stopped, folder / "log.txt")
        outcome = gathered.outcome(folder / "outcome.json", process.returncode)
        return (outcome | (told or {})) | {
            "seconds": round(time.monotonic() - began, 2),
            "peak_memory_mb": round(peak / 1e6),
            "host": socket.gethostname(),
            "executed": gathered.notebook(folder / "executed.ipynb"),
            "records": gathered.all_json(folder / "runs" / "records"),
            "checks": gathered.all_json(folder / "runs" / "checks"),
            "models": gathered.models(folder / "runs") if _tracks(task) else {},
            "log": gathered.end_of(folder / "log.txt"),
        }


def _tracks(task: dict) -> bool:
    return bool(task["environment"].get("COURSE_TRACKING"))


def _command(folder: Path, source: Path, task: dict) -> list[str]:
    files = (folder / name for name in ("executed.ipynb", "parameters.json", "outcome.json"))
    arguments = [source, *files, task["output_mb"], os.getpid(), task["notebook"]]
    return [sys.executable, "-m", "helpers.tools.batch.run_notebook", *map(str, arguments)]


def _environment(folder: Path, task: dict) -> dict[str, str]:
    threads = str(max(1, (os.cpu_count() or 1) // task["share"]))
    # a submission needs no way to the tracking server, nor a teacher's password for it
    own = ("NBGRADER", "MLFLOW_", "AWS_")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    return inherited | {
        "COURSE_CACHE": str(folder / "cache"),
        "COURSE_RUNS": str(folder / "runs"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": str(config.course_root()),
        "TF_NUM_INTRAOP_THREADS": threads,
        "OMP_NUM_THREADS": threads,
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # so that runs can share a GPU
        "JUPYTER_RUNTIME_DIR": str(folder / "tmp"),
        **execution.own_kernel(folder / "jupyter", *MESSAGES),
        "PIP_NO_INDEX": "1",  # a submission that installs something changes no packages here
        "PIP_DRY_RUN": "1",
        "UV_OFFLINE": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "COURSE_BATCH_RUN": "1",  # a copy for Colab takes the course's own helpers, see there
        **task["environment"],
    }


_looking = threading.Lock()


def find_data(wanted: tuple[str, str] | None) -> dict[str, str]:
    """Looks for a dataset once a process, so that no two runs download it; tells where it is.

    Args:
        wanted: The dataset and the set that the notebook is about, as in `config.resolve`; None
            if it needs none.
    """
    told = {}
    for variable in ("CIFAR10_DIR", "CIFAR100_DIR"):
        if os.environ.get(variable):  # seen from here; a run has a folder of its own
            told[variable] = str(Path(os.environ[variable]).expanduser().resolve())
    if wanted is None or f"{wanted[1].upper()}_DIR" in told:
        return told
    with _looking:
        found = _located(*wanted)
    return told | ({f"{wanted[1].upper()}_DIR": found} if found else {})


@functools.cache
def _located(dataset: str, about: str) -> str | None:
    if dataset in config.EMBEDDED.values():
        return None
    from helpers import data

    try:
        source = data.locate(dataset, auto=about)
    except (data.DataError, ValueError):
        return None  # the notebook says why
    return str(source.path) if source.path else None


def _watch(
    process: subprocess.Popen, task: dict, stopped: Callable[[], bool], log: Path
) -> tuple[dict | None, int]:
    """Waits for a run, and ends its kernel if it is too long, too large, or not wanted any more.

    Returns:
        State and error if it was ended from here, else None; and the largest memory, in bytes.
    """
    began = last = time.monotonic()
    members, peak, told, deadline = [psutil.Process(process.pid)], 0, None, None
    while process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TICK)
        now = time.monotonic()
        if deadline is not None:
            if now > deadline:
                return told, peak
            continue
        memory = sum(map(endings.memory_of, members))
        peak = max(peak, memory)
        limit = task["memory_gb"] * 1e9
        if memory > limit:
            told = {"state": "memory", "error": f"more than {task['memory_gb']:g} GB of memory"}
        elif now - began > task["minutes"] * 60:
            told = {"state": "timeout", "error": f"not done after {task['minutes']:g} minutes"}
        elif now - last > SLOW_TICK:
            last, members = now, family(process.pid)
            if stopped():
                return {"state": "stopped", "error": "the batch was interrupted"}, peak
            if log.stat().st_size > task["output_mb"] * 1e6:
                said = f"more than {task['output_mb']:g} MB of output (limits: output_mb)"
                told = {"state": "failed", "error": said}
        if told:
            deadline = now + GRACE
            endings.kill(family(process.pid)[1:])
    return told, peak
