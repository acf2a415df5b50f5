"""Records on their way to MLflow: sent once, whole, and never at the cost of a training."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from helpers import config, evaluation, results
from helpers.results import batch_runs, mlflow_store, tracking, waiting
from helpers.tests import tiny
from helpers.tests.results.made import record
from helpers.tools import track

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def settings():
    return config.resolve("01_dense_baseline", "dense", profile="smoke", dataset="digits")


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    monkeypatch.setattr(tracking, "_silent", set())


@pytest.fixture
def mlflow(monkeypatch):
    monkeypatch.setenv("COURSE_TRACKING", "mlflow")
    return pytest.importorskip("mlflow", reason="make setup EXTRAS=tracking")


def runs(level: str) -> list:
    with mlflow_store.quiet():
        return mlflow_store.Store(tracking.address())._find(level=level)


def test_without_the_variable_nothing_is_kept(settings):
    results.Log(settings, tiny.dataset()).percent("share", [0.5])
    assert not waiting.folder().exists()


def test_another_word_is_an_error_that_names_those_allowed(monkeypatch):
    monkeypatch.setenv("COURSE_TRACKING", "wandb")
    with pytest.raises(ValueError, match=r"COURSE_TRACKING is 'wandb'.*mlflow, later"):
        config.tracking()


def test_later_keeps_records_in_their_order_and_sends_none(monkeypatch, settings):
    monkeypatch.setenv("COURSE_TRACKING", "later")
    log = results.Log(settings, tiny.dataset())
    log.percent("b", [0.5, 0.7])
    log.percent("a", 0.25)
    found = [waiting.read(entry) for entry in waiting.entries()]
    assert [content["name"] for content, _ in found] == ["b", "a"]
    assert found[0][1]["execution"] == found[1][1]["execution"]
    assert len(found[0][1]["course_version"]) == 12
    assert not mlflow_store.database().exists()


def test_an_entry_that_cannot_be_filled_leaves_nothing(monkeypatch):
    def fill(folder):
        (folder / "model").mkdir()
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        waiting.put(record(), waiting.origin(), fill)
    assert waiting.entries() == [] and list(waiting.folder().iterdir()) == []


def test_identity_is_of_the_record_not_of_its_test_nor_of_the_optimizers_number():
    one = record(test=None) | {"parameters": {"optimizer": {"name": "sgd", "momentum": 0.9}}}
    tested = one | {"test_accuracy": 0.5, "test_loss": 1.5, "test_looks": 2}
    renamed = one | {"parameters": {"optimizer": {"name": "sgd_7", "momentum": 0.9}}}
    other = one | {"parameters": {"optimizer": {"name": "sgd", "momentum": 0.8}}}
    assert len({waiting.identity(r) for r in (one, tested, renamed)}) == 1
    assert waiting.identity(other) != waiting.identity(one)
    assert waiting.identity(one, "batch/a") != waiting.identity(one, "batch/b")
    assert waiting.state(tested).endswith("-2") and waiting.state(one).endswith("-0")


def test_a_training_is_a_run_with_all_that_repeats_it(mlflow, settings, capsys):
    data = tiny.dataset()
    trained = tiny.fit(tiny.network(), data, settings, epochs=3, seed=4)
    score = evaluation.final_test(trained, data)
    results.Log(settings, data).percent("share, of 3 × 3", [0.1, 0.2])
    (run,), (whole,) = runs("training"), runs("notebook")
    assert run.info.run_name == "test model, seed 4" and run.info.status == "FINISHED"
    assert run.data.params["seed"] == "4" and run.data.params["optimizer.momentum"] == "0.9"
    tags = run.data.tags
    assert tags["mlflow.parentRunId"] == whole.info.run_id
    wanted = {"notebook": "01_dense_baseline", "dataset": "digits", "profile": "smoke"}
    assert (wanted | {"dataset_fingerprint": data.fingerprint}).items() <= tags.items()
    assert len(tags["course_version"]) == 12
    client = mlflow.MlflowClient(tracking.address())
    curve = client.get_metric_history(run.info.run_id, "val_loss")
    told = [(metric.step, metric.value) for metric in curve]
    assert told == list(enumerate(trained.history["val_loss"]))
    assert run.data.metrics["test_accuracy"] == pytest.approx(score, abs=1e-6)
    assert whole.data.metrics["share - of 3 x 3"] == pytest.approx(0.15)
    assert waiting.entries() == [] and "Tracking" not in capsys.readouterr().out


def test_its_model_opens_again_with_signature_and_example(mlflow, settings):
    import mlflow.keras  # only then has `mlflow` the name

    data = tiny.dataset()
    trained = tiny.fit(tiny.network(), data, settings, epochs=1)
    (run,) = runs("training")
    client = mlflow.MlflowClient(tracking.address())
    folder = client.download_artifacts(run.info.run_id, "model")
    about = mlflow.models.Model.load(folder)
    example = about.load_input_example(folder)
    assert np.array_equal(example, data.x_train[:2]) and example.dtype == np.uint8
    assert about.signature.inputs.inputs[0].shape == (-1, 32, 32, 3)
    assert about.signature.outputs.inputs[0].shape == (-1, 10)
    again = mlflow.keras.load_model(folder)
    asked = [model.predict(data.x_val, verbose=0) for model in (trained.model, again)]
    assert np.array_equal(*asked)


def test_what_comes_from_the_cache_is_not_sent_twice(mlflow, settings):
    data = tiny.dataset()
    for _ in range(2):
        tiny.fit(tiny.network(), data, settings, epochs=1)
    assert len(runs("training")) == 1


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


def test_the_command_sends_once_what_was_run_without_tracking(
    mlflow, settings, monkeypatch, capsys
):
    data = tiny.dataset()
    monkeypatch.delenv("COURSE_TRACKING")
    trained = tiny.fit(tiny.network(), data, settings, epochs=1)
    results.Log(settings, data).percent("share", [0.5, 0.6])
    monkeypatch.setattr(sys, "argv", ["track"])
    told = []
    capsys.readouterr()
    for change in (None, None, "test"):
        if change:
            evaluation.final_test(trained, data)
            capsys.readouterr()
        track.main()
        told.append(capsys.readouterr().out.split(" sent")[0])
    assert told == ["2", "0", "1"]
    (run,) = runs("training")
    assert "test_accuracy" in run.data.metrics


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
    mlflow_store.database().unlink()
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


def test_a_model_comes_later_if_the_record_was_sent_without(mlflow, settings, monkeypatch):
    data = tiny.dataset()
    monkeypatch.delenv("COURSE_TRACKING")
    tiny.fit(tiny.network(), data, settings, epochs=1)
    monkeypatch.setattr(sys, "argv", ["track"])
    track.main()
    monkeypatch.setenv("COURSE_TRACKING", "mlflow")
    tiny.fit(tiny.network(), data, settings, epochs=1)  # from the cache
    (run,) = runs("training")
    client = mlflow.MlflowClient(tracking.address())
    assert "model" in [a.path for a in client.list_artifacts(run.info.run_id)]


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


def test_the_lesson_of_notebook_12_leaves_the_address_as_it_is(mlflow, monkeypatch):
    for named in (None, "http://somewhere:1"):
        if named:
            monkeypatch.setenv("MLFLOW_TRACKING_URI", named)
        before = tracking.address()
        _, identity = tracking.local_experiment("by hand")
        assert tracking.address() == before and identity == tracking.local_experiment("by hand")[1]
    assert tracking.shown("http://me:secret@host:5/x") == "http://host:5/x"


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


def test_only_what_a_run_of_a_batch_did_well_counts(tmp_path):
    kept = {"key": "0123456789", "executed": "executed/run-1.ipynb", "notebook": "01_a"}
    kept |= {"file": "01_a.ipynb", "parameters": {"seeds": [0]}, "student": "", "seconds": 2.5}
    trained = record(notebook="01_a") | {"kind": "training"}
    good = kept | {"state": "ok", "records": [trained, {"kind": "check", "notebook": "01_a"}]}
    ((found, origin),) = batch_runs.records(tmp_path / "seeds", good)
    assert found == trained and origin["batch_run"] == origin["execution"]
    assert origin["execution"] == "seeds/run-1 01234567" and origin["parameters"] == {"seeds": [0]}
    assert list(batch_runs.records(tmp_path / "seeds", good | {"state": "failed"})) == []
    place = tmp_path / "seeds" / "results"
    place.mkdir(parents=True)
    (place / "run-1.json").write_text(json.dumps(good))
    (place / "run-2.json").write_text("{")
    assert list(batch_runs.results(tmp_path)) == [(tmp_path / "seeds", good)]
