"""What Jupyter's libraries say, in words to pass on; each message as those libraries write it."""

import importlib.metadata
import inspect
from pathlib import Path

import jupyter_client
import nbclient
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.tools.batch import run_notebook, wording

CELLS = {
    "input('Name? ')": wording.TYPED,
    "import getpass\ngetpass.getpass()": wording.TYPED,
    "import sys\nsys.exit()": "",
    "from google.colab import files": f"a cell imports google.colab, {wording.COLAB}",
    "import asyncio\nasyncio.run(asyncio.sleep(0))": "a cell calls asyncio.run, which no notebook",
    "%matplotlib widget": "a cell asks for figures by %matplotlib widget, which is not installed",
    "open(0)": wording.TYPED,
    "{}['x']": "KeyError: 'x'",
}
SAID = {
    ("RuntimeError", "Kernel died before replying to kernel_info"): wording.NO_START,
    ("RuntimeError", "Kernel didn't respond in 60 seconds"): wording.BUSY,
    (
        "RuntimeError",
        "Kernel didn't respond to heartbeats in 60 seconds and timed out",
    ): wording.BUSY,
    ("TimeoutError", "Timeout waiting for reply"): wording.BUSY,
    ("DeadKernelError", "Kernel died"): wording.DIED,
    ("NoSuchKernel", "No such kernel named ir"): "Jupyter has no kernel named ir here",
    ("UsageError", "Cell magic `%%odd` not found."): "a cell begins with %%odd, which is not known",
    ("EOFError", "EOF when reading a line"): wording.TYPED,
    ("ValueError", "first\nsecond"): "ValueError: first",
    ("RuntimeError", ""): "RuntimeError",
}


def test_a_cell_that_can_not_run_in_a_batch_says_why():
    """All in one kernel: each is an exercise, after which the others go on."""
    cells = [new_code_cell(source, metadata={"tags": ["exercise"]}) for source in CELLS]
    notebook = new_notebook(cells=[new_markdown_cell("# Exercises"), *cells])
    ended = run_notebook.execute(notebook, 1)
    assert ended == {"state": "failed", "error": wording.TYPED, "place": "Exercises"}
    for cell in notebook.cells[1:]:
        errors = [o for o in cell.outputs if o.output_type == "error"]
        told = wording.plain(errors[-1].ename, errors[-1].evalue) if errors else ""
        wanted = CELLS[cell.source]
        assert told.startswith(wanted) if wanted else told in ("", "SystemExit"), cell.source


@pytest.mark.parametrize(("name", "message"), SAID)
def test_what_the_libraries_say_about_the_kernel_is_told_in_words(name, message):
    assert wording.plain(name, message).startswith(SAID[name, message])


def test_a_command_of_colab_or_of_nobody_ends_a_run_with_its_name():
    for source, words in {
        "%tensorflow_version 2.x": f"a cell begins with %tensorflow_version, {wording.COLAB}",
        "%odd": "a cell begins with %odd, which is not known here; take the line out",
    }.items():
        ended = run_notebook.execute(new_notebook(cells=[new_code_cell(source)]), 1)
        assert (ended["state"], ended["error"]) == ("failed", words)


def test_the_libraries_still_say_so():
    folders = [Path(inspect.getfile(module)).parent for module in (jupyter_client, nbclient)]
    sources = "".join(path.read_text("utf-8") for folder in folders for path in folder.glob("*.py"))
    for words in ("Kernel died before replying", "Kernel didn't respond", "No such kernel named"):
        assert words in sources, importlib.metadata.version("jupyter_client")
    assert '"Kernel died"' in sources and "Timeout waiting for" in sources


def test_a_kernel_that_does_not_start_is_a_failed_run(monkeypatch):
    def refused(client, *arguments, **options):
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(run_notebook._Client, "execute", refused)
    ended = run_notebook.execute(new_notebook(cells=[new_code_cell("1")]), 1)
    assert ended == {"state": "failed", "error": wording.NO_START, "place": ""}
