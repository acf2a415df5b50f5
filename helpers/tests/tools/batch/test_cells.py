"""Cells and notebooks are known when an editor, a cleaner or Colab took their marks away."""

import functools

import nbformat
import pytest

from helpers.tests import classroom
from helpers.tools import execution
from helpers.tools.batch import cells, colab_lines, reading
from helpers.tools.copies import editing, student

NAMES = [path.stem for path in execution.choose_notebooks(None)]


@functools.cache
def text_of(name, make):
    source = nbformat.read(execution.NOTEBOOKS / f"{name}.ipynb", as_version=4)
    return nbformat.writes(make(source, name))


def copy_of(name, make=student.student_copy):
    return nbformat.reads(text_of(name, make), as_version=4)


@pytest.mark.parametrize("make", [student.student_copy, student.handout_copy])
@pytest.mark.parametrize("lose", classroom.LOSE)
@pytest.mark.parametrize("name", NAMES)
def test_what_was_lost_changes_nothing(name, lose, make):
    copy = copy_of(name, make)
    known = cells.tolerated(copy.cells, name)
    stub = next(i for i, cell in enumerate(copy.cells) if editing.tagged(cell, "exercise"))
    assert stub in known and len(copy.cells) - 1 in known and stub - 2 not in known
    lost = classroom.LOSE[lose](copy_of(name, make))
    assert cells.tolerated(lost.cells, name) >= {i for i in known if i >= stub - 1}
    code = [i for i, cell in enumerate(lost.cells) if cell.cell_type == "code"]
    own = {i for i in cells.tolerated(lost.cells, name) if i < stub - 1 and i in code}
    assert {lost.cells[i].source.split("\n")[0] for i in own} <= {
        "#@title Bring a model",
        "#@title Check it",
    }
    assert cells.parameter_names(nbformat.writes(lost)) == cells.parameter_names(
        nbformat.writes(copy)
    )
    assert reading.notebook_said(nbformat.writes(lost), NAMES) == name


def test_what_a_student_wrote_or_changed_before_the_exercises_is_known():
    copy = copy_of("01_dense_baseline")
    places = {cell.id: i for i, cell in enumerate(copy.cells)}
    copy.cells[places["prediction-dense"]].source = "my_guess = 25 %"
    copy.cells[places["shapes"]].source += "\n\n"  # an editor's
    copy.cells.insert(3, nbformat.v4.new_code_cell("drive.mount('/content/drive')"))
    found = {i for i in cells.tolerated(copy.cells, "01_dense_baseline") if i < places["exercises"]}
    assert found == {3, places["prediction-dense"] + 1}


def test_a_notebook_is_known_by_its_checks_alone():
    checks = ['checks.check("02.1", a)', "checks.check('02.2', b)", 'checks.check("01.1", c)']
    code = [nbformat.v4.new_code_cell(source) for source in checks]
    written = nbformat.v4.new_notebook(cells=code, metadata={"course": "mine"})
    assert reading.notebook_said(nbformat.writes(written), NAMES) == "02_one_layer_cnn"
    assert reading.notebook_said("", NAMES) is None


def test_parameters_are_no_other_cell_that_assigns():
    written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("seeds = use_cache = 1")])
    assert cells.parameter_names(nbformat.writes(written)) is None


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("from google.colab import drive", "pass"),
        ("import google.colab.files", "pass"),
        ("import keras; drive.mount('/content/drive')", "import keras; pass"),
        ("if x:\n    drive.mount(\n        '/content')\ny = 'ü'", "if x:\n    pass\ny = 'ü'"),
        ("ü = 'ü'; drive.flush(); y = 2", "ü = 'ü'; pass; y = 2"),
        ("%tensorflow_version 2.x\nx = 1", "pass\nx = 1"),
        ("  !pip install -q \\\n  keras\nx = 1", "  pass\n\nx = 1"),
        ("!python -m pip install keras", "pass"),
        ("%cd /content/drive/MyDrive", "pass"),
        ("%%shell\npip install x", "\n"),
        ("%%capture\n!pip install x\ny = 1", "%%capture\npass\ny = 1"),
    ],
)
def test_lines_that_only_colab_knows_are_taken_out(source, left):
    *_, told = colab_lines.without(["from google.colab import drive", source])
    assert [line.split(colab_lines.NOTE)[0].rstrip() for line in told.split("\n")] == [
        line.rstrip() for line in left.split("\n")
    ]
    assert colab_lines.NOTE in told or source.count(";")


@pytest.mark.parametrize(
    "source",
    [
        "drive = 3\ndrive += 1",
        "%matplotlib inline\n!ls\nx = 1\n",
        "def f(:\n  drive.mount()",
        "pip = 1\npip",
        "",
    ],
)
def test_all_other_lines_stay(source):
    assert colab_lines.without(["from google.colab import drive", source])[1] == source


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_the_course_is_taken_out(name):
    code = [c.source for c in copy_of(name, student.handout_copy).cells if c.cell_type == "code"]
    assert colab_lines.without(code) == code


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00 and \\ud83d"])
def test_half_an_emoji_is_replaced_and_the_rest_stays(half):
    written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = '\u00fc\U0001f600'")])
    text = nbformat.writes(written).replace("x = ", f"# {half}\\nx = ")
    read, problem = reading.text_of(text.encode())
    assert not problem and "\u00fc\U0001f600" in nbformat.reads(read, as_version=4).cells[0].source
    assert "# ?" in nbformat.reads(read, as_version=4).cells[0].source
    read.encode("utf-8")
    nbformat.validate(nbformat.reads(read, as_version=4))


def test_a_byte_that_is_no_text_is_replaced():
    written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 'M\u00fcller'")])
    read, problem = reading.text_of(nbformat.writes(written).encode("cp1252"))
    assert not problem and nbformat.reads(read, as_version=4).cells[0].source == "x = 'M\ufffdller'"
