"""Tests the helpers and runs every notebook: smoke profile, embedded dataset, no network.

python -m helpers.tools.test [PYTEST ARGUMENTS]
"""

import os
import subprocess
import sys
import tempfile

from helpers import config
from helpers.tools import setup

NOWHERE = "http://127.0.0.1:9"  # a download that a notebook tries fails at once
SHARED_CACHE = "COURSE_TEST_CACHE"
PYTEST = (
    # in alphabetical order: the notebooks last, so that no long file is left for one worker
    *("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"),
    *("--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", "300"),
)


def main() -> None:
    """Runs pytest in a scratch cache and scratch records of its own."""
    setup.ensure()
    with tempfile.TemporaryDirectory(prefix="course-test-") as scratch:
        environment = os.environ | {
            "COURSE_PROFILE": "smoke",
            "COURSE_DATASET": "digits",
            "COURSE_CACHE": os.path.join(scratch, "cache"),
            SHARED_CACHE: os.path.join(scratch, "cache"),
            "COURSE_RUNS": os.path.join(scratch, "runs"),
            "CIFAR10_DIR": "",
            "http_proxy": NOWHERE,
            "https_proxy": NOWHERE,
            "no_proxy": "127.0.0.1,localhost",
        }
        wanted = sys.argv[1:] or ["helpers/tests", "notebooks"]
        command = [sys.executable, "-m", "pytest", *PYTEST, *wanted]
        sys.exit(subprocess.run(command, cwd=config.course_root(), env=environment).returncode)


if __name__ == "__main__":
    main()
