"""Runs a grid of notebooks: many students, seeds or settings, with limits and a leaderboard.

    python -m helpers.tools.batch --grid FILE [--workers N] [--scheduler ADDRESS] [--out DIR]
                                  [--rerun]

The same command again runs only what is missing or failed; `--rerun` runs everything. Results go
to `runs/NAME-OF-THE-GRID` unless `--out` says otherwise: `leaderboard.html`, `leaderboard.csv`,
`executed/`, `results/` and `batch.log`.
"""

import argparse
import contextlib
import logging
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path

from helpers import config
from helpers.tools import endings, setup

LOG = logging.getLogger("course.batch")
LEADERBOARD_SECONDS = 10  # between two versions of the leaderboard while a batch runs


def main() -> None:
    """Checks everything first, then runs what is to be run.

    The exit status is 0 if every run is ok, 1 if one isn't or the batch can't go on, and 130 if it
    was interrupted.
    """
    options = _options()
    with endings.clean("Interrupted; the same command goes on where this one stopped."):
        setup.ensure()
        sys.exit(_main(options))


def _main(options: argparse.Namespace) -> int:
    from helpers.tools.batch import grid, kept, pools

    if not options.grid:
        sys.exit("Name a grid: make batch GRID=notebooks/grids/seeds.yml")
    if options.workers is not None and options.workers < 1:
        sys.exit(f"WORKERS is {options.workers}; expected 1 or more.")
    for variable in ("CIFAR10_DIR", "CIFAR100_DIR"):
        if os.environ.get(variable):  # runs have folders of their own
            os.environ[variable] = str(Path(os.environ[variable]).expanduser().resolve())
    out = Path(options.out or config.runs_dir() / Path(options.grid).stem).expanduser().resolve()
    try:
        config.tracking()
    except ValueError as error:
        sys.exit(str(error))
    try:
        wanted = grid.read(Path(options.grid).expanduser())
        runs, beside = grid.look(wanted)
        with kept.locked(out), _logging(out), _open_pool(options) as pool:
            return run(runs, wanted.limits, out, pool, options.rerun, beside)
    except (grid.GridError, kept.KeptError, pools.PoolError) as error:
        sys.exit(str(error))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.batch", description=__doc__)
    parser.add_argument("--grid", help="a YAML file, as in notebooks/grids/")
    parser.add_argument("--workers", type=int, help="runs at a time on this machine")
    parser.add_argument("--scheduler", help="address of a Dask scheduler, as in tcp://host:8786")
    parser.add_argument("--out", help="folder for the results")
    parser.add_argument("--rerun", action="store_true", help="run again what is done")
    return parser.parse_args()


def _open_pool(options: argparse.Namespace):
    from helpers.tools.batch import pools

    if options.scheduler:
        return pools.cluster(options.scheduler)
    return pools.local(options.workers)


@contextlib.contextmanager
def _logging(out: Path):
    """Lines go to the screen and, with the time, to `batch.log`."""
    logging.raiseExceptions = False  # a full disk must not stop the batch through its log
    screen, file = (
        logging.StreamHandler(sys.stdout),
        logging.FileHandler(out / "batch.log", encoding="utf-8"),
    )
    screen.setFormatter(logging.Formatter("%(message)s"))
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    LOG.setLevel(logging.INFO)
    LOG.handlers = [screen, file]
    try:
        yield
    finally:
        LOG.handlers = []
        file.close()


def run(runs: list, limits, out: Path, pool, rerun: bool, beside: Sequence[str] = ()) -> int:
    """Runs what is to be run and writes the leaderboard.

    Args:
        runs: The runs of a grid (`grid.Run`).
        limits: Its limits (`grid.Limits`).
        out: Folder of the results.
        pool: Where runs are executed (`pools.Pool`).
        rerun: Whether to run again what is done.
        beside: A line for each file that is no notebook.

    Returns:
        The exit status.

    Raises:
        KeptError: The folder can't be written.
    """
    from helpers.tools.batch import kept
    from helpers.tools.batch.gathered import printable

    if rerun:
        kept.forget(out, runs)
    old = kept.earlier(out, runs)
    results = {name: result for name, result in old.items() if result["state"] == "ok"}
    before = len(results)
    for broken in (r for r in runs if r.problem):
        result = results[broken.name] = kept.save(out, broken, kept.invalid(broken))
        LOG.info(printable(f"invalid  {broken.path}  {result['error']}"))
    waiting = deque(r for r in runs if r.name not in results)
    LOG.info(
        f"{len(runs)} runs: {before} done before, {sum(bool(r.problem) for r in runs)} invalid, "
        f"{len(waiting)} to do; {pool.words}, at most {limits.minutes:g} minutes and "
        f"{limits.memory_gb:g} GB each."
    )
    passed = [f"Not run, since it is no notebook: {line}." for line in beside]
    for warning in [*pool.warnings(limits.memory_gb), *_doubles(runs), *passed]:
        LOG.info(printable(warning))
    try:
        pool.prepare({kept.dataset_of(chosen) for chosen in waiting})
        _work(waiting, results, old, runs, limits, out, pool)
        interrupted = False
    except KeyboardInterrupt:
        interrupted = True
        again = "the same command without --rerun" if rerun else "the same command"
        LOG.info(f"Interrupted; {again} goes on where this one stopped.")
    finally:
        kept.write_leaderboard(out, runs, old | results)
    states = Counter(result["state"] for result in results.values())
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    LOG.info(f"{len(results)} of {len(runs)} runs: {told or 'none'}. See {out}/leaderboard.html")
    if interrupted:
        return endings.STATUS
    if states["ok"] == len(runs):
        return 0
    LOG.info("Not every run is ok, so the exit status is 1; the leaderboard is complete.")
    return 1


def _doubles(runs: list) -> list[str]:
    """What people should know about files of one student, and about those of nobody."""
    found: dict[tuple[str, str], dict] = {}
    for run in runs:
        told = found.setdefault((run.student.casefold(), run.notebook), {})
        told[run.path] = run.student
    return [
        f"Careful: {len(told)} files are {notebook} of {next(iter(told.values())) or 'nobody'}, by "
        f"their names; each stands on the leaderboard by itself: {', '.join(map(str, told))}."
        for (_, notebook), told in found.items()
        if len(told) > 1
    ]


def _work(waiting: deque, results: dict, old: dict, runs: list, limits, out, pool) -> None:
    from helpers.tools.batch import kept, tracked
    from helpers.tools.batch.status import Status

    running: dict[Future, object] = {}
    tries: Counter = Counter()
    status = Status(len(runs), LOG)
    written = time.monotonic()
    try:
        while waiting or running:
            while waiting and len(running) < pool.slots():
                chosen = waiting.popleft()
                running[pool.submit(kept.task(chosen, limits, pool.share))] = chosen
            if not running:
                time.sleep(1.0)
            ended, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in ended:
                chosen = running.pop(future)
                result = kept.result_of(future)
                if result["state"] == "stopped":
                    waiting.append(chosen)
                    continue
                tries[chosen.name] += 1
                again = result["state"] != "ok" and tries[chosen.name] <= limits.retries
                if again:
                    waiting.append(chosen)
                else:
                    models = result.pop("models", {})
                    with endings.held():
                        result = results[chosen.name] = kept.save(out, chosen, result)
                    tracked.send(out, result, models)
                status.ended(chosen, result, len(results), again)
            status.show(results, running, len(waiting), pool.slots())
            if ended and time.monotonic() - written > LEADERBOARD_SECONDS:
                with contextlib.suppress(kept.KeptError):  # somebody may have it open
                    kept.write_leaderboard(out, runs, old | results)
                written = time.monotonic()
    except BaseException:
        pool.stop()
        wait(running, timeout=20)
        raise
