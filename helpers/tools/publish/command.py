"""Publishes the course: runs it in full, stores the outputs, the results and the tables.

    python -m helpers.tools.publish [--cifar10-dir FOLDER] [--cifar100-dir FOLDER]
                                    [--notebooks "01 03"] [--target cifar100]

Folders are needed of the sets that the notebooks are about.

Each notebook is stored as soon as it has run. After an interruption, the same command goes on with
the first one that wasn't; trainings come from the cache where they were done before.

A notebook with the parameter `target` can be run on another set than its own, too. Of such a run
the records are stored, and the tables that follow from them, not the outputs.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from pathlib import Path

from helpers import config
from helpers.tools import endings, execution, readme_file, setup
from helpers.tools.publish import merging, model_file, outputs

FIGURES = config.course_root() / "figures"


def main() -> None:
    """Publishes the notebooks that are asked for, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.publish", description=__doc__)
    parser.add_argument("--cifar10-dir", default=os.environ.get("CIFAR10_DIR"))
    parser.add_argument("--cifar100-dir", default=os.environ.get("CIFAR100_DIR"))
    parser.add_argument("--notebooks")
    parser.add_argument("--target", choices=list(config.EMBEDDED))
    options = parser.parse_args()
    try:
        notebooks = execution.choose_notebooks(options.notebooks)
    except ValueError as error:
        sys.exit(str(error))
    if options.target:
        refuse_targetless(notebooks, options.target)
    folders = {}
    for about in sorted({options.target or execution.about(path) for path in notebooks}):
        named = vars(options)[f"{about}_dir"]
        if not named or not Path(named).expanduser().exists():
            sys.exit(
                f"{about.upper()}_DIR={named or ''} does not exist; name a folder or a .tar.gz."
            )
        folders[about] = Path(named).expanduser().resolve()
    with endings.clean("Interrupted; what is published stays, the same command does the rest."):
        setup.ensure()
        publish_all(notebooks, folders, options.target)


def refuse_targetless(notebooks: list[Path], target: str) -> None:
    """Ends the command if a notebook can't be run on another set than its own."""
    for path in notebooks:
        if not re.search(r'"target = None\b', path.read_text(encoding="utf-8")):
            sys.exit(
                f"TARGET={target}: {path.stem} has no parameter `target`. Name notebooks that "
                'have it, as in NOTEBOOKS="11".'
            )


def publish_all(notebooks: list[Path], folders: dict[str, Path], target: str | None = None) -> None:
    """Publishes notebooks, but for those that the same command has published before it stopped.

    Args:
        notebooks: The notebooks, in `notebooks/`.
        folders: Folder or archive with each set that they are about, by its key in
            `config.EMBEDDED`.
        target: The set on which they are run, if it isn't each one's own.
    """
    from helpers.tools import resume

    names = [path.stem for path in notebooks]
    data = {path: str(folders[target or execution.about(path)]) for path in notebooks}
    keys = [resume.key(resume.sources(path, ("code",)), data[path]) for path in notebooks]
    progress = resume.Progress(
        config.runs_dir() / "publish" / "progress.json", resume.key(names, *data.values())
    )
    for path, key in zip(notebooks, keys, strict=True):
        if progress.finished(path.stem, key) == {"stored": _stored(path)}:
            print(f"{path.stem}: published before", flush=True)
            continue
        publish(path, Path(data[path]), target)
        progress.add(path.stem, key, stored=_stored(path))
    progress.forget()


def _stored(path: Path) -> str:
    """Changes with the published records of a notebook, as when somebody takes them back."""
    from helpers import results

    records = [record for record in results.published() if record["notebook"] == path.stem]
    return hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()


def publish(path: Path, folder: Path, target: str | None = None) -> None:
    """Runs one notebook in full and stores what came out: outputs, records, the README's table.

    Args:
        path: The notebook, in `notebooks/`.
        folder: Folder or archive with the set on which it is run.
        target: That set; if it isn't the notebook's own, its stored outputs stay.
    """
    import nbformat

    from helpers import results, storage

    runs, own_set = config.runs_dir() / "publish", execution.about(path)
    about = target or own_set
    merging.restore(results.published(), path.stem, runs / "records")
    settings = {
        "COURSE_PROFILE": "full",
        "COURSE_TRACKING": "",
        "COURSE_DATASET": about,
        f"{about.upper()}_DIR": str(folder),
        "COURSE_RUNS": str(runs),
    }
    print(f"{path.stem}: running … ", end="", flush=True)
    parameters = {} if about == own_set else {"target": about}
    outcome = execution.execute(path, runs / path.name, settings, lambda seconds: None, parameters)
    print(f"{outcome.state} after {outcome.seconds:.0f} s", flush=True)
    if outcome.state != "ok":
        sys.exit(f"{path.stem} was not published: {outcome.error}. See {outcome.path}")
    executed = nbformat.read(outcome.path, as_version=4)
    records = merging.merged(results.published(), results.load_records(runs / "records"), path.stem)
    names = {p.stem for p in execution.choose_notebooks(None)}
    records = [record for record in records if record["notebook"] in names]
    merging.refuse_mixed(records)
    own = [r for r in results.load_records(runs / "records") if r["notebook"] == path.stem]
    model = model_file.model_of(runs / "models", path.stem, own)
    text, figures = readme_and_figures(readme_file.PATH.read_text(encoding="utf-8"), records)
    with endings.held():
        if about == own_set:
            storage.write_whole(path, nbformat.writes(outputs.cleaned(executed)) + "\n")
        stored = results.published_files(records)
        for name, content in stored.items():
            storage.write_whole(results.PUBLISHED / name, content)
        for file in results.PUBLISHED.glob("*.json"):
            if file.name not in stored:  # of a notebook that is gone
                file.unlink()
        for name, svg in figures.items():
            storage.write_whole(FIGURES / name, svg)
        storage.write_whole(readme_file.PATH, text)
        for file in FIGURES.glob("*.svg"):
            if f"figures/{file.name}" not in text:
                file.unlink()  # of a dataset that no model is tested on any more
        for suffix, content in model.items():
            storage.write_whole(config.published_model().with_suffix(suffix), content)
        for other in execution.choose_notebooks(None):
            text = other.read_text(encoding="utf-8")
            storage.write_whole(
                other, outputs.with_tables(text, merging.tables_of(other.stem, records))
            )


def readme_and_figures(text: str, records: list[dict]) -> tuple[str, dict[str, str]]:
    """The README with the tables and the charts of these records, and the charts' files.

    Args:
        text: The README's text.
        records: Published records; each dataset has a table and charts of its own.

    Returns:
        The new text; and by file name the SVGs of `figures/`. The same records give the same
        SVGs, byte by byte, on one machine.
    """
    from helpers import plots, results
    from helpers.tools.publish import charts

    tables, others, files = [], [], {}
    for number, (dataset, part) in enumerate(merging.by_dataset(records).items()):
        figures = {
            charts.file_name(name, dataset if number else ""): figure
            for name, figure in charts.drawn(part).items()
        }
        ladder, *rest = (f"![{alt}](figures/{file})" for file, (_, alt) in figures.items())
        tables += [results.published_table(part), ladder]
        others += [f"**{dataset}**", *rest] if number and rest else rest
        files |= {file: plots.svg(*figure) for file, figure in figures.items()}
    text = readme_file.with_part(text, "results", "\n\n".join(tables))
    return readme_file.with_part(text, "charts", "\n\n".join(others)), files
