"""The bench: its networks, what it measures and how, and what the README claims of it."""

import json
import statistics
import subprocess
import sys
import types

import keras
import pytest

from helpers import config, hardware, tools
from helpers.tools import (
    bench,
    bench_batch,
    bench_machines,
    bench_networks,
    bench_report,
    bench_rows,
)


def _published() -> list[dict]:
    return json.loads(bench.PUBLISHED.read_text(encoding="utf-8"))["machines"]


def test_the_networks_are_those_of_the_course():
    counts = {name: spec.make().count_params() for name, spec in bench_networks.NETWORKS.items()}
    assert counts == {"two_layer": 545_098, "advanced": 2_362_698, "fast": 1_973_920}
    for machine in _published():
        assert machine["networks"].keys() == counts.keys()
        for name, spec in machine["networks"].items():
            expected = (counts[name], bench_networks.NETWORKS[name].batch_size)
            measured = (spec["parameter_count"], spec["batch_size"])
            assert measured == expected, f"measure {name} again on {machine['machine']}"
    names = bench_networks.from_notebook("03_two_layer_cnn", epochs=2)
    assert names["batch_size"] == bench_networks.NETWORKS["two_layer"].batch_size
    assert names["steps"] == 2 * -(-bench_networks.TRAINING_IMAGES // names["batch_size"])


def test_a_network_is_described_without_keras():
    described = bench_networks.described(bench_networks.NETWORKS["advanced"], threads=2)
    assert json.loads(json.dumps(described)) == described
    kinds = [layer["class_name"] for layer in described["layers"]]
    assert kinds.count("Conv2D") == 4 and kinds[0] == "Rescaling"
    assert described["layers"][1]["input_shape"] == [None, 32, 32, 3]
    assert described["optimizer"]["class_name"] == "Adam"
    assert described["trainable_count"] < described["parameter_count"] == 2_362_698


def test_bfloat16_is_measured_where_it_is_native_only():
    networks = bench_networks.NETWORKS
    plain = bench.rows_of(networks, "float32")
    assert {precision for _, _, precision in plain} == {"float32"}
    assert [name for name, way, _ in plain if way == "eigen"] == list(networks)
    assert len(plain) == len(set(plain)) == 3 * 7 + 2
    native = bench.rows_of(networks, "mixed_bfloat16")
    assert len(native) == len(set(native)) == 3 * 11 + 3
    assert not [row for row in native if row[1] == "eigen"]
    fast = bench.chosen(networks, "fast")
    assert list(fast) == ["fast"] and {r[0] for r in bench.rows_of(fast, "float32")} == {"fast"}
    with pytest.raises(SystemExit, match="no network 'slow'"):
        bench.chosen(networks, "slow")


@pytest.mark.parametrize(
    ("arguments", "called"),
    [
        ([], ["batch 3", "trainings 3 None"]),
        (["--only", "times", "--rounds", "1"], ["times 1"]),
        (["--only", "batch"], ["batch 3"]),
        (["--only", "training"], ["trainings 3 None"]),
        (["--network", "fast"], ["trainings 3 fast"]),
        (["--only", "training", "--network", "fast"], ["trainings 3 fast"]),
        (["--only", "times", "--network", "fast"], "NETWORK goes with ONLY=training"),
        (["--only", "batch", "--network", "fast"], "NETWORK goes with ONLY=training"),
        (["--rounds", "0"], "ROUNDS is 0; expected 1 or more"),
    ],
)
def test_what_is_asked_for_is_measured_and_nothing_else(monkeypatch, arguments, called):
    calls, times = [], types.ModuleType("bench_times")
    times.main = lambda rounds: calls.append(f"times {rounds}")
    monkeypatch.setattr(tools, "bench_times", times, raising=False)
    monkeypatch.setattr(bench_batch, "main", lambda rounds: calls.append(f"batch {rounds}"))
    monkeypatch.setattr(
        bench, "trainings", lambda *how: calls.append("trainings {} {}".format(*how))
    )
    monkeypatch.setattr(bench.setup, "ensure", lambda: None)
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    if isinstance(called, list):
        bench.main()
        assert calls == called
    else:
        with pytest.raises(SystemExit, match=called):
            bench.main()
        assert not calls


@pytest.fixture
def limited(monkeypatch):
    """The environment of a measurement that is limited to AVX2; nothing is kept on one core."""
    looked = types.SimpleNamespace(name="M, 2 cores", precision="float32")
    monkeypatch.setattr(hardware, "look", lambda: looked)
    monkeypatch.setattr(bench, "pin", lambda: ([0, 1], True))
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    for name in ("COURSE_PRECISION", "CUDA_VISIBLE_DEVICES", "TF_NUM_INTRAOP_THREADS"):
        monkeypatch.setenv(name, "")


def test_a_limited_machine_gets_an_entry_of_its_own(monkeypatch, limited, tmp_path):
    published, written = json.loads(bench.PUBLISHED.read_text(encoding="utf-8")), []

    def measured(row, torch, specs):
        assert bench.os.environ["COURSE_PRECISION"] == "float32" and specs[row[0]]["threads"] == 2
        numbers = {"step_seconds": 1.0, "predict_seconds": 1.0}
        if row[1] == "augmentation":
            numbers = {"augmentation_seconds": {"flip": 0.1}}
        return dict(zip(("network", "way", "precision"), row, strict=True)) | numbers

    monkeypatch.setattr(bench, "measure", measured)
    monkeypatch.setattr(bench, "find_torch", lambda: (None, ["No PyTorch."]))
    monkeypatch.setattr(bench, "UNFINISHED", tmp_path / "records.json")
    monkeypatch.setattr(bench_report, "write", lambda *given: written.append(given))
    bench.trainings(2)
    ((together, folder),) = written
    (new,) = [one for one in together["machines"] if one not in published["machines"]]
    assert folder == bench.FIGURES and not bench.UNFINISHED.exists()
    assert new["machine"] == "M, 2 cores, limited to AVX2" and new["kind"] == "float32 only"
    assert (new["cores"], new["precision"], new["rounds"]) == (2, "float32", 2)
    assert new["notes"][0] == "No PyTorch." and "the limit holds for" in new["notes"][1]
    rows = bench.rows_of(bench_networks.NETWORKS, "float32")
    expected = [row for row in rows if row[1] not in bench.TORCH_WAYS]
    told = [(r["network"], r["way"], r["precision"]) for r in new["records"]]
    assert told == [*expected, *expected[::-1]]


def test_one_network_of_an_unknown_machine_is_refused_before_it_is_measured(monkeypatch, limited):
    monkeypatch.setattr(bench_machines, "stored", lambda path: {"machines": []})
    monkeypatch.setattr(bench, "find_torch", lambda: pytest.fail("it went on"))
    with pytest.raises(
        SystemExit, match=r"of this machine \(M, 2 cores, limited to AVX2, float32\)"
    ):
        bench.trainings(1, "fast")


def test_a_row_is_measured_in_its_own_environment(monkeypatch):
    seen = []

    def run(command, env, **options):
        seen.append((command[2].rpartition(".")[2], env))
        return bench.subprocess.CompletedProcess(command, 0, 'said\n{"step_seconds": 1}\n', "")

    monkeypatch.setattr(bench.subprocess, "run", run)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    for way in ("course", "eigen", "compiled"):
        record = bench.measure(("fast", way, "float32"), "python", {"fast": {}})
        assert record["step_seconds"] == 1 and record["way"] == way
    assert [module for module, _ in seen] == ["bench_keras", "bench_keras", "bench_torch"]
    for (_, env), way in zip(seen, ("course", "eigen", "compiled"), strict=True):
        assert env == bench_machines.environment(way, bench.os.environ) and env["PATH"]


def test_a_row_that_fails_is_told(monkeypatch):
    def run(command, **options):
        return bench.subprocess.CompletedProcess(command, 1, "", "Traceback\nValueError: why\n")

    monkeypatch.setattr(bench.subprocess, "run", run)
    record = bench.measure(("fast", "eager", "float32"), "python", {"fast": {}})
    assert record["error"] == "ValueError: why" and record["way"] == "eager"
    with pytest.raises(SystemExit, match="bench_keras fast stock float32 failed: ValueError: why"):
        bench.measure(("fast", "stock", "float32"), None, {"fast": {}})


def test_a_row_that_takes_too_long_is_told(monkeypatch):
    def run(command, **options):
        raise bench.subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(bench.subprocess, "run", run)
    record = bench.measure(("fast", "compiled", "float32"), "python", {"fast": {}})
    assert record["error"] == "not done after 900 s"


def test_memory_is_that_of_this_process_alone():
    code = "from helpers.tools.bench_process import peak_memory; print(peak_memory())"
    ballast = bytearray(400_000_000)
    ballast[::4096] = b"1" * len(ballast[::4096])
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, capture_output=True, text=True, cwd=config.course_root())
    assert told.stdout == "None\n" or int(told.stdout) < 100_000_000


def test_the_claims_of_the_readme_hold_in_the_published_records():
    for measured in _published():
        table = {(r["network"], r["way"], r["precision"]): r for r in bench_rows.rows(measured)}
        assert all(row["stalled"] == 0 for key, row in table.items() if key[1] == "course")
        own = {name: table[name, "course", measured["precision"]] for name in measured["networks"]}
        if measured["kind"] == bench_machines.PLAIN:
            least = {"two_layer": 1.15, "advanced": 1, "fast": 1}
            assert all(row["against_torch"] >= least[name] for name, row in own.items())
            assert all(row["of_limit"] >= 0.75 for row in own.values())
            assert all(row["against_eigen"] >= 1.8 for row in own.values())
            continue
        course = own["advanced"]
        assert course["against_float32"] >= 2.2 and course["of_limit"] >= 0.65
        assert course["against_stock"] >= 1.4
        assert sum(row["stalled"] > 0 for key, row in table.items() if key[1] == "stock") >= 4
        assert all((row["against_torch"] > 1) == (name != "fast") for name, row in own.items())


@pytest.fixture(autouse=True)
def precision_as_it_was():
    yield
    keras.config.set_dtype_policy("float32")


def test_the_page_of_the_batch_is_made_from_its_records():
    published = json.loads((bench.FIGURES / "bench_batch.json").read_text(encoding="utf-8"))
    page = (bench.FIGURES / "bench_batch.md").read_text(encoding="utf-8")
    assert page == bench_batch.page(published)


def test_a_batch_costs_what_the_readme_says():
    records = json.loads((bench.FIGURES / "bench_batch.json").read_text())["records"]
    assert len(records) >= 3
    assert statistics.median(record["run"] for record in records) < 4
    ratios = [record["two_workers"] / record["one_worker"] for record in records]
    assert statistics.median(ratios) <= 0.6
