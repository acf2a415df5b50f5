"""Where the runs of a batch are executed: on this machine, or on the workers of a cluster."""

import contextlib
import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import psutil

from helpers import course_version
from helpers.tools.batch import runner

PATIENCE = 300.0  # seconds without any worker


class PoolError(Exception):
    """Nothing can be run there; the message says why, and what to do."""


@dataclass(frozen=True)
class Pool:
    """A place that executes tasks.

    Attributes:
        submit: Starts a task (see `runner.run`); gives a future of its result.
        slots: How many tasks it executes at a time, now.
        stop: Ends all tasks that are running.
        share: How many tasks share the cores of one machine.
        prepare: Looks for datasets (`kept.dataset_of`) before the first task, where that helps.
        words: What it is, for people.
        memory: Bytes of memory of this machine; None if the tasks run elsewhere.
    """

    submit: Callable[[dict], Future]
    slots: Callable[[], int]
    stop: Callable[[], None]
    share: int
    prepare: Callable[[set[tuple[str, str] | None]], None]
    words: str
    memory: int | None

    def warnings(self, memory_gb: float) -> list[str]:
        """What people should know before they begin, for a limit of memory in GB."""
        together = self.slots() * memory_gb * 1e9
        if self.memory is None or together <= self.memory:
            return []
        return [
            f"Careful: {self.slots()} runs may use {together / 1e9:g} GB together, and this "
            f"machine has {self.memory / 1e9:.0f} GB. Lower WORKERS or memory_gb if runs die."
        ]


@contextlib.contextmanager
def local(workers: int | None):
    """This machine: each task is a process of its own.

    Args:
        workers: Tasks at a time; None takes 2, or 1 on a machine with one core.
    """
    number = workers or min(2, os.cpu_count() or 1)
    stop = threading.Event()
    with ThreadPoolExecutor(number) as executor:
        yield Pool(
            submit=lambda task: executor.submit(runner.run, task, stop.is_set),
            slots=lambda: number,
            stop=stop.set,
            share=number,
            prepare=_look_for_data,
            words=f"{number} at a time on this machine",
            memory=psutil.virtual_memory().total,
        )


def _look_for_data(datasets: set[tuple[str, str] | None]) -> None:
    """Looks here and now, since it can mean a download that Ctrl-C has to be able to end."""
    for dataset in datasets:
        runner.find_data(dataset)


@contextlib.contextmanager
def cluster(address: str):
    """The workers of a Dask scheduler; notebooks and results travel as text.

    Args:
        address: The scheduler's address, as in `tcp://host:8786`.

    Raises:
        PoolError: `distributed` isn't installed, nobody answers, there is no worker, or a worker
            has no course, or another version of it.
    """
    try:
        from distributed import Client, Event
    except ImportError as error:
        raise PoolError("SCHEDULER needs Dask: make setup EXTRAS=cluster") from error
    try:
        client = Client(address, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        raise PoolError(
            f"No Dask scheduler answers at {address}. Start one with 'dask scheduler'; the address "
            f"is in its first lines. ({error})"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=20)
        except TimeoutError as error:
            raise PoolError(
                f"The scheduler at {address} has no workers. Start them in the course's folder: "
                f"PYTHONPATH=. dask worker {address} --nworkers 2 --nthreads 1"
            ) from error
        _check_workers(client)
        name, version = f"course-batch-{uuid.uuid4().hex}", course_version.of_course()
        stop = Event(name, client=client)
        executor = client.get_executor(pure=False)
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        threads: Counter = Counter()
        for worker in workers:
            threads[worker["host"]] += worker["nthreads"]
        yield Pool(
            submit=lambda task: executor.submit(_travelling(), task, name, version),
            slots=_Slots(client, address),
            stop=lambda: _set(stop),
            share=max(threads.values()),
            prepare=lambda datasets: None,
            words=f"on {len(workers)} workers of {address}",
            memory=None,
        )


class _Slots:
    """How many threads the workers of a cluster have, now."""

    def __init__(self, client, address: str):
        self.client, self.address = client, address
        self.seen = time.monotonic()

    def __call__(self) -> int:
        try:
            threads = sum(self.client.nthreads().values())
        except Exception as error:
            raise PoolError(f"The scheduler at {self.address} is gone: {error}") from error
        if threads:
            self.seen = time.monotonic()
        elif time.monotonic() - self.seen > PATIENCE:
            raise PoolError(
                f"The scheduler at {self.address} has had no workers for {PATIENCE / 60:g} "
                "minutes. What was done is kept; start workers, then give the same command again."
            )
        return threads


def _set(event) -> None:
    with contextlib.suppress(Exception):  # if the scheduler is gone, its runs end by themselves
        event.set()


def _travelling() -> Callable[[dict, str, str], dict]:
    """`runner.run` for a worker. It travels by value: the scheduler needs no course for it."""

    def on_worker(task: dict, stop: str, version: str) -> dict:
        from distributed import Event

        from helpers import course_version
        from helpers.tools.batch import runner as there

        if course_version.of_course() != version:
            raise RuntimeError("this worker, which came later, has another version of the course")
        return there.run(task, Event(stop).is_set)

    return on_worker


def _check_workers(client) -> None:
    """Raises `PoolError` unless every worker has this version of the course."""

    def version() -> str:  # travels by value, too
        import importlib

        try:
            return importlib.import_module("helpers.course_version").of_course()
        except ImportError:
            return ""

    for worker, found in client.run(version).items():
        if not found:
            raise PoolError(
                f"The worker {worker} doesn't find the course. Start it in the course's folder, "
                "with its Python: PYTHONPATH=. dask worker …"
            )
        if found != course_version.of_course():
            raise PoolError(
                f"The worker {worker} has another version of the course. Update it there, and "
                "start the worker again."
            )
