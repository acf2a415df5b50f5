"""Starts a command of the course in a process of its own, and looks for what it leaves behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from helpers import config
from helpers.tests.notebooks import notebook
from helpers.tools import endings

MARK = "A_TEST_HAS_STARTED_THIS"
PATIENCE = 1800  # seconds; what takes a tenth of it on a busy machine isn't stuck
SIGNALS = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]
# as in a terminal, also where the tests run under nohup
HEAD = """
import pathlib, runpy, signal, sys, time
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""
# a module and its arguments, as with python -m
MODULE = "sys.argv.pop(0); runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"


@dataclass(frozen=True)
class Command:
    """A command that was started.

    Attributes:
        process: Its process; standard output and errors are one pipe.
        mark: What all that it starts has in the environment.
    """

    process: subprocess.Popen
    mark: str

    def stopped_by(self, number: int) -> str:
        """Sends a signal to its process group, as a terminal does; returns what it said."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        return self.said()

    def said(self) -> str:
        """Waits for its end, and for that of all it has started; returns what it said."""
        try:
            said = self.process.communicate(timeout=PATIENCE)[0]
            wait_for(lambda: not self.left())
            return said
        finally:
            endings.kill(self.left())

    def left(self) -> list[psutil.Process]:
        """The processes that it has started and that still run."""
        return [member for member in psutil.process_iter() if _mark(member) == self.mark]


def _mark(member: psutil.Process) -> str | None:
    try:
        return member.environ().get(MARK)
    except (psutil.Error, OSError):
        return None


def start(code: str, scratch: Path, program: tuple[str, ...] = (sys.executable, "-c")) -> Command:
    """Starts Python code in the course's folder.

    Args:
        code: The code; `HEAD` comes before it.
        scratch: Folder for temporary files; made if it doesn't exist.
        program: What is started, with the code as its last argument.
    """
    return launch([*program, HEAD + code], scratch)


def launch(arguments: list[str], scratch: Path) -> Command:
    """Starts a program in the course's folder, in a session of its own.

    Args:
        arguments: The program and its arguments.
        scratch: Folder for temporary files; made if it doesn't exist.
    """
    scratch.mkdir(exist_ok=True)
    mark = uuid.uuid4().hex
    process = subprocess.Popen(
        arguments,
        cwd=config.course_root(),
        env=os.environ | {MARK: mark, "TMPDIR": str(scratch)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    return Command(process, mark)


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Waits until a condition holds; fails if that takes far too long."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def quick_and_slow(folder: Path) -> Path:
    """Writes two notebooks: one counts its runs, the other one hangs when it is run first.

    Returns:
        The file that is there as soon as the second one hangs.
    """
    counted, began = folder / "counted", folder / "began"
    notebook(folder / "01_quick.ipynb", f"print(open({str(counted)!r}, 'a').write('.'))")
    notebook(
        folder / "02_slow.ipynb",
        f"import pathlib, time\nbegan = pathlib.Path({str(began)!r})\n"
        "if not began.exists():\n    began.touch()\n    time.sleep(3600)",
    )
    return began
