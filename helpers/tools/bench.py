"""Measures how fast the course trains and predicts, beside Keras as it comes and PyTorch.

    python -m helpers.tools.bench [--rounds 3] [--only training|batch] [--network fast]

Every row runs in a process of its own, pinned to the same two cores; the rows take turns, round by
round, so that a slow minute of the machine hits all of them. Table, chart and raw records go to
`figures/bench.md`, `figures/bench.svg` and `figures/bench.json` when all rounds are done; until
then the records stand in `runs/bench/`. Before that it measures what a batch costs, see
`bench_batch`.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from helpers import config
from helpers.tools import setup

FIGURES = config.course_root() / "figures"
UNFINISHED = config.runs_dir() / "bench" / "records.json"
CORES = 2
BUSY = 0.7
LIMIT_SECONDS = 900
TORCH_WAYS = ("eager", "compiled")


def main() -> None:
    """Measures what is asked for, or all of it, and writes it to `figures/`."""
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("training", "batch"))
    parser.add_argument("--network", help="measure this one alone, keep the rows of the others")
    options = parser.parse_args()
    if options.rounds < 1:
        sys.exit(f"ROUNDS is {options.rounds}; expected 1 or more.")
    setup.ensure()
    from helpers.tools import bench_batch

    if options.only != "training" and not options.network:
        bench_batch.main(options.rounds)
    if options.only != "batch":
        trainings(options.rounds, options.network)


def trainings(rounds: int, network: str | None = None) -> None:
    """Measures all rows in turns, then writes table, chart and records.

    Args:
        rounds: How often every row is measured.
        network: Measures the rows of this network alone, and keeps those of the others as they
            were measured before.
    """
    cores, pinned = pin()
    os.environ |= {"CUDA_VISIBLE_DEVICES": "", "TF_NUM_INTRAOP_THREADS": str(len(cores))}
    # Imported here: they need the packages, and TensorFlow looks at the machine when it starts.
    from helpers import hardware, storage
    from helpers.tools import bench_networks, bench_report

    networks = chosen(bench_networks.NETWORKS, network)
    torch, notes = find_torch()
    notes += spoilers(pinned)
    for note in notes:
        print(note)
    specs = {name: described(network, len(cores)) for name, network in networks.items()}
    records = []
    rows = rows_of(networks, hardware.look().precision)
    for number in range(rounds):
        for row in rows if number % 2 == 0 else rows[::-1]:
            if row[1] in TORCH_WAYS and not torch:
                continue
            records.append(measure(row, torch, specs) | {"round": number})
            storage.write_whole(UNFINISHED, json.dumps(records, indent=1))
            line = bench_report.one_line(records[-1])
            print(f"round {number + 1} of {rounds}: {line}", flush=True)
    measured = {
        "machine": hardware.look().name,
        "cores": len(cores),
        "precision": hardware.look().precision,
        "versions": config.versions() | versions_of(records),
        "rounds": rounds,
        "notes": notes,
        "networks": specs,
        "records": records,
    }
    if network:
        measured = merged(json.loads((FIGURES / "bench.json").read_text("utf-8")), measured)
    bench_report.write(measured, FIGURES)
    UNFINISHED.unlink()
    print(bench_report.page(measured))


def chosen(networks: dict, name: str | None) -> dict:
    """All networks, or the one of this name."""
    if name is not None and name not in networks:
        sys.exit(f"There is no network {name!r}; expected one of: {', '.join(networks)}.")
    return networks if name is None else {name: networks[name]}


def merged(earlier: dict, new: dict) -> dict:
    """Earlier measurements with those of some networks replaced, and a note that says so."""
    same = ("machine", "cores", "precision")
    if [earlier[key] for key in same] != [new[key] for key in same]:
        sys.exit("figures/bench.json is of another machine; measure all networks together.")
    kept = [r for r in earlier["records"] if r["network"] not in new["networks"]]
    titles = [spec["title"] for spec in new["networks"].values()]
    note = f"{', '.join(titles)}: measured in a run of its own, rounds: {new['rounds']}."
    return earlier | {
        "versions": earlier["versions"] | new["versions"],
        "networks": earlier["networks"] | new["networks"],
        "records": kept + new["records"],
        "notes": [*earlier["notes"], *(n for n in new["notes"] if n not in earlier["notes"]), note],
    }


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
    """What is measured, as (network, way, precision); bfloat16 only where it is native."""
    precisions = ["float32"] if native == "float32" else ["float32", native]
    rows = []
    for name in networks:
        ways = ("course", "whole", "stock") if networks[name].whole else ("course", "stock")
        rows += [(name, way, p) for way in ways for p in precisions[::-1]]
        rows += [(name, "pipeline", "float32")]
        rows += [(name, way, p) for way in (*TORCH_WAYS, "limit") for p in precisions]
    return rows + [("advanced", "augmentation", "float32")] * ("advanced" in networks)


def described(network, threads: int) -> dict:
    """A network in words that JSON holds, for a process that has no Keras."""
    import numpy as np

    from helpers import feeding

    model = network.make()
    optimizer = model.optimizer.get_config()
    wanted = ("momentum", "nesterov", "weight_decay")
    layers = [
        {
            "class_name": type(layer).__name__,
            "config": layer.get_config(),
            "input_shape": [None, *layer.input.shape[1:]],
            "output_shape": [None, *layer.output.shape[1:]],
        }
        for layer in model.layers
    ]
    return {
        "title": network.title,
        "batch_size": network.batch_size,
        "steps": network.steps,
        "images": network.images,
        "evaluation_batch": feeding.EVALUATION_BATCH,
        "threads": threads,
        "parameter_count": model.count_params(),
        "trainable_count": int(sum(np.prod(v.shape) for v in model.trainable_variables)),
        "optimizer": {"class_name": type(model.optimizer).__name__}
        | {key: optimizer.get(key) for key in wanted},
        "layers": json.loads(json.dumps(layers, default=str)),
    }


def measure(row: tuple[str, str, str], torch: Path | None, specs: dict) -> dict:
    """Runs one row in a process of its own.

    Args:
        row: Network, way and precision.
        torch: The Python that has PyTorch.
        specs: The networks, as `described` returns them, by name.

    Returns:
        The record; of a row of PyTorch that failed, the error instead of numbers.
    """
    name, way, precision = row
    if way in TORCH_WAYS:
        command = [str(torch), "-m", "helpers.tools.bench_torch", way, precision]
    else:
        command = [sys.executable, "-m", "helpers.tools.bench_keras", name, way, precision]
    record = {"network": name, "way": way, "precision": precision}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(specs[name]),
            capture_output=True,
            text=True,
            cwd=config.course_root(),
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


if __name__ == "__main__":
    main()
