"""What comes in at random: as the service's own description allows it, and damaged on the way.

Schemathesis (https://schemathesis.readthedocs.io) asks everything that the description has.
"""

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
import pytest

from helpers import service
from helpers.tests.commands import wait_for
from helpers.tests.service.serving import ask, form, headed, picture

pytestmark = pytest.mark.copies
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
)
OPERATIONS = 12
FEWEST = 350  # requests, or the description has lost something
DAMAGED = 300
SOON = 2.0  # seconds of computing for one request
GROWS = 20_000_000  # bytes


def fuzzed(address: str, folder: Path, *expected: int) -> subprocess.CompletedProcess:
    """Schemathesis against a service; what it leaves behind lies in a folder of its own."""
    if importlib.util.find_spec("schemathesis") is None:
        pytest.skip("the package schemathesis is missing (extra fuzzing)")
    statuses = ["2xx", "3xx", "4xx", *expected]
    told = f"[checks.not_a_server_error]\nexpected-statuses = {json.dumps(statuses)}\n"
    (folder / "schemathesis.toml").write_text(told)
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"]
    command += ["--checks", ",".join(CHECKS), "--seed", "1", "--max-examples", "25"]
    command += ["--generation-database", "none", "--continue-on-failure", "--no-shrink"]
    command += ["--no-color", "--request-timeout", "120", "--max-response-time", "60"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=1800)


def statuses(running: service.Service) -> Counter:
    """How often each status was answered, as the service's log says it."""
    lines = running.log.read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert not [line for line in told if "trace" in line]
    return Counter(line["status"] for line in told if "status" in line)  # requests, that is


def test_what_its_own_description_allows_is_answered_as_it_says(tmp_path, model_file):
    with service.running(model_file, ALLOW_TRAINING="0") as running:
        said = fuzzed(running.address, tmp_path)
        found = statuses(running)
    assert said.returncode == 0, said.stdout[-3000:] + said.stderr[-1000:]
    assert f"Tested: {OPERATIONS}" in said.stdout
    assert sum(found.values()) > FEWEST and max(found) < 500
    assert {200, 403, 404, 405, 415, 422} <= found.keys()


def test_without_a_model_503_is_the_worst_answer(tmp_path):
    """Trainings are allowed here: wishes are checked to the end, and none can begin."""
    with service.running(tmp_path / "none.keras", ALLOW_TRAINING="1") as running:
        said = fuzzed(running.address, tmp_path, 503)
        found = statuses(running)
    assert said.returncode == 0, said.stdout[-3000:] + said.stderr[-1000:]
    assert sum(found.values()) > FEWEST and found[503] and not {500, 202} & found.keys()
    assert max(found) == 503


def damaged(body: bytes, rng: np.random.Generator) -> bytes:
    """A body with some bits turned, a part left out, or a part that comes again."""
    start, end = sorted(rng.integers(0, len(body), 2))
    kind = rng.integers(4)
    if kind == 0:
        return body[:start]
    if kind == 1:
        return body[:start] + body[end:]
    if kind == 2:
        return body[:end] + body[start:end] * int(rng.integers(1, 6)) + body[end:]
    turned = bytearray(body)
    for place in rng.integers(0, len(body), int(rng.integers(1, 20))):
        turned[place] ^= 1 << int(rng.integers(8))
    return bytes(turned)


def test_damaged_forms_are_refused_or_answered_soon_and_leave_nothing_behind(model_file):
    rng = np.random.default_rng(26)
    whole = [form(picture(kind, 24)) for kind in ("PNG", "JPEG")]
    found, slowest = Counter(), 0.0
    with service.running(model_file) as running:
        port, process = int(running.address.rpartition(":")[2]), psutil.Process(running.process.pid)
        for path in ("/predict", "/look", "/heat"):  # a first heat map builds a model
            assert ask(port, headed(path, whole[0]))[0] == 200
        for count in range(DAMAGED):
            if count == DAMAGED // 5:
                before = process.memory_info().rss
            body = damaged(whole[count % 2], rng)
            path = ("/predict", "/look", "/heat")[count % 3]
            begin = sum(process.cpu_times()[:2])
            status, said = ask(port, headed(path, body))
            slowest = max(slowest, sum(process.cpu_times()[:2]) - begin)
            found[status] += 1
            assert status == 200 or (400 <= status < 500 and said["detail"].endswith((".", "?")))
        grown = process.memory_info().rss - before
        assert [ask(port, headed("/predict", body))[0] for body in whole] == [200, 200]
        wait_for(lambda: statuses(running).total() == DAMAGED + 5)  # told after it was answered
        assert statuses(running) == found + Counter({200: 5})
    assert slowest < SOON and grown < GROWS
    assert found.keys() == {200, 400, 422} and min(found.values()) > 10
