"""Measures how fast the course trains and predicts, beside Keras as it comes and PyTorch.

    python -m helpers.tools.bench [--rounds 3] [--only training] [--network fast]

Every row runs in a process of its own, pinned to the same two cores; the rows take turns, round by
round, so that a slow minute of the machine hits all of them. Table, charts and raw records go to
`figures/bench*` when all rounds are done, beside those of other machines (see `tools.machines`);
until then the records stand in `runs/bench/`. Before that it measures what a batch costs, see
`batches`; how long the notebooks take is measured by `durations`, if asked for alone.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from helpers import config
from helpers.tools import endings, machines, setup
from helpers.tools.machines import TORCH_WAYS

FIGURES = config.course_root() / "figures"
PUBLISHED = FIGURES / "bench.json"
UNFINISHED = config.runs_dir() / "bench" / "records.json"
CORES = 2
BUSY = 0.7
LIMIT_SECONDS = 900


@endings.clean()
def main() -> None:
    """Measures what is asked for, or all of it, and writes it to `figures/`."""
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("training", "batch", "times", "service"))
    parser.add_argument("--network", help="measure this one alone, keep the rows of the others")
    options = parser.parse_args()
    if options.rounds < 1:
        sys.exit(f"ROUNDS is {options.rounds}; expected 1 or more.")
    if options.network and options.only not in (None, "training"):
        sys.exit(f"NETWORK goes with ONLY=training, not with ONLY={options.only}.")
    setup.ensure()
    if options.only == "times":
        from helpers.tools.bench import durations

        durations.main(options.rounds)
    if options.only == "batch" or not (options.only or options.network):
        from helpers.tools.bench import batches

        batches.main(options.rounds)
    if options.only == "service":
        from helpers.tools.bench import serving

        serving.main(options.rounds)
    if options.only in (None, "training"):
        trainings(options.rounds, options.network)


def trainings(rounds: int, network: str | None = None) -> None:
    """Measures all rows in turns, then writes table, chart and records.

    Args:
        rounds: How often every row is measured.
        network: Measures the rows of this network alone, and keeps those of the others as they
            were measured before.
    """
    os.environ |= machines.asked(os.environ)
    cores, pinned = pin()
    os.environ |= {"CUDA_VISIBLE_DEVICES": "", "TF_NUM_INTRAOP_THREADS": str(len(cores))}
    # Imported here: they need the packages, and TensorFlow looks at the machine when it starts.
    from helpers import storage, training
    from helpers.tools.bench import networks, report, ways

    wanted, look = chosen(networks.NETWORKS, network), training.machine()
    limit = machines.limits(os.environ)
    machine = machines.described(look.name, len(cores), look.precision, limit)
    if network:
        machines.refuse_unknown(machines.stored(PUBLISHED), machine)
    torch, notes = find_torch()
    notes += machines.notes(os.environ) + spoilers(pinned)
    for note in notes:
        print(note)
    specs = {name: networks.described(n, len(cores)) for name, n in wanted.items()}
    records = []
    rows = rows_of(wanted, look.precision)
    for number in range(rounds):
        for row in rows if number % 2 == 0 else rows[::-1]:
            if row[1] in TORCH_WAYS and not torch:
                continue
            records.append(measure(row, torch, specs) | {"round": number})
            storage.write_whole(UNFINISHED, json.dumps(records, indent=1))
            line = ways.one_line(records[-1])
            print(f"round {number + 1} of {rounds}: {line}", flush=True)
    measured = machine | {
        "versions": config.versions() | versions_of(records),
        "rounds": rounds,
        "notes": notes,
        "networks": specs,
        "records": records,
    }
    stored = machines.stored(PUBLISHED)
    published = machines.added(stored, measured, partly=network is not None)
    report.write(published, FIGURES)
    UNFINISHED.unlink()
    print("\n".join(report.part(machines.entry_of(published, machine))))


def chosen(networks: dict, name: str | None) -> dict:
    """All networks, or the one of this name."""
    if name is not None and name not in networks:
        sys.exit(f"There is no network {name!r}; expected one of: {', '.join(networks)}.")
    return networks if name is None else {name: networks[name]}


def pin() -> tuple[list[int], bool]:
    """Keeps this process, and all that it starts, on the same two cores, where that can be done.

    Returns:
        Their numbers, and whether it could be done.
    """
    if not hasattr(os, "sched_setaffinity"):
        return list(range(CORES)), False
    cores = [core for core in sorted(os.sched_getaffinity(0)) if _is_first_thread(core)][:CORES]
    os.sched_setaffinity(0, cores)
    return cores, True


def _is_first_thread(core: int) -> bool:
    """Whether it is a core of its own, or the first of the threads that share one."""
    siblings = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    return not siblings.exists() or int(re.split("[,-]", siblings.read_text())[0]) == core


def spoilers(pinned: bool) -> list[str]:
    """What makes the numbers less certain, if anything does."""
    found = []
    if not pinned:
        found.append("This system can't pin a process to cores: the spread is larger.")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > BUSY:
        found.append(f"The machine wasn't idle before the start (load {load:.1f}).")
    return found


def find_torch() -> tuple[Path | None, list[str]]:
    """The Python that has PyTorch; if there is none, what to say about the rows that are absent."""
    folder, packages = setup.extra("torch")
    if setup.marked(folder, packages):
        return setup.python_of(folder), []
    return None, ["The rows of PyTorch are absent: `make setup EXTRAS=torch` installs it."]


def rows_of(networks: dict, native: str) -> list[tuple[str, str, str]]:
    """What is measured, as (network, way, precision); bfloat16 only where it is native.

    Where it isn't, Keras without oneDNN is measured, too: TensorFlow starts without it on most of
    these processors.
    """
    plain = native == "float32"
    precisions = ["float32"] if plain else ["float32", native]
    rows = []
    for name in networks:
        ways = ("course", "whole", "stock") if networks[name].whole else ("course", "stock")
        rows += [(name, way, p) for way in ways for p in precisions[::-1]]
        rows += [(name, "eigen", "float32")] * plain
        rows += [(name, "pipeline", "float32")]
        rows += [(name, way, p) for way in (*TORCH_WAYS, "limit") for p in precisions]
    return rows + [("advanced", "augmentation", "float32")] * ("advanced" in networks)


def measure(row: tuple[str, str, str], torch: Path | None, specs: dict) -> dict:
    """Runs one row in a process of its own.

    Args:
        row: Network, way and precision.
        torch: The Python that has PyTorch.
        specs: The networks, as `bench_networks.described` returns them, by name.

    Returns:
        The record; of a row of PyTorch that failed, the error instead of numbers.
    """
    name, way, precision = row
    if way in TORCH_WAYS:
        command = [str(torch), "-m", "helpers.tools.bench.with_torch", way, precision]
    else:
        command = [sys.executable, "-m", "helpers.tools.bench.with_keras", name, way, precision]
    record = {"network": name, "way": way, "precision": precision}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(specs[name]),
            capture_output=True,
            text=True,
            cwd=config.course_root(),
            env=machines.environment(way, os.environ),
            timeout=LIMIT_SECONDS,
        )
        if done.returncode == 0:
            return record | json.loads(done.stdout.splitlines()[-1])
        errors = re.findall(r"^\w[\w.]*(?:Error|Exception|Compiler)\b.*", done.stderr, re.M)
        reason = (errors or done.stderr.strip().splitlines() or ["no message"])[-1]
    except subprocess.TimeoutExpired:
        reason = f"not done after {LIMIT_SECONDS} s"
    if way not in TORCH_WAYS:
        sys.exit(f"{' '.join(command[2:])} failed: {reason}")
    return record | {"error": reason}


def versions_of(records: list[dict]) -> dict[str, str]:
    """The version of PyTorch, if it was there."""
    found = {record["torch"] for record in records if "torch" in record}
    return {"torch": found.pop()} if found else {}
