"""How fast this machine trains: measured, kept, and never in the way of a run."""

import json
import sys
import time

import pytest

from helpers import config, processor
from helpers.tools.expected import yardstick
from helpers.training import hardware

SPEED = {"machine": "M, 2 cores", "precision": "float32", "images_per_second": 1_000.0}


@pytest.fixture
def child(monkeypatch, tmp_path):
    """Stands for the measuring process; says how often it was started."""

    def says(text: str, code: int = 0):
        script = f"open({str(tmp_path / 'calls')!r}, 'a').write('x'); print({text!r}); exit({code})"
        monkeypatch.setattr(yardstick, "COMMAND", (sys.executable, "-c", script))
        return lambda: len((tmp_path / "calls").read_text())

    monkeypatch.setattr(yardstick, "is_busy", lambda: False)
    return says


def test_the_small_training_runs_in_the_courses_precision(monkeypatch):
    assert yardstick.measured(calls=1, steps=1) > 0
    assert yardstick.COMMAND[1:] == ("-m", yardstick.__name__)
    printed = []
    monkeypatch.setattr(yardstick, "measured", lambda: 1_234.56)
    monkeypatch.setattr(yardstick, "print", printed.append, raising=False)
    import keras

    before = keras.config.dtype_policy()
    yardstick.main()
    policy = keras.config.dtype_policy().name
    keras.config.set_dtype_policy(before)
    speed = yardstick.Speed(**json.loads(printed[0]))
    assert speed.precision == hardware.look().precision == policy
    assert speed.machine.startswith(hardware.look().name) and speed.images_per_second == 1_234.6


def test_it_is_measured_once(child):
    calls = child(json.dumps(SPEED))
    assert yardstick.speed_here() == yardstick.speed_here() == yardstick.Speed(**SPEED)
    assert calls() == 1 and yardstick.speed_here().kind == "float32 only"
    yardstick.speed_here(force=True)
    assert calls() == 2


def test_it_is_measured_again_after_a_month_or_with_other_settings(child, monkeypatch):
    calls = child(json.dumps(SPEED))
    yardstick.speed_here()
    now, month = time.time(), 86_400 * yardstick.KEPT_DAYS
    monkeypatch.setattr(time, "time", lambda: now + month - 60)
    yardstick.speed_here()
    assert calls() == 1
    monkeypatch.setattr(time, "time", lambda: now + month + 60)
    yardstick.speed_here()
    assert calls() == 2
    for name in yardstick.SETTINGS:
        assert yardstick.key({}) != yardstick.key({name: "1"})
    monkeypatch.setattr(processor, "flags_and_name", lambda: (set(), "another"))
    yardstick.speed_here()
    yardstick.speed_here()
    assert calls() == 3
    assert len(json.loads((config.cache_dir() / "yardstick.json").read_text())) == 2


def test_a_busy_machine_is_not_remembered(child, monkeypatch):
    calls = child(json.dumps(SPEED))
    monkeypatch.setattr(yardstick, "is_busy", lambda: True)
    yardstick.speed_here()
    assert yardstick.speed_here().images_per_second == 1_000 and calls() == 2


@pytest.mark.parametrize("text", ["{", "[]", "[1]", '[{"key": 1}]', '[{"at": "x", "speed": {}}]'])
def test_a_cache_that_cannot_be_read_is_measured_again(child, text):
    calls = child(json.dumps(SPEED))
    path = config.cache_dir() / "yardstick.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert yardstick.speed_here() == yardstick.speed_here() == yardstick.Speed(**SPEED)
    assert calls() == 1


def test_a_cache_that_cannot_be_written_stops_nothing(child):
    child(json.dumps(SPEED))
    config.cache_dir().parent.mkdir(parents=True, exist_ok=True)
    config.cache_dir().write_text("a file where a folder should be")
    assert yardstick.speed_here() == yardstick.Speed(**SPEED)


@pytest.mark.parametrize(
    ("text", "code"), [("", 0), ("no json", 0), ("[]", 0), ("1", 0), ("{}", 1)]
)
def test_a_measurement_that_fails_is_none_and_not_kept(child, text, code):
    calls = child(text, code)
    assert yardstick.speed_here() is None and yardstick.speed_here() is None
    assert calls() == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Intel(R) Xeon(R) Processor @ 2.20GHz", "Intel Xeon Processor"),
        ("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", "Intel Core i5-8250U"),
        ("AMD EPYC", "AMD EPYC"),
    ],
)
def test_a_processors_name_is_readable(name, expected):
    assert processor.readable(name) == expected
