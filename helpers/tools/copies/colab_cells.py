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
        "Choose Runtime, Change runtime type, CPU or T4 GPU; then run all cells again. Elsewhere: "
        "install tensorflow, restart the kernel, run again."
    )


def cannot_install(packages):
    missing = [package for module, package in packages.items() if lacks(module)]
    numpy = "numpy==" + importlib.metadata.version("numpy")  # stays as it is
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--retries", "1", numpy, *missing]
    return missing if missing and subprocess.run(command).returncode else []


missing = cannot_install(<<packages>>)
if missing:
    raise SetUpError(
        f"These packages are missing and could not be installed: {', '.join(missing)}.\\n"
        "Look at the lines above; without internet, install them first and run again."
    )
if cannot_install(<<optional>>):
    print("Not installed; the parts of this notebook that need them are left out.")
HELPERS = """
<<helpers>>
"""
in_batch = "COURSE_BATCH_RUN" in os.environ or "NBGRADER_EXECUTION" in os.environ
if not (in_batch and importlib.util.find_spec("helpers")):  # there, the course's own helpers judge
    folder = Path(tempfile.mkdtemp(prefix="cnn-course-"))
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(HELPERS))) as archive:
        archive.extractall(folder)
    sys.path.insert(0, str(folder))
os.environ.setdefault("COURSE_RUNS", str(Path("runs").resolve()))
print("The course's helpers are here.")'''

_PARAMETERS = (
    "In class, leave everything as it is. In a field without a drop-down menu, type Python: text "
    "with quotes, as in `'/content/{about}'`; several numbers as `[0, 1]`. Then run the cell. "
    '`"auto"` takes {name} or, if it can\'t be downloaded, the embedded dataset: {embedded} that '
    "come with this file."
)
PARAMETERS = {
    "cifar10": _PARAMETERS.format(about="cifar10", name="CIFAR-10", embedded="handwritten digits"),
    "cifar100": _PARAMETERS.format(
        about="cifar100", name="CIFAR-100", embedded="pairs of handwritten digits"
    ),
}
WORDS = {
    "The course's solution stands in the cell below each check (JupyterLab folds it away; try "
    "first).": "The course's solution stands below each check, folded: click *Show code* (try "
    "first).",
    " For the prepared pictures themselves, as PNG files, there is a command: `python -m "
    "helpers.tools.prepare SOURCE TARGET`.": " (In Colab: folder symbol on the left, then `runs`.)",
    "the model that notebook 05 saves. For CIFAR-10 the course brings one; if there is none, a "
    "small one is trained, and the notebook says so. No GPU, no internet": "nothing else. If you "
    "have a model of notebook 05, bring it; else a small one is trained, and the notebook says so. "
    "No GPU; CIFAR-10 itself needs one download",
    "For CIFAR-10 this is the course's published model, `notebooks/models/advanced.keras`, the "
    "better recipe of notebook 05.": "Here it is the one that you brought above; without one, a "
    "small network is trained.",
    "the one that notebook 05 saved on your machine.": "the one that you brought above.",
    "It is the course's published model, the better recipe of notebook 05. Its file lies beside "
    "the notebooks.": "It is the model that you brought above. The texts speak of the course's "
    "published model, the better recipe of notebook 05.",
    "Then it is the model that notebook 05 saved on your machine. If there is none,": "Without "
    "one,",
    "go to the published model, if it is there.": "go to `advanced.keras`, if you have brought it; "
    "if not, the answers to the photos mean nothing.",
    "With the published model the answers": "With `advanced.keras` the answers",
    "Set `upload = True` in the parameters cell, run the two cells, choose one or more pictures, "
    "and then run the second cell again. It works in JupyterLab and in Colab.": "Tick `upload` in "
    "the parameters cell (in JupyterLab: `upload = True`) and run that cell, then the two cells "
    "below. In Colab the first one waits for your pictures; in JupyterLab choose them, then run "
    "the second one again.",
}

MODEL_TEXT = """\
### Bring a model of notebook 05, or go on without

Without one, a small network is trained below, and the notebook says so. With one, the answers are \
far better. Two ways to bring it:

- Tick `upload_model` (in JupyterLab: `upload_model = True`), run the cell and choose the course's \
published model, `advanced.keras` (whoever gave you this notebook can give it to you), or the two \
files, `.keras` and `.json`, that your own copy of notebook 05 has saved in `runs/models`. Open \
only models of people you trust.
- Type an address of the file `advanced.keras` into `model_address`, beginning with `https://` (in \
Colab's field without quotes). Its checksum is compared; any other file is refused.

If both are given, the upload counts, and either replaces `model_file`. Then run all cells from \
section 1 on. Outside Colab the first cell shows a button and goes on at once: choose the files, \
then run the second one."""

MODEL_ASK = """\
#@title Bring a model
from helpers import models
from helpers.photos import ask, received

upload_model = False  #@param {type:"boolean"}
model_address = ""  #@param {type:"string"}
model_box = ask(".keras,.json", "Model") if upload_model else None"""

MODEL_TAKE = """\
#@title Check it
if upload_model:
    model_file = models.uploaded(received(model_box))
elif model_address:
    model_file = models.downloaded(model_address)"""
