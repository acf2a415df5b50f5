"""Notebooks are executed by the Python that runs the command, whatever Jupyter finds elsewhere."""

import json
import os
import sys

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager

from helpers.tests.notebooks import notebook, said
from helpers.tools import execution
from helpers.tools.test import SHARED_CACHE


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """A folder on `JUPYTER_PATH` with a kernel `python3` that is another program."""
    kernel = tmp_path / "foreign" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = ["/nowhere/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "F", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "foreign"))
    return kernel


def test_a_foreign_kernel_comes_behind_the_own_one(foreign, tmp_path, monkeypatch):
    assert KernelSpecManager().get_kernel_spec("python3").argv[0] == "/nowhere/python"
    settings = execution.own_kernel(tmp_path / "own")
    monkeypatch.setenv("JUPYTER_PATH", settings["JUPYTER_PATH"])
    assert KernelSpecManager().get_kernel_spec("python3").argv[0] == sys.executable
    assert settings["JUPYTER_PATH"].endswith(f"{os.pathsep}{tmp_path / 'foreign'}")


@pytest.mark.skipif(SHARED_CACHE not in os.environ, reason="set by helpers.tools.test")
def test_the_tests_start_the_own_kernel():
    assert KernelSpecManager().get_kernel_spec("python3").argv[0] == sys.executable


@pytest.mark.copies
def test_a_run_starts_the_own_kernel(foreign, tmp_path):
    source = notebook(tmp_path / "a.ipynb", "import sys\nprint(sys.executable)")
    outcome = execution.execute(source, tmp_path / "b.ipynb", {}, lambda seconds: None)
    assert (outcome.state, outcome.error) == ("ok", "")
    assert said(nbformat.read(outcome.path, 4).cells[-1]).strip() == sys.executable
