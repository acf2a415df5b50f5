"""Reads environment.yml, the only list of dependencies, with the standard library alone."""

import importlib.metadata
import os
import pkgutil
import re
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "environment.yml"

_PIN = re.compile(r"      - ([A-Za-z0-9_.-]+)==([A-Za-z0-9_.!+-]+)(?:\s+#.*)?")
_GROUP = re.compile(r"      # extra ([a-z]+)(, apart)?:.*")
_EXTRA = re.compile(r"      #\+ ([A-Za-z0-9_.-]+)==([A-Za-z0-9_.!+-]+)(?:\s+#.*)?")
_PYTHON = re.compile(r"  - python>=3\.(\d+),<3\.(\d+)")


class EnvironmentFileError(Exception):
    """environment.yml has a line that this reader doesn't understand."""


def pins(text: str) -> dict[str, str]:
    """The pip block of environment.yml: version by package name, in the file's order.

    Args:
        text: The whole file. Each package stands on a line of its own, as `- name==version`.

    Raises:
        EnvironmentFileError: There is no pip block, or a line in it is anything else.
    """
    lines = text.splitlines()
    if "  - pip:" not in lines:
        raise EnvironmentFileError("environment.yml has no line '  - pip:'.")
    found: dict[str, str] = {}
    start = lines.index("  - pip:") + 1
    for number, line in enumerate(lines[start:], start + 1):
        if not line.strip() or line.strip().startswith("#"):
            continue
        match = _PIN.fullmatch(line)
        if not match:
            raise EnvironmentFileError(
                f"environment.yml, line {number}: {line.strip()!r}; expected '- name==version'."
            )
        found[match[1]] = match[2]
    if not found:
        raise EnvironmentFileError("the pip block of environment.yml is empty.")
    return found


def extras(text: str) -> dict[str, dict[str, str]]:
    """The optional groups of environment.yml: packages, by the group's name.

    A group begins with a comment `# extra name: …`; its packages stand on lines of their own, as
    `#+ name==version`, so that conda and pip don't see them.

    Raises:
        EnvironmentFileError: A line that begins with `#+` is anything else or has no group.
    """
    groups: dict[str, dict[str, str]] = {}
    current = None
    for number, line in enumerate(text.splitlines(), 1):
        group, package = _GROUP.fullmatch(line), _EXTRA.fullmatch(line)
        if group:
            current = groups.setdefault(group[1], {})
        elif package and current is not None:
            current[package[1]] = package[2]
        elif line.strip().startswith("#+"):
            raise EnvironmentFileError(
                f"environment.yml, line {number}: {line.strip()!r}; expected "
                "'#+ name==version' below '# extra name: …'."
            )
        else:
            current = None
    return groups


def apart(text: str) -> set[str]:
    """The optional groups with an environment of their own, marked `# extra name, apart: …`."""
    groups = filter(None, map(_GROUP.fullmatch, text.splitlines()))
    return {group[1] for group in groups if group[2]}


def python_range(text: str) -> tuple[int, int]:
    """The Python versions that environment.yml allows, as minor versions: first, last.

    Raises:
        EnvironmentFileError: There is no line `- python>=3.A,<3.B`.
    """
    match = next(filter(None, map(_PYTHON.fullmatch, text.splitlines())), None)
    if not match:
        raise EnvironmentFileError("environment.yml has no line '- python>=3.A,<3.B'.")
    return int(match[1]), int(match[2]) - 1


def missing(wanted: dict[str, str]) -> list[str]:
    """Which pinned packages this Python doesn't have in the pinned version, as `name==version`."""
    lacking = []
    for name, version in wanted.items():
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = None
        if installed != version:
            lacking.append(f"{name}=={version}")
    return lacking


def hidden() -> list[str]:
    """What of this Python `PYTHONPATH` hides: packages of another version, modules of none."""
    named = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    foreign = {os.path.abspath(entry) for entry in named}
    if not foreign:
        return []
    own = [entry for entry in sys.path if os.path.abspath(entry) not in foreign]
    versions = _versions(own)
    found = _versions(list(foreign)).items()
    other = {name for name, version in found if versions.get(name, version) != version}
    unknown = (_modules(foreign) - _installed_modules(foreign)) & _modules(own)
    return sorted(other | unknown)


def _modules(folders: Iterable[str]) -> set[str]:
    """Names of the modules and packages that lie in folders; what isn't installed there, too."""
    return {module.name for module in pkgutil.iter_modules(list(folders))}


def _installed_modules(folders: Iterable[str]) -> set[str]:
    """Names of those that belong to what is installed in folders."""
    files = (f for d in importlib.metadata.distributions(path=list(folders)) for f in d.files or ())
    return {file.parts[0].split(".")[0] for file in files}


def _versions(path: list[str]) -> dict[str, str]:
    """What is installed in folders: version by name; the first one that has a package counts."""
    versions: dict[str, str] = {}
    for found in importlib.metadata.distributions(path=path) if path else ():
        name = re.sub(r"[-_.]+", "-", found.metadata["Name"] or "").lower()
        versions.setdefault(name, found.version)
    return versions
