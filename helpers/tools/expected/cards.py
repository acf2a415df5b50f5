"""Puts the measured times of `figures/times.json` where readers look: into cards and README.

A notebook's card says how long the notebook takes in `class` on a processor of each kind; the
README has a table of all notebooks and machines.
"""

import re
from pathlib import Path

from helpers.tools import execution, readme_file
from helpers.tools.expected import times
from helpers.tools.machines import KINDS, NATIVE, PLAIN

PROFILE = "class"
PART = "times"  # between which markers of the README the table stands
ROW = re.compile(r"^\| \*\*Time\*\* \| .*?\b(\d+ minutes? in `full`.*)$", re.MULTILINE)
ABSENT = "–"


def published(machines: list[dict]) -> dict[Path, str]:
    """All files of the course that tell measured times, with the text that they should have.

    Args:
        machines: What was measured, as `times.load` returns it.

    Raises:
        ValueError: The README has no place for the table, or a card none for the time.
    """
    files, titles = {}, {}
    for path in execution.choose_notebooks(None):
        stored = path.read_text(encoding="utf-8")
        files[path] = with_time(stored, path.stem, machines)
        titles[path.stem] = title(stored)
    readme = readme_file.PATH.read_text(encoding="utf-8")
    files[readme_file.PATH] = readme_file.with_part(readme, PART, table(machines, titles))
    files[times.PATH] = times.text(machines)
    return files


def title(notebook: str) -> str:
    """A notebook's title, as in `01 · A dense network looks at images`."""
    import nbformat

    first = nbformat.reads(notebook, as_version=4).cells[0].source
    return first.splitlines()[0].removeprefix("# ")


def with_time(notebook: str, name: str, machines: list[dict]) -> str:
    """A stored notebook whose card tells the measured minutes; unchanged if there are none.

    The minutes in `class` are taken out of its metadata: `figures/times.json` has them.

    Args:
        notebook: The notebook's file as text.
        name: Its name, as in `01_dense_baseline`.
        machines: What was measured.

    Raises:
        ValueError: The card, the second cell, has no row with the minutes in `full`.
    """
    import nbformat

    minutes = computing(name, machines)
    if minutes is None:
        return notebook
    read = nbformat.reads(notebook, as_version=4)
    card = read.cells[1]
    if not ROW.search(card.source):
        raise ValueError(f"The card of {name} needs a row **Time** with the minutes in `full`.")
    card.source = ROW.sub(
        lambda row: f"| **Time** | {minutes}; {row[1]}",
        card.source,
    )
    read.metadata.get("course", {}).get("expected_seconds", {}).pop(PROFILE, None)
    return nbformat.writes(read) + "\n"


def computing(name: str, machines: list[dict]) -> str | None:
    """The minutes of a notebook in `class`, on a processor of each kind; None if not measured.

    Args:
        name: The notebook's name, as in `01_dense_baseline`.
        machines: What was measured.
    """
    found = {kind: times.reference(machines, kind, name, PROFILE) for kind in KINDS}
    found = {
        kind: machine for kind, machine in found.items() if machine and machine["kind"] == kind
    }
    if not found:
        return None
    words = {
        NATIVE: "a processor with native bfloat16",
        PLAIN: "a processor without native bfloat16",
    }
    parts = []
    for kind, machine in found.items():
        seconds = times.measured(machine, name, PROFILE)["seconds"]
        minutes, where = max(1, round(seconds / 60)), f"({machine['machine']})"
        if parts:
            parts.append(f"{minutes} on one without {where}")
            continue
        plural = "" if minutes == 1 else "s"
        parts.append(
            f"about {minutes} minute{plural} of computing in the profile `{PROFILE}` on "
            f"{words[kind]} {where}"
        )
    return ", ".join(parts)


def table(machines: list[dict], titles: dict[str, str]) -> str:
    """The README's table in Markdown: minutes on each machine, and memory.

    Args:
        machines: What was measured, at least one machine.
        titles: Title of each notebook, by name, in order.
    """
    ordered = sorted(machines, key=lambda machine: KINDS.index(machine["kind"]))
    heads = [f"minutes on {m['machine']} ({m['kind']})" for m in ordered]
    lines = [f"| Notebook | {' | '.join(heads)} | peak memory |"]
    lines += ["|---|" + "--:|" * (len(heads) + 1)]
    seconds = {name: [_seconds(m, name) for m in ordered] for name in titles}
    peaks = {name: times.peak_memory_mb(name, PROFILE, None, machines) for name in titles}
    for name, words in titles.items():
        cells = [*map(_minutes, seconds[name]), _gigabytes(peaks[name])]
        lines.append(f"| [{words}](notebooks/{name}.ipynb) | {' | '.join(cells)} |")
    sums = [
        None if None in column else sum(column) for column in zip(*seconds.values(), strict=True)
    ]
    largest = max((peak for peak in peaks.values() if peak), default=None)
    lines.append(f"| **all** | {' | '.join([*map(_minutes, sums), _gigabytes(largest)])} |")
    return "\n".join([*lines, "", _explained(ordered)])


def _seconds(machine: dict, name: str) -> float | None:
    found = times.measured(machine, name, PROFILE)
    return found["seconds"] if found else None


def _minutes(seconds: float | None) -> str:
    return ABSENT if seconds is None else f"{seconds / 60:.1f}"


def _gigabytes(megabytes: float | None) -> str:
    return ABSENT if megabytes is None else f"{megabytes / 1000:.1f} GB"


def _explained(machines: list[dict]) -> str:
    runs = [(m["machine"], m["profiles"][PROFILE]["rounds"]) for m in machines]
    counted = "; ".join(f"{name}: {n} run{'' if n == 1 else 's'}" for name, n in runs)
    said = (
        f"Minutes of computing in the profile `{PROFILE}` on the embedded dataset, when nothing is "
        f"cached (medians; {counted}). Memory: the most that a notebook's processes took together."
    )
    if any(times.LIMITED + "AVX" in m["machine"] for m in machines):
        said += (
            " A limit holds for oneDNN's kernels alone, so a processor that has no more than that "
            "may be slower."
        )
    return said
