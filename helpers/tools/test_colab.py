"""Tries the upload-ready copies with Colab's versions of the packages.

    python -m helpers.tools.test_colab

Each copy lies alone in an empty folder, without the course on Python's path and without internet,
and is executed in the profile `smoke` on the embedded dataset, in `.venv-colab`. And the published
model has to open there, with the same answers.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from helpers import config
from helpers.tools import colab, copies, environment, setup
from helpers.tools.test import NOWHERE

MINUTES = 10


def main() -> None:
    """Executes every copy and reports; ends with status 1 if one fails."""
    setup.ensure()
    python = setup.ensure_extra("colab")
    packages = environment.extras(environment.FILE.read_text(encoding="utf-8"))["colab"]
    listed = (f"{name} {packages[name]}" for name in ("tensorflow", "keras", "numpy", "ipykernel"))
    print("With", ", ".join(listed), flush=True)
    failed = []
    with tempfile.TemporaryDirectory(prefix="course-colab-") as scratch:
        paths = copies.write(Path(scratch) / "copies", colab.colab_copy)
        error = opens_published(python)
        print(f"the published model: {error or 'opens and answers as here'}", flush=True)
        failed += ["model"] if error else []
        for path in paths:
            began = time.monotonic()
            error = alone(python, path, Path(scratch) / path.stem)
            print(f"{path.stem}: {error or 'ok'}, {time.monotonic() - began:.0f} s", flush=True)
            failed += [path.stem] if error else []
    bad = [name for name in failed if name != "model"]
    print(f"{len(paths) - len(bad)} of {len(paths)} copies run alone.")
    sys.exit(1 if failed else 0)


def opens_published(python: Path | str) -> str:
    """Whether the published model opens in another environment, with the same answers as here.

    Args:
        python: The other environment's Python.

    Returns:
        What went wrong; empty if nothing did.
    """
    told = []
    for one in (sys.executable, str(python)):
        command = [one, "-I", "-c", _ANSWERS, str(config.published_model())]
        ended = subprocess.run(command, capture_output=True, text=True)
        if ended.returncode:
            return f"{one}: {(ended.stderr.strip() or 'no message').splitlines()[-1][:300]}"
        told.append(json.loads(ended.stdout.splitlines()[-1]))
    apart = max(abs(a - b) for a, b in zip(*told, strict=True))
    return f"answers differ by up to {apart}" if apart > 1e-4 else ""


def alone(python: Path | str, path: Path, folder: Path) -> str:
    """Executes a copy alone in an empty folder.

    Args:
        python: The Python to do it with; it needs nbclient and ipykernel.
        path: The notebook.
        folder: The folder; it must not exist. The executed notebook is left there.

    Returns:
        What went wrong; empty if nothing did.
    """
    import nbformat

    folder.mkdir(parents=True)
    here = folder / path.name
    here.write_bytes(path.read_bytes())
    hidden = ("PYTHONPATH", "COURSE_RUNS", "CIFAR10_DIR", "JUPYTER_PATH")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    environment |= {
        "COURSE_PROFILE": "smoke",
        "COURSE_DATASET": "digits",
        "COURSE_CACHE": str(folder / "cache"),
        "TMPDIR": str(folder),
        "http_proxy": NOWHERE,
        "https_proxy": NOWHERE,
        "no_proxy": "127.0.0.1,localhost",
    }
    command = [str(python), "-I", "-c", _EXECUTE, here.name, str(60 * MINUTES)]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if ended.returncode:
        return f"failed: {(ended.stderr.strip() or 'no message').splitlines()[-1]}"
    executed = nbformat.read(here, as_version=4)
    outputs = [o for cell in executed.cells for o in cell.get("outputs", [])]
    stray = [o.text.strip() for o in outputs if o.get("name") == "stderr"]
    return f"wrote to the error stream: {stray[0].splitlines()[0]}" if stray else ""


_ANSWERS = """
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy
model = keras.models.load_model(sys.argv[1], compile=False, safe_mode=True)
images = numpy.random.default_rng(0).integers(0, 256, (8, 32, 32, 3))
print(json.dumps(model.predict(images.astype("uint8"), verbose=0).ravel().tolist()))
"""

_EXECUTE = """
import sys
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

name, seconds = sys.argv[1:]
notebook = nbformat.read(name, as_version=4)
try:
    NotebookClient(notebook, timeout=int(seconds), kernel_name="python3").execute()
except CellExecutionError as error:
    sys.exit(f"{error.ename}: {error.evalue}")
finally:
    nbformat.write(notebook, name)
"""

if __name__ == "__main__":
    main()
