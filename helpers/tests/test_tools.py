import os
import re
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import config, sources
from helpers.tools import environment, execution, lab, publish, run

ROOT = config.course_root()
TEXT = (ROOT / "environment.yml").read_text(encoding="utf-8")
HEAD = "dependencies:\n  - python>=3.11,<3.14\n  - pip\n  - pip:\n"


def test_the_pip_block_is_read_as_a_yaml_parser_reads_it():
    parsed = yaml.safe_load(TEXT)["dependencies"]
    assert [entry for entry in parsed if isinstance(entry, str)] == ["python>=3.11,<3.14", "pip"]
    block = next(entry["pip"] for entry in parsed if isinstance(entry, dict))
    assert [f"{name}=={version}" for name, version in environment.pins(TEXT).items()] == block
    assert environment.python_range(TEXT) == (11, 13)


def test_every_dependency_has_a_reason():
    pinned = [line for line in TEXT.splitlines() if re.search(r"- \S+==", line)]
    assert len(pinned) == len(environment.pins(TEXT)) and all(" # " in line for line in pinned)


@pytest.mark.parametrize(
    "line", ["- numpy", "- numpy>=2", "- -r more.txt", "  - numpy==2.0", "numpy==2.0", "- a==1; b"]
)
def test_anything_else_in_the_pip_block_is_an_error(line):
    with pytest.raises(environment.EnvironmentFileError, match="line 5"):
        environment.pins(f"{HEAD}      {line}\n")


@pytest.mark.parametrize("text", ["", "dependencies:\n  - pip\n", HEAD])
def test_no_pip_block_is_an_error(text):
    with pytest.raises(environment.EnvironmentFileError, match="pip"):
        environment.pins(text)


def test_missing_names_what_is_not_installed():
    wanted = {"numpy": "0.0", "no-such-package": "1.0"}
    assert environment.missing(wanted) == ["numpy==0.0", "no-such-package==1.0"]


def test_notebooks_are_chosen_by_number_or_name(monkeypatch, tmp_path):
    for name in ("01_a", "02_b", "10_c", "draft"):
        (tmp_path / f"{name}.ipynb").touch()
    monkeypatch.setattr(execution, "NOTEBOOKS", tmp_path)

    def chosen(wanted):
        return [path.stem for path in execution.choose_notebooks(wanted)]

    assert chosen(None) == chosen(" ") == ["01_a", "02_b", "10_c"]
    assert chosen("10 01") == chosen("10_c.ipynb,01") == ["01_a", "10_c"]
    with pytest.raises(ValueError, match=r"NOTEBOOKS=1 is not known; there are: 01_a, 02_b, 10_c"):
        chosen("01 1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "fast"], "PROFILE is 'fast'; expected one of: smoke, class, full."),
        (["--dataset", "mnist"], "DATASET is 'mnist'; expected one of: auto, cifar10, digits."),
        (["--notebooks", "77"], "NOTEBOOKS=77 is not known; there are: 01_dense_baseline"),
        (["--cifar10-dir", "/no/such"], "CIFAR10_DIR=/no/such does not exist"),
    ],
)
def test_an_unknown_value_is_one_line_before_anything_is_set_up(arguments, message):
    code = (
        f"import sys; sys.argv[1:] = {arguments!r}\n"
        "from helpers.tools import run, setup\n"
        "setup.ensure = lambda: print('setting up')\n"
        "run.main()"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr.startswith(message) and len(ended.stderr.splitlines()) == 1


def notebook(path: Path, *sources: str) -> Path:
    cells = [new_markdown_cell("# T")] + [new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), path)
    return path


def test_a_failing_notebook_does_not_hide_the_others(tmp_path, monkeypatch, capsys):
    source = tmp_path / "notebooks"
    source.mkdir()
    notebook(source / "01_good.ipynb", "print('fine')")
    notebook(source / "02_bad.ipynb", "raise ValueError('broken on purpose')")
    notebook(source / "03_dies.ipynb", "import os; os._exit(1)")
    notebook(source / "04_good.ipynb", "import os; print(os.environ['COURSE_PROFILE'])")
    monkeypatch.setattr(execution, "NOTEBOOKS", source)
    monkeypatch.setattr(run, "OUT", tmp_path / "out")
    monkeypatch.setattr(run.setup, "ensure", lambda: None)
    monkeypatch.setattr(sys, "argv", ["run", "--profile", "smoke", "--dataset", "digits"])
    with pytest.raises(SystemExit) as ended:
        run.main()
    assert ended.value.code == 1
    said = capsys.readouterr().out
    for name, state in (("01_good", "ok"), ("02_bad", "failed"), ("03_dies", "failed")):
        assert re.search(rf"^{name}: running, .* {state} after \d+ s$", said, re.M)
    assert re.search(r"^02_bad +failed +\d+ s  ValueError: broken on purpose$", said, re.M)
    index = (tmp_path / "out" / "index.html").read_text()
    assert "broken on purpose" in index and '<a href="04_good.html">' in index
    assert "smoke" in (tmp_path / "out" / "04_good.ipynb").read_text()
    assert not list((tmp_path / "out").glob(".*"))


def test_the_data_is_looked_for_once_and_checked(monkeypatch, tmp_path, cifar_folder, capsys):
    options = run.argparse.Namespace(dataset="auto", cifar10_dir=None)
    monkeypatch.setattr(sources, "locate", lambda *a: sources.Source(sources.EMBEDDED))
    assert run._locate(options, tmp_path) == {"COURSE_DATASET": "digits", "CIFAR10_DIR": ""}

    archive = tmp_path / "copy.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        tar.add(cifar_folder, "cifar")
    monkeypatch.setattr(sources, "locate", lambda *a: sources.Source(sources.NAMED, archive))
    told = run._locate(options, tmp_path / "scratch")
    assert told["COURSE_DATASET"] == "cifar10"
    assert (Path(told["CIFAR10_DIR"]) / "batches.meta").is_file()
    assert "CIFAR-10 (unverified copy)" in capsys.readouterr().out

    monkeypatch.setattr(sources, "locate", lambda *a: sources.Source(sources.NAMED, tmp_path))
    with pytest.raises(SystemExit, match="not a complete CIFAR-10 folder"):
        run._locate(options, tmp_path)


LOOP = "import time, pathlib; pathlib.Path('started').touch(); time.sleep(60)"


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_ends_with_the_table_and_leaves_nothing_half_done(tmp_path):
    source = tmp_path / "notebooks"
    source.mkdir()
    notebook(source / "01_loops.ipynb", LOOP)
    code = (
        "import pathlib, sys\n"
        "from helpers.tools import execution, run, setup\n"
        f"execution.NOTEBOOKS = pathlib.Path({str(source)!r})\n"
        f"run.OUT = pathlib.Path({str(tmp_path / 'out')!r})\n"
        "setup.ensure = lambda: None\n"
        "sys.argv = ['run', '--profile', 'smoke', '--dataset', 'digits']\n"
        "run.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
    )
    for _ in range(600):
        if (source / "started").exists():
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 1
    assert "Interrupted." in said and "Read them:" in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["index.html"]


def executed_notebook():
    picture = new_output(
        "display_data", {"image/png": "AAAA", "text/plain": "Eighty cats."}, metadata={}
    )
    cell = new_code_cell("show()", execution_count=1, outputs=[picture])
    cell.metadata = {
        "papermill": {"duration": 1},
        "execution": {},
        "tags": ["dataset-images"],
    }
    kept = new_code_cell("1", execution_count=2, metadata={"tags": [], "papermill": {}})
    kept.outputs = [new_output("stream", text="1\n")]
    return new_notebook(
        cells=[cell, kept],
        metadata={"papermill": {}, "widgets": {}, "language_info": {"name": "python", "v": 3}},
    )


def test_publishing_replaces_dataset_pictures_by_words_and_keeps_the_rest():
    before = executed_notebook()
    ids = [cell.id for cell in before.cells]
    cleaned = publish.cleaned(before)
    first, second = cleaned.cells
    assert [o.text for o in first.outputs] == ["Run this cell to see: Eighty cats.\n"]
    assert "image/png" not in nbformat.writes(cleaned)
    assert second.outputs[0].text == "1\n" and "tags" not in second.metadata
    assert [cell.execution_count for cell in cleaned.cells] == [1, 2]
    assert [cell.id for cell in cleaned.cells] == ids
    assert cleaned.metadata == {"language_info": {"name": "python"}}
    assert "papermill" not in nbformat.writes(cleaned)


def test_publishing_one_notebook_keeps_the_records_of_the_others():
    def record(notebook, value):
        return {"notebook": notebook, "kind": "training", "model": "m", "seed": 0, "value": value}

    merged = publish.merged(
        [record("01_a", 1), record("02_b", 2)], [record("02_b", 3), record("01_a", 9)], "02_b"
    )
    assert merged == [record("01_a", 1), record("02_b", 3)]


def test_published_records_of_two_datasets_are_never_mixed(monkeypatch, tmp_path):
    from helpers import results

    def record(dataset, notebook="01_dense_baseline"):
        return {"notebook": notebook, "kind": "training", "model": "m", "dataset": dataset}

    path = notebook(tmp_path / "01_dense_baseline.ipynb", "1")
    before = path.read_bytes()
    done = execution.Outcome(path.stem, "ok", 1.0, path, "")
    monkeypatch.setattr(execution, "execute", lambda *a: done)
    monkeypatch.setattr(execution, "choose_notebooks", lambda _: [path, Path("02_x.ipynb")])
    monkeypatch.setattr(results, "published", lambda: [record("A", "02_x"), record("C", "gone")])
    monkeypatch.setattr(results, "load_records", lambda folder: [record("B")])
    with pytest.raises(SystemExit, match="would mix A and B"):
        publish.publish(path, tmp_path)
    assert path.read_bytes() == before


def test_the_table_goes_between_its_markers():
    readme = f"before\n{publish.BEGIN}\nold\n{publish.END}\nafter"
    replaced = publish.with_table(readme, r"new \1")
    assert replaced == f"before\n{publish.BEGIN}\nnew \\1\n{publish.END}\nafter"
    with pytest.raises(ValueError, match="needs the lines"):
        publish.with_table("no markers", "new")


def test_a_working_copy_loses_no_edits_and_shows_no_results_beforehand(tmp_path):
    source, work = tmp_path / "notebooks", tmp_path / "work"
    source.mkdir()
    nbformat.write(executed_notebook(), source / "01_a.ipynb")
    assert lab.copy_missing(source, work) == 1
    copied = nbformat.read(work / "01_a.ipynb", as_version=4)
    assert [cell.outputs for cell in copied.cells] == [[], []]
    (work / "01_a.ipynb").write_text("mine")
    nbformat.write(executed_notebook(), source / "02_b.ipynb")
    assert lab.copy_missing(source, work) == 1
    assert (work / "01_a.ipynb").read_text() == "mine"


def test_make_lists_every_task_and_the_readme_both_commands():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tasks = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.M)
    assert {"setup", "run", "test", "lint", "lab", "publish", "clean"} <= set(tasks)
    for task in set(tasks) - {"help"}:
        assert f"make {task}" in listed
        assert f"`make {task}`" in readme and f"`python -m helpers.tools.{task}`" in readme
        assert (ROOT / "helpers" / "tools" / f"{task}.py").is_file()
