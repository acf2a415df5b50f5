"""One run under its limits: what others' notebooks may do, and what is left of it."""

import json
import os
import sys
import time
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.tests.commands import wait_for
from helpers.tests.notebooks import alive, said, task
from helpers.tools import execution
from helpers.tools.batch import runner, wording

pytestmark = pytest.mark.copies


def text(*sources):
    cells = [new_code_cell("x = 1", metadata={"tags": ["parameters"]})]
    return nbformat.writes(new_notebook(cells=cells + [new_code_cell(s) for s in sources]))


def run(*sources, stopped=lambda: False, **changes):
    return runner.run(task(text(*sources), **changes), stopped)


def lines(result):
    cells = nbformat.reads(result["executed"], as_version=4).cells
    return "".join(map(said, cells)).splitlines()


def test_parameters_arrive_and_the_executed_notebook_comes_back():
    result = run("print(x, 2 * x)", parameters={"x": 21}, environment={"COURSE_PROFILE": "smoke"})
    assert (result["state"], result["error"]) == ("ok", "")
    assert lines(result) == ["21 42"]
    assert result["seconds"] > 0 and result["peak_memory_mb"] > 50


@pytest.mark.parametrize(
    ("identity", "source"),
    [
        ("a", "#@title Parameters\nx = 1  #@param {type:'raw'}"),
        ("parameters", "x = 1"),
        ("a", "dataset = profile = data_dir = None\nseeds = epochs = use_cache = x = None"),
    ],
)
def test_parameters_arrive_where_a_tag_was_lost(identity, source):
    cells = [new_code_cell(source, id=identity)]
    cells.append(new_code_cell("print(x)"))
    written = nbformat.writes(new_notebook(cells=cells))
    assert lines(runner.run(task(written, parameters={"x": 21}), lambda: False)) == ["21"]


def test_each_run_has_a_cache_a_folder_and_records_of_its_own(tmp_path):
    source = (
        "import json, os, pathlib\n"
        "from helpers import config, storage\n"
        "storage.write_whole(config.runs_dir() / 'records' / 'a.json', json.dumps({'kind': 'b'}))\n"
        "(config.runs_dir() / 'records' / 'torn.json').write_text('{')\n"
        "(config.runs_dir() / 'records' / 'deep.json').write_text('[' * 5000 + ']' * 5000)\n"
        "print(os.listdir('.'), config.cache_dir(), pathlib.Path.cwd())"
    )
    first, second = run(source), run(source)
    assert first["records"] == second["records"] == [{"kind": "b"}]
    assert lines(first)[0].startswith("[] ") and lines(first) != lines(second)
    assert os.environ["COURSE_CACHE"] not in lines(first)[0]
    assert not os.path.exists(lines(first)[0].split()[-1])


@pytest.mark.parametrize(
    ("source", "state", "error"),
    [
        ("raise ValueError('broken on purpose\\nmore')", "failed", "ValueError: broken on purpose"),
        ("import os; os._exit(3)", "failed", wording.DIED),
        ("raise MemoryError('no room')", "memory", "MemoryError: no room"),
        ("raise SystemExit(0)", "ok", ""),
        ("raise SystemExit(3)", "failed", "SystemExit: 3"),
        (
            "import os, signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)",
            "failed",
            "the notebook's process was ended (SIGKILL)",
        ),
    ],
)
def test_how_it_ended_is_told(source, state, error):
    result = run(source)
    assert (result["state"], result["error"]) == (state, error)


def test_an_error_in_an_exercise_does_not_cost_the_next_one():
    cells = [new_markdown_cell("# Title\n\n## Exercise 1"), new_code_cell("1 / 0")]
    cells += [new_markdown_cell("## Exercise 2\n\ntext"), new_code_cell("print('next')")]
    cells[1].metadata["tags"] = ["exercise"]
    result = runner.run(task(nbformat.writes(new_notebook(cells=cells))), lambda: False)
    assert (result["state"], result["place"]) == ("failed", "Exercise 1")
    assert result["error"] == "ZeroDivisionError: division by zero" and lines(result) == ["next"]
    cells.insert(1, new_code_cell("a slip"))
    result = runner.run(task(nbformat.writes(new_notebook(cells=cells))), lambda: False)
    assert result["error"].startswith("SyntaxError") and lines(result) == ["next"]
    del cells[1]
    cells[1].metadata["tags"] = []
    result = runner.run(task(nbformat.writes(new_notebook(cells=cells))), lambda: False)
    assert result["state"] == "failed" and lines(result) == []


def test_a_slip_costs_nothing_else_in_a_file_without_tags_and_ids():
    check = "checks.check('01.{}', answer)"
    sources = ["class checks:\n    check = print", "answer = 1 +", *map(check.format, (1, 2))]
    cells = [new_code_cell(source) for source in sources]
    written = nbformat.writes(new_notebook(cells=[*cells, new_code_cell("print('last')")]))
    result = runner.run(task(written, notebook="01_dense_baseline"), lambda: False)
    assert lines(result) == ["last"] and result["error"].startswith("SyntaxError")
    ends = nbformat.writes(new_notebook(cells=[cells[1], new_code_cell("print('last')")]))
    assert lines(runner.run(task(ends), lambda: False)) == []


def test_an_error_in_a_cell_of_the_course_ends_the_run_before_the_exercises():
    path = execution.NOTEBOOKS / "01_dense_baseline.ipynb"
    course = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    cells = [new_code_cell(course["photo-facts"]), new_code_cell("print('last')")]
    wanted = task(nbformat.writes(new_notebook(cells=cells)), notebook="01_dense_baseline")
    assert lines(runner.run(wanted, lambda: False)) == []
    cells.insert(0, new_code_cell("my_guess = 25 %"))
    wanted = task(nbformat.writes(new_notebook(cells=cells)), notebook="01_dense_baseline")
    result = runner.run(wanted, lambda: False)
    assert lines(result) == ["last"] and result["error"].startswith("SyntaxError")


def test_what_colab_adds_is_not_run_and_no_error():
    drive = "from google.colab import drive\ndrive.mount('/content/drive')\nx = 2"
    install = "!pip install -q --upgrade numpy\n%tensorflow_version 2.x"
    result = run(drive, install, "print(x)")
    assert (result["state"], lines(result)) == ("ok", ["2"])
    assert "# not run in a batch: drive.mount(" in result["executed"]


def test_an_installation_changes_nothing():
    install = "import subprocess, sys\ncommand = [sys.executable, '-m', 'pip', 'install', 'six']\n"
    told = "print(os.environ['PIP_NO_INDEX'], os.environ['PIP_DRY_RUN'])"
    assert lines(run(f"import os\n{install}{told}")) == ["1 1"]


@pytest.mark.parametrize("half", ["\\ud83d", "\\udc00"])
def test_half_an_emoji_in_what_a_cell_prints_ends_nothing(half):
    many = f"import sys\nfor i in range(20):\n    print(i, '{half}', flush=True)"
    result = run(many, f"print('{half}', file=sys.stderr)", f"'{half}'", "print('after')")
    assert (result["state"], result["error"]) == ("ok", "")
    assert lines(result)[:20] == [f"{i} ?" for i in range(20)]
    assert lines(result)[-1] == "after"


def test_a_foreign_kernel_of_the_same_name_is_not_started(tmp_path, monkeypatch):
    kernel = tmp_path / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = ["/usr/bin/false", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "F", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    result = run("import sys\nprint(sys.executable)")
    assert (result["error"], lines(result)) == ("", [sys.executable])


def test_where_it_ended_is_told_for_a_dead_kernel_too():
    cells = [new_markdown_cell("## Last words"), new_code_cell("import os; os._exit(1)")]
    result = runner.run(task(nbformat.writes(new_notebook(cells=cells))), lambda: False)
    assert (result["error"], result["place"]) == (wording.DIED, "Last words")


def test_a_made_up_outcome_is_not_believed():
    source = (
        "import os, pathlib, signal, time\n"
        'told = \'{"state": "ok", "error": 7, "place": ""}\'\n'
        "(pathlib.Path.cwd().parent / 'outcome.json').write_text(told)\n"
        "os.kill(os.getppid(), signal.SIGKILL)\n"
        "time.sleep(60)"
    )
    assert run(source)["error"] == "the notebook's process was ended (SIGKILL)"


def test_an_endless_loop_is_ended_and_what_came_before_is_kept(tmp_path, monkeypatch):
    loops = tmp_path / "loops"  # since then hours have passed, for all that the runner knows
    hours = SimpleNamespace(monotonic=lambda: time.monotonic() + 1e4 * loops.exists())
    monkeypatch.setattr(runner, "time", hours)
    result = run("print('before')", f"open({str(loops)!r}, 'x').close()\nwhile True: pass")
    assert (result["state"], result["error"]) == ("timeout", "not done after 30 minutes")
    assert lines(result) == ["before"]


def test_all_memory_is_not_taken():
    grows = "b.append(bytearray(10_000_000)); time.sleep(0.05)"
    hungry = "print('before')", f"import time; b = []\nwhile True: {grows}"
    result = run(*hungry, memory_gb=0.6)
    assert (result["state"], result["error"]) == ("memory", "more than 0.6 GB of memory")
    assert 600 <= result["peak_memory_mb"] < 1_500 and lines(result) == ["before"]


def test_a_gigabyte_of_output_is_cut_off():
    loud = "import time\nfor i in range(1000):\n    print('x' * 1_000_000, flush=True)"
    result = run(loud, output_mb=5)
    assert result["state"] == "failed"
    assert result["error"] == "more than 5 MB of output (limits: output_mb)"
    assert 0 < len(result["executed"]) < 6_000_000


def test_too_much_output_in_the_last_cell_is_told_too():
    result = run("print('x' * 6_000_000)", output_mb=5)
    assert (result["state"], lines(result)) == ("failed", [])
    assert result["error"] == "more than 5 MB of output (limits: output_mb)"


@pytest.mark.skipif(sys.platform != "linux", reason="writes through /proc")
def test_output_past_jupyter_is_cut_off_too():
    loud = (
        "import os, time\n"
        "with open(f'/proc/{os.getppid()}/fd/1', 'ab') as file:\n"
        "    while True:\n"
        "        file.write(b'x' * 100_000)\n"
        "        time.sleep(0.01)"
    )
    result = run(loud, output_mb=5)
    assert result["state"] == "failed" and "MB of output" in result["error"]


def test_processes_that_left_the_family_are_ended():
    source = (
        "import subprocess, sys\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(300)']\n"
        "child = subprocess.Popen(sleep, start_new_session=True)\n"
        "print(child.pid)"
    )
    result = run(source)
    assert result["state"] == "ok"
    wait_for(lambda: not alive(int(lines(result)[0])))


def test_an_interrupted_run_ends_at_once():
    began = time.monotonic()
    result = run("import time; time.sleep(3600)", stopped=lambda: time.monotonic() > began + 3)
    assert result["state"] == "stopped"


def test_a_run_is_plain_data():
    assert json.loads(json.dumps(run("1 / 0")))["state"] == "failed"
