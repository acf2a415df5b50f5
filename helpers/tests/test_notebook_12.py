"""Notebook 12 without its extra packages, and with two workers on one search."""

import json
import os

import nbformat
import pytest

from helpers import config
from helpers.results import studies
from helpers.tests.notebooks import said, task
from helpers.tests.tools.batch.test_batch import rows
from helpers.tools import execution
from helpers.tools.batch import command, grid, kept, pools, runner
from helpers.tools.test import SHARED_CACHE

NOTEBOOK = execution.NOTEBOOKS / "12_tracking_and_search.ipynb"
HIDDEN = "import sys\nsys.modules['mlflow'] = sys.modules['optuna'] = None\n"


def executed(folder, **environment) -> dict:
    settings = {"COURSE_PROFILE": "smoke", "COURSE_DATASET": "digits"} | environment
    if SHARED_CACHE in os.environ:
        settings["COURSE_CACHE"] = os.environ[SHARED_CACHE]
    text = NOTEBOOK.read_text(encoding="utf-8")
    wanted = task(text, notebook=NOTEBOOK.stem, environment=settings)
    return runner.run(wanted, lambda: False)


@pytest.mark.copies
def test_without_mlflow_and_optuna_it_says_so_and_all_else_runs(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    path = os.pathsep.join([str(config.course_root()), str(tmp_path)])
    result = executed(tmp_path, PYTHONPATH=path)
    assert result["state"] == "ok", result["error"]
    cells = {cell.id: cell for cell in nbformat.reads(result["executed"], as_version=4).cells}
    told = said(cells["extra"]).splitlines()
    assert len(told) == 2 and "make setup EXTRAS=tracking" in told[1]
    for left_out in ("hand", "back", "alias", "agree", "cut-read"):
        assert not cells[left_out].outputs, left_out
    assert "grid: best" in said(cells["compare"]) and "TPE" not in said(cells["compare"])
    assert "two-layer CNN, searched" in json.dumps(cells["comparison"].outputs)


@pytest.mark.copies
def test_two_workers_share_a_study_and_do_no_trial_twice(tmp_path, monkeypatch):
    optuna = pytest.importorskip("optuna", reason="make setup EXTRAS=tracking")
    monkeypatch.chdir(tmp_path)
    shared = tmp_path / "shared.db"
    (tmp_path / "grid.yml").write_text(
        f"notebooks: [{NOTEBOOK}]\nlimits: {{minutes: 60, memory_gb: 6}}\n"
        f"parameters: {{profile: smoke, dataset: digits, study: {shared}, worker: [1, 2]}}\n"
    )
    wanted, out = grid.read(tmp_path / "grid.yml"), tmp_path / "out"
    with kept.locked(out), command._logging(out), pools.local(2) as pool:
        status = command.run(grid.runs(wanted), wanted.limits, out, pool, False)
    assert status == 0, [row["error"] for row in rows(out)]
    (name,) = optuna.get_all_study_names(studies.storage(shared))
    trials = optuna.load_study(study_name=name, storage=studies.storage(shared)).trials
    assert {trial.state.name for trial in trials} <= {"COMPLETE", "PRUNED"}
    drawn = [json.dumps(trial.params, sort_keys=True) for trial in trials]
    assert len(set(drawn)) == len(drawn) >= 2
    lines = {
        said(cell)
        for path in (out / "executed").glob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        if cell.id == "winner"
    }
    assert len(lines) == 1, "both workers choose by the same trials"
