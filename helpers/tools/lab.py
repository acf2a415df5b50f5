"""Opens a working copy of the notebooks in JupyterLab; what you change stays in `work/`.

python -m helpers.tools.lab [JUPYTER ARGUMENTS]
"""

import os
import subprocess
import sys
from pathlib import Path

from helpers import config
from helpers.tools import copies, endings, execution, notebook_files, places, setup


def main() -> None:
    """Copies what isn't there yet, then starts JupyterLab."""
    with endings.clean("JupyterLab has ended; what you have saved is in the folder work/."):
        setup.ensure()
        work = places.writable(config.course_root() / "work")
        fresh = copy_missing(execution.NOTEBOOKS, work)
        print(f"{fresh} new in {work}. Delete a file there to get the course's own version again.")
        command, environment = jupyter(work)
        process = subprocess.Popen(
            [*command, *sys.argv[1:]], env=environment, start_new_session=True
        )
        try:
            sys.exit(process.wait())
        finally:
            endings.end(process, grace=15)


def jupyter(work: Path) -> tuple[list[str], dict[str, str]]:
    """The command that opens the working copy, and its environment: notebooks find the course."""
    path = filter(None, [str(config.course_root()), os.environ.get("PYTHONPATH")])
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={work.parent}"]
    command.append(f"--LabApp.default_url=/lab/tree/{work.name}")
    return command, os.environ | {"PYTHONPATH": os.pathsep.join(path)}


def copy_missing(source: Path, target: Path) -> int:
    """Copies the notebooks that the target folder doesn't have; nothing there is overwritten.

    A file that is no notebook is told. The copies have no outputs: results would stand below each
    prediction before it is made.

    Args:
        source: The course's notebooks.
        target: The working copy; made if it doesn't exist.

    Returns:
        How many were copied.
    """
    import nbformat

    from helpers import storage

    copied = 0
    for path in sorted(source.glob("*.ipynb")):
        if (target / path.name).exists():
            continue
        try:
            notebook = notebook_files.read(path)
        except notebook_files.NotebookError as error:
            print(error)
            continue
        text = nbformat.writes(copies.emptied(notebook))
        storage.write_whole(target / path.name, text + "\n")
        copied += 1
    return copied


if __name__ == "__main__":
    main()
