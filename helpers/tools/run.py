"""Runs the course: every notebook in order, on the data that can be had.

    python -m helpers.tools.run [--profile class] [--dataset auto] [--cifar10-dir FOLDER]
                                [--cifar100-dir FOLDER] [--notebooks "01 03"]

Executed notebooks and readable pages go to `runs/course/`, each as soon as it is there; index.html
lists them. If it is interrupted, the same command goes on with the first notebook that wasn't done.
"""

import argparse
import os
import sys
import tempfile
import uuid
from pathlib import Path

from helpers import config
from helpers.tools import endings, execution, notebook_files, places, setup
from helpers.tools.execution import Outcome

OUT = config.runs_dir() / "course"


def main() -> None:
    """Checks the arguments, sets up what is missing, runs the notebooks, reports."""
    options = _options()
    try:
        config.choose("PROFILE", options.profile, list(config.PROFILES))
        config.choose("DATASET", options.dataset, config.DATASETS)
        config.tracking()
        notebooks = execution.choose_notebooks(options.notebooks)
    except ValueError as error:
        sys.exit(str(error))
    for variable in ("CIFAR10_DIR", "CIFAR100_DIR"):
        named = vars(options)[variable.lower()]
        if named and not config.named_path(named).exists():
            sys.exit(f"{variable}={named} does not exist; name a folder or a .tar.gz.")
    with endings.clean("Interrupted; the same command goes on where this one stopped."):
        setup.ensure()
        places.writable(OUT)
        try:
            sys.exit(run(notebooks, options))
        except notebook_files.NotebookError as error:
            sys.exit(str(error))


def run(notebooks: list[Path], options: argparse.Namespace) -> int:
    """Runs notebooks, and writes pages as they end; goes on where the same command was stopped.

    Args:
        notebooks: What to run, in order.
        options: The command's.

    Returns:
        The exit status: 1 if a notebook failed, `endings.STATUS` if it was interrupted.
    """
    from helpers.tools import pages, resume

    names, outcomes, interrupted = [path.stem for path in notebooks], [], False
    with tempfile.TemporaryDirectory(prefix="course-data-", ignore_cleanup_errors=True) as scratch:
        sets = {path: execution.about(path) for path in notebooks}
        abouts = sorted(set(sets.values()))
        chosen = {about: _locate(about, options, Path(scratch)) for about in abouts}
        told = [_absolute(options.cifar10_dir), _absolute(options.cifar100_dir)]
        told += [options.profile, *(chosen[about]["COURSE_DATASET"] for about in abouts)]
        keys = [resume.key(resume.sources(path), sets[path], *told) for path in notebooks]
        progress = resume.Progress(OUT / "progress.json", resume.key(names, *told))
        print(f"Profile {options.profile}; results go to {OUT}", flush=True)
        ahead = Expected(notebooks, options.profile)
        pages.write_index(outcomes, names, OUT)
        try:
            for path, key in zip(notebooks, keys, strict=True):
                outcome = _earlier(path, progress.finished(path.stem, key))
                if outcome is None and not options.notebooks:
                    outcome = ahead.left_out(path)
                if outcome is None:
                    settings = chosen[sets[path]] | {"COURSE_PROFILE": options.profile}
                    outcome = _run_one(path, ahead.line(path, outcomes), settings)
                    if outcome.state == "ok":
                        progress.add(path.stem, key, seconds=outcome.seconds)
                outcomes.append(outcome)
                pages.write(outcome)
                pages.write_index(outcomes, names[len(outcomes) :], OUT)
        except KeyboardInterrupt:
            interrupted = True
    if not interrupted:
        progress.forget()
        _print_table(outcomes)
        return 1 if any(outcome.state != "ok" for outcome in outcomes) else 0
    rest = names[len(outcomes) :]
    pages.write_index(outcomes, rest, OUT)
    print("\nInterrupted.")
    _print_table(outcomes)
    undone = [outcome.name for outcome in outcomes if outcome.state != "ok"] + rest
    following = undone[0] if undone else "the pages"
    print(f"The same command goes on with {following}; without {progress.path} it begins anew.")
    return endings.STATUS


def _absolute(named: str | None) -> str | None:
    return str(config.named_path(named)) if named else None


def _earlier(path: Path, kept: dict | None) -> Outcome | None:
    """How a notebook ended that the same command has finished before it was interrupted."""
    target = OUT / path.name
    if kept is None or not target.exists():
        return None
    print(f"{path.stem}: done before, in {kept['seconds']:.0f} s", flush=True)
    return Outcome(path.stem, "ok", kept["seconds"], target, "")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.run", description=__doc__)
    parser.add_argument("--profile", default=os.environ.get("COURSE_PROFILE") or "class")
    parser.add_argument("--dataset", default=os.environ.get("COURSE_DATASET") or "auto")
    parser.add_argument("--cifar10-dir", default=os.environ.get("CIFAR10_DIR"))
    parser.add_argument("--cifar100-dir", default=os.environ.get("CIFAR100_DIR"))
    parser.add_argument("--notebooks")
    return parser.parse_args()


def _locate(about: str, options: argparse.Namespace, scratch: Path) -> dict[str, str]:
    """Looks for a set once, unpacks and checks it; what its notebooks are told about it.

    Args:
        about: The set, a key of `config.EMBEDDED`.
        options: The command's.
        scratch: Where an archive is unpacked.
    """
    from helpers import data

    variable, embedded = f"{about.upper()}_DIR", config.EMBEDDED[about]
    wanted = config.meant(options.dataset, about)
    try:
        source = data.locate(wanted, vars(options)[variable.lower()], about)
        if source.rung == data.EMBEDDED:
            for line in source.tried:
                print(f"  {line}")
            name = source.layout.name
            print(f"Data: the embedded dataset ({embedded}). These will not be {name} numbers.")
            return {"COURSE_DATASET": embedded, variable: ""}
        if source.rung == data.NAMED or source.path.is_file():
            path, layout = source.path, source.layout
            folder = path if path.is_dir() else data.unpack_cifar(path, scratch, layout)
            origin = "the folder or archive you named" if source.rung == data.NAMED else path
            print(f"Data: {data.read_cifar(folder, layout).name}, from {origin}.")
            return {"COURSE_DATASET": about, variable: str(folder)}
    except data.DataError as error:
        sys.exit(str(error))
    print(f"Data: {source.layout.name}.")
    return {"COURSE_DATASET": about, variable: ""}


class Expected:
    """What is known of a run before it: seconds of each notebook, and who needs too much memory."""

    def __init__(self, notebooks: list[Path], profile: str):
        from helpers.tools import expected

        print("Measuring how fast this machine trains … ", end="", flush=True)
        here = expected.speed_here()
        speed, self.kind = (here.images_per_second, here.kind) if here else (None, None)
        self.profile = profile
        self.seconds = expected.plan(notebooks, profile, speed, self.kind)
        listed = [self.seconds[path.stem] for path in notebooks]
        known = None not in listed
        print(f"about {expected.words(sum(listed))} in all" if known else "done", flush=True)
        for path in notebooks:
            for said in self._too_large(path):
                print(f"Careful: {said}", flush=True)

    def _too_large(self, path: Path) -> list[str]:
        from helpers.tools import expected

        return expected.too_large([path.stem], self.profile, self.kind)

    def left_out(self, path: Path) -> Outcome | None:
        """How a notebook ended that isn't begun, because it needs more memory than is free."""
        said = self._too_large(path)
        if not said:
            return None
        number = path.stem.split("_")[0]
        line = f"{said[0]} To run it all the same: make run NOTEBOOKS={number}"
        print(f"{path.stem}: left out. {line}", flush=True)
        return Outcome(path.stem, "left out", 0.0, OUT / path.name, line)

    def line(self, path: Path, outcomes: list[Outcome]) -> str:
        """What to expect of a notebook and of the rest of the run, after those that have ended."""
        from helpers.tools import expected

        done = [(self.seconds[o.name], o.seconds) for o in outcomes if o.state == "ok"]
        names = list(self.seconds)
        rest = [self.seconds[name] for name in names[names.index(path.stem) :]]
        return expected.line(rest, done)


def _run_one(path: Path, about: str, settings: dict[str, str]) -> Outcome:
    print(f"{path.stem}: running, {about} … ", end="", flush=True)

    def tick(seconds: float) -> None:
        if sys.stdout.isatty():
            print(f"\r{path.stem}: running for {seconds:.0f} s, {about} … ", end="", flush=True)

    from helpers import results

    target = OUT / path.name
    target.with_suffix(".html").unlink(missing_ok=True)
    one = {"COURSE_EXECUTION": uuid.uuid4().hex}
    outcome = execution.execute(path, target, settings | one, tick)
    facts = {"execution": one["COURSE_EXECUTION"], "state": outcome.state}
    results.tracking.note_notebook(target, path.stem, facts | {"seconds": outcome.seconds})
    print(f"{outcome.state} after {outcome.seconds:.0f} s", flush=True)
    return outcome


def _print_table(outcomes: list[Outcome]) -> None:
    print(f"\n{'notebook':<28} {'state':<8} {'time':>7}")
    for outcome in outcomes:
        print(f"{outcome.name:<28} {outcome.state:<8} {outcome.seconds:>5.0f} s  {outcome.error}")
    print(f"\nRead them: {OUT / 'index.html'}")


if __name__ == "__main__":
    main()
