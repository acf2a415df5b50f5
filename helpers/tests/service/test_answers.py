"""What the service answers: about pictures, about itself."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from helpers import evaluation, photos
from helpers.service import network
from helpers.tests.service.serving import CLASSES, ask, form, headed, picture, served


def test_an_answer_is_what_the_model_says_about_the_prepared_picture(port, opened):
    content = picture("JPEG", 90)
    status, said = ask(port, headed("/predict", form(content)))
    expected = opened.saved.model.predict(photos.prepare(content)[None], verbose=0)[0]
    assert status == 200 and np.allclose(list(said["probabilities"].values()), expected, atol=1e-5)
    place = int(expected.argmax())
    assert (said["class_id"], said["class_name"]) == (place, CLASSES[place])
    assert said["confidence"] == pytest.approx(expected[place], abs=1e-5)
    assert tuple(said["probabilities"]) == CLASSES
    assert said["filters_applied"] == ["smoothing", "edge detection", "sharpness"]
    assert said["model_version"] == opened.saved.about["sha256"][:12]


def test_the_calibrated_confidence_has_gone_through_the_temperature(port, opened):
    _, said = ask(port, headed("/predict", form(picture())))
    row = np.array([list(said["probabilities"].values())])
    changed = evaluation.with_temperature(row, opened.saved.about["temperature"])
    assert said["calibrated"] == pytest.approx(changed.max(), abs=1e-5)
    assert said["calibrated"] != pytest.approx(said["confidence"], abs=1e-4)


def test_without_a_temperature_nothing_is_calibrated(opened, monkeypatch):
    monkeypatch.delitem(opened.saved.about, "temperature")
    assert network.answer(opened, np.array([0.1, 0.2, 0.4, 0.2, 0.1]))["calibrated"] is None


def test_a_batch_answers_in_order_and_a_bad_picture_stops_nothing(port):
    contents = [picture(seed=seed) for seed in range(3)]
    alone = [ask(port, headed("/predict", form(one)))[1] for one in contents]
    mixed = form(contents[0], b"no picture", *contents[1:], field="files")
    status, said = ask(port, headed("/predict/batch", mixed))
    assert status == 200 and len(said["results"]) == 4
    assert "is not a picture" in said["results"][1]["detail"]
    for one, other in zip(alone, [said["results"][k] for k in (0, 2, 3)], strict=True):
        assert one["class_id"] == other["class_id"]
        assert one["confidence"] == pytest.approx(other["confidence"], abs=1e-5)


def test_thirty_two_pictures_are_a_batch_and_one_more_is_too_many(port):
    one = picture(side=4)
    status, said = ask(port, headed("/predict/batch", form(*[one] * 32, field="files")))
    assert status == 200 and len(said["results"]) == 32
    status, said = ask(port, headed("/predict/batch", form(*[one] * 33, field="files")))
    assert status == 422 and "33 files; expected at most 32" in said["detail"]


def test_the_look_is_the_prepared_picture(port):
    content = picture("JPEG", 70)
    status, shown = ask(port, headed("/look", form(content)))
    assert status == 200
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(shown))), photos.prepare(content))


def test_the_service_says_what_it_is(port, opened):
    assert ask(port, headed("/health", method="GET"))[1] == {
        "live": True,
        "ready": True,
        "reason": None,
    }
    status, said = ask(port, headed("/info", method="GET"))
    assert status == 200 and tuple(said["classes"]) == CLASSES
    assert said["sha256"] == opened.saved.about["sha256"] and said["input"]["shape"] == [32, 32, 3]
    assert said["record"]["notebook"] == "13_service" and not said["training_allowed"]
    assert "keras" in said["versions"] and "photos.prepare" in said["preprocessing"]


def test_without_a_model_it_lives_and_says_why_it_cannot_answer():
    with served(None) as port:
        status, said = ask(port, headed("/health", method="GET"))
        assert (
            status == 200 and said["live"] and not said["ready"] and "notebook 13" in said["reason"]
        )
        assert ask(port, headed("/health/live", method="GET"))[0] == 200
        assert ask(port, headed("/health/ready", method="GET"))[0] == 503
        for path, method in (("/predict", "POST"), ("/info", "GET"), ("/heat", "POST")):
            body = form(picture()) if method == "POST" else b""
            status, said = ask(port, headed(path, body, method))
            assert status == 503 and "No model is served" in said["detail"], path


def test_requests_are_counted_by_address_and_answer(opened):
    with served(opened) as port:
        ask(port, headed("/predict", form(picture())))
        ask(port, headed("/predict", form(b"nothing")))
        ask(port, headed("/made/up/address", method="GET"))
        text = ask(port, headed("/metrics", method="GET"))[1].decode()
    assert 'requests_total{path="/predict",status="200"} 1.0' in text
    assert 'requests_total{path="/predict",status="422"} 1.0' in text
    assert 'requests_total{path="other",status="404"} 1.0' in text
    assert "asked_together_count 1.0" in text and "/made" not in text


def test_the_log_has_a_line_for_each_request_without_names_of_files(opened):
    log = io.StringIO()
    with served(opened, log) as port:
        ask(port, headed("/predict", form(picture(), name="my-private-holiday.png")))
        ask(port, headed("/no%0a{such}", method="GET"))
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [(line["path"], line["status"]) for line in lines] == [
        ("/predict", 200),
        ("/no\n{such}", 404),
    ]
    assert all(line["ms"] > 0 for line in lines) and "holiday" not in log.getvalue()


def test_the_description_names_every_refusal(port):
    described = ask(port, headed("/openapi.json", method="GET"))[1]
    assert {"/predict", "/predict/batch", "/train", "/health", "/info"} <= set(described["paths"])
    for status in ("408", "413", "415", "422", "503"):
        assert status in described["paths"]["/predict"]["post"]["responses"]


@pytest.mark.parametrize("path", ["/", "/docs", "/page/page.js", "/page/swagger-ui.css", "/health"])
def test_every_answer_limits_what_a_browser_may_do(port, path):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    policy = answer.headers["content-security-policy"]
    assert answer.status == 200 and "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "http" not in policy and answer.headers["x-content-type-options"] == "nosniff"
    assert ("unsafe-inline" in policy) == (path == "/docs")
