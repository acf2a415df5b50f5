"""Measures what a batch costs beside the notebooks' own work, and what a second worker wins.

Called by `make bench`; alone with `make bench ONLY=batch`. The numbers go to
`figures/bench_batch.md` and `figures/bench_batch.json`.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from helpers import config, storage

RUNS = 6
EMPTY = "pass"
SMALL = """
import numpy as np
from helpers import training
import keras
from helpers import config, data

settings = config.resolve("00_bench", "two_conv", "digits", "smoke")
images = data.load("digits", "smoke")
layers = [keras.Input((32, 32, 3)), keras.layers.Rescaling(1 / 255)]
layers += [keras.layers.Conv2D(16, 3, activation="relu"), keras.layers.MaxPooling2D(2)]
layers += [keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
model = keras.Sequential(layers)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
run = training.fit(model, images, settings, name="small", seed=0)
"""


def main(rounds: int) -> None:
    """Measures in turns, then writes both files and prints the table.

    Args:
        rounds: How often everything is measured.
    """
    records = []
    for number in range(rounds):
        record = {
            "kernel": _seconds_of_kernel(),
            "papermill": _seconds_of_papermill(),
            "run": _batch(EMPTY, workers=1) / RUNS,
            "one_worker": _batch(SMALL, workers=1),
            "two_workers": _batch(SMALL, workers=2),
        }
        records.append(record)
        told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in record.items())
        print(f"batch, round {number + 1} of {rounds}: {told}", flush=True)
    figures = config.course_root() / "figures"
    measured = {"cores": os.cpu_count(), "runs": RUNS, "records": records}
    storage.write_whole(figures / "bench_batch.json", json.dumps(measured, indent=1) + "\n")
    storage.write_whole(figures / "bench_batch.md", page(measured))
    print(page(measured))


def page(measured: dict) -> str:
    """The table as Markdown, from the records alone."""
    records, runs = measured["records"], measured["runs"]
    ratios = [record["two_workers"] / record["one_worker"] for record in records]
    rows = {
        "an empty notebook: starting and ending its kernel alone": [r["kernel"] for r in records],
        "an empty notebook: `papermill` in a process of its own": [r["papermill"] for r in records],
        f"an empty notebook as a run of a batch (a batch of {runs}, by {runs})": [
            r["run"] for r in records
        ],
        f"a batch of {runs} small notebooks, one worker": [r["one_worker"] for r in records],
        f"the same, two workers: {statistics.median(ratios):.2f} of one worker's time": [
            r["two_workers"] for r in records
        ],
    }
    lines = [
        "# What a batch costs",
        "",
        f"Machine with {measured['cores']} cores. Medians of {len(records)} rounds, in brackets "
        "the smallest and the largest. A small notebook starts TensorFlow, loads the embedded "
        "dataset and trains a small network for two epochs.",
        "",
        "| | seconds |",
        "|---|---:|",
    ]
    for name, values in rows.items():
        spread = f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"
        lines.append(f"| {name} | {spread} |")
    return "\n".join(lines) + "\n"


def _notebook(path: Path, source: str) -> Path:
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    cells = [new_code_cell("x = None", metadata={"tags": ["parameters"]}), new_code_cell(source)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata=kernel), path)
    return path


def _seconds_of_kernel() -> float:
    import nbformat
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as scratch:
        notebook = nbformat.read(_notebook(Path(scratch) / "a.ipynb", EMPTY), as_version=4)
        began = time.perf_counter()
        NotebookClient(notebook, kernel_name="python3").execute()
        return time.perf_counter() - began


def _seconds_of_papermill() -> float:
    with tempfile.TemporaryDirectory() as scratch:
        path = _notebook(Path(scratch) / "a.ipynb", EMPTY)
        command = [sys.executable, "-m", "papermill", str(path), f"{scratch}/b.ipynb", "-p", "x"]
        return _timed([*command, "1"])


def _batch(source: str, workers: int) -> float:
    """Seconds of a whole batch of copies of a notebook, its command's start included."""
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(RUNS):
            _notebook(Path(scratch) / "in" / f"{number}.ipynb", source)
        grid = Path(scratch) / "grid.yml"
        grid.write_text(f"notebooks: [{scratch}/in]\nparameters: {{x: 1}}\n", encoding="utf-8")
        command = [sys.executable, "-m", "helpers.tools.batch", "--grid", str(grid)]
        return _timed([*command, "--workers", str(workers), "--out", f"{scratch}/out"])


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=config.course_root())
    if done.returncode:
        sys.exit(f"{' '.join(command[1:4])} failed: {(done.stdout + done.stderr).strip()[-500:]}")
    return time.perf_counter() - began
