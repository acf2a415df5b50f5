"""Runs the course: every notebook in order, on the data that can be had.

    python -m helpers.tools.run [--profile class] [--dataset auto] [--cifar10-dir FOLDER]
                                [--notebooks "01 03"]

Executed notebooks and a readable index.html go to `runs/course/`.
"""

import argparse
import html
import os
import sys
import tempfile
from pathlib import Path

from helpers import config
from helpers.tools import execution, setup
from helpers.tools.execution import Outcome

OUT = config.runs_dir() / "course"


def main() -> None:
    """Checks the arguments, sets up what is missing, runs the notebooks, reports."""
    options = _options()
    try:
        config.choose("PROFILE", options.profile, list(config.PROFILES))
        config.choose("DATASET", options.dataset, config.DATASETS)
        notebooks = execution.choose_notebooks(options.notebooks)
    except ValueError as error:
        sys.exit(str(error))
    if options.cifar10_dir and not Path(options.cifar10_dir).expanduser().exists():
        sys.exit(f"CIFAR10_DIR={options.cifar10_dir} does not exist; name a folder or a .tar.gz.")
    setup.ensure()
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="course-run-") as scratch:
        chosen = _locate(options, Path(scratch))
        print(f"Profile {options.profile}; results go to {OUT}")
        try:
            for path in notebooks:
                outcomes.append(_run_one(path, options.profile, chosen))
        except KeyboardInterrupt:
            print("\nInterrupted.")
    write_pages(outcomes, OUT)
    _print_table(outcomes)
    stopped = len(outcomes) < len(notebooks)
    sys.exit(1 if stopped or any(outcome.state != "ok" for outcome in outcomes) else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.run", description=__doc__)
    parser.add_argument("--profile", default=os.environ.get("COURSE_PROFILE") or "class")
    parser.add_argument("--dataset", default=os.environ.get("COURSE_DATASET") or "auto")
    parser.add_argument("--cifar10-dir", default=os.environ.get("CIFAR10_DIR"))
    parser.add_argument("--notebooks")
    return parser.parse_args()


def _locate(options: argparse.Namespace, scratch: Path) -> dict[str, str]:
    """Looks for the data once, unpacks and checks it; what every notebook is told about it."""
    from helpers import cifar, sources

    try:
        source = sources.locate(options.dataset, options.cifar10_dir)
        if source.rung == sources.EMBEDDED:
            for line in source.tried:
                print(f"  {line}")
            print("Data: the embedded dataset (digits). These will not be CIFAR-10 numbers.")
            return {"COURSE_DATASET": "digits", "CIFAR10_DIR": ""}
        if source.rung == sources.NAMED:
            named = source.path
            folder = named if named.is_dir() else cifar.unpack(named, scratch)
            print(f"Data: {cifar.read(folder)[2]}, from the folder or archive you named.")
            return {"COURSE_DATASET": "cifar10", "CIFAR10_DIR": str(folder)}
    except cifar.DataError as error:
        sys.exit(str(error))
    print("Data: CIFAR-10.")
    return {"COURSE_DATASET": "cifar10", "CIFAR10_DIR": ""}


def _run_one(path: Path, profile: str, chosen: dict[str, str]) -> Outcome:
    expected = expected_seconds(path, profile)
    about = f"about {expected:.0f} s expected" if expected else "time not known"
    print(f"{path.stem}: running, {about} … ", end="", flush=True)

    def tick(seconds: float) -> None:
        if sys.stdout.isatty():
            print(f"\r{path.stem}: running for {seconds:.0f} s, {about} … ", end="", flush=True)

    settings = chosen | {"COURSE_PROFILE": profile}
    outcome = execution.execute(path, OUT / path.name, settings, tick)
    print(f"{outcome.state} after {outcome.seconds:.0f} s", flush=True)
    return outcome


def expected_seconds(path: Path, profile: str) -> float | None:
    """What a notebook says about its own time, on a laptop with two cores; None if nothing."""
    import nbformat

    course = nbformat.read(path, as_version=4).metadata.get("course", {})
    return course.get("expected_seconds", {}).get(profile)


def write_pages(outcomes: list[Outcome], folder: Path) -> None:
    """Writes each executed notebook as a page, and `index.html` that lists them.

    The code of solutions and of the bootstrap is left out of the pages, as notebooks fold it away.

    Args:
        outcomes: What was run.
        folder: Where the pages go.
    """
    from nbconvert import HTMLExporter
    from nbconvert.preprocessors import TagRemovePreprocessor

    from helpers import storage

    exporter = HTMLExporter(template_name="classic")
    folded = TagRemovePreprocessor(remove_input_tags={"bootstrap", "solution"})
    exporter.register_preprocessor(folded, enabled=True)
    rows = []
    for outcome in outcomes:
        link = html.escape(outcome.name)
        if outcome.path.exists():
            page, _ = exporter.from_filename(str(outcome.path))
            storage.write_whole(folder / f"{outcome.name}.html", page)
            link = f'<a href="{link}.html">{link}</a>'
        rows.append(
            f"<tr><td>{link}</td><td>{outcome.state}</td><td>{outcome.seconds:.0f} s</td>"
            f"<td>{html.escape(outcome.error)}</td></tr>"
        )
    storage.write_whole(folder / "index.html", _PAGE.format(rows="\n".join(rows)))


def _print_table(outcomes: list[Outcome]) -> None:
    print(f"\n{'notebook':<28} {'state':<8} {'time':>7}")
    for outcome in outcomes:
        print(f"{outcome.name:<28} {outcome.state:<8} {outcome.seconds:>5.0f} s  {outcome.error}")
    print(f"\nRead them: {OUT / 'index.html'}")


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>The CNN course: your run</title>
<style>
body {{ font-family: sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }}
td, th {{ text-align: left; padding: 0.3rem 1rem 0.3rem 0; }}
</style></head>
<body>
<h1>The CNN course: your run</h1>
<table>
<tr><th>Notebook</th><th>State</th><th>Time</th><th>Error</th></tr>
{rows}
</table>
</body>
</html>
"""

if __name__ == "__main__":
    main()
