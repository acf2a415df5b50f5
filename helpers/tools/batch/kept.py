"""What a batch keeps in its folder: one result a run, executed notebooks, the leaderboard."""

import contextlib
import datetime
import functools
import json
import os
import re
from concurrent.futures import CancelledError, Future
from pathlib import Path

from filelock import FileLock, Timeout

from helpers import config, course_version, storage
from helpers.tools import execution
from helpers.tools.batch import cells, leaderboard, leaderboard_page, sets
from helpers.tools.batch.gathered import printable
from helpers.tools.batch.grid import Limits, Run

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


def earlier(out: Path, runs: list[Run]) -> dict[str, dict]:
    """Results that were kept of runs that would be the same today, by the run's name."""
    found = {}
    for run in runs:
        try:
            result = json.loads(_file(out, run).read_text(encoding="utf-8"))
            whole = result["executed"] is None or (out / result["executed"]).is_file()
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if result["key"] == run.key and whole:
            found[run.name] = printable(result | _about(run))
    return found


def forget(out: Path, runs: list[Run]) -> None:
    """Deletes the results of runs, so that they are missing until they were done again."""
    for run in runs:
        _file(out, run).unlink(missing_ok=True)


def _file(out: Path, run: Run) -> Path:
    return out / "results" / f"{run.name}.json"


def task(run: Run, limits: Limits, share: int) -> dict:
    """A run as plain data that can travel; see `runner.run`."""
    environment = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    environment["COURSE_TRACKING"] = "later" if config.tracking() else ""  # the driver sends
    return {
        "file": f"{run.name}.ipynb",
        "notebook": run.notebook,
        "text": run.text,
        "parameters": run.parameters,
        "minutes": limits.minutes,
        "memory_gb": limits.memory_gb,
        "output_mb": limits.output_mb,
        "environment": environment,
        "share": share,
        "data": dataset_of(run),
    }


def dataset_of(run: Run) -> tuple[str, str] | None:
    """Which dataset a notebook takes, and the set that it is about; None if it is told a folder."""
    try:
        known = cells.parameter_names(run.text) or set()
    except SyntaxError:
        return None
    if "dataset" not in known or run.parameters.get("data_dir"):
        return None
    about = sets.about(run.notebook, run.parameters, run.text)
    named = os.environ.get("COURSE_DATASET") or "auto"
    if named in config.DATASETS:
        named = config.meant(named, about)
    return str(run.parameters.get("dataset") or named), about


def result_of(future: Future) -> dict:
    """What a run has given, or why it gave nothing; `stopped` if it has to be done again."""
    try:
        return future.result()
    except CancelledError:  # the connection to the cluster was lost
        return _nothing("stopped", "the connection was lost")
    except Exception as error:
        words = str(error).strip().splitlines() or [""]
        return _nothing("failed", f"{type(error).__name__}: {words[0]}")


def invalid(run: Run) -> dict:
    """The result of a notebook that can't be run."""
    return _nothing("invalid", run.problem)


def _nothing(state: str, error: str) -> dict:
    told = {"state": state, "error": error, "place": "", "records": [], "checks": []}
    return told | {"seconds": 0.0, "peak_memory_mb": 0, "host": "", "executed": None, "log": ""}


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
        **_about(run),
        "key": run.key,
        "executed": f"executed/{executed.name}" if text else None,
        "finished": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "exercises": _verdicts(run, result["checks"]),
        "points": None,
        "course_version": course_version.of_course()[:12],
    }
    keep = printable(keep)
    if result["state"] != "invalid" and keep["points_possible"]:
        keep["points"] = sum(told["right"] for told in keep["exercises"].values() if told)
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


def _about(run: Run) -> dict:
    return {
        "file": str(run.path),
        "notebook": run.notebook,
        "student": run.student,
        "parameters": run.parameters,
        "points_possible": len(_exercises(run.notebook)) or None,
    }


def _verdicts(run: Run, checks: list[dict]) -> dict[str, dict | None]:
    """For each exercise of a notebook whether it is right, and the hint; None: no check ran."""
    said = {str(check.get("exercise")): check for check in checks}
    verdicts = {}
    for exercise in _exercises(run.notebook):
        check = said.get(exercise)
        told = check and {"right": check.get("right") is True, "hint": str(check.get("hint", ""))}
        verdicts[exercise] = told
    return verdicts


@functools.cache
def _exercises(notebook: str) -> tuple[str, ...]:
    """Numbers of the exercises of a notebook of the course; none for another notebook."""
    path = execution.NOTEBOOKS / f"{notebook}.ipynb"
    if not path.is_file():
        return ()
    import nbformat

    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    numbers = [re.match(r'checks\.check\("(\d\d\.\d)"', cell.source) for cell in cells]
    return tuple(dict.fromkeys(number[1] for number in numbers if number))


def write_leaderboard(out: Path, runs: list[Run], results: dict[str, dict]) -> None:
    """Writes `leaderboard.csv`, `points.csv` and `leaderboard.html` for runs that have a result.

    Without any result there is nothing to write.

    Raises:
        KeptError: The folder can't be written.
    """
    ordered = [results[run.name] for run in runs if run.name in results]
    if not ordered:
        return
    names = list(dict.fromkeys(name for run in runs for name in run.parameters))
    rows = leaderboard.rows(ordered, names)
    points = leaderboard.points(ordered, names)
    try:
        storage.write_whole(out / "leaderboard.csv", leaderboard.as_csv(rows))
        storage.write_whole(out / "points.csv", leaderboard.as_csv(points))
        storage.write_whole(
            out / "leaderboard.html", leaderboard_page.page(out.name, ordered, len(runs))
        )
    except OSError as error:
        raise KeptError(f"{out} can't be written: {error}") from error
