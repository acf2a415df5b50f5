"""Upload-ready copies: complete, equal to the tree, and running alone."""

import ast
import io
import json
import re
import subprocess
import sys
import zipfile

import nbformat
import pytest

from helpers import config, results
from helpers.tests.notebooks import said
from helpers.tools import environment, execution, test_colab
from helpers.tools.copies import colab, colab_cells, editing

ROOT = config.course_root()
PATHS = execution.choose_notebooks(None)


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def copy(path):
    return colab.colab_copy(nbformat.read(path, as_version=4), path.stem)


def tagged(notebook, tag):
    (cell,) = [cell for cell in notebook.cells if editing.tagged(cell, tag)]
    return cell


def test_the_embedded_helpers_equal_the_tree(copy):
    files = colab.unpacked(tagged(copy, "bootstrap").source)
    helpers = {name: content for name, content in files.items() if name.startswith("helpers/")}
    assert len(helpers) > 10
    for name, content in helpers.items():
        assert content == (ROOT / name).read_bytes(), name
    side = "notebooks/models/advanced.json"
    assert files[side] == (ROOT / side).read_bytes()
    stored = sorted((ROOT / "figures" / "results").glob("*.json"))
    assert {p.stem for p in stored} == {r["notebook"] for r in results.published()}
    for path in stored:
        carried = json.loads(files[f"figures/results/{path.name}"])["records"]
        full = json.loads(path.read_text(encoding="utf-8"))["records"]
        tests = [r["test_accuracy"] for r in full if r["kind"] == "training"]
        assert [r["test_accuracy"] for r in carried if r["kind"] == "training"] == tests


def test_every_module_that_is_imported_travels(copy):
    code = [c.source for c in copy.cells if c.cell_type == "code"]
    files = colab.unpacked(tagged(copy, "bootstrap").source)
    carried = [content.decode() for name, content in files.items() if name.endswith(".py")]
    for source in [*code, *carried]:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers"):
                for alias in node.names:
                    places = [f"{node.module}.{alias.name}", node.module]
                    paths = [place.replace(".", "/") for place in places]
                    found = [f"{p}{end}" for p in paths for end in (".py", "/__init__.py")]
                    assert set(found) & set(files), alias.name
    assert not [name for name in files if "/tools/" in name or "/tests/" in name]


def test_the_same_notebook_gives_the_same_copy(path):
    texts = {
        nbformat.writes(colab.colab_copy(nbformat.read(path, as_version=4), path.stem))
        for _ in range(2)
    }
    assert len(texts) == 1


def test_only_what_colab_may_lack_is_installed():
    forbidden = {"numpy", "tensorflow", "keras", "ipykernel"}
    assert not forbidden & set(colab.PACKAGES.values())
    imported = set()
    carried = zipfile.ZipFile(io.BytesIO(colab.packed()))
    for name in [name for name in carried.namelist() if name.endswith(".py")]:
        for node in ast.walk(ast.parse(carried.read(name))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.split(".")[0])
    there = {"numpy", "tensorflow", "keras", "IPython", "helpers", "google", "typing_extensions"}
    allowed = {*colab.PACKAGES, *colab.TRACKING, *colab.SERVICE}
    allowed |= {"starlette", "pydantic", "anyio"}  # come with FastAPI
    allowed |= {"onnxruntime", "ai_edge_litert", "tf2onnx"}  # formats that are left out
    assert imported - set(sys.stdlib_module_names) - there <= allowed


def test_only_a_copy_that_tracks_asks_for_mlflow_and_optuna(path, copy):
    tracks = "import optuna" in path.read_text(encoding="utf-8")
    bootstrap = tagged(copy, "bootstrap").source
    assert all((package in bootstrap) == tracks for package in colab.TRACKING.values())
    pins = environment.extras(environment.FILE.read_text(encoding="utf-8"))["tracking"]
    assert colab.TRACKING["mlflow"].endswith(f"=={pins['mlflow']}")
    assert colab.TRACKING["optuna"] == f"optuna=={pins['optuna']}"


def test_only_a_copy_that_serves_asks_for_the_packages_of_the_service(path, copy):
    serves = "service.start(" in path.read_text(encoding="utf-8")
    bootstrap = tagged(copy, "bootstrap").source
    assert all((package in bootstrap) == serves for package in colab.SERVICE.values())
    pins = environment.extras(environment.FILE.read_text(encoding="utf-8"))["service"]
    assert set(colab.SERVICE.values()) == {f"{name}=={pin}" for name, pin in pins.items()}


def test_only_a_copy_that_borrows_brings_the_package_with_the_weights(path, copy):
    from helpers.models import lite0

    assert [*colab.BORROWED.values()] == [lite0.PACKAGE]
    assert set(colab.BORROWED) == {lite0.MODULE}
    borrows = "models.backbone(" in path.read_text(encoding="utf-8")
    assert (lite0.PACKAGE in tagged(copy, "bootstrap").source) == borrows


def test_parameters_are_form_fields_and_still_one_literal_a_line(path, copy):
    source = nbformat.read(path, as_version=4)
    cell, old = tagged(copy, "parameters"), tagged(source, "parameters")
    assert ast.dump(ast.parse(cell.source)) == ast.dump(ast.parse(old.source))
    assert cell.metadata.cellView == "form"
    lines = cell.source.splitlines()
    assert lines[0] == "#@title Parameters" and all("  #@param " in line for line in lines[1:])
    for line in lines[1:]:
        choices = re.search(r"#@param (\[.*\]) ", line)
        for choice in json.loads(choices[1]) if choices else ():
            ast.literal_eval(choice)


def test_the_choices_of_a_dataset_are_the_notebooks_own(path, copy):
    about = execution.about(path)
    (line,) = [w for w in tagged(copy, "parameters").source.splitlines() if "dataset = " in w]
    choices = json.loads(re.search(r"#@param (\[.*\]) ", line)[1])
    named = [ast.literal_eval(choice) for choice in choices]
    assert named == [None, "auto", about, config.EMBEDDED[about]]
    (text,) = [cell.source for cell in copy.cells if cell.id == "about-parameters"]
    assert f"'/content/{about}'" in text and "Leave everything at" not in text


def test_nothing_relative_is_needed(copy):
    text = "\n".join(cell.source for cell in copy.cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert all(target.startswith("https://") for target in targets)
    assert not [cell for cell in copy.cells if cell.get("outputs")]
    for words in ("overview](", "Overview of the course", "JupyterLab folds", "helpers.tools"):
        assert words not in text
    assert "the overview" not in text and "?." not in text.splitlines()[-1]


def test_the_words_that_are_replaced_still_stand_in_the_notebooks():
    sources = [c.source for p in PATHS for c in nbformat.read(p, as_version=4).cells]
    for words in colab_cells.WORDS:
        assert any(words in source for source in sources), words


def test_the_visitor_reads_where_to_click_and_how_long_it_takes(copy):
    (intro,) = [cell.source for cell in copy.cells if cell.id == "colab"]
    for words in ("Change runtime type", "T4 GPU", "float32", "not measured", "advanced.keras"):
        assert words in intro
    assert re.search(r"about \d+ minutes\s+on a T4", intro)


def test_a_course_notebook_alone_says_so_in_two_lines(path, tmp_path):
    cell = tagged(nbformat.read(path, as_version=4), "bootstrap")
    ended = subprocess.run(
        [sys.executable, "-I", "-c", cell.source], cwd=tmp_path, capture_output=True, text=True
    )
    assert ended.returncode == 1
    raised = "try:\n" + "\n".join(f"    {line}" for line in cell.source.splitlines())
    raised += "\nexcept ImportError as error:\n    print(*error._render_traceback_(), sep='\\n')"
    said = subprocess.run(
        [sys.executable, "-I", "-c", raised], cwd=tmp_path, capture_output=True, text=True
    )
    lines = said.stdout.splitlines()
    assert len(lines) == 2 and lines[0] == "The course's folder 'helpers' is missing."
    assert "'make colab'" in lines[1]


@pytest.mark.copies
@pytest.mark.parametrize("number", ["01", "06"])
def test_a_copy_runs_alone_in_an_empty_folder(number, tmp_path):
    (path,) = [path for path in PATHS if path.stem.startswith(number)]
    made = colab.colab_copy(nbformat.read(path, as_version=4), path.stem)
    (tmp_path / path.name).write_text(nbformat.writes(made), encoding="utf-8")
    assert test_colab.alone(sys.executable, tmp_path / path.name, tmp_path / "alone") == ""
    (unpacked,) = (tmp_path / "alone").glob("cnn-course-*/helpers")
    assert (unpacked / "training" / "fitting.py").is_file() and not (unpacked / "tests").exists()


@pytest.mark.copies
def test_06_alone_takes_the_published_model_and_says_so(tmp_path):
    (path,) = [path for path in PATHS if path.stem.startswith("06")]
    made = colab.colab_copy(nbformat.read(path, as_version=4), path.stem)
    (ask,) = [cell for cell in made.cells if cell.id == "model-ask"]
    chosen = f"{{'advanced (1).keras': Path({str(config.published_model())!r}).read_bytes()}}"
    ask.source += f"\nupload_model, model_box = True, {chosen}"
    (tmp_path / path.name).write_text(nbformat.writes(made), encoding="utf-8")
    assert test_colab.alone(sys.executable, tmp_path / path.name, tmp_path / "alone") == ""
    executed = nbformat.read(tmp_path / "alone" / path.name, as_version=4)
    told = {cell.id: said(cell) for cell in executed.cells}
    assert told["model-take"] == "advanced (1).keras is the course's published model.\n"
    assert "small network is trained" in told["open"]
    assert "airplane, automobile" in told["photo-model"]


@pytest.mark.copies
def test_a_copy_that_fails_is_told(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    (tmp_path / "bad.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
    error = test_colab.alone(sys.executable, tmp_path / "bad.ipynb", tmp_path / "alone")
    assert error == "failed: ZeroDivisionError: division by zero"
