"""The cells that only the copies for Colab have, as text."""

BOOTSTRAP = '''\
#@title Set-up: run this cell first. It holds the course's helpers; there is nothing to read here.
import base64
import importlib.metadata
import importlib.util
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path


class SetUpError(Exception):
    """Shown as plain text, without a traceback."""

    def _render_traceback_(self):
        return str(self).splitlines()


def lacks(module):
    return importlib.util.find_spec(module) is None


if lacks("tensorflow") or lacks("keras"):
    raise SetUpError(
        "There is no TensorFlow with Keras 3 here (Colab's TPU machines have none).\\n"
        "Choose Runtime, Change runtime type, CPU or T4 GPU; then run all cells again."
    )
packages = <<packages>>
missing = [package for module, package in packages.items() if lacks(module)]
if missing:
    numpy = "numpy==" + importlib.metadata.version("numpy")  # stays as it is
    command = [sys.executable, "-m", "pip", "install", "--quiet", numpy, *missing]
    if subprocess.run(command).returncode:
        raise SetUpError(
            f"These packages are missing and could not be installed: {', '.join(missing)}.\\n"
            "Look at the lines above; without internet, install them first and run again."
        )
HELPERS = """
<<helpers>>
"""
if "helpers" not in sys.modules:
    folder = Path(tempfile.mkdtemp(prefix="cnn-course-"))
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(HELPERS))) as archive:
        archive.extractall(folder)
    sys.path.insert(0, str(folder))
os.environ.setdefault("COURSE_RUNS", str(Path("runs").resolve()))
print("The course's helpers are here.")'''

MODEL_TEXT = """\
### A model from notebook 05 (only in this copy)

Without one, a small network is trained below, and the notebook says so. With one, its answers \
are far better. Two ways to bring it:

- `upload_model`: choose `advanced.keras` of the course (from `notebooks/models/`), or the two \
files, `.keras` and `.json`, that notebook 05 has saved for you. Open only models of people you \
trust.
- `model_address`: an address, beginning with `https://`, from which `advanced.keras` of the \
course can be downloaded. Its checksum is compared; any other file is refused.

Outside Colab the first cell shows a button and goes on at once: choose the files, then run the \
second cell."""

MODEL_ASK = """\
#@title Bring a model
from helpers import model_files

upload_model = False  #@param {type:"boolean"}
model_address = ""  #@param {type:"string"}
box = uploads.ask(".keras,.json", "Model") if upload_model else None"""

MODEL_TAKE = """\
#@title Check it
if upload_model:
    model_file = model_files.uploaded(uploads.received(box)) or model_file
elif model_address:
    model_files.downloaded(model_address)"""
