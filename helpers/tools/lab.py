"""Opens a working copy of the notebooks in JupyterLab; what you change stays in `work/`.

python -m helpers.tools.lab [JUPYTER ARGUMENTS]
"""

import shutil
import subprocess
import sys
from pathlib import Path

from helpers import config
from helpers.tools import execution, setup


def main() -> None:
    """Copies what isn't there yet, then starts JupyterLab."""
    setup.ensure()
    work = config.course_root() / "work"
    fresh = copy_missing(execution.NOTEBOOKS, work)
    print(f"{fresh} new in {work}. Delete a file there to get the course's own version again.")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={work}", *sys.argv[1:]]
    try:
        sys.exit(subprocess.run(command).returncode)
    except KeyboardInterrupt:
        sys.exit(130)


def copy_missing(source: Path, target: Path) -> int:
    """Copies the notebooks that the target folder doesn't have; nothing there is overwritten.

    Args:
        source: The course's notebooks.
        target: The working copy; made if it doesn't exist.

    Returns:
        How many were copied.
    """
    target.mkdir(exist_ok=True)
    lacking = [p for p in sorted(source.glob("*.ipynb")) if not (target / p.name).exists()]
    for path in lacking:
        shutil.copy2(path, target / path.name)
    return len(lacking)


if __name__ == "__main__":
    main()
