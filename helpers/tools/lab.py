"""Opens a working copy of the notebooks in JupyterLab; what you change stays in `work/`.

python -m helpers.tools.lab [JUPYTER ARGUMENTS]
"""

import subprocess
import sys
from pathlib import Path

from helpers import config
from helpers.tools import copies, endings, execution, setup


def main() -> None:
    """Copies what isn't there yet, then starts JupyterLab."""
    work = config.course_root() / "work"
    command = ["-m", "jupyterlab", "--LabApp.default_url=/lab/tree/work"]
    command += [f"--ServerApp.root_dir={config.course_root()}", *sys.argv[1:]]
    with endings.clean(f"JupyterLab has ended; what you have saved is in {work}."):
        setup.ensure()
        fresh = copy_missing(execution.NOTEBOOKS, work)
        print(f"{fresh} new in {work}. Delete a file there to get the course's own version again.")
        process = subprocess.Popen([sys.executable, *command], start_new_session=True)
        try:
            sys.exit(process.wait())
        finally:
            endings.end(process, grace=15)


def copy_missing(source: Path, target: Path) -> int:
    """Copies the notebooks that the target folder doesn't have; nothing there is overwritten.

    The copies have no outputs: results would stand below each prediction before it is made.

    Args:
        source: The course's notebooks.
        target: The working copy; made if it doesn't exist.

    Returns:
        How many were copied.
    """
    import nbformat

    from helpers import storage

    lacking = [p for p in sorted(source.glob("*.ipynb")) if not (target / p.name).exists()]
    for path in lacking:
        notebook = nbformat.read(path, as_version=4)
        text = nbformat.writes(copies.emptied(notebook))
        storage.write_whole(target / path.name, text + "\n")
    return len(lacking)


if __name__ == "__main__":
    main()
