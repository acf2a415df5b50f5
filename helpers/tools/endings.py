"""Ends commands well: a signal means one clean stop, and no process stays behind.

Needs the standard library alone until something has to be ended, which takes psutil: commands
begin before the packages are there, and copies for Colab run in an environment of their own.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

STATUS = 130  # exit status of a command that was interrupted, as after Ctrl-C in a shell
PATIENCE = 60.0  # seconds for which further signals are ignored
GRACE = 5.0  # seconds that a process has to end by itself
MARK = "COURSE_PROCESS"  # in the environment of whatever a process of `started` starts
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Stopped(KeyboardInterrupt):
    """A signal has asked this process to end."""


@contextlib.contextmanager
def clean(line: str = "Interrupted.") -> Iterator[None]:
    """A command that SIGINT, SIGTERM and SIGHUP end in one clean stop.

    The first signal raises `Stopped` in the main thread, also where the parent had SIGINT ignored;
    those that follow are ignored for a while, so that the clean-up isn't broken. A SIGHUP that the
    parent had ignored stays so: that is what `nohup` is for. What this process had started by then
    and is left at the end is killed. Outside of the main thread, where no signal arrives, nothing
    is done.

    Args:
        line: What to say if the stop leaves the block.

    Raises:
        SystemExit: The block was stopped, and hasn't chosen another exit status than `STATUS`.
    """
    left, asked = [], -PATIENCE

    def stop(number: int, frame: object) -> None:
        nonlocal asked
        if time.monotonic() - asked < PATIENCE:
            return
        asked = time.monotonic()
        left.extend(family(os.getpid())[1:])
        sys.stdout, sys.stderr = _Tolerant(sys.stdout), _Tolerant(sys.stderr)
        raise Stopped

    with _handled(stop):
        try:
            yield
        except KeyboardInterrupt:
            print(f"\n{line}", flush=True)
            sys.exit(STATUS)
        finally:
            kill(left)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """A block that a signal doesn't cut in two: it is delivered as soon as the block is done."""
    waiting = []
    try:
        with _handled(lambda number, frame: waiting.append(number)):
            yield
    finally:
        if waiting:
            signal.raise_signal(waiting[0])


@contextlib.contextmanager
def _handled(handler: Callable) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    if before.get(getattr(signal, "SIGHUP", None)) == signal.SIG_IGN:
        del before[signal.SIGHUP]
    for number in before:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, signal.SIG_DFL if old is None else old)


class _Tolerant:
    """A stream whose reader may be gone: a closed terminal, a pipe that Ctrl-C has ended, too."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


@contextlib.contextmanager
def started(command: list[str], grace: float = GRACE, **options) -> Iterator[subprocess.Popen]:
    """A process that is ended with all that it has started, however the block is left.

    It has a session of its own, so that Ctrl-C in a terminal reaches this process alone.

    Args:
        command: Program and arguments.
        grace: Seconds that it has to end by itself after SIGTERM; 0 kills it at once.
        options: Passed on to `subprocess.Popen`.
    """
    mark = uuid.uuid4().hex
    options["env"] = {**(options.get("env") or os.environ), MARK: mark}
    process = subprocess.Popen(command, start_new_session=True, **options)
    try:
        yield process
    finally:
        end(process, grace)
        kill([member for member in _all() if _has(member, mark)])


def run(command: list[str], **options) -> subprocess.CompletedProcess:
    """`subprocess.run` with its output as text; if it is interrupted, nothing stays behind.

    Args:
        command: Program and arguments.
        options: Passed on to `subprocess.Popen`.
    """
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    pipes["errors"] = "replace"
    with started(command, grace=0, **pipes, **options) as process:
        said, errors = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, said, errors)


def end(process: subprocess.Popen, grace: float = GRACE) -> None:
    """Ends a process and all that it has started, also in sessions of their own, as kernels have.

    Args:
        process: The process; it may have ended already.
        grace: Seconds that it has to end by itself after SIGTERM; 0 kills it at once.
    """
    if process.poll() is not None:
        return
    members = family(process.pid)  # before it ends: orphans belong to nobody
    if grace:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    if process.poll() is None:
        members += family(process.pid)
    kill(members)
    process.wait()


def end_with_parent(parent: int, folder: str | Path) -> None:
    """Lets this process, and all that it starts, end when the one that started it is gone.

    Args:
        parent: Process id of the one that started it.
        folder: A scratch folder, deleted at the end.
    """
    threading.Thread(target=_watch, args=(parent, Path(folder)), daemon=True).start()


def _watch(parent: int, folder: Path) -> None:
    import psutil

    while psutil.pid_exists(parent) and (os.name == "nt" or os.getppid() == parent):
        time.sleep(1)
    kill(family(os.getpid())[1:])
    for _ in range(50):  # whoever waits for the kernel in another thread may write meanwhile
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            break
    os._exit(1)


def family(pid: int) -> list:
    """A process and all that it has started, directly or not (`psutil.Process`), itself first.

    It is empty if the process is gone, or psutil isn't installed yet.
    """
    try:
        import psutil
    except ImportError:
        return []
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(members: list) -> None:
    """Kills processes (`psutil.Process`); those that are gone don't matter."""
    for member in members:
        with contextlib.suppress(Exception):
            member.kill()


def _all() -> Iterator:
    import psutil

    return psutil.process_iter()


def _has(member, mark: str) -> bool:
    import psutil

    try:
        return member.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False


def memory_of(process) -> int:
    """Bytes that a process (`psutil.Process`) has in memory; 0 if it has ended."""
    import psutil

    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0
