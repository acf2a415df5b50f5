"""Records on their way to MLflow: what is kept, sent, and sent once."""

import json
import subprocess
import sys

import numpy as np
import pytest

from helpers import config, evaluation, results
from helpers.results import batch_runs, mlflow_place, tracking, waiting
from helpers.tests import tiny
from helpers.tests.results.made import record
from helpers.tests.results.stored import runs
from helpers.tools import track

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


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
    assert not mlflow_place.database().exists()


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
    wanted = {"notebook": settings.notebook, "dataset": "digits", "profile": "smoke"}
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


def test_the_lesson_of_notebook_12_leaves_the_address_as_it_is(mlflow, monkeypatch):
    for named in (None, "http://somewhere:1"):
        if named:
            monkeypatch.setenv("MLFLOW_TRACKING_URI", named)
        before = tracking.address()
        _, identity = tracking.local_experiment("by hand")
        assert tracking.address() == before and identity == tracking.local_experiment("by hand")[1]
    assert tracking.shown("http://me:secret@host:5/x") == "http://host:5/x"


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


REPORTS = """
import os, sys
from helpers.results import tracking
tracking.local_experiment("by hand")
from mlflow.telemetry.utils import is_telemetry_disabled
assert is_telemetry_disabled()
"""


def test_mlflow_reports_nothing_to_its_makers(mlflow):
    command = [sys.executable, "-W", "ignore", "-c", REPORTS]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=config.course_root())
    assert ended.returncode == 0, ended.stderr[-500:]
