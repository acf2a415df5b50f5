"""Checks style and format of Python files and notebooks with ruff.

python -m helpers.tools.lint
"""

import subprocess
import sys

from helpers import config
from helpers.tools import setup


def main() -> None:
    """Runs both checks, so that one run tells everything."""
    setup.ensure()
    codes = [
        subprocess.run([sys.executable, "-m", "ruff", *check, "."], cwd=config.course_root())
        for check in (["check"], ["format", "--check"])
    ]
    sys.exit(max(code.returncode for code in codes))


if __name__ == "__main__":
    main()
