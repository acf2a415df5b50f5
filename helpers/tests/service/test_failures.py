"""What fails inside: its sender gets a sentence, whoever runs the service gets the trace."""

import http.client
import io
import json
import logging

import pytest

from helpers import photos
from helpers.service.guard import PAGE_POLICY
from helpers.service.watch import JsonLine
from helpers.tests.service.serving import ask, form, headed, picture, served


def test_a_failure_is_answered_counted_and_told_by_the_log_alone(opened, monkeypatch, capsys):
    def fails(content):
        raise RuntimeError("a secret of the inside")

    log, request = io.StringIO(), headed("/predict", form(picture()))
    with served(opened, log) as port:
        with monkeypatch.context() as patch:
            patch.setattr(photos, "prepare", fails)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            head, _, body = request.partition(b"\r\n\r\n")
            named = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
            connection.request("POST", "/predict", body, named)
            answer = connection.getresponse()
            said = json.loads(answer.read())
        assert ask(port, request)[0] == 200
        numbers = ask(port, headed("/metrics", method="GET"))[1].decode()
    assert answer.status == 500 and said["detail"].startswith("Something has failed inside")
    assert "secret" not in str(said) and answer.headers["content-security-policy"] == PAGE_POLICY
    assert [json.loads(line)["status"] for line in log.getvalue().splitlines()] == [500, 200, 200]
    assert 'requests_total{path="/predict",status="500"} 1.0' in numbers
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert line["level"] == "ERROR" and "RuntimeError: a secret of the inside" in line["trace"]


@pytest.mark.parametrize("wanted", ["3.0", "3"])
def test_a_number_that_is_whole_is_whole_however_it_is_written(port, wanted):
    body = b'{"epochs": %s}' % wanted.encode()
    status, said = ask(port, headed("/train", body, Content_Type="application/json"))
    assert status == 403 and "switched off" in said["detail"]


@pytest.mark.parametrize("wanted", ["2.5", "true", '"3"', "null", "1e400"])
def test_what_is_no_whole_number_is_refused(port, wanted):
    body = b'{"epochs": %s}' % wanted.encode()
    status, said = ask(port, headed("/train", body, Content_Type="application/json"))
    assert status == 422 and "epochs" in said["detail"]


def test_lines_of_the_server_are_json_even_with_breaks_and_signs():
    record = logging.LogRecord("a", logging.WARNING, "f", 1, 'half\na "line" %s', ("é",), None)
    line = JsonLine().format(record)
    assert "\n" not in line
    assert json.loads(line) | {"time": ""} == {
        "time": "",
        "level": "WARNING",
        "message": 'half\na "line" é',
    }
