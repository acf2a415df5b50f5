"""Sets up what the course needs, in `.venv`, if this Python doesn't have it already.

python -m helpers.tools.setup [--extras "torch"]
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.tools import environment

VENV = environment.ROOT / ".venv"
MARK = ".course-packages"


def ensure() -> None:
    """Returns if this Python has all pinned packages; else goes on in `.venv` and exits with it.

    A conda environment made from environment.yml is used as it is. Otherwise `.venv` is made and
    filled, once, and the command that is running starts again in there. It starts again without
    `PYTHONPATH`, too, if packages lie there that hide those of this Python.
    """
    _leave_foreign_packages()
    text = environment.FILE.read_text(encoding="utf-8")
    wanted = environment.pins(text)
    if not environment.missing(wanted):
        return
    if Path(sys.prefix).resolve() == VENV.resolve() and marked(VENV, wanted):
        lacking = ", ".join(environment.missing(wanted))
        sys.exit(f"{VENV} was changed by hand: {lacking} not found. Delete it and try again.")
    if not marked(VENV, wanted):
        install(VENV, wanted, environment.python_range(text))
    _start_again(python_of(VENV))


def _leave_foreign_packages() -> None:
    hidden = environment.hidden()
    if hidden:
        named = os.environ.pop("PYTHONPATH")
        listed = ", ".join(hidden[:3]) + (" …" if len(hidden) > 3 else "")
        print(f"PYTHONPATH={named} is set aside: it hides {listed}.", flush=True)
        _start_again(sys.executable)


def _start_again(python: Path | str) -> None:
    """Goes on with the same command in another Python, or in this one with another environment."""
    command = [str(python), *sys.orig_argv[sys.orig_argv.index("-m") :]]
    if os.name != "nt":
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            continue


def python_of(venv: Path) -> Path:
    """The Python of a virtual environment, whether it is there or not."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def extra(name: str) -> tuple[Path, dict[str, str]]:
    """Folder and packages of an optional group of environment.yml.

    A group that is not marked as apart goes into the environment of this Python.

    Raises:
        ValueError: There is no such group; the message names those that are.
    """
    text = environment.FILE.read_text(encoding="utf-8")
    groups = environment.extras(text)
    if name not in groups:
        raise ValueError(f"EXTRAS is {name!r}; expected one of: {', '.join(groups)}.")
    if name in environment.apart(text):
        return VENV.with_name(f"{VENV.name}-{name}"), groups[name]
    return Path(sys.prefix), groups[name]


def ensure_extra(name: str) -> Path:
    """Installs an optional group of environment.yml, if it is missing; call `ensure` before.

    Returns:
        The Python that has the packages.

    Raises:
        ValueError: There is no such group; the message names those that are.
    """
    folder, packages = extra(name)
    text = environment.FILE.read_text(encoding="utf-8")
    if folder == Path(sys.prefix):
        if environment.missing(packages):
            wanted = environment.pins(text) | packages
            _fill(folder, sys.executable, wanted, [*packages])
        return Path(sys.executable)
    if not marked(folder, packages):
        install(folder, packages, environment.python_range(text))
    return python_of(folder)


def _stamp(wanted: dict[str, str]) -> str:
    return hashlib.sha256(repr(wanted).encode()).hexdigest()


def marked(venv: Path, wanted: dict[str, str]) -> bool:
    """Whether an environment was filled completely with exactly these packages."""
    mark = venv / MARK
    return mark.is_file() and python_of(venv).exists() and mark.read_text() == _stamp(wanted)


def install(venv: Path, wanted: dict[str, str], minors: tuple[int, int]) -> None:
    """Makes a virtual environment, if there is none, and installs packages into it.

    Args:
        venv: Its folder.
        wanted: Version by package name.
        minors: The minor versions of Python that will do: first, last.
    """
    base = _base_python(minors)
    uv = shutil.which("uv")
    if not python_of(venv).exists():
        if not os.access(venv.parent, os.W_OK):
            sys.exit(
                f"{venv} can't be made: its folder is read only. Who has installed the course runs "
                "`make setup` there once; or copy the course into a folder of your own."
            )
        print(f"Making {venv.name} …", flush=True)
        maker = [uv, "venv", "--clear", "--python", base] if uv else [base, "-m", "venv", "--clear"]
        _call([*maker, str(venv)])
    (venv / MARK).unlink(missing_ok=True)
    _fill(venv, str(python_of(venv)), wanted, [*wanted])
    (venv / MARK).write_text(_stamp(wanted))


def _fill(venv: Path, python: str, wanted: dict[str, str], new: list[str]) -> None:
    """Installs packages into an environment; `new` are those to be named on the screen."""
    uv = shutil.which("uv")
    size = _SIZES.get(venv.name, "") if len(new) == len(wanted) else ""
    listed = ", ".join(new) if len(new) < 4 else f"{len(new)} packages"
    print(f"Installing {listed} and what they need into {venv.name}{size} …", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch) / "packages.txt"
        listing.write_text("".join(f"{name}=={version}\n" for name, version in wanted.items()))
        if uv:
            _call([uv, "pip", "install", "--quiet", "--python", python, "-r", str(listing)])
        else:
            pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            _call([*pip, "-r", str(listing)])
    print("Installed.", flush=True)


_SIZES = {
    ".venv": ": a download of about 650 MB, 2.7 GB on disk",
    ".venv-torch": ": on Linux up to 3 GB, unless your pip finds the build for CPUs",
    ".venv-colab": ": a download of about 650 MB, 2.7 GB on disk",
}


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
    settings = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    settings.pop("PYTHONPATH", None)  # what lies there is not installed here
    code = subprocess.run(command, env=settings).returncode
    if code:
        sys.exit(f"Setting up failed: {' '.join(command[:5])} … ended with status {code}.")


def main() -> None:
    """Sets up, or says that all is there; then the optional groups that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.setup", description=__doc__)
    parser.add_argument("--extras", default="")
    names = parser.parse_args().extras.replace(",", " ").split()
    try:
        for name in names:
            extra(name)
    except ValueError as error:
        sys.exit(str(error))
    ensure()
    for name in names:
        ensure_extra(name)
    print("All packages are there.")


if __name__ == "__main__":
    main()
