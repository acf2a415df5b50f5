"""Finds and executes the notebooks of the course."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers import config
from helpers.tools import endings

NOTEBOOKS = config.course_root() / "notebooks"
KERNEL_STARTS = 600  # seconds that a kernel may take to answer, on a machine with much to do


@dataclass(frozen=True)
class Outcome:
    """How the execution of one notebook ended.

    Attributes:
        name: The notebook's name without suffix.
        state: `"ok"` or `"failed"`.
        seconds: Wall-clock time.
        path: The executed notebook, also of a failed run.
        error: Last line of the error; empty if all went well.
    """

    name: str
    state: str
    seconds: float
    path: Path
    error: str


def choose_notebooks(wanted: str | None) -> list[Path]:
    """The course's notebooks, in order, or those that are wanted.

    Args:
        wanted: Numbers or names separated by blanks or commas, as in `"01 03"`; None for all.

    Raises:
        ValueError: A notebook is asked for that doesn't exist; the message lists those that do.
    """
    everything = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    if not wanted or not wanted.strip(" ,"):
        return everything
    chosen = set()
    for word in re.split(r"[ ,]+", wanted.strip(" ,")):
        name = Path(word).name.removesuffix(".ipynb")
        matching = [p for p in everything if p.stem == name or p.stem.split("_")[0] == name]
        if not matching:
            names = ", ".join(path.stem for path in everything)
            raise ValueError(f"NOTEBOOKS={word} is not known; there are: {names}.")
        chosen.update(matching)
    return sorted(chosen)


def about(path: Path) -> str:
    """The set that a notebook is about: a key of `config.EMBEDDED`."""
    return about_in(path.read_text(encoding="utf-8"))


def about_in(text: str) -> str:
    """The same, from the notebook's text or its cells' code."""
    found = re.search(r'about=\\*"(\w+)\\*"', text)
    return found[1] if found and found[1] in config.EMBEDDED else "cifar10"


def own_kernel(folder: Path, *arguments: str) -> dict[str, str]:
    """Variables with which Jupyter's kernel `python3` is this Python, whatever else is installed.

    A kernel of that name may lie in the user's folders or on `JUPYTER_PATH`, and be another Python.

    Args:
        folder: Where the kernel is described, below `kernels`; made if it doesn't exist.
        *arguments: Options of the kernel's command line.

    Raises:
        OSError: It can't be written.
    """
    from ipykernel.kernelspec import write_kernel_spec

    described = folder / "kernels" / "python3"
    write_kernel_spec(described, extra_arguments=list(arguments))
    others = filter(None, [os.environ.get("JUPYTER_PATH")])
    return {"JUPYTER_PATH": os.pathsep.join([str(folder), *others])}


def execute(
    source: Path,
    target: Path,
    environment: dict[str, str],
    tick: Callable[[float], None],
    parameters: Mapping[str, str] | None = None,
) -> Outcome:
    """Executes one notebook with papermill, in a process of its own, with a scratch folder.

    If this is interrupted, the notebook, its kernel and the folder are gone before it raises.

    Args:
        source: The notebook.
        target: Where the executed notebook goes; it appears there once the run has ended.
        environment: Variables set for the notebook on top of this process's.
        tick: Called every second with the seconds elapsed.
        parameters: Papermill parameters, as strings.
    """
    from helpers import storage

    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="course-run-", ignore_cleanup_errors=True) as scratch:
        executed, log = Path(scratch) / "executed.ipynb", Path(scratch) / "log.txt"
        own = {"TMPDIR": scratch, "JUPYTER_RUNTIME_DIR": scratch}
        own |= own_kernel(Path(scratch) / "jupyter")
        options = {"cwd": config.course_root(), "env": os.environ | own | environment}
        with (
            log.open("wb") as said,
            endings.started(
                _command(source.resolve(), executed, parameters or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                **options,
            ) as process,
        ):
            while process.poll() is None:
                tick(time.monotonic() - began)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(1.0)
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        if executed.exists():
            storage.write_whole(target, executed.read_bytes())
    state = "ok" if process.returncode == 0 else "failed"
    error = "" if state == "ok" else _last_line(lines, process.returncode)
    return Outcome(source.stem, state, time.monotonic() - began, target, error)


def _command(source: Path, executed: Path, parameters: Mapping[str, str]) -> list[str]:
    ours = ["helpers.tools.notebook_process", os.getpid(), executed.parent]
    papermill = [source, executed, "--cwd", source.parent, "--no-progress-bar"]
    papermill += ["--start-timeout", KERNEL_STARTS]
    for name, value in parameters.items():
        papermill += ["--parameters_raw", name, value]
    return [sys.executable, "-m", *map(str, [*ours, *papermill])]


def _last_line(lines: list[str], code: int) -> str:
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in lines]
    return next((line for line in reversed(plain) if line), f"ended with status {code}")
