"""A kernel that dies before its first answer is started again; outputs that come late are kept."""

import json
import sys

import nbformat
import pytest

from helpers.tests.notebooks import notebook, said, task
from helpers.tools import execution, kernels
from helpers.tools.batch import runner, wording

pytestmark = pytest.mark.copies

LATE = """
import sys, time
sys.stdout.flush_timeout = sys.stderr.flush_timeout = 0.1
get_ipython().kernel.iopub_thread.schedule(lambda: time.sleep(6))
"it is heard"
"""


@pytest.fixture
def dying(tmp_path, monkeypatch):
    """A function: kernels die so many times before they answer. Gives the file that counts them."""
    counted = tmp_path / "counted"

    def prepared(times: int):
        begin = f"f = open({str(counted)!r}, 'a+'); f.write('.'); f.seek(0); n = len(f.read())"
        code = (
            f"import os, sys; {begin}; f.close(); n > {times} or os._exit(1); "
            "os.execv(sys.executable, [sys.executable, '-m', 'ipykernel_launcher', *sys.argv[1:]])"
        )

        def own(folder, *arguments):
            spec = folder / "kernels" / "python3" / "kernel.json"
            spec.parent.mkdir(parents=True)
            argv = [sys.executable, "-c", code, "-f", "{connection_file}", *arguments]
            described = {"argv": argv, "display_name": "P", "language": "python"}
            spec.write_text(json.dumps(described))
            return {"JUPYTER_PATH": str(folder)}

        monkeypatch.setattr(execution, "own_kernel", own)
        return counted

    return prepared


def test_a_batch_starts_it_again(dying, tmp_path):
    counted = dying(2)
    source = notebook(tmp_path / "a.ipynb", "print('it runs')")
    result = runner.run(task(source.read_text()), lambda: False)
    assert (result["state"], result["error"]) == ("ok", "")
    assert "it runs" in result["executed"] and counted.read_text() == "..."


def test_a_run_starts_it_again(dying, tmp_path):
    counted = dying(2)
    source = notebook(tmp_path / "a.ipynb", "print('it runs')")
    outcome = execution.execute(source, tmp_path / "b.ipynb", {}, lambda seconds: None)
    assert (outcome.state, outcome.error) == ("ok", "")
    assert said(nbformat.read(outcome.path, 4).cells[-1]).strip() == "it runs"
    assert counted.read_text() == "..."


def test_one_that_always_dies_is_told(dying, tmp_path):
    counted = dying(100)
    source = notebook(tmp_path / "a.ipynb", "print('it runs')")
    result = runner.run(task(source.read_text()), lambda: False)
    assert (result["state"], result["error"]) == ("failed", wording.NO_START)
    assert counted.read_text() == kernels.STARTS * "."


def test_what_a_kernel_says_late_is_kept(tmp_path):
    source = notebook(tmp_path / "a.ipynb", LATE, "print('and the next')")
    result = runner.run(task(source.read_text()), lambda: False)
    outcome = execution.execute(source, tmp_path / "b.ipynb", {}, lambda seconds: None)
    assert (result["state"], outcome.state) == ("ok", "ok")
    for text in (result["executed"], outcome.path.read_text()):
        *_, late, following = nbformat.reads(text, 4).cells
        assert [output.data["text/plain"] for output in late.outputs] == ["'it is heard'"]
        assert said(following) == "and the next\n"
