"""What every stored notebook has to be, and that its results are the published records."""

import ast
import re
import statistics

import nbformat
import pytest

from helpers import checks, config, results
from helpers.results import tables
from helpers.tests.published import of_main_dataset

ROOT = config.course_root()
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PUBLISHED = {record["notebook"] for record in results.published()}
PENDING = "Newer than the published run: run this cell to see what it shows.\n"
COMPUTING = ("training.", "trained(", "evaluation.", "log.", "results.", "data.load", "runs")
PARAMETERS = ["dataset", "profile", "data_dir", "seeds", "epochs", "use_cache"]


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tagged(cells, tag):
    return [cell for cell in cells if tag in cell.metadata.get("tags", [])]


def outputs(cells):
    return [output for cell in cells for output in cell.outputs]


def text_of(cell) -> str:
    return "".join(
        o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in cell.outputs
    )


def test_it_was_executed_in_order_and_without_errors(code):
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [o for o in outputs(code) if o.output_type == "error"]
    assert not [o for o in outputs(code) if o.get("name") == "stderr"]


def test_it_begins_with_title_purpose_card_and_parameters(notebook, code):
    first, card = notebook.cells[:2]
    assert first.source.startswith("# ") and len(first.source.splitlines()) == 3
    for part in ("You will learn", "**Time**", "**Needs**", "**Makes**"):
        assert part in card.source
    (parameters,) = tagged(code, "parameters")
    assigned = ast.parse(parameters.source).body
    assert [line.targets[0].id for line in assigned][: len(PARAMETERS)] == PARAMETERS
    assert all(isinstance(line.value, ast.Constant) for line in assigned)
    assert all(line.value.value is None for line in assigned[: len(PARAMETERS)])
    assert len(parameters.source.splitlines()) == len(assigned)
    assert notebook.cells[-1].source.startswith("## Take-aways")


def test_all_begin_with_the_same_bootstrap():
    notebooks = [nbformat.read(path, as_version=4) for path in PATHS]
    sources = [cell.source for nb in notebooks for cell in tagged(nb.cells, "bootstrap")]
    assert len(sources) == len(PATHS) and len(set(sources)) == 1
    assert len([line for line in sources[0].splitlines() if line]) <= 8


def test_one_call_settles_what_runs_where(notebook, path):
    (cell,) = [cell for cell in notebook.cells if cell.id == "settings"]
    assert re.search(rf'^settings = training\.start\(\s*"{path.stem}", ', cell.source, re.M)
    (output,) = cell.outputs
    if path.stem in PUBLISHED:
        expected = r"Profile full: \d+ epochs, seeds \[.*\]\nRunning on .+\n"
        assert re.fullmatch(expected, output.text)
    else:
        assert output.text == PENDING


def test_the_card_and_the_runner_tell_the_same_time(notebook):
    told = notebook.metadata.course.expected_seconds  # those in `class`: figures/times.json
    assert {"smoke", "full"} <= set(told) <= set(config.PROFILES)
    assert re.search(rf"\b{round(told['full'] / 60)} minutes in `full`", notebook.cells[1].source)


def test_cells_are_short_and_not_left_without_prose(notebook, code):
    lengths = [len(cell.source.splitlines()) for cell in code]
    assert max(lengths) <= 25 and statistics.median(lengths) <= 8
    kinds = [cell.cell_type for cell in notebook.cells]
    assert "code code code code code code" not in " ".join(kinds)


def test_outputs_are_fit_for_the_web(notebook, path):
    everything = nbformat.writes(notebook)
    assert not re.search(r"/(root|work|home|tmp|Users)/", everything)
    assert "Warning" not in everything and "oneDNN custom operations" not in everything
    assert "widgets" not in notebook.metadata and '"papermill":' not in everything
    assert notebook.metadata.kernelspec.name == "python3"
    assert path.stat().st_size < 1_500_000


def test_pictures_have_alt_text_and_none_is_of_the_dataset(code):
    for cell in code:
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                assert len(output.metadata["image/png"]["alt"]) > 20
                assert "dataset-images" not in cell.metadata.get("tags", [])
    for cell in tagged(code, "dataset-images"):
        assert text_of(cell).startswith("Run this cell to see: ")


def test_links_lead_somewhere(notebook, path):
    for target in re.findall(r"\]\(([^)]+)\)", "".join(c.source for c in notebook.cells)):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def test_each_exercise_has_stub_check_solution_and_the_same_check(notebook, code):
    stubs = tagged(code, "exercise")
    assert len(stubs) >= 3
    for stub in stubs:
        place = code.index(stub)
        check, solution, again = code[place + 1 : place + 4]
        assert "solution" in solution.metadata.tags and solution.metadata.jupyter.source_hidden
        (stub_def,) = ast.parse(stub.source).body
        (solution_def,) = ast.parse(solution.source).body
        assert solution_def.name == f"_{stub_def.name}"
        assert ast.dump(solution_def.args) == ast.dump(stub_def.args)
        assert ast.get_docstring(solution_def) == ast.get_docstring(stub_def)
        assert again.source == check.source.replace(
            f", {stub_def.name})", f", _{stub_def.name}, solution=True)"
        )
        exercise = re.search(r'"(\d\d\.\d)"', check.source)[1]
        assert exercise in checks.EXERCISES
        defined = {}
        exec(stub.source, defined)
        hint = checks.verdict(exercise, defined[stub_def.name])
        assert hint and text_of(check) == f"Exercise {exercise}: not yet. {hint}\n"
        praise = checks.praise(exercise)
        assert text_of(again) == f"Exercise {exercise}, the course's solution: {praise}\n"


def test_there_are_strict_cells_and_each_has_an_output_to_compare(code):
    strict = tagged(code, "nbval-check-output")
    assert len(strict) >= 5
    for cell in strict:
        assert cell.outputs, "a strict cell without output checks nothing"


def test_a_notebook_without_published_records_shows_no_results(notebook, path, code):
    """Its card says so; what hangs on data or machine is open, what never differs is shown."""
    if path.stem in PUBLISHED:
        assert "not published yet" not in notebook.cells[1].source
        return
    assert "Its numbers are not published yet" in notebook.cells[1].source
    strict = tagged(code, "nbval-check-output")
    for cell in code:
        hangs_on_it = any(word in cell.source for word in COMPUTING)
        if cell.outputs and hangs_on_it and cell not in strict:
            assert text_of(cell) == PENDING, cell.id


def test_stored_results_are_the_published_records(path, code):
    records = [r for r in results.published() if r["notebook"] == path.stem]
    if not records:
        pytest.skip(f"{path.stem} is not published yet")
    assert {r["profile"] for r in records} == {"full"}
    tested = tables.tested(of_main_dataset(path.stem))  # outputs are stored of that alone
    said = [text_of(cell) for cell in code if "evaluation.final_test" in cell.source]
    models = {r["model"] for r in tested}
    expected = [[r["test_accuracy"] for r in tested if r["model"] == m] for m in models]
    assert sorted(said) == sorted(f"test accuracy: {results.percent(t)}\n" for t in expected)
    if not tested:
        return
    assert len({r["dataset_fingerprint"] for r in tested}) == 1
    markdown = [o for o in outputs(code) if "text/markdown" in o.get("data", {})]
    (shown,) = [o for o in markdown if "| Model |" in o.data["text/markdown"]]
    table = [line for line in shown.data["text/markdown"].splitlines() if line.startswith("|")]
    (dataset,) = results.tested_datasets(tested)
    together = results.of_one_dataset(results.published(), dataset)
    known = tables.markdown_table(tables.summarise(tables.until(together, path.stem))).splitlines()
    assert table == known, "the table isn't that of the records of this notebook and earlier ones"


def test_published_notebooks_compare_themselves_with_each_other(code):
    assert not [cell.id for cell in code if "published)" in text_of(cell)]
