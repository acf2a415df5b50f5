"""Tries the upload-ready copies with Colab's versions of the packages.

    python -m helpers.tools.test_colab

Each copy lies alone in an empty folder, without the course on Python's path and without internet,
and is executed in the profile `smoke` on the embedded dataset, in `.venv-colab`. And the published
model has to open there, with the same answers.
"""

import functools
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from helpers import config
from helpers.tools import endings, environment, kernels, setup
from helpers.tools.copies import colab_copy, write
from helpers.tools.test import NOWHERE

SHOWN = ("tensorflow", "keras", "numpy", "ipykernel")
MODEL = "the published model"
MINUTES = 60  # for a copy; a slow laptop needs a tenth of it


def main() -> None:
    """Executes every copy and reports; ends with status 1 if one fails."""
    with endings.clean("Interrupted; the same command goes on where this one stopped."):
        setup.ensure()
        python = setup.ensure_extra("colab")
        packages = environment.extras(environment.FILE.read_text(encoding="utf-8"))["colab"]
        listed = (f"{name} {packages[name]}" for name in SHOWN)
        print("With", ", ".join(listed), flush=True)
        sys.exit(try_all(python, packages))


def try_all(python: Path | str, packages: dict[str, str]) -> int:
    """Tries the published model and every copy, but for what the same command has tried before.

    Args:
        python: The other environment's Python.
        packages: Its packages: version by name.

    Returns:
        The exit status: 1 if anything fails.
    """
    from helpers.tools import resume

    kept = config.runs_dir() / "test_colab" / "progress.json"
    progress = resume.Progress(kept, resume.key(packages))
    with tempfile.TemporaryDirectory(prefix="course-colab-", ignore_cleanup_errors=True) as scratch:
        paths = write(Path(scratch) / "copies", colab_copy)
        model = hashlib.sha256(config.published_model().read_bytes()).hexdigest()
        parts = [(MODEL, model, lambda: opens_published(python))]
        for path in paths:
            attempt = functools.partial(alone, python, path, Path(scratch) / path.stem)
            parts.append((path.stem, path.read_text(encoding="utf-8"), attempt))
        failed = [part[0] for part in parts if not _works(progress, packages, *part)]
    progress.forget()
    bad = [name for name in failed if name != MODEL]
    print(f"{len(paths) - len(bad)} of {len(paths)} copies run alone.")
    return 1 if failed else 0


def _works(progress, packages: dict, name: str, content: str, attempt: Callable) -> bool:
    """Tries one thing, unless it was tried before and went well; says how it went."""
    from helpers.tools import resume

    key = resume.key(packages, content)
    if progress.finished(name, key) is not None:
        print(f"{name}: ok before", flush=True)
        return True
    began = time.monotonic()
    error = attempt()
    print(f"{name}: {error or 'ok'}, {time.monotonic() - began:.0f} s", flush=True)
    if not error:
        progress.add(name, key)
    return not error


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
        ended = endings.run(command)
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
    hidden = ("PYTHONPATH", "COURSE_RUNS", "CIFAR10_DIR", "CIFAR100_DIR", "JUPYTER_PATH")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    environment |= {
        "COURSE_PROFILE": "smoke",
        "COURSE_TRACKING": "",
        "COURSE_PRECISION": os.environ.get("COURSE_PRECISION") or "float32",
        "COURSE_DATASET": "digits",
        "COURSE_CACHE": str(folder / "cache"),
        "TMPDIR": str(folder),
        "JUPYTER_RUNTIME_DIR": str(folder),
        "http_proxy": NOWHERE,
        "https_proxy": NOWHERE,
        "no_proxy": "127.0.0.1,localhost",
    }
    watch = [endings.__file__, kernels.__file__, str(os.getpid()), str(folder)]
    command = [str(python), "-I", "-c", _EXECUTE, here.name, str(60 * MINUTES), *watch]
    ended = endings.run(command, cwd=folder, env=environment)
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
import runpy, sys
name, seconds, endings, kernels, parent, folder = sys.argv[1:]
runpy.run_path(endings)["end_with_parent"](int(parent), folder)
runpy.run_path(kernels)["mend"]()
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

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
