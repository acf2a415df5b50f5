"""Whether the memory of this machine is enough for the notebooks of a run, told before it."""

import math
from collections.abc import Iterable
from pathlib import Path

from helpers.tools.expected import times

RESERVE = 1.1  # times the measured peak has to be free
GROUPS, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
# names of limit, use, and in memory.stat of what is used for files and can be given back
VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
VERSION_2 = ("memory.max", "memory.current", "inactive_file")


def too_large(
    notebooks: Iterable[str],
    profile: str,
    kind: str | None = None,
    free: int | None = None,
    machines: list[dict] | None = None,
) -> list[str]:
    """A sentence for each notebook that needs more memory than is free.

    Args:
        notebooks: Their names, as in `01_dense_baseline`; those not measured are left out.
        profile: A key of `config.PROFILES`.
        kind: This machine's kind, see `times.kind_of`; None if it isn't known.
        free: Bytes; None looks at this machine.
        machines: What was measured; None reads the file.
    """
    free = memory_here() if free is None else free
    advice = (
        "Close other programs."
        if profile == "smoke"
        else ("Close other programs, or take PROFILE=smoke.")
    )
    said = []
    for notebook in notebooks:
        peak = times.peak_memory_mb(notebook, profile, kind, machines)
        needed = (peak or 0) * 1e6 * RESERVE
        if needed > free:
            said.append(
                f"{notebook} needs about {math.ceil(needed / 1e8) / 10:.1f} GB of memory; "
                f"{math.floor(free / 1e8) / 10:.1f} GB are free. {advice}"
            )
    return said


def memory_here() -> int:
    """Bytes that programs can still take: of the machine, and of the container they run in."""
    import psutil

    return min([psutil.virtual_memory().available, *left_in_groups()])


def left_in_groups(groups: Path = GROUPS, own: Path = OWN) -> list[int]:
    """What the control groups of this process may still take, in bytes; those without limit none.

    A limit of an outer group, as of a container or of a job on a cluster, counts as well.

    Args:
        groups: Where Linux shows the control groups, version 1 or 2.
        own: The file that names those of this process.
    """
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        base, names = (groups / "memory", VERSION_1) if controllers else (groups, VERSION_2)
        inner = base / path.lstrip("/")
        chain = [f for f in (inner, *inner.parents) if f.is_relative_to(base)]
        found += [_left(folder, *names) for folder in chain]
    return [left for left in found if left is not None]


def _left(folder: Path, limit: str, use: str, files: str) -> int | None:
    try:
        most = int((folder / limit).read_text())  # "max", no number, where there is no limit
        used = int((folder / use).read_text())
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        return max(0, most - used + int(stat.get(files, 0)))
    except (OSError, ValueError):
        return None
