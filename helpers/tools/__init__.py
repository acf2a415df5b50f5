"""The tasks of the course as commands: `python -m helpers.tools.NAME`; `make` calls the same."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (this line is for a Python that is too old)
    sys.exit(
        f"This is Python {sys.version_info.major}.{sys.version_info.minor}; the course needs 3.11 "
        "to 3.13. With make, name another one: make PYTHON=python3.12 run"
    )

for _stream in (sys.stdout, sys.stderr):
    # a terminal that lacks a sign, or a name that is no text: "?" in its place, and on it goes
    _errors = getattr(_stream, "errors", "")
    if _errors in ("strict", "surrogateescape") and hasattr(_stream, "reconfigure"):
        _stream.reconfigure(errors="replace")
