"""Sets up what the course needs, in `.venv`, if this Python doesn't have it already.

python -m helpers.tools.setup
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.tools import environment

VENV = environment.ROOT / ".venv"
MARK = VENV / ".course-packages"


def ensure() -> None:
    """Returns if this Python has all pinned packages; else goes on in `.venv` and exits with it.

    A conda environment made from environment.yml is used as it is. Otherwise `.venv` is made and
    filled, once, and the command that is running starts again in there.
    """
    text = environment.FILE.read_text(encoding="utf-8")
    wanted = environment.pins(text)
    if not environment.missing(wanted):
        return
    if Path(sys.prefix).resolve() == VENV.resolve() and _marked(wanted):
        lacking = ", ".join(environment.missing(wanted))
        sys.exit(f"{VENV} was changed by hand: {lacking} not found. Delete it and try again.")
    if not _marked(wanted):
        _install(wanted, environment.python_range(text))
    command = [str(_python()), *sys.orig_argv[sys.orig_argv.index("-m") :]]
    if os.name != "nt":
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            continue


def _python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _stamp(wanted: dict[str, str]) -> str:
    return hashlib.sha256(repr(wanted).encode()).hexdigest()


def _marked(wanted: dict[str, str]) -> bool:
    """Whether `.venv` was filled completely with exactly these packages."""
    return MARK.is_file() and _python().exists() and MARK.read_text() == _stamp(wanted)


def _install(wanted: dict[str, str], minors: tuple[int, int]) -> None:
    base = _base_python(minors)
    uv = shutil.which("uv")
    if not _python().exists():
        print(f"Making {VENV.name} …", flush=True)
        maker = [uv, "venv", "--clear", "--python", base] if uv else [base, "-m", "venv", "--clear"]
        _call([*maker, str(VENV)])
    MARK.unlink(missing_ok=True)
    print(
        f"Installing {len(wanted)} packages and what they need into {VENV.name}: a download of "
        "about 650 MB, 2.7 GB on disk …",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch) / "packages.txt"
        listing.write_text("".join(f"{name}=={version}\n" for name, version in wanted.items()))
        if uv:
            _call([uv, "pip", "install", "--quiet", "--python", str(_python()), "-r", str(listing)])
        else:
            pip = [str(_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            _call([*pip, "-r", str(listing)])
    MARK.write_text(_stamp(wanted))
    print("Installed.", flush=True)


def _base_python(minors: tuple[int, int]) -> str:
    """A Python that the course supports: this one, or another one on the path."""
    first, last = minors
    if first <= sys.version_info.minor <= last and sys.version_info.major == 3:
        return sys.executable
    for minor in range(last, first - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    sys.exit(f"This is Python {here}; the course needs 3.{first} to 3.{last}. Install one of them.")


def _call(command: list[str]) -> None:
    code = subprocess.run(command, env=os.environ | {"UV_PYTHON_DOWNLOADS": "never"}).returncode
    if code:
        sys.exit(f"Setting up failed: {' '.join(command[:5])} … ended with status {code}.")


def main() -> None:
    """Sets up, or says that all is there."""
    ensure()
    print("All packages are there.")


if __name__ == "__main__":
    main()
