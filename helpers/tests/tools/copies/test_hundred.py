"""Notebook 10 on CIFAR-100 itself: here on a made-up archive in its official format."""

import nbformat
import pytest

from helpers.data.layouts import CIFAR100
from helpers.tests import notebooks
from helpers.tests.data import hundred
from helpers.tools import execution
from helpers.tools.batch import runner

pytestmark = pytest.mark.copies

PATH = execution.NOTEBOOKS / "10_hundred_classes.ipynb"


@pytest.fixture
def archive(tmp_path):
    folder = hundred.write(tmp_path / "made" / CIFAR100.folder)
    return hundred.packed(folder, tmp_path / "copy.tar.gz")


def test_it_runs_on_an_archive_that_is_named(archive, monkeypatch):
    monkeypatch.setenv("CIFAR100_DIR", str(archive))
    settings = {"COURSE_PROFILE": "smoke", "COURSE_DATASET": "cifar100"}
    text = PATH.read_text(encoding="utf-8")
    task = notebooks.task(text, notebook=PATH.stem, environment=settings)
    result = runner.run(task, lambda: False)
    assert (result["state"], result["error"]) == ("ok", "")
    cells = nbformat.reads(result["executed"], as_version=4).cells
    said = {cell.id: notebooks.said(cell) for cell in cells if cell.cell_type == "code"}
    assert said["load"].startswith("CIFAR-100 (unverified copy), read from the folder or archive")
    assert "coarse 19: " in said["groups"] and "fine 0" in said["groups"]
    assert "20 superclasses, 50 training images of each" in said["coarse-data"]
    assert {record["dataset"] for record in result["records"]} == {"CIFAR-100 (unverified copy)"}
