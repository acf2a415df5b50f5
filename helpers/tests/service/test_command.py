"""The command: what it says, what it refuses, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import psutil
import pytest

from helpers import config, service
from helpers.service import stored
from helpers.tests.service.serving import ask, form, headed, picture

ROOT = config.course_root()
pytestmark = pytest.mark.copies


def command(*options: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "helpers.service", *options],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def port_of(running: service.Service) -> int:
    return int(running.address.rpartition(":")[2])


def test_a_changed_model_is_refused_in_words(tmp_path, model_file):
    (tmp_path / "m.keras").write_bytes(model_file.read_bytes()[:-1])
    (tmp_path / "m.json").write_bytes(model_file.with_suffix(".json").read_bytes())
    ended = command("--model", str(tmp_path / "m.keras"), "--port", "0")
    assert ended.returncode == 1 and "another SHA-256" in ended.stderr
    assert "Traceback" not in ended.stderr and len(ended.stderr.splitlines()) <= 2


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = command("--port", str(taken.getsockname()[1]))
    assert ended.returncode == 1 and "already in use" in ended.stderr and "PORT=" in ended.stderr
    assert "expected a number to 65535" in command("--port", "70000").stderr


def test_a_file_that_is_not_there_is_told_by_health(tmp_path):
    with service.running(tmp_path / "none.keras") as running:
        status, said = ask(port_of(running), headed("/health", method="GET"))
        assert status == 200 and not said["ready"] and "none.keras" in said["reason"]


def test_a_signal_lets_what_has_begun_be_answered(model_file):
    """100 requests, SIGTERM in the middle: those that were taken are answered."""
    running = service.start(model_file)
    port, body = port_of(running), form(picture(side=200))
    answered, refused, cut = [], [], []

    def client(count: int) -> None:
        for _ in range(count):
            try:
                answered.append(ask(port, headed("/predict", body))[0])
            except ConnectionRefusedError:
                refused.append(1)
            except (OSError, IndexError) as error:
                cut.append(error)

    clients = [threading.Thread(target=client, args=(10,)) for _ in range(10)]
    for one in clients:
        one.start()
    while len(answered) < 30:
        assert any(one.is_alive() for one in clients)
        time.sleep(0.001)
    running.process.send_signal(signal.SIGTERM)
    for one in clients:
        one.join(120)
    assert running.process.wait(120) == 0  # by itself: with status 1 it would have been cut off
    running.process.stdin.close()
    assert set(answered) == {200} and len(answered) + len(refused) + len(cut) == 100
    assert refused and len(cut) <= 10  # connections that waited to be taken are cut by the system
    lines = running.log.read_text().splitlines()
    logged = [line for line in lines if line.startswith("{")]
    assert len(logged) == len(answered) and "has ended" in lines[-1]
    assert {json.loads(line)["status"] for line in logged} == {200}


def test_a_request_that_is_being_sent_is_answered_after_the_signal(model_file):
    running = service.start(model_file)
    whole = headed("/predict", form(picture()), Expect="100-continue")
    with socket.create_connection(("127.0.0.1", port_of(running)), 20) as connection:
        connection.sendall(whole[:-50])
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")  # it has begun to read
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert running.process.poll() is None
        connection.sendall(whole[-50:])
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200") and running.process.wait(120) == 0
    running.process.stdin.close()


def test_a_service_ends_with_the_process_that_has_started_it(model_file):
    code = (
        "import sys, time; from helpers import service; "
        f"s = service.start({str(model_file)!r}); "
        "print(s.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    psutil.wait_procs([child], 120)
    assert not child.is_running()


def test_a_service_that_cannot_start_is_told_with_its_own_words(tmp_path, model_file):
    (tmp_path / "m.keras").write_bytes(b"")
    (tmp_path / "m.json").write_bytes(model_file.with_suffix(".json").read_bytes())
    with pytest.raises(service.ServiceError, match="another SHA-256"):
        service.start(tmp_path / "m.keras")


def test_the_published_model_is_served_if_none_was_saved_here():
    found = stored.newest()
    assert found is None or found == stored.PUBLISHED
