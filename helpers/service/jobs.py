"""Trainings that were asked for: one at a time, each in a process of its own."""

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from helpers import config, storage
from helpers.service import network
from helpers.service.network import Held, Network

KEPT = 50  # trainings that are remembered
GRACE = 5.0  # seconds that a process has to end by itself


class BusyError(Exception):
    """A training is running."""


@dataclass(frozen=True)
class Job:
    """One training, as `described.Job` describes it."""

    id: str
    epochs: int
    state: str = "running"
    epochs_done: int = 0
    val_accuracy_before: float | None = None
    val_accuracy: float | None = None
    model_version: str | None = None
    detail: str | None = None


class Jobs:
    """The trainings of one service.

    Args:
        held: Its networks; a training that isn't worse takes over in it.
        tell: Called with the state in which a training has ended.
    """

    def __init__(self, held: Held, tell: Callable[[str], None] = lambda state: None):
        self._held, self._tell = held, tell
        self._jobs: dict[str, Job] = {}
        self._process: subprocess.Popen | None = None
        self._task: asyncio.Task | None = None
        self._closing = False

    @property
    def running(self) -> bool:
        """Whether a training runs, or is taking over."""
        return self._task is not None and not self._task.done()

    def find(self, name: str) -> Job | None:
        """A training with its progress; None if none has this name."""
        job = self._jobs.get(name)
        if job is None or job.state != "running":
            return job
        return replace(job, epochs_done=_read(folder(name) / "progress.json").get("epochs_done", 0))

    def begin(self, epochs: int, start: Network) -> Job:
        """Begins a training that goes on from a network's weights.

        Raises:
            BusyError: One is running.
        """
        if self.running:
            raise BusyError
        job = Job(uuid.uuid4().hex[:12], epochs)
        wish = {"model": str(start.path), "sha256": start.saved.about["sha256"], "epochs": epochs}
        storage.write_whole(folder(job.id) / "wish.json", json.dumps(wish))
        with (folder(job.id) / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "helpers.service.trainer", str(folder(job.id))],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=config.course_root(),
            )
        self._keep(job)
        self._task = asyncio.create_task(self._follow(job, self._process, start))
        return job

    async def close(self) -> None:
        """Ends the training that runs; nothing takes over any more."""
        self._closing = True
        if self._process and self._process.poll() is None:
            await asyncio.to_thread(_end, self._process)
        if self._task:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _keep(self, job: Job) -> None:
        self._jobs[job.id] = job
        for name in list(self._jobs)[:-KEPT]:
            del self._jobs[name]
            shutil.rmtree(folder(name), ignore_errors=True)

    async def _follow(self, job: Job, process: subprocess.Popen, start: Network) -> None:
        """Waits for the end of a training, and lets its model take over if it isn't worse."""
        try:
            status = await asyncio.to_thread(process.wait)
            process.stdin.close()
            if self._closing:
                return
            job, new = await asyncio.to_thread(_ended, job, status)
            if new:
                job = self._taken_over(job, new, start)
        except Exception as error:
            print(f"Training {job.id} could not take over: {error}", file=sys.stderr, flush=True)
            detail = f"It could not take over ({type(error).__name__}); the log says why."
            job = replace(job, state="failed", detail=detail)
        self._keep(job)
        self._tell(job.state)

    def _taken_over(self, job: Job, new: Network, start: Network) -> Job:
        """Lets a network take over, unless another one answers now than it was compared with."""
        if self._held.current is not start:
            detail = "Another model was put back meanwhile; this one wasn't compared with it."
            return replace(job, state="not better", detail=detail)
        self._held.take(new)
        detail = f"It answers until the service ends; it is kept as {new.path.name}."
        return replace(job, state="taken over", model_version=new.version, detail=detail)


def _ended(job: Job, status: int) -> tuple[Job, Network | None]:
    """What a training has come to, and its network if it isn't worse."""
    result = _read(folder(job.id) / "result.json")
    job = replace(job, epochs_done=_read(folder(job.id) / "progress.json").get("epochs_done", 0))
    if status or "model" not in result:
        state = "stopped" if status < 0 else "failed"
        detail = result.get("detail", "The training has ended without a result; see its log.")
        return replace(job, state=state, detail=detail), None
    before, after = result["val_accuracy_before"], result["val_accuracy"]
    job = replace(job, val_accuracy_before=before, val_accuracy=after)
    if after < before:
        detail = f"It answers {after:.1%} rightly, the model before {before:.1%}."
        return replace(job, state="not better", detail=detail), None
    return job, network.opened(Path(result["model"]))


def folder(name: str) -> Path:
    """Where the files of a training lie."""
    return config.runs_dir() / "service" / name


def _read(path: Path) -> dict:
    """What a file of JSON holds; nothing if it isn't there."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
