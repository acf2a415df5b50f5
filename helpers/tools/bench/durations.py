"""Measures how long every notebook takes in the profile `class`, and how much memory it needs.

`make bench ONLY=times` calls it. The notebooks run in order and share one cache that is empty at
first, as in `make run` on a new machine, on the embedded dataset. What is measured goes to
`figures/times.json`, the README and the notebooks' cards when all rounds are done; until then it
stands in `runs/bench/times.json`, and the same command goes on there.
"""

import contextlib
import hashlib
import json
import os
import shutil
import statistics
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from helpers import config, course_version
from helpers.tools import endings, execution, expected, machines
from helpers.tools.expected import Speed

PROFILE, DATASET = expected.PROFILE, "digits"
EVERY = 0.5  # seconds between two looks at the memory


def main(rounds: int) -> None:
    """Measures, then writes what was measured to all places that tell it.

    Args:
        rounds: How often every notebook is run; the median counts, and the largest memory.
    """
    os.environ |= machines.asked(os.environ)
    with endings.clean("Interrupted. The same command goes on from here."):
        _measure_all(rounds)


def _measure_all(rounds: int) -> None:
    notebooks = execution.choose_notebooks(None)
    state = resumed(_state_file(), about(notebooks))
    for number in range(rounds):
        if number == len(state["rounds"]):
            _begin(state)
        for path in notebooks:
            if path.stem not in state["rounds"][number]["notebooks"]:
                print(f"round {number + 1} of {rounds}: {path.stem} … ", end="", flush=True)
                found = _measure(path, state)
                state["rounds"][number]["notebooks"][path.stem] = found
                _save(state)
                print(f"{found['seconds']:.0f} s, {found['peak_memory_mb']} MB", flush=True)
    write(expected.merged(expected.load(), entry(state["rounds"][:rounds])))
    shutil.rmtree(_folder())
    _state_file().unlink()


def about(notebooks: list[Path]) -> dict:
    """What measurements have to share, so that they belong together: machine, course, settings."""
    contents = b"\0".join(path.read_bytes() for path in notebooks)
    digest = hashlib.sha256(contents).hexdigest()
    return expected.key() | {"course": course_version.of_helpers(), "notebooks": digest}


def resumed(path: Path, wanted: dict) -> dict:
    """What an earlier command has measured, if it belongs to this one; else an empty state."""
    with contextlib.suppress(OSError, ValueError):
        state = json.loads(path.read_text(encoding="utf-8"))
        if state["about"] == wanted:
            return state
        print("What was measured before is of another machine or version; it begins anew.")
    return {"about": wanted, "rounds": [], "cached": []}


def entry(rounds: list[dict]) -> dict:
    """The entry of `figures/times.json` for this machine.

    Args:
        rounds: For each round its `speed` (a `Speed` as a dictionary) and its `notebooks`
            (`seconds` and `peak_memory_mb`, by name).
    """
    speeds = [Speed(**one["speed"]) for one in rounds]
    notebooks = {
        name: {
            "seconds": round(_median(one["notebooks"][name]["seconds"] for one in rounds), 1),
            "peak_memory_mb": max(one["notebooks"][name]["peak_memory_mb"] for one in rounds),
        }
        for name in sorted(rounds[0]["notebooks"])
    }
    part = {"dataset": DATASET, "rounds": len(rounds), "notebooks": notebooks}
    return {
        "machine": speeds[0].machine,
        "kind": speeds[0].kind,
        "precision": speeds[0].precision,
        "yardstick": round(_median(speed.images_per_second for speed in speeds), 1),
        "versions": config.versions(),
        "profiles": {PROFILE: part},
    }


def write(machines: list[dict]) -> None:
    """Writes the measurements, the README's table and the notebooks' cards."""
    from helpers import storage

    for path, text in expected.with_times(machines).items():
        storage.write_whole(path, text)
        print(f"wrote {path}")


def _median(values) -> float:
    return statistics.median(list(values))


def _folder() -> Path:
    return config.runs_dir() / "bench" / "times"


def _state_file() -> Path:
    return config.runs_dir() / "bench" / "times.json"


def _save(state: dict) -> None:
    """Keeps what is measured, and what the cache holds by now."""
    from helpers import storage

    state["cached"] = _files(_folder() / "cache")
    storage.write_whole(_state_file(), json.dumps(state, indent=1))


def _begin(state: dict) -> None:
    """Begins a round: an empty cache, and the speed of the machine measured."""
    shutil.rmtree(_folder(), ignore_errors=True)
    if expected.is_busy():
        print("The machine isn't idle: the seconds will be too many.")
    speed = expected.speed_here(force=True)
    if speed is None:
        sys.exit("No speed could be measured: python -m helpers.tools.expected.yardstick fails.")
    print(f"{speed.machine}, {speed.precision}: {speed.images_per_second:,.0f} images a second")
    state["rounds"].append({"speed": asdict(speed), "notebooks": {}})
    _save(state)


def _measure(path: Path, state: dict) -> dict:
    """Runs one notebook; its seconds, and the most memory that its processes had together."""
    folder = _folder()
    forget(folder / "cache", state["cached"])
    settings = {
        "COURSE_PROFILE": PROFILE,
        "COURSE_TRACKING": "",
        "COURSE_DATASET": DATASET,
        "COURSE_CACHE": str(folder / "cache"),
        "COURSE_RUNS": str(folder / "runs"),
        "CIFAR10_DIR": "",
        "CIFAR100_DIR": "",
    }
    with Peak() as peak:
        outcome = execution.execute(path, folder / path.name, settings, lambda seconds: None)
    if outcome.state != "ok":
        sys.exit(f"{outcome.state}: {outcome.error}. See {outcome.path}")
    return {"seconds": round(outcome.seconds, 1), "peak_memory_mb": round(peak.bytes / 1e6)}


def forget(cache: Path, kept: list[str]) -> None:
    """Deletes from the cache what a notebook has left that was interrupted, for a fair start.

    Args:
        cache: The cache's folder.
        kept: The files that belong to finished notebooks, as paths within it.
    """
    for name in set(_files(cache)) - set(kept):
        (cache / name).unlink()


def _files(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


class Peak:
    """Watches, within a `with` block, how much memory the processes started from here have.

    Attributes:
        bytes: The largest sum that was seen, looked at twice a second.
    """

    def __init__(self, look: Callable[[], int] | None = None):
        self.bytes = 0
        self._look = look or _memory_of_children
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(EVERY):
            self.bytes = max(self.bytes, self._look())


def _memory_of_children() -> int:
    return sum(map(endings.memory_of, endings.family(os.getpid())[1:]))
