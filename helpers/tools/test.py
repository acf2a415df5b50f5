"""Tests the helpers and runs every notebook: smoke profile, embedded dataset, no network.

    python -m helpers.tools.test [PYTEST ARGUMENTS]

What takes longer is left to `helpers.tools.test_copies`. `COURSE_TEST_CACHE` names a folder in
which the two, and every notebook that they run, share their trainings; without it each has one of
its own.

Everything is computed in float32, so that a test says the same on every machine.
`COURSE_PRECISION=mixed_bfloat16` takes the other precision; `native` the machine's own, if it has
another one than float32, and does nothing if it hasn't.
"""

import os
import sys
import tempfile
from pathlib import Path

from helpers import config
from helpers.tools import endings, execution, setup

NOWHERE = "http://127.0.0.1:9"  # a download that a notebook tries fails at once
SHARED_CACHE = "COURSE_TEST_CACHE"
SLOWEST = 15  # tests whose seconds are told
CELL_SECONDS = 1800  # ten times what the longest cell needs on a slow laptop
PYTEST = (
    # in the order given, file by file: a file shares what its first tests have made
    *("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"),
    *("--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", str(CELL_SECONDS)),
    *("--durations", str(SLOWEST)),
    *("-p", "helpers.tools.kernels"),
)


def main(copies: bool = False) -> None:
    """Runs pytest in a scratch cache and scratch records of its own.

    Args:
        copies: Whether to run what takes longer, instead of all else.
    """
    setup.ensure()
    precision = chosen_precision()
    if precision is None:
        print("This machine computes in float32 by itself: that is tested without PRECISION.")
        return
    with tempfile.TemporaryDirectory(prefix="course-test-") as scratch:
        shared = os.environ.get(SHARED_CACHE)
        cache = os.path.abspath(shared or os.path.join(scratch, "cache"))
        environment = os.environ | {
            "COURSE_PROFILE": "smoke",
            "COURSE_DATASET": "digits",
            "COURSE_PRECISION": precision,
            "COURSE_CACHE": cache,
            SHARED_CACHE: cache,
            "COURSE_RUNS": os.path.join(scratch, "runs"),
            "COURSE_TRACKING": "",
            "CIFAR10_DIR": "",
            "CIFAR100_DIR": "",
            "http_proxy": NOWHERE,
            "https_proxy": NOWHERE,
            "no_proxy": "127.0.0.1,localhost",
            **execution.own_kernel(Path(scratch) / "jupyter"),
        }
        wanted = chosen(sys.argv[1:], copies)
        print(f"In {precision}:", flush=True)
        command = [sys.executable, "-m", "pytest", *PYTEST, *wanted]
        root = config.course_root()
        with endings.clean(), endings.started(command, cwd=root, env=environment) as process:
            sys.exit(process.wait())


def chosen(arguments: list[str], copies: bool) -> list[str]:
    """What pytest is asked for: the copies, all else, or what is named."""
    if copies:
        return ["-m", "copies", *(arguments or ["helpers/tests"])]
    return arguments or ["-m", "not copies", "helpers/tests", "notebooks"]


def chosen_precision() -> str | None:
    """The precision to test in; None if the machine's own is asked for and is float32."""
    wanted = os.environ.get("COURSE_PRECISION") or "float32"
    if wanted != "native":
        return wanted
    del os.environ["COURSE_PRECISION"]
    from helpers import training

    own = training.machine().precision
    return None if own == "float32" else own


if __name__ == "__main__":
    main()
