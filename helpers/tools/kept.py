"""What a batch keeps in its folder: one result a run, executed notebooks, the leaderboard."""

import contextlib
import datetime
import functools
import json
import os
from concurrent.futures import Future
from pathlib import Path

from filelock import FileLock, Timeout

from helpers import storage
from helpers.tools import copies, execution, leaderboard, leaderboard_page, submissions
from helpers.tools.grid import Limits, Run

VARIABLES = ("COURSE_PROFILE", "COURSE_DATASET")


class KeptError(Exception):
    """The folder of a batch can't be used; the message says why, and what to do."""


@contextlib.contextmanager
def locked(out: Path):
    """Makes the folder and holds it, so that no other batch writes there.

    Raises:
        KeptError: It can't be made, or another batch is running in it.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / ".lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise KeptError(
            f"Another batch is running in {out}. Wait for it, or choose another folder with OUT."
        ) from error
    except OSError as error:
        raise KeptError(f"{out} can't be written: {error}") from error
    try:
        yield
    finally:
        lock.release()


def done(out: Path, runs: list[Run]) -> dict[str, dict]:
    """Results of runs that were ok and would be the same today, by the run's name."""
    found = {}
    for run in runs:
        try:
            result = json.loads(_file(out, run).read_text(encoding="utf-8"))
            whole = (out / result["executed"]).is_file()
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if result["state"] == "ok" and result["key"] == run.key and whole:
            found[run.name] = result
    return found


def _file(out: Path, run: Run) -> Path:
    return out / "results" / f"{run.name}.json"


def task(run: Run, limits: Limits, share: int) -> dict:
    """A run as plain data that can travel; see `runner.run`."""
    environment = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    return {
        "file": run.path.name,
        "text": run.text,
        "parameters": run.parameters,
        "minutes": limits.minutes,
        "memory_gb": limits.memory_gb,
        "output_mb": limits.output_mb,
        "environment": environment,
        "share": share,
        "data": _wants(run) if _needs_data(run) else None,
    }


def _needs_data(run: Run) -> bool:
    """Whether a notebook takes the course's dataset, and isn't told where it lies."""
    try:
        known = submissions.parameter_names(run.text) or set()
    except SyntaxError:
        return False
    named = run.parameters.get("data_dir") or os.environ.get("CIFAR10_DIR")
    return "dataset" in known and not named


def _wants(run: Run) -> str:
    return run.parameters.get("dataset") or os.environ.get("COURSE_DATASET") or "auto"


def result_of(future: Future) -> dict:
    """What a run has given, or why it gave nothing."""
    try:
        return future.result()
    except Exception as error:
        words = str(error).strip().splitlines() or [""]
        return _nothing("failed", f"{type(error).__name__}: {words[0]}")


def invalid(run: Run) -> dict:
    """The result of a notebook that can't be run."""
    return _nothing("invalid", run.problem)


def _nothing(state: str, error: str) -> dict:
    empty = {"seconds": 0.0, "peak_memory_mb": 0, "host": "", "executed": None, "log": ""}
    return {"state": state, "error": error, "records": [], "checks": []} | empty


def save(out: Path, run: Run, result: dict) -> dict:
    """Writes the executed notebook and then the result, each whole or not at all.

    Returns:
        The result as it is kept: the notebook's place instead of its text, and points.

    Raises:
        KeptError: The folder can't be written, for example because the disk is full.
    """
    executed = out / "executed" / f"{run.name}.ipynb"
    text = result["executed"]
    keep = result | {
        "key": run.key,
        "notebook": run.notebook,
        "student": run.student,
        "parameters": run.parameters,
        "executed": f"executed/{executed.name}" if text else None,
        "finished": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "points": None if result["state"] == "invalid" else _points(run, result["checks"]),
        "points_possible": _possible(run.notebook),
    }
    try:
        if text:
            storage.write_whole(executed, text)
        else:
            executed.unlink(missing_ok=True)
        storage.write_whole(_file(out, run), json.dumps(keep, indent=1) + "\n")
    except OSError as error:
        raise KeptError(
            f"{out} can't be written: {error}. What was done before is kept; make room, then give "
            "the same command again."
        ) from error
    return keep


def _points(run: Run, checks: list[dict]) -> int:
    """Exercises of this notebook that are right, one point each."""
    number = run.notebook.split("_")[0]
    mine = [c for c in checks if str(c.get("exercise", "")).split(".")[0] == number]
    return len({c["exercise"] for c in mine if c.get("right") is True})


@functools.cache
def _possible(notebook: str) -> int | None:
    """How many exercises a notebook of the course has; None for another notebook."""
    path = execution.NOTEBOOKS / f"{notebook}.ipynb"
    if not path.is_file():
        return None
    import nbformat

    return sum(copies.tagged(cell, "exercise") for cell in nbformat.read(path, 4).cells)


def write_leaderboard(out: Path, runs: list[Run], results: dict[str, dict]) -> None:
    """Writes `leaderboard.csv` and `leaderboard.html` for the runs that have a result.

    Raises:
        KeptError: The folder can't be written.
    """
    ordered = [results[run.name] for run in runs if run.name in results]
    names = list(dict.fromkeys(name for run in runs for name in run.parameters))
    rows = leaderboard.rows(ordered, names)
    try:
        storage.write_whole(out / "leaderboard.csv", leaderboard.as_csv(rows, names))
        storage.write_whole(
            out / "leaderboard.html", leaderboard_page.page(out.name, ordered, len(runs))
        )
    except OSError as error:
        raise KeptError(f"{out} can't be written: {error}") from error
