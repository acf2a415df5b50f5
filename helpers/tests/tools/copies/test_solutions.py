"""Solution copies run, and every check on the course's solutions passes."""

import nbformat
import pytest

from helpers import checks
from helpers.tests import notebooks
from helpers.tools import execution
from helpers.tools.copies import student

pytestmark = pytest.mark.copies

PATHS = execution.choose_notebooks(None)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_solution_copy_runs_and_all_its_solutions_are_right(path):
    copy = student.solution_copy(nbformat.read(path, as_version=4), path.stem)
    result = notebooks.run_copy(copy, path.stem)
    assert (result["state"], result["error"]) == ("ok", "")
    executed = nbformat.reads(result["executed"], as_version=4)
    lines = "".join(map(notebooks.said, executed.cells)).splitlines()
    for number in (n for n in checks.EXERCISES if n.startswith(path.stem[:2])):
        assert f"Exercise {number}, the course's solution: {checks.praise(number)}" in lines
