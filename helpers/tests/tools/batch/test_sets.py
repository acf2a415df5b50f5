"""The dataset of a grid is each notebook's own of its kind."""

import json

import pytest

from helpers import config
from helpers.tools import execution
from helpers.tools.batch import grid, kept, sets

TEN, HUNDRED, TRANSFER = "03_two_layer_cnn", "10_hundred_classes", "11_transfer_learning"


@pytest.mark.parametrize(
    ("notebook", "given", "dataset"),
    [
        (TEN, {"dataset": "digits"}, "digits"),
        (HUNDRED, {"dataset": "digits"}, "digits100"),
        (TEN, {"dataset": "digits100"}, "digits"),
        (HUNDRED, {"dataset": "cifar10"}, "cifar100"),
        (HUNDRED, {"dataset": "auto"}, "auto"),
        (TRANSFER, {"dataset": "digits"}, "digits"),
        (TRANSFER, {"dataset": "digits", "target": "cifar100"}, "digits100"),
        (TRANSFER, {"dataset": "digits", "target": None}, "digits"),
        ("somebody's", {"dataset": "digits"}, "digits"),
        (HUNDRED, {"dataset": "digit"}, "digit"),
        (HUNDRED, {"dataset": ["digits"]}, ["digits"]),
        (HUNDRED, {"dataset": None}, None),
    ],
)
def test_a_dataset_is_the_notebooks_own(notebook, given, dataset):
    assert sets.meant(notebook, given, "") == given | {"dataset": dataset}
    assert sets.meant(notebook, {"seeds": [0]}, "") == {"seeds": [0]}


def test_what_a_notebook_says_of_itself_counts():
    own = json.dumps({"source": ['settings = training.start("mine", about="cifar100")']})
    assert sets.meant("mine", {"dataset": "digits"}, own) == {"dataset": "digits100"}
    changed = json.dumps({"source": ["size = None\n", 'target = "cifar100"\n']})
    assert sets.about(TRANSFER, {}, changed) == "cifar100"
    assert sets.about(TRANSFER, {"target": "cifar10"}, changed) == "cifar10"
    assert sets.about(TRANSFER, {}, changed.replace("cifar100", "None")) == "cifar10"


def test_two_names_of_one_dataset_are_one_run():
    files = [str(execution.NOTEBOOKS / f"{name}.ipynb") for name in (TEN, HUNDRED)]
    both = grid.Grid(files, {"dataset": ["digits", "digits100"], "seeds": [[0]]}, grid.Limits())
    assert [run.parameters["dataset"] for run in grid.runs(both)] == ["digits", "digits100"]


def test_one_grid_is_for_all_notebooks(monkeypatch):
    monkeypatch.delenv("COURSE_DATASET", raising=False)
    files = [str(execution.NOTEBOOKS / f"{name}.ipynb") for name in (TEN, HUNDRED)]
    crossed = {"profile": ["smoke"], "dataset": ["digits"]}
    runs = grid.runs(grid.Grid(files, crossed, grid.Limits()))
    assert [run.parameters["dataset"] for run in runs] == ["digits", "digits100"]
    told = [kept.dataset_of(run) for run in runs]
    assert told == [("digits", "cifar10"), ("digits100", "cifar100")]
    for run, about in zip(runs, ("cifar10", "cifar100"), strict=True):
        named = run.parameters["dataset"]
        settings = config.resolve(run.notebook, "dense", dataset=named, about=about)
        assert settings.dataset == named
