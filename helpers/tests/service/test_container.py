"""The container, as far as it can be tried without Docker: its steps in a plain folder."""

import ast
import http.server
import importlib.metadata
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from helpers.tests.photos.phone_pictures import HALVES
from helpers.tests.service import container
from helpers.tests.service.container import (
    HERE,
    ROOT,
    compose,
    copy,
    listed,
    moved,
    only,
    packages,
    reaches,
    stages,
    with_needs,
)
from helpers.tests.service.serving import ask, form, headed, picture
from helpers.tests.service.test_trainings import ended, train
from helpers.tools import environment

NEVER = {"mlflow", "optuna", "jupyterlab", "ipykernel", "nbformat", "pytest", "ruff", "ipywidgets"}
SECRET = re.compile(r"PASSWORD|SECRET|MC_HOST|TOKEN")


def test_the_list_of_packages_is_environment_ymls(tmp_path):
    copy("pins", tmp_path)
    assert len(list(tmp_path.rglob("*.*"))) == 2
    step = only("pins", "RUN").replace("python ", f"{shlex.quote(sys.executable)} ", 1)
    subprocess.run(["sh", "-c", step], cwd=tmp_path, check=True)
    pins = dict(line.split("==") for line in (tmp_path / "pins.txt").read_text().splitlines())
    text = environment.FILE.read_text(encoding="utf-8")
    assert pins == environment.pins(text) | {
        name: version
        for group in ("service", "tracking")
        for name, version in environment.extras(text)[group].items()
    }
    assert set(packages()) <= set(pins)  # any other would come in whatever version is the newest
    assert set(environment.extras(text)["service"]) <= set(packages())
    more = only("mlflow", "RUN").partition("pins.txt ")[2].split()
    assert more and all("==" in name or name in pins for name in more)


def test_no_more_is_installed_than_what_is_imported(tmp_path):
    copy("", tmp_path)
    said = set()
    for path in tmp_path.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                said |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                said.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)  # the name of a module that is imported by its name
    modules = importlib.metadata.packages_distributions()
    used = {container.plain(name) for module in said for name in modules.get(module, [])}
    assert set(packages()) <= used
    assert not NEVER & with_needs(packages()).keys()


def test_nobody_is_root_and_every_image_has_a_version():
    for stage in ("", "mlflow"):
        assert only(stage, "USER").partition(":")[0] not in ("root", "0", "")
        assert only(stage, "ENTRYPOINT").startswith("[")
    found = [rest.split()[0] for stage in stages().values() for word, rest in stage[:1]]
    found += [one["image"] for one in compose()["services"].values() if "image" in one]
    for image in set(found) - stages().keys():
        name, _, tag = image.partition(":")
        assert any(map(str.isdigit, tag)) and "." not in name.partition("/")[0]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("environment.yml", True),
        ("helpers/service/app.py", True),
        ("helpers/service/page/index.html", True),
        ("helpers/tools/environment.py", True),
        ("helpers/tools/run.py", False),
        ("helpers/tests/tiny.py", False),
        ("helpers/__pycache__/config.cpython-311.pyc", False),
        ("helpers/service/.env", False),
        (".git/config", False),
        (".venv/bin/python", False),
        ("runs/models/service.keras", False),
        ("notebooks/01.ipynb", False),
    ],
)
def test_only_the_code_gets_into_the_build(path, expected):
    assert reaches(path) is expected


@pytest.mark.parametrize("of", ["Dockerfile", "compose.yml"])
def test_the_health_check_fails_unless_the_answer_is_200(of):
    """Both ask the whole path; a server that answers 503, or none, is not healthy."""

    class Answers(http.server.BaseHTTPRequestHandler):
        status = 200

        def do_GET(self):
            self.send_response(self.status if self.path.startswith("/health") else 404)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    check = listed("HEALTHCHECK")
    if of == "compose.yml":
        check = compose()["services"]["mlflow"]["healthcheck"]["test"][1:]
    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [sys.executable, *moved(check[1:], server.server_port)]
        assert subprocess.run(command).returncode == 0
        Answers.status = 503
        assert subprocess.run(command).returncode == 1
        server.shutdown()
    assert subprocess.run(command, capture_output=True).returncode == 1


def test_what_compose_starts_is_closed():
    services = compose()["services"]
    for name, one in services.items():
        assert one["read_only"] is True and one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"] and "privileged" not in one
        assert all(str(port).startswith("127.0.0.1:") for port in one.get("ports", [])), name
        for variable, value in one["environment"].items():
            if SECRET.search(variable):
                assert re.search(r"\$\{\w+:\?[^}]+\}", value), f"{name}: {variable} has a default"
            else:
                assert not re.search(r"//[^/@]*:[^/@]*@", str(value)), f"{name}: {variable}"
    assert {name for name, one in services.items() if one.get("ports")} == {"service", "mlflow"}
    assert all(services[name]["networks"] == ["inner"] for name in ("database", "store", "bucket"))
    assert compose()["networks"]["inner"]["internal"] is True


def test_in_compose_who_needs_another_waits_until_it_is_healthy():
    services = compose()["services"]
    own = {"service", "bucket"}  # the one's check stands in the Dockerfile, the other ends
    assert all("healthcheck" in services[name] for name in services.keys() - own)
    for one in services.values():
        for name, how in one.get("depends_on", {}).items():
            ends = name == "bucket"
            assert how["condition"] == (
                "service_completed_successfully" if ends else "service_healthy"
            )
        volumes = [text.partition(":")[0] for text in one.get("volumes", [])]
        assert {name for name in volumes if "/" not in name} <= compose()["volumes"].keys()
        if "build" in one:
            assert (HERE / one["build"]["context"]).resolve() == ROOT
            assert one["build"].get("target", "") in stages()


@pytest.mark.copies
def test_the_steps_in_a_plain_folder_make_a_service_that_writes_nowhere_else(tmp_path, model_file):
    """Nothing but the copied code and the listed packages; no right to write but in one folder."""
    python = container.installed(tmp_path / "venv")
    app, scratch = tmp_path / "app", tmp_path / "scratch"
    copy("", app)
    scratch.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    words = [*listed("ENTRYPOINT"), *listed("CMD")]
    assert words[0] == "python" and words[-1] == "/model/service.keras"
    words[words.index("0.0.0.0")] = "127.0.0.1"
    command = moved([str(python), *words[1:-1], str(model_file)], port)
    check = [str(python), *moved(listed("HEALTHCHECK")[1:], port)]
    given = container.variables(scratch) | {"ALLOW_TRAINING": "1", "PATH": "/usr/bin:/bin"}
    before = sorted(app.rglob("*")), sorted((tmp_path / "venv").rglob("*"))
    with (
        container.unwritable(app),
        container.unwritable(tmp_path / "venv"),
        (tmp_path / "log.txt").open("wb") as log,
    ):
        process = subprocess.Popen(
            container.without_rights(command), cwd=app, env=given, stdout=log, stderr=log
        )
        try:
            until = time.monotonic() + 600
            while subprocess.run(check, env=given, capture_output=True).returncode:
                assert process.poll() is None, (tmp_path / "log.txt").read_text()
                assert time.monotonic() < until
                time.sleep(0.5)
            for content in (picture(), picture("JPEG"), HALVES):
                assert ask(port, headed("/predict", form(content)))[0] == 200
            assert ask(port, headed("/heat", form(picture())))[0] == 200
            for path in ("/", "/docs", "/page/swagger-ui.css", "/openapi.json", "/info"):
                assert ask(port, headed(path, method="GET"))[0] == 200, path
            job = ended(port, train(port)[1]["id"])
            assert job["state"] in ("taken over", "not better"), job
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.wait()
    assert (sorted(app.rglob("*")), sorted((tmp_path / "venv").rglob("*"))) == before
    assert {path.name for path in scratch.iterdir()} >= {"runs"}
