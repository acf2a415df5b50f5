"""Trouble on the way to MLflow costs no training and no record."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers import config, results
from helpers.results import mlflow_place, tracking, waiting
from helpers.tests import tiny
from helpers.tests.results.made import record
from helpers.tests.results.stored import runs
from helpers.tools import track

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
NOWHERE = "http://127.0.0.1:9"


def test_an_entry_that_cannot_be_filled_leaves_nothing(monkeypatch):
    def fill(folder):
        (folder / "model").mkdir()
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        waiting.put(record(), waiting.origin(), fill)
    assert waiting.entries() == [] and list(waiting.folder().iterdir()) == []


def test_a_run_that_was_half_sent_is_made_anew(mlflow, settings, monkeypatch):
    data = tiny.dataset()
    log_dict = mlflow.MlflowClient.log_dict

    def cut(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(mlflow.MlflowClient, "log_dict", cut)
    with pytest.raises(KeyboardInterrupt):
        tiny.fit(tiny.network(), data, settings, epochs=1)
    monkeypatch.setattr(mlflow.MlflowClient, "log_dict", log_dict)
    assert [run.info.status for run in runs("training")] == ["RUNNING"]
    assert tracking.send() == 1
    (run,) = runs("training")
    assert run.info.status == "FINISHED" and "final_val_accuracy" in run.data.metrics


def test_a_server_that_is_down_costs_one_line_and_no_record(
    mlflow, settings, monkeypatch, capsys, tmp_path
):
    data = tiny.dataset()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NOWHERE)
    trained = tiny.fit(tiny.network(), data, settings, epochs=2)
    results.Log(settings, data).percent("share", 0.5)
    said = capsys.readouterr().out
    assert said.count("Tracking:") == 1 and tracking.LATER in said
    assert trained.record.is_file() and len(waiting.entries()) == 2
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    monkeypatch.setattr(sys, "argv", ["track"])
    for expected in ("2 sent", "0 sent"):
        track.main()
        assert expected in capsys.readouterr().out
    (run,) = runs("training")
    assert run.data.metrics["final_val_accuracy"] == trained.history["val_accuracy"][-1]
    client = mlflow.MlflowClient(tracking.address())
    assert [a.path for a in client.list_artifacts(run.info.run_id)] == ["model", "record.json"]


def test_an_entry_that_is_refused_stops_no_other(mlflow, settings, capsys, monkeypatch):
    place = waiting.put({"kind": "training", "notebook": "01"}, {"execution": "x"})  # no model
    long = record() | {"history": {"loss": [0.5] * 60_000}}
    waiting.put(long, {"execution": "x"})
    results.Log(settings, tiny.dataset()).percent("share", 0.5)
    assert waiting.entries() == [] and (waiting.folder() / "refused" / place.name).is_dir()
    assert "was refused" in capsys.readouterr().out and runs("training") == []
    monkeypatch.setattr(sys, "argv", ["track"])
    track.main()
    assert "0 sent" in (said := capsys.readouterr().out) and "all but 2" in said


def test_a_database_that_was_deleted_gets_everything_again(mlflow, settings, monkeypatch, capsys):
    tiny.fit(tiny.network(), tiny.dataset(), settings, epochs=1)
    mlflow_place.database().unlink()
    mlflow.tracking._tracking_service.utils._tracking_store_registry._get_store_with_resolved_uri.cache_clear()
    monkeypatch.setattr(sys, "argv", ["track"])
    track.main()
    assert len(runs("training")) == 1


def test_a_passing_trouble_keeps_the_entry(mlflow, settings, monkeypatch, capsys):
    def slow(*arguments, **options):
        raise mlflow.exceptions.MlflowException("the disk of the server is full")

    kept = mlflow.MlflowClient.log_artifacts
    monkeypatch.setattr(mlflow.MlflowClient, "log_artifacts", slow)
    tiny.fit(tiny.network(), tiny.dataset(), settings, epochs=1)
    assert "takes nothing (the disk of the server is full)" in capsys.readouterr().out
    assert len(waiting.entries()) == 1 and waiting.refused() == []
    monkeypatch.setattr(mlflow.MlflowClient, "log_artifacts", kept)
    assert tracking.send() == 1 and len(runs("training")) == 1


def test_an_experiment_that_was_deleted_on_the_page_is_restored(mlflow, settings):
    log = results.Log(settings, tiny.dataset())
    log.percent("a", 0.5)
    client = mlflow.MlflowClient(tracking.address())
    client.delete_experiment(tracking.experiment_id())
    log.percent("b", 0.5)
    assert waiting.entries() == [] and waiting.refused() == [] and len(runs("notebook")) == 1


def test_forged_and_damaged_records_stop_nobody(mlflow, settings, monkeypatch, capsys):
    odd = [
        record() | {"parameters": {"optimizer": "adam"}},
        record(model="x" * 900) | {"seed": "π"},
    ]
    odd += [record(model="n", history={"loss": [float("inf"), 0.5], "α": [1], "β": [2]}), [1], "x"]
    folder = results.records_dir()
    folder.mkdir(parents=True)
    for number, content in enumerate(odd):
        (folder / f"{number}.json").write_text(json.dumps(content))
    (folder / "half.json").write_text("{")
    monkeypatch.setattr(sys, "argv", ["track"])
    track.main()
    said = capsys.readouterr().out
    assert "3 sent" in said and said.count("is no record") == 3
    curves = [{k for k in run.data.metrics if k[0] in "_l"} for run in runs("training")]
    assert max(curves, key=len) >= {"loss"} and max(map(len, curves)) == 3
    assert all(len(run.info.run_name) <= 200 for run in runs("training"))


def test_without_mlflow_the_record_stays_and_one_line_says_what_to_do(
    settings, monkeypatch, capsys
):
    monkeypatch.setenv("COURSE_TRACKING", "mlflow")
    for name in ("mlflow", "mlflow.keras", "mlflow.models", "mlflow.types"):
        monkeypatch.setitem(sys.modules, name, None)
    trained = tiny.fit(tiny.network(), tiny.dataset(), settings, epochs=1)
    said = capsys.readouterr().out
    assert trained.record.is_file() and len(waiting.entries()) == 1
    assert said.count(tracking.INSTALL) == 2  # for models, and for sending
    results.Log(settings, tiny.dataset()).percent("share", 0.5)
    assert tracking.INSTALL not in capsys.readouterr().out


WRITER = """
import sys
from helpers import config, data, results
from helpers.tests.results.made import Data
Data.name = sys.argv[1]
settings = config.resolve("01_dense_baseline", "dense", profile="smoke", dataset="digits")
log = results.Log(settings, Data())
for number in range(5):
    log.measurement(f"{sys.argv[1]} {number}", float(number))
"""


@pytest.mark.copies
def test_four_processes_share_a_new_file(mlflow, tmp_path):
    names = [f"set {number}" for number in range(4)]

    def run(name):
        command = [sys.executable, "-c", WRITER, name]
        return subprocess.run(command, capture_output=True, text=True, cwd=config.course_root())

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(run, names))
    assert [(e.returncode, e.stdout, e.stderr[-500:]) for e in ended] == [(0, "", "")] * 4
    found = {run.data.tags["dataset"]: run.data.metrics for run in runs("notebook")}
    assert found == {n: {f"{n} {i}": float(i) for i in range(5)} for n in names}
