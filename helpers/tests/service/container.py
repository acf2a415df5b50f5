"""Reads the Dockerfile and compose.yml, and does in plain folders what their steps do."""

import contextlib
import importlib.metadata
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from packaging.requirements import Requirement

from helpers import config

ROOT = config.course_root()
HERE = ROOT / "helpers" / "service"
FOLDERS = {"HOME", "COURSE_CACHE", "COURSE_RUNS", "KERAS_HOME"}  # what is written, and where


def stages() -> dict[str, list[tuple[str, str]]]:
    """The Dockerfile's instructions by stage, in order; the last stage is `""`."""
    lines = (HERE / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    found: dict[str, list[tuple[str, str]]] = {}
    for line in text.replace("\\\n", "").splitlines():
        if line.strip():
            word, rest = line.split(maxsplit=1)
            if word == "FROM":
                found[rest.partition(" AS ")[2]] = current = []
            current.append((word, rest.strip()))
    return found


def only(stage: str, word: str) -> str:
    """What stands behind the last instruction of a kind in a stage."""
    return [rest for found, rest in stages()[stage] if found == word][-1]


def listed(word: str) -> list[str]:
    """An instruction of the last stage in the form that starts no shell."""
    return json.loads(only("", word)[only("", word).index("[") :])


def reaches(path: str) -> bool:
    """Whether a path of the course gets into the build: the last rule that fits decides."""
    allowed = True
    parts = path.split("/")
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    for line in (HERE / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines():
        rule = line.strip().removeprefix("!")
        if not rule or rule.startswith("#"):
            continue
        deep = rule.removeprefix("**/")
        fits = (
            any(fnmatchcase(part, deep) for part in parts)
            if deep != rule
            else any(one.count("/") == rule.count("/") and fnmatchcase(one, rule) for one in above)
        )
        allowed = line.strip().startswith("!") if fits else allowed
    return allowed


def copy(stage: str, folder: Path) -> None:
    """Does what the `COPY` of a stage do, with what the build would see."""
    for word, rest in stages()[stage]:
        *sources, target = rest.split()
        if word != "COPY" or sources[0].startswith("--"):
            continue
        for source in sources:
            start = ROOT / source
            for path in [start] if start.is_file() else filter(Path.is_file, start.rglob("*")):
                if reaches(path.relative_to(ROOT).as_posix()):
                    inside = path.relative_to(start) if start.is_dir() else path.name
                    (folder / target / inside).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, folder / target / inside)


def packages() -> list[str]:
    """The names that the service's image installs."""
    for word, rest in stages()["packages"]:
        if word == "ARG" and rest.startswith("PACKAGES="):
            return shlex.split(rest)[0].partition("=")[2].split()
    raise AssertionError("there is no ARG PACKAGES")


def plain(name: str) -> str:
    """A package's name in its one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def with_needs(names: list[str]) -> dict[str, importlib.metadata.Distribution]:
    """Packages and all that they need here, by their names in small letters."""
    found, waiting = {}, [Requirement(name) for name in names]
    while waiting:
        wanted = waiting.pop()
        name = plain(wanted.name)
        if name not in found:
            found[name] = importlib.metadata.distribution(wanted.name)
            needs = map(Requirement, found[name].requires or [])
            here = [n for n in needs if n.marker is None or n.marker.evaluate({"extra": ""})]
            waiting += here
    return found


def compose() -> dict:
    """What compose.yml says."""
    return yaml.safe_load((HERE / "compose.yml").read_text(encoding="utf-8"))


def moved(command: list[str], port: int) -> list[str]:
    """A command with another port than the container's."""
    return [re.sub(r"\b[85]000\b", str(port), word) for word in command]


def installed(folder: Path) -> Path:
    """An environment with the image's packages, as links to those that are here; its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python3*/site-packages")
    for distribution in with_needs(packages()).values():
        for file in distribution.files:
            if ".." in file.parts or file.parts[:2] == ("tensorflow", "include"):
                continue
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            if not (site / file).exists():
                (site / file).symlink_to(distribution.locate_file(file))
    return folder / "bin" / "python"


def variables(scratch: Path) -> dict[str, str]:
    """The environment that the image gives, with another folder in the place of /tmp."""
    lines = [rest for name in ("base", "") for word, rest in stages()[name] if word == "ENV"]
    pairs = dict(pair.split("=", 1) for pair in shlex.split(" ".join(lines)))
    pairs.pop("PATH")
    assert {name for name, value in pairs.items() if value.startswith("/tmp")} >= FOLDERS
    return {name: value.replace("/tmp", str(scratch)) for name, value in pairs.items()}


@contextlib.contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """A folder in which nobody writes for the time of a block, who has no special rights."""
    paths = [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]
    modes = {path: path.stat().st_mode for path in paths}
    for path, mode in modes.items():
        path.chmod(mode & 0o555)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def without_rights(command: list[str]) -> list[str]:
    """A command without the capabilities of root, who could write everywhere else."""
    if os.geteuid() or not shutil.which("setpriv"):
        return command
    return ["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", *command]
