"""Copies for a class: what they are, and that students' copies run untouched."""

import ast
import re

import nbformat
import pytest

from helpers import checks
from helpers.tests import notebooks
from helpers.tools import execution
from helpers.tools.copies import editing, student

NAMES = [path.stem for path in execution.choose_notebooks(None)]


def made(make, name):
    source = nbformat.read(execution.NOTEBOOKS / f"{name}.ipynb", as_version=4)
    return make(source, name)


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def handed_out(name):
    return made(student.student_copy, name)


@pytest.fixture
def alone(name):
    return made(student.handout_copy, name)


@pytest.fixture
def solved(name):
    return made(student.solution_copy, name)


@pytest.mark.parametrize("kind", ["student", "handout"])
def test_students_get_the_stubs_and_no_solution(name, kind, handed_out, alone):
    source = nbformat.read(execution.NOTEBOOKS / f"{name}.ipynb", as_version=4)
    copy = handed_out if kind == "student" else alone
    text = "\n".join(cell.source for cell in copy.cells)
    for cell in source.cells:
        if editing.tagged(cell, "exercise"):
            assert cell.source in text
        if editing.tagged(cell, "solution"):
            assert cell.source not in text
    assert "course's solution" not in text.replace(student.NO_SOLUTION, "")
    assert "in the published run:**" not in text and "The stored" not in text
    assert not [c for c in copy.cells if c.get("outputs") or c.get("execution_count")]


def test_a_handout_needs_nothing_but_itself(name, alone):
    text = "\n".join(cell.source for cell in alone.cells)
    assert "\nHELPERS = " in text and "make colab" not in text
    assert all(t.startswith("https://") for t in re.findall(r"\]\(([^)]+)\)", text))
    assert "verview" not in text


def test_each_stub_has_the_name_and_signature_of_its_solution(handed_out, solved):
    stubs = [c for c in handed_out.cells if editing.tagged(c, "exercise")]
    functions = {}
    for cell in solved.cells:
        if editing.tagged(cell, "solution"):
            body = ast.parse(cell.source).body
            functions |= {d.name: d for d in body if isinstance(d, ast.FunctionDef)}
    assert len(stubs) >= 3
    for stub in stubs:
        (definition,) = ast.parse(stub.source).body
        answer = functions[f"_{definition.name}"]
        assert ast.dump(answer.args) == ast.dump(definition.args)
        assert ast.get_docstring(answer) == ast.get_docstring(definition)


def test_checks_carry_what_nbgrader_needs(name, handed_out):
    graded = [c for c in handed_out.cells if "nbgrader" in c.metadata]
    wanted = [number for number in checks.EXERCISES if number.startswith(name[:2])]
    assert [re.search(r'"(.*?)"', c.source)[1] for c in graded] == wanted
    assert len({c.metadata.nbgrader.grade_id for c in graded}) == len(wanted)
    for cell in graded:
        told = cell.metadata.nbgrader
        assert (told.schema_version, told.points, told.cell_type) == (3, 1, "code")
        assert told.grade and told.locked and not told.solution and not told.task


def test_nbgrader_sees_a_failing_cell_for_a_wrong_answer_only(monkeypatch):
    for task in ("autograde", "validate"):
        monkeypatch.setenv("NBGRADER_EXECUTION", task)
        with pytest.raises(AssertionError, match="What else does each unit add"):
            checks.check("01.1", lambda i, u: i * u)
        checks.check("01.1", lambda i, u: i * u + u)


def test_solutions_are_open_and_executed(solved):
    cells = [c for c in solved.cells if editing.tagged(c, "solution")]
    assert cells and not [c for c in cells if c.metadata.get("jupyter")]
    code = [c for c in solved.cells if c.cell_type == "code"]
    assert all(c.execution_count for c in code)
    assert sum("the course's solution: right." in notebooks.said(c) for c in code) >= 3


@pytest.mark.parametrize("folder", ["student", "solutions"])
def test_links_of_the_copies_lead_somewhere(folder, handed_out, solved):
    copy = handed_out if folder == "student" else solved
    for target in re.findall(r"\]\(([^)]+)\)", "".join(c.source for c in copy.cells)):
        there = editing.BUILD / folder / target
        beside = re.fullmatch(r"\d\d_\w+\.ipynb", target) and target[:-6] in NAMES
        assert target.startswith("https://") or beside or there.resolve().exists(), target


def test_copies_are_written_and_those_of_lost_notebooks_deleted(tmp_path):
    (tmp_path / "99_gone.ipynb").write_text("{}")
    (tmp_path / "mine.txt").write_text("stays")
    paths = editing.write(tmp_path, student.student_copy)
    assert sorted(tmp_path.iterdir()) == sorted([*paths, tmp_path / "mine.txt"])
    assert [path.stem for path in paths] == NAMES


def test_a_notebook_without_the_usual_words_is_an_error():
    notebook = notebooks.executed_notebook()
    notebook.metadata.course = {}
    with pytest.raises(ValueError, match="should begin with the sentence"):
        student.student_copy(notebook, "01_x")


@pytest.mark.copies
def test_a_student_copy_runs_to_its_end_and_every_check_gives_a_hint(name, handed_out):
    result = notebooks.run_copy(handed_out, name)
    assert (result["state"], result["error"]) == ("ok", "")
    wanted = sorted(number for number in checks.EXERCISES if number.startswith(name[:2]))
    assert sorted(check["exercise"] for check in result["checks"]) == wanted
    assert all(check["hint"] and not check["right"] for check in result["checks"])
