"""The command that exports a model: its refusals, which come early, and one whole run."""

import argparse
import json
import subprocess
import sys

import pytest

from helpers import config, data, errors, models, service
from helpers.models import runtimes, saved
from helpers.tests.tiny import fit, network
from helpers.tools import export, setup

ROOT = config.course_root()


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs the command; what it printed, or with what it has ended."""
    monkeypatch.setattr(setup, "ensure", lambda: None)

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["export", *map(str, arguments)])
        export.main()
        return capsys.readouterr().out

    return run


def refused(command, *arguments) -> str:
    with pytest.raises(SystemExit) as ended:
        command(*arguments)
    assert isinstance(ended.value.code, str) and "\n" not in ended.value.code
    return ended.value.code


@pytest.fixture
def model(settings):
    digits = data.load("digits", "smoke")
    return saved.save(fit(network(), digits, settings), digits, "service")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "m.keras", "--profile", "fast"], "PROFILE is 'fast'; expected one of: smoke"),
        (["--model", "m.keras", "--dataset", "mnist"], "DATASET is 'mnist'; expected one of: auto"),
        (["--model", "m.keras", "--cifar10-dir", "/no/such"], "CIFAR10_DIR=/no/such does not"),
    ],
)
def test_an_unknown_value_is_one_line_before_anything_is_set_up(arguments, message):
    code = (
        f"import sys; sys.argv[1:] = {arguments!r}\n"
        "from helpers.tools import export, setup\n"
        "setup.ensure = lambda: print('setting up')\n"
        "export.main()"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr.startswith(message) and len(ended.stderr.splitlines()) == 1


def test_a_model_is_exported_and_its_table_printed(command, model, tmp_path, monkeypatch):
    monkeypatch.setitem(runtimes.NEEDED, "onnx", ("no_such_package",))
    out = tmp_path / "export"
    options = ("--model", model, "--out", out, "--profile", "smoke", "--formats", "saved_model")
    said = command(*options)
    table = (out / "table.md").read_text()
    assert table in said and "Measured on 200 validation images of digits.\n" in table
    names = {"saved_model", "model.tar.gz", "table.md", "table.json"}
    assert {path.name for path in out.iterdir()} == names
    told = json.loads((out / "table.json").read_text())
    record = json.loads(model.with_suffix(".json").read_text())["record"]
    for row in told["rows"]:
        assert row["accuracy"] == pytest.approx(record["val_accuracy"], abs=0.006)
    assert [path.name for path in tmp_path.glob("*export*")] == ["export"]


def test_missing_packages_are_told_before_the_model_is_opened(command, tmp_path, monkeypatch):
    monkeypatch.setitem(runtimes.NEEDED, "onnx", ("no_such_package",))
    monkeypatch.setattr(models, "load", lambda *arguments: pytest.fail("opened"))
    said = refused(command, "--model", "m.keras", "--out", tmp_path / "out")
    assert said.startswith("Left out: ONNX; not installed: no_such_package. Run: make setup ")
    said = refused(command, "--model", "m.keras", "--out", tmp_path / "out", "--formats", "h5")
    assert "expected some of: saved_model, onnx" in said


def test_a_model_that_is_none_is_one_line(command, model, tmp_path):
    out = ("--out", tmp_path / "out", "--formats", "saved_model")
    assert "m.h5 is not a .keras file" in refused(command, "--model", "m.h5", *out)
    assert "m.keras is missing" in refused(command, "--model", tmp_path / "m.keras", *out)
    model.write_bytes(model.read_bytes()[:-10])
    assert "another SHA-256" in refused(command, "--model", model, *out)
    file = tmp_path / "file"
    file.touch()
    said = refused(command, "--model", model, "--formats", "saved_model", "--out", file)
    assert "is a file; name a folder" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("about", "dataset", "wanted"),
    [
        ("digits", None, ("digits", "cifar10", "ten")),
        ("CIFAR-10 (JPEG copy)", None, ("auto", "cifar10", "ten")),
        ("CIFAR-10", "digits100", ("digits", "cifar10", "ten")),
        ("CIFAR-100", "digits", ("digits100", "cifar100", "hundred")),
        ("digits100", None, ("digits100", "cifar100", "hundred")),
    ],
)
def test_a_model_is_measured_on_the_set_it_is_about(monkeypatch, about, dataset, wanted):
    asked = []

    def load(name, profile, *, data_dir, auto, classes=None):
        asked.append((name, auto, data_dir))
        if classes == ["other"]:
            raise ValueError("classes")
        return classes

    monkeypatch.setattr(data, "load", load)
    folders = {"cifar10_dir": "ten", "cifar100_dir": "hundred"}
    options = argparse.Namespace(dataset=dataset, profile="smoke", **folders)
    assert export.dataset_for({"dataset": about, "classes": ["a"]}, options) == ["a"]
    assert export.dataset_for({"dataset": about, "classes": ["other"]}, options) is None
    assert asked == [wanted] * 3


def test_without_a_default_there_is_a_plain_error(monkeypatch):
    monkeypatch.setattr(service, "newest", lambda: None)
    with pytest.raises(errors.PlainError, match="name one, as in MODEL="):
        export.default_model()
