"""Executes one notebook with papermill, in a process that ends with the one that started it.

    python -m helpers.tools.notebook_process PARENT FOLDER ARGUMENTS-OF-PAPERMILL

SIGTERM interrupts the cell that is running, as the button of JupyterLab does: files that it is
writing are finished or taken back, and papermill ends its kernel.
"""

import contextlib
import os
import signal
import sys

from helpers.tools import endings, kernels


def main() -> None:
    """Watches the parent, then does what papermill's own command does."""
    parent, folder, *arguments = sys.argv[1:]
    endings.end_with_parent(int(parent), folder)
    signal.signal(signal.SIGTERM, _interrupt)
    kernels.mend()
    from papermill.cli import papermill

    papermill(arguments, prog_name="papermill")


def _interrupt(number: int, frame: object) -> None:
    children = endings.family(os.getpid())[1:]
    if not children:
        sys.exit(1)
    for child in children:
        with contextlib.suppress(Exception):
            child.send_signal(signal.SIGINT)


if __name__ == "__main__":
    main()
