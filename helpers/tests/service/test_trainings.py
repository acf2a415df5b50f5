"""A model that is trained on while it answers."""

import json
import threading
import time

import numpy as np
import psutil
import pytest

from helpers import models, photos
from helpers.service import jobs, network, trainer
from helpers.tests.service.serving import ask, form, headed, picture, processes_of_mine, served


def train(port: int, epochs: int = 1) -> tuple[int, dict]:
    body = json.dumps({"epochs": epochs}).encode()
    return ask(port, headed("/train", body, Content_Type="application/json"))


def ended(port: int, name: str, seconds: float = 900.0) -> dict:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = ask(port, headed(f"/train/{name}", method="GET"))[1]
        if job["state"] != "running":
            return job
        time.sleep(0.1)
    raise AssertionError("the training has not ended")


@pytest.fixture
def pretended(monkeypatch, opened, model_file):
    """Trainings that end at once with a result that the test chooses."""
    result = {"val_accuracy_before": 0.5, "val_accuracy": 0.6, "model": str(model_file)}

    class Ended:
        def __init__(self, *arguments, **options):
            self.stdin = options["stdout"]
            self.folder = jobs.Path(arguments[0][-1])
            self.waits = threading.Event()

        def poll(self):
            return 0 if self.waits.is_set() else None

        def terminate(self):
            self.waits.set()

        def wait(self, timeout=None):
            self.waits.wait(result.get("seconds", 0.0))
            if "model" in result:
                (self.folder / "result.json").write_text(json.dumps(result))
            return result.get("status", 0)

    monkeypatch.setattr(jobs.subprocess, "Popen", Ended)
    return result


def test_training_is_off_unless_it_was_switched_on(port):
    status, said = train(port)
    assert status == 403 and "ALLOW_TRAINING=1" in said["detail"]
    status, said = ask(port, headed("/model/previous"))
    assert status == 403


def test_a_model_that_is_not_worse_takes_over_and_the_old_one_comes_back(opened, pretended):
    with served(opened, allow_training=True) as port:
        status, said = train(port)
        assert status == 202 and said["state"] == "running"
        job = ended(port, said["id"])
        assert job["state"] == "taken over" and job["val_accuracy"] == 0.6
        assert ask(port, headed("/model/previous"))[0] == 200
        text = ask(port, headed("/metrics", method="GET"))[1].decode()
    assert "model_changes_total 2.0" in text and 'trainings_total{state="taken over"} 1.0' in text


@pytest.mark.parametrize(("after", "state"), [(0.5, "taken over"), (0.49, "not better")])
def test_equally_good_is_good_enough_and_worse_is_not(opened, pretended, after, state):
    pretended["val_accuracy"] = after
    with served(opened, allow_training=True) as port:
        assert ended(port, train(port)[1]["id"])["state"] == state
        status, _ = ask(port, headed("/model/previous"))
        assert status == (200 if state == "taken over" else 409)


def test_a_model_that_was_put_back_meanwhile_is_not_replaced(opened, pretended):
    with served(opened, allow_training=True) as port:
        assert ended(port, train(port)[1]["id"])["state"] == "taken over"
        pretended["seconds"] = 2.0
        _, second = train(port)
        assert ask(port, headed("/model/previous"))[0] == 200
        job = ended(port, second["id"])
    assert job["state"] == "not better" and "put back" in job["detail"]


def test_a_training_that_fails_changes_nothing(opened, pretended):
    pretended.pop("model")
    pretended["status"] = 1
    with served(opened, allow_training=True) as port:
        job = ended(port, train(port)[1]["id"])
        assert job["state"] == "failed" and job["detail"].endswith(".")
        assert ask(port, headed("/predict", form(picture())))[1]["model_version"] == opened.version


def test_a_damaged_result_does_not_take_over(opened, pretended, tmp_path):
    (tmp_path / "x.keras").write_bytes(b"damaged")
    pretended["model"] = str(tmp_path / "x.keras")
    with served(opened, allow_training=True) as port:
        job = ended(port, train(port)[1]["id"])
        assert job["state"] == "failed" and "could not take over" in job["detail"]
        assert ask(port, headed("/predict", form(picture())))[1]["model_version"] == opened.version


def test_one_at_a_time_and_within_bounds(opened, pretended):
    pretended["seconds"] = 3.0
    with served(opened, allow_training=True, most_epochs=5) as port:
        assert train(port, 6)[0] == 422 and train(port, 0)[0] == 422
        status, first = train(port, 5)
        assert status == 202
        status, said = train(port)
        assert status == 409 and "runs already" in said["detail"]
        assert ask(port, headed("/train/nothing", method="GET"))[0] == 404
        assert ended(port, first["id"])["state"] == "taken over"
        assert train(port)[0] == 202


def test_without_a_model_there_is_nothing_to_train():
    with served(None, allow_training=True) as port:
        assert train(port)[0] == 503


def test_the_trainer_refuses_a_file_that_was_replaced(model_file, tmp_path):
    with pytest.raises(models.ModelError, match="replaced"):
        trainer.trained_on(tmp_path, model_file, "0" * 64, 1)


def test_the_trainer_refuses_other_images(model_file, opened, tmp_path, monkeypatch):
    sha256 = opened.saved.about["sha256"]
    load = trainer.data.load
    monkeypatch.setattr(trainer.data, "load", lambda *a, **k: load(*a, **k, seed=1))
    with pytest.raises(models.ModelError, match="other images"):
        trainer.trained_on(tmp_path, model_file, sha256, 1)


@pytest.mark.copies
def test_a_real_training_takes_over_while_pictures_are_answered(opened):
    """Every answer comes, and each is one of the two models', as its version says."""
    content = picture()
    answers, stop = [], threading.Event()
    with served(opened, allow_training=True) as port:

        def asks() -> None:
            while not stop.wait(0.05):  # a training is niced; it would get nothing
                answers.append(ask(port, headed("/predict", form(content))))

        clients = [threading.Thread(target=asks) for _ in range(3)]
        for client in clients:
            client.start()
        job = ended(port, train(port, 2)[1]["id"])
        answers.append(ask(port, headed("/predict", form(content))))
        stop.set()
        for client in clients:
            client.join(60)
        info = ask(port, headed("/info", method="GET"))[1]
    assert job["epochs_done"] == 2 and job["val_accuracy"] is not None
    assert {status for status, _ in answers} == {200}
    versions = {said["model_version"] for _, said in answers}
    if job["state"] == "taken over":
        assert job["val_accuracy"] >= job["val_accuracy_before"]
        assert versions == {opened.version, job["model_version"]} and info["temperature"]
        (new,) = models.folder().glob("service-*.keras")
        other = network.opened(new)
    else:
        assert job["state"] == "not better" and versions == {opened.version}
        other = opened
    expected = {n.version: n.ask(photos.prepare(content)[None])[0] for n in (opened, other)}
    for _, said in answers:
        row = list(said["probabilities"].values())
        assert np.allclose(row, expected[said["model_version"]], atol=1e-5)


@pytest.mark.copies
def test_a_service_that_ends_ends_its_training(opened):
    with served(opened, allow_training=True) as port:
        before = processes_of_mine()
        assert train(port, 20)[0] == 202
        (new,) = processes_of_mine() - before
    assert not psutil.pid_exists(new) or psutil.Process(new).status() == "zombie"
