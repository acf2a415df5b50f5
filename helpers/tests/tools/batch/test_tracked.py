"""A batch and MLflow: four runs at a time, one writer, the same numbers as the leaderboard."""

import sys

import pytest

from helpers.results import tracking, waiting
from helpers.tests.results.stored import runs
from helpers.tests.tools.batch.test_batch import put, rows
from helpers.tools.batch import command, grid, kept, pools

pytestmark = [
    pytest.mark.copies,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]
TRAINS = """
from helpers import config, evaluation
from helpers.tests import tiny
settings = config.resolve("01_dense_baseline", "dense", profile="smoke", dataset="digits")
data = tiny.dataset()
evaluation.final_test(tiny.fit(tiny.network(x), data, settings, epochs=2, seed=x), data)
if x == 3:
    raise RuntimeError("too late")
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    monkeypatch.setattr(tracking, "_silent", set())
    return tmp_path / "in"


def start(folder):
    place = folder.parent / "grid.yml"
    place.write_text(
        "notebooks: [in]\nparameters: {x: [0, 1, 2, 3]}\nlimits: {minutes: 60, memory_gb: 3}\n"
    )
    wanted, out = grid.read(place), folder.parent / "runs" / "four"
    with kept.locked(out), command._logging(out), pools.local(4) as pool:
        command.run(grid.runs(wanted), wanted.limits, out, pool, False)
    return [row for row in rows(out) if row["state"] == "ok"]


def table_of_mlflow() -> list[tuple]:
    executed = {run.info.run_id: run.data.tags["course.execution"] for run in runs("notebook")}
    return sorted(
        (
            executed[run.data.tags["mlflow.parentRunId"]].split("/")[1].split()[0],
            run.data.params["model"],
            str(run.data.metrics["final_val_accuracy"]),
            str(run.data.metrics["test_accuracy"]),
        )
        for run in runs("training")
    )


def test_four_runs_at_a_time_are_in_mlflow_as_on_the_leaderboard(folder, monkeypatch):
    mlflow = pytest.importorskip("mlflow", reason="make setup EXTRAS=tracking")
    put(folder, "a", TRAINS)
    monkeypatch.setenv("COURSE_TRACKING", "mlflow")
    monkeypatch.setenv("COURSE_RUNS", str(folder.parent / "runs"))
    board = start(folder)
    named = ("model", "val_accuracy", "test_accuracy")
    told = [(row["executed"].split("/")[1][:-6], *(row[key] for key in named)) for row in board]
    assert len(told) == 3 and table_of_mlflow() == sorted(told)
    wholes = runs("notebook")
    for run in runs("training"):
        wanted = {"notebook", "dataset", "dataset_fingerprint", "profile", "course_version"}
        assert wanted <= set(run.data.tags)
    states = sorted((run.data.params["x"], run.data.tags["state"]) for run in wholes)
    assert states == [("0", "ok"), ("1", "ok"), ("2", "ok"), ("3", "failed")]
    client = mlflow.MlflowClient(tracking.address())
    for run in wholes:
        assert [a.path for a in client.list_artifacts(run.info.run_id)] == ["executed.ipynb"]
    for run in runs("training"):
        assert "model" in [a.path for a in client.list_artifacts(run.info.run_id)]
    assert waiting.entries() == []


FORGES = """
import json, os
from pathlib import Path
place = Path(os.environ["COURSE_RUNS"]) / "tracking"
for number, content in enumerate(["[]", "{}", '{"record": 1, "origin": 2}']):
    (place / str(number)).mkdir(parents=True)
    (place / str(number) / "entry.json").write_text(content)
(place / "3").mkdir()
os.mkfifo(place / "3" / "entry.json")
(place / "4").mkdir()
(place / "4" / "entry.json").write_text(json.dumps({"record": {"kind": "x"}, "origin": {}}))
(place / "4" / "model").symlink_to("/")
records = Path(os.environ["COURSE_RUNS"]) / "records"
records.mkdir()
odd = {"kind": "training", "notebook": "x", "parameters": {"optimizer": "adam"}}
(records / "odd.json").write_text(json.dumps(odd))
print(sorted(name for name in os.environ if name.startswith("MLFLOW")))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="makes a pipe")
def test_what_a_submission_forges_stops_no_batch(folder, monkeypatch):
    pytest.importorskip("mlflow", reason="make setup EXTRAS=tracking")
    put(folder, "a", FORGES)
    monkeypatch.setenv("COURSE_TRACKING", "mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
    monkeypatch.setenv("COURSE_RUNS", str(folder.parent / "runs"))
    assert len(start(folder)) == 4
    executed = next((folder.parent / "runs" / "four" / "executed").glob("*.ipynb"))
    assert "MLFLOW_TRACKING_PASSWORD" not in executed.read_text(encoding="utf-8")


def test_a_batch_whose_server_is_down_ends_as_ever_and_is_sent_later(folder, monkeypatch, capsys):
    pytest.importorskip("mlflow", reason="make setup EXTRAS=tracking")
    put(folder, "a", TRAINS)
    monkeypatch.setenv("COURSE_TRACKING", "mlflow")
    monkeypatch.setenv("COURSE_RUNS", str(folder.parent / "runs"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    assert len(start(folder)) == 3
    assert capsys.readouterr().out.count("Tracking:") == 1
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert tracking.send() == 7 and len(table_of_mlflow()) == 3
    assert tracking.send() == 0
