"""Publishes the course: runs it in full, stores the outputs, the results and the tables.

    python -m helpers.tools.publish --cifar10-dir FOLDER [--notebooks "01 03"]

Each notebook is stored as soon as it has run. After an interruption, the same command goes on with
the first one that wasn't; trainings come from the cache where they were done before.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from pathlib import Path

from helpers import config
from helpers.tools import endings, execution, publish_model, setup

README = config.course_root() / "README.md"
FIGURES = config.course_root() / "figures"


def main() -> None:
    """Publishes the notebooks that are asked for, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.publish", description=__doc__)
    parser.add_argument("--cifar10-dir", default=os.environ.get("CIFAR10_DIR"))
    parser.add_argument("--notebooks")
    options = parser.parse_args()
    if not options.cifar10_dir or not Path(options.cifar10_dir).expanduser().exists():
        sys.exit(
            f"CIFAR10_DIR={options.cifar10_dir or ''} does not exist; name a folder or a .tar.gz."
        )
    try:
        notebooks = execution.choose_notebooks(options.notebooks)
    except ValueError as error:
        sys.exit(str(error))
    with endings.clean("Interrupted; what is published stays, the same command does the rest."):
        setup.ensure()
        publish_all(notebooks, Path(options.cifar10_dir).expanduser().resolve())


def publish_all(notebooks: list[Path], cifar10_dir: Path) -> None:
    """Publishes notebooks, but for those that the same command has published before it stopped.

    Args:
        notebooks: The notebooks, in `notebooks/`.
        cifar10_dir: Folder or archive with CIFAR-10.
    """
    from helpers.tools import resume

    names, data = [path.stem for path in notebooks], str(cifar10_dir)
    keys = [resume.key(resume.sources(path, ("code",)), data) for path in notebooks]
    progress = resume.Progress(
        config.runs_dir() / "publish" / "progress.json", resume.key(names, data)
    )
    for path, key in zip(notebooks, keys, strict=True):
        if progress.finished(path.stem, key) == {"stored": _stored(path)}:
            print(f"{path.stem}: published before", flush=True)
            continue
        publish(path, cifar10_dir)
        progress.add(path.stem, key, stored=_stored(path))
    progress.forget()


def _stored(path: Path) -> str:
    """Changes with the published records of a notebook, as when somebody takes them back."""
    from helpers import results

    records = [record for record in results.published() if record["notebook"] == path.stem]
    return hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()


def publish(path: Path, cifar10_dir: Path) -> None:
    """Runs one notebook in full and stores what came out: outputs, records, the README's table.

    Args:
        path: The notebook, in `notebooks/`.
        cifar10_dir: Folder or archive with CIFAR-10.
    """
    import nbformat

    from helpers import results, storage, tables

    runs = config.runs_dir() / "publish"
    restore(results.published(), path.stem, runs / "records")
    settings = {
        "COURSE_PROFILE": "full",
        "COURSE_DATASET": "cifar10",
        "CIFAR10_DIR": str(cifar10_dir),
        "COURSE_RUNS": str(runs),
    }
    print(f"{path.stem}: running … ", end="", flush=True)
    outcome = execution.execute(path, runs / path.name, settings, lambda seconds: None)
    print(f"{outcome.state} after {outcome.seconds:.0f} s", flush=True)
    if outcome.state != "ok":
        sys.exit(f"{path.stem} was not published: {outcome.error}. See {outcome.path}")
    executed = nbformat.read(outcome.path, as_version=4)
    records = merged(results.published(), results.load_records(runs / "records"), path.stem)
    names = {p.stem for p in execution.choose_notebooks(None)}
    records = [record for record in records if record["notebook"] in names]
    datasets = sorted({record["dataset"] for record in tables.tested(records)})
    if len(datasets) > 1:
        sys.exit(f"Nothing was published: the records would mix {' and '.join(datasets)}.")
    model = publish_model.model_of(runs / "models", path.stem, records)
    readme, figures = readme_and_figures(README.read_text(encoding="utf-8"), records)
    rows = tables.markdown_table(tables.summarise(records)).splitlines()
    with endings.held():
        storage.write_whole(path, nbformat.writes(cleaned(executed)) + "\n")
        storage.write_whole(results.PUBLISHED, json.dumps({"records": records}, indent=1) + "\n")
        for name, svg in figures.items():
            storage.write_whole(FIGURES / name, svg)
        storage.write_whole(README, readme)
        for suffix, content in model.items():
            storage.write_whole(config.published_model().with_suffix(suffix), content)
        for other in execution.choose_notebooks(None):
            stored = other.read_text(encoding="utf-8")
            storage.write_whole(other, with_rows(stored, rows))


def restore(published: list[dict], notebook: str, folder: Path) -> None:
    """Fills a folder of records with the published ones of all other notebooks.

    So the notebook that is run next compares itself with them, as if all had run together.

    Args:
        published: The published records.
        notebook: The notebook whose records are left out.
        folder: The folder; other records in it are deleted.
    """
    from helpers import storage

    for old in folder.glob("*.json"):
        old.unlink()
    for number, record in enumerate(r for r in published if r["notebook"] != notebook):
        storage.write_whole(folder / f"published-{number:03d}.json", json.dumps(record))


def readme_and_figures(readme: str, records: list[dict]) -> tuple[str, dict[str, str]]:
    """The README with the table and the charts of these records, and the charts' files.

    Args:
        readme: The README's text.
        records: Records of one dataset and profile.

    Returns:
        The new text; and by file name the SVGs of `figures/`. The same records give the same
        SVGs, byte by byte, on one machine.
    """
    from helpers import style, tables
    from helpers.tools import charts

    figures = charts.drawn(records)
    lines = {name: f"![{alt}](figures/{name}.svg)" for name, (_, alt) in figures.items()}
    shown = [tables.published_table(records), lines.pop("ladder")]
    readme = with_part(readme, "results", "\n\n".join(shown))
    readme = with_part(readme, "charts", "\n\n".join(lines.values()))
    return readme, {f"{name}.svg": style.svg(*figure) for name, figure in figures.items()}


def cleaned(notebook):
    """Takes out of an executed notebook what readers and diffs don't need.

    Gone are papermill's and widgets' metadata, times, and the pictures of cells tagged
    `dataset-images`; execution counts, cell ids and all other outputs stay.

    Args:
        notebook: An executed notebook (`nbformat.NotebookNode`); changed in place.

    Returns:
        The same notebook.
    """
    for key in ("papermill", "widgets"):
        notebook.metadata.pop(key, None)
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        elif "dataset-images" in cell.metadata.tags:
            cell.outputs = [_in_words(output) for output in cell.outputs]
    return notebook


def _in_words(output):
    from nbformat.v4 import new_output

    shown = output.get("data", {}).get("text/plain", "pictures of the dataset")
    return new_output("stream", name="stdout", text=f"Run this cell to see: {shown}\n")


def merged(published: list[dict], new: list[dict], notebook: str) -> list[dict]:
    """The published records with those of one notebook replaced, in a fixed order.

    Args:
        published: Records of all notebooks so far.
        new: Records of a run; only those of `notebook` count.
        notebook: Name of the notebook that was run.
    """
    kept = [record for record in published if record["notebook"] != notebook]
    kept += [record for record in new if record["notebook"] == notebook]
    return sorted(kept, key=_place)


def _place(record: dict) -> tuple:
    name = record.get("model") or record.get("name")
    return (record["notebook"], record["kind"], name, record.get("seed", 0))


def with_rows(notebook: str, rows: list[str]) -> str:
    """A stored notebook whose tables of results have the published rows, model by model.

    A table is made from records; after one notebook was run again, those of the others follow.

    Args:
        notebook: A notebook's file as text.
        rows: Lines of `tables.markdown_table`; models that a table doesn't have are not added.
    """
    for row in rows[2:]:
        start = row[: row.index("|", 1) + 1]
        pattern = re.escape(start) + r"( [^|\n\\\"]+\|){4}"
        notebook = re.sub(pattern, lambda _, row=row: row, notebook)
    return notebook


def with_part(readme: str, part: str, content: str) -> str:
    """The README with what stands between the two markers of a part replaced.

    Args:
        readme: The whole text.
        part: Name in the markers: `results` (table and ladder), `charts` or `speed`.
        content: What is to stand there.

    Raises:
        ValueError: A marker is missing.
    """
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    if begin not in readme or end not in readme:
        raise ValueError(f"README.md needs the lines {begin} and {end}, around the {part}.")
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    return re.sub(pattern, lambda _: f"{begin}\n{content}\n{end}", readme, flags=re.DOTALL)


if __name__ == "__main__":
    main()
