"""How long the notebooks take and how much memory they need: measured, and expected here.

`figures/times.json` holds what `make bench ONLY=times` has measured, one entry for each machine
and precision. On another machine the seconds are scaled by its yardstick, see `yardstick`; what is
left of a run is estimated anew after each notebook. This module needs the standard library alone.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from helpers import config
from helpers.tools import machines
from helpers.tools.machines import NATIVE, PLAIN

PATH = config.course_root() / "figures" / "times.json"
LIMITED = ", limited to "
MINUTES_FROM = 90  # seconds; below, a time is told in seconds


def kind_of(precision: str) -> str:
    """Which of the two kinds of machine this is: one of `machines.KINDS`.

    Args:
        precision: Name of the Keras dtype policy, as `training.machine()` chooses it.
    """
    return NATIVE if "bfloat16" in precision else PLAIN


def machine_name(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """What tables call a machine, limits that it was measured with included.

    Args:
        name: As in `training.machine().name`, for example `"AMD EPYC, 2 cores"`.
        environment: Where `ONEDNN_MAX_CPU_ISA` and `COURSE_PRECISION` are looked up.
    """
    limit = machines.limits(environment)
    return f"{name}{LIMITED}{limit}" if limit else name


def load(path: Path | None = None) -> list[dict]:
    """The measured machines; empty if there is no such file.

    Args:
        path: The file; None takes `PATH`.

    Raises:
        ValueError: The file is damaged.
    """
    path = path or PATH
    if not path.exists():
        return []
    try:
        return json.loads(path.read_text(encoding="utf-8"))["machines"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is damaged ({error}); take it from git again.") from error


def known() -> list[dict]:
    """The measured machines; empty also if the file is damaged: an estimate stops no run."""
    try:
        return load()
    except ValueError:
        return []


def text(machines: list[dict]) -> str:
    """The file's content: one number a line, notebooks in order."""
    return json.dumps({"machines": machines}, indent=1) + "\n"


def merged(machines: list[dict], new: dict) -> list[dict]:
    """The machines with a new measurement: in the place of the one of the same machine, or last.

    Args:
        machines: What was measured before.
        new: One entry; machine and precision say which one it replaces.
    """
    same = [m["machine"] == new["machine"] and m["precision"] == new["precision"] for m in machines]
    kept = [new if is_same else m for m, is_same in zip(machines, same, strict=True)]
    return kept if any(same) else [*kept, new]


def measured(machine: dict, notebook: str, profile: str) -> dict | None:
    """`seconds` and `peak_memory_mb` of a notebook on a machine; None if it wasn't measured."""
    return machine["profiles"].get(profile, {}).get("notebooks", {}).get(notebook)


def reference(machines: list[dict], kind: str | None, notebook: str, profile: str) -> dict | None:
    """The machine whose time of a notebook counts: the first of a kind, else of the other kind.

    One whose kernels were limited, to be like another machine, gives way to a real one.
    """
    candidates = [m for m in machines if measured(m, notebook, profile)]
    order = [(m["kind"] != kind, LIMITED in m["machine"]) for m in candidates]
    return candidates[order.index(min(order))] if candidates else None


def expected(
    notebook: str,
    profile: str,
    speed: float | None,
    kind: str | None,
    machines: list[dict] | None = None,
) -> float | None:
    """Seconds that a notebook should take here, nothing of it cached; None if not measured.

    Args:
        notebook: Its name, as in `01_dense_baseline`.
        profile: A key of `config.PROFILES`.
        speed: This machine's images a second, see `yardstick.speed_here`; None takes the
            reference machine's seconds as they are.
        kind: This machine's kind; None if it isn't known.
        machines: What was measured; None reads the file.
    """
    machines = known() if machines is None else machines
    machine = reference(machines, kind, notebook, profile)
    if machine is None:
        return None
    return measured(machine, notebook, profile)["seconds"] * _slower(machine, speed)


def plan(
    paths: Iterable[Path],
    profile: str,
    speed: float | None,
    kind: str | None,
    machines: list[dict] | None = None,
) -> dict[str, float | None]:
    """Expected seconds of all notebooks of a run, by name; None where nothing is known.

    What wasn't measured is taken from the notebook's own metadata, which speaks of a machine with
    native bfloat16. The arguments are those of `expected`, and the notebooks' files.
    """
    machines = known() if machines is None else machines
    native = next((m for m in machines if m["kind"] == NATIVE), None)
    seconds = {}
    for path in paths:
        told = expected(path.stem, profile, speed, kind, machines)
        if told is None and (told := stated(path, profile)) is not None and native:
            told *= _slower(native, speed)
        seconds[path.stem] = told
    return seconds


def stated(path: Path, profile: str) -> float | None:
    """Seconds that a notebook's metadata tell for a profile; None if they don't."""
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    return metadata.get("course", {}).get("expected_seconds", {}).get(profile)


def _slower(machine: dict, speed: float | None) -> float:
    """How many times as long a training takes here as on a measured machine."""
    return machine["yardstick"] / speed if speed else 1.0


def peak_memory_mb(
    notebook: str, profile: str, kind: str | None = None, machines: list[dict] | None = None
) -> float | None:
    """The most memory that a notebook has taken, in megabytes of 10⁶ bytes; None if not measured.

    That of a profile that wasn't measured is at least that of the next smaller one.

    Args:
        notebook, profile, machines: As in `expected`.
        kind: Machines of this kind count, if there are any; all of them otherwise.
    """
    machines = known() if machines is None else machines
    profiles = list(config.PROFILES)
    for name in profiles[profiles.index(profile) :: -1]:
        found = [(m["kind"], measured(m, notebook, name)) for m in machines]
        peaks = [(of, told["peak_memory_mb"]) for of, told in found if told]
        same = [peak for of, peak in peaks if of == kind]
        if peaks:
            return max(same or [peak for _, peak in peaks])
    return None


def left(
    rest: Sequence[float | None], done: Sequence[tuple[float | None, float]]
) -> list[float | None]:
    """Expected seconds of the notebooks still to come, corrected by those that have ended.

    Args:
        rest: Expected seconds of what is to come, as planned before the run.
        done: Expected and actual seconds of each notebook that went well; those of which nothing
            was expected don't count.
    """
    pairs = [pair for pair in done if pair[0]]
    planned = sum(expected for expected, _ in pairs)
    factor = sum(actual for _, actual in pairs) / planned if planned else 1.0
    return [seconds and seconds * factor for seconds in rest]


def line(rest: Sequence[float | None], done: Sequence[tuple[float | None, float]] = ()) -> str:
    """What is expected of the next notebook, and what is left of the run, in a few words.

    For example "about 2 minutes expected, 9 minutes left in all".

    Args:
        rest: Expected seconds of the next notebook and of all that follow it, as in `left`.
        done: As in `left`.
    """
    seconds = left(rest, done)
    if seconds[0] is None:
        return "time not known"
    said = f"about {words(seconds[0])} expected"
    if len(seconds) == 1 or None in seconds:
        return said
    return f"{said}, {words(sum(seconds))} left in all"


def words(seconds: float) -> str:
    """A time as somebody would say it: "40 seconds", "9 minutes"."""
    if seconds < MINUTES_FROM:
        return f"{max(5, 5 * round(seconds / 5))} seconds"
    return f"{round(seconds / 60)} minutes"
