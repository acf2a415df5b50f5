"""A service that is started from a notebook or a test, and ends with it."""

import atexit
import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers import config
from helpers.errors import PlainError

PACKAGES = ("fastapi", "uvicorn", "python_multipart", "prometheus_client", "fastapi_offline")
STARTS = 120.0  # seconds that a start may take
GRACE = 12.0  # seconds that an end may take
_SERVING = re.compile(r"Serving at (http://[^ ]+) ")
# Jupyter's stop button interrupts the kernel with all processes of its group: not this one
_APART = (
    {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    if sys.platform == "win32"
    else {"start_new_session": True}
)


class ServiceError(PlainError):
    """The service has not started."""


@dataclass(frozen=True)
class Service:
    """A service that runs.

    Attributes:
        address: Where it answers, without a slash at the end.
        log: The file with all its lines.
        process: Its process.
    """

    address: str
    log: Path
    process: subprocess.Popen


def missing() -> list[str]:
    """The packages of the group `service` that are not installed, by the name of their import."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


def start(model: str | Path | None, *options: str, **environment: str) -> Service:
    """Starts a service in a process of its own, on a free port of this machine, and waits for it.

    It ends with this process, whatever happens to it; `stop` ends it before.

    Args:
        model: The `.keras` file that it serves; None lets it look for one.
        options: More options of `python -m helpers.service`.
        environment: More variables of its environment, for example `ALLOW_TRAINING="1"`.

    Raises:
        ServiceError: Packages are missing, or it has ended instead of starting.
    """
    if missing():
        raise ServiceError("The service needs: make setup EXTRAS=service. Then start again.")
    folder = Path(tempfile.mkdtemp(prefix="course-service-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [sys.executable, "-m", "helpers.service", "--port", "0", "--with-parent", *options]
    command += ["--model", str(model)] if model else []
    log = folder / "log.txt"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=config.course_root(),
            env=os.environ | environment,
            **_APART,
        )
    until = time.monotonic() + STARTS
    while time.monotonic() < until:
        said = log.read_text(encoding="utf-8", errors="replace")
        found = _SERVING.search(said)
        if found:
            return Service(found[1].rstrip("/"), log, process)
        if process.poll() is not None:
            process.stdin.close()
            raise ServiceError(f"The service has not started. {said.strip()[-500:]}")
        time.sleep(0.05)
    process.kill()
    _end(process)
    raise ServiceError(f"The service has not started in {STARTS:.0f} seconds.")


def stop(service: Service) -> int:
    """Ends a service: what it has begun is answered first. Its exit status; its log stays."""
    service.process.stdin.close()  # it ends with its input, in the same way on every system
    return _end(service.process)


@contextlib.contextmanager
def running(model: str | Path | None, *options: str, **environment: str) -> Iterator[Service]:
    """A service for the time of a block; the arguments are those of `start`."""
    service = start(model, *options, **environment)
    try:
        yield service
    finally:
        stop(service)


def _end(process: subprocess.Popen) -> int:
    try:
        status = process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        status = process.wait()
    process.stdin.close()
    return status
