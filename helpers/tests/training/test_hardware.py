"""What a machine computes with, and that it is the same in every process of the course."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from helpers import config
from helpers.tests.notebooks import notebook, said, task
from helpers.tools import execution, test_colab
from helpers.tools.batch import runner
from helpers.tools.copies import colab, editing
from helpers.training import hardware

VARIABLE = "TF_ENABLE_ONEDNN_OPTS"
TOLD = (
    "import os; from helpers.training import hardware; "
    f"print(os.environ.get({VARIABLE!r}), hardware.look().kernels)"
)
X86 = pytest.mark.skipif(
    hardware.platform.machine() not in ("x86_64", "AMD64"), reason="elsewhere TensorFlow decides"
)


@pytest.fixture
def as_a_user(monkeypatch):
    """As in a user's shell: TensorFlow was not imported, so nothing has set the variable."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv("COURSE_PRECISION", raising=False)


def python(source: str, **environment: str) -> subprocess.CompletedProcess:
    """A new Python in the course's folder."""
    command = [sys.executable, "-c", source]
    settings = os.environ | environment
    return subprocess.run(
        command, cwd=config.course_root(), env=settings, capture_output=True, text=True
    )


@X86
@pytest.mark.parametrize(
    ("before", "setting", "expected"),
    [
        ("", {}, "1 oneDNN"),
        ("", {VARIABLE: "0"}, "0 Eigen"),
        ("import tensorflow; ", {VARIABLE: "0"}, "0 Eigen"),
    ],
)
def test_onednn_is_switched_on_unless_the_user_said_no(as_a_user, before, setting, expected):
    assert python(before + TOLD, **setting).stdout.splitlines()[-1] == expected


@X86
def test_what_comes_too_late_is_not_set(as_a_user):
    told = python("import tensorflow; " + TOLD).stdout.splitlines()[-1]
    assert told.split()[0] == "None"


@X86
def test_it_reaches_a_notebooks_kernel(as_a_user, tmp_path):
    source = notebook(tmp_path / "01_a.ipynb", TOLD)
    settings = {"PYTHONPATH": str(config.course_root())}
    outcome = execution.execute(source, tmp_path / "done.ipynb", settings, lambda seconds: None)
    executed = nbformat.read(outcome.path, as_version=4)
    assert said(executed.cells[1]) == "1 oneDNN\n"


@X86
@pytest.mark.copies
def test_it_reaches_a_run_of_a_batch(as_a_user, tmp_path):
    text = notebook(tmp_path / "a.ipynb", TOLD).read_text(encoding="utf-8")
    executed = nbformat.reads(runner.run(task(text), lambda: False)["executed"], as_version=4)
    assert said(executed.cells[1]) == "1 oneDNN\n"


@X86
@pytest.mark.copies
def test_it_reaches_a_copy_for_colab(as_a_user, tmp_path):
    (path,) = execution.choose_notebooks("01")
    copy = colab.colab_copy(nbformat.read(path, as_version=4), path.stem)
    last = next(i for i, c in enumerate(copy.cells) if editing.tagged(c, "bootstrap"))
    copy.cells = [*copy.cells[: last + 1], new_code_cell(TOLD)]
    (tmp_path / path.name).write_text(nbformat.writes(copy), encoding="utf-8")
    assert test_colab.alone(sys.executable, tmp_path / path.name, tmp_path / "alone") == ""
    executed = nbformat.read(tmp_path / "alone" / path.name, as_version=4)
    assert said(executed.cells[-1]) == "1 oneDNN\n"


@pytest.mark.parametrize("precision", hardware.PRECISIONS)
def test_the_user_chooses_the_precision(as_a_user, precision):
    told = python(
        "from helpers import training; print(training.machine().precision)",
        COURSE_PRECISION=precision,
    )
    assert told.stdout.splitlines()[-1] == precision


def test_a_wrong_precision_is_told_in_one_line(as_a_user):
    told = python("from helpers import training; training.machine()", COURSE_PRECISION="bfloat16")
    assert told.stderr.splitlines()[-1] == (
        "ValueError: COURSE_PRECISION is 'bfloat16'; expected one of: float32, mixed_bfloat16."
    )


@pytest.mark.parametrize(
    ("flags", "name", "expected"),
    [
        ({"avx2"}, "AMD EPYC", "float32"),
        ({"avx2", "avx512f", "avx512_vnni"}, "Intel Xeon Processor", "float32"),
        ({"avx512f", "avx512_bf16"}, "AMD EPYC", "mixed_bfloat16"),
        ({"avx512f", "avx512_bf16"}, "Intel Xeon Processor", "float32"),
        ({"avx512_bf16", "amx_bf16"}, "Intel Xeon Processor", "mixed_bfloat16"),
        (set(), "arm", "float32"),
    ],
)
def test_bfloat16_only_where_it_is_faster(monkeypatch, as_a_user, flags, name, expected):
    monkeypatch.setattr(hardware.tf.config, "list_physical_devices", lambda kind: [])
    monkeypatch.setattr(hardware.processor, "flags_and_name", lambda: (flags, name))
    assert hardware.look.__wrapped__().precision == expected


def test_the_kernels_are_part_of_what_decides_a_result(monkeypatch, data, settings):
    import dataclasses

    from helpers import evaluation, training
    from helpers.tests import tiny

    def fit():
        return training.fit(tiny.network(), data, settings, name="a", seed=0)

    def kept(folder: str) -> int:
        return len(list((Path(config.cache_dir()) / folder).glob("*.npz")))

    evaluation.accuracy(fit(), data.x_val, data.y_val)
    before = kept("trainings"), kept("predictions")
    evaluation.accuracy(fit(), data.x_val, data.y_val)
    assert (kept("trainings"), kept("predictions")) == before == (1, 1)
    other = dataclasses.replace(hardware.look(), kernels="others")
    monkeypatch.setattr(hardware, "look", lambda: other)
    evaluation.accuracy(fit(), data.x_val, data.y_val)
    assert (kept("trainings"), kept("predictions")) == (2, 2)
