"""The bench: its networks, what it measures and how, and what the README claims of it."""

import json
import statistics
import subprocess
import sys
import types

import keras
import pytest

from helpers import config, training
from helpers.tools import machines
from helpers.tools.bench import batches, command, durations, networks, report, ways


def _published() -> list[dict]:
    return json.loads(command.PUBLISHED.read_text(encoding="utf-8"))["machines"]


def test_the_networks_are_those_of_the_course():
    counts = {name: spec.make().count_params() for name, spec in networks.NETWORKS.items()}
    assert counts == {
        "two_layer": 545_098,
        "advanced": 2_362_698,
        "fast": 1_973_920,
        "residual": 274_042,
        "simple": 1_777_636,
        "large": 15_047_588,
    }
    for machine in _published():
        assert {"two_layer", "advanced", "fast"} <= machine["networks"].keys() <= counts.keys()
        for name, spec in machine["networks"].items():
            expected = (counts[name], networks.NETWORKS[name].batch_size)
            measured = (spec["parameter_count"], spec["batch_size"])
            assert measured == expected, f"measure {name} again on {machine['machine']}"
    names = networks.from_notebook("03_two_layer_cnn", epochs=2)
    assert names["batch_size"] == networks.NETWORKS["two_layer"].batch_size
    assert names["steps"] == 2 * -(-networks.TRAINING_IMAGES // names["batch_size"])


def test_a_network_is_described_without_keras():
    described = networks.described(networks.NETWORKS["advanced"], threads=2)
    assert json.loads(json.dumps(described)) == described
    kinds = [layer["class_name"] for layer in described["layers"]]
    assert kinds.count("Conv2D") == 4 and kinds[0] == "Rescaling"
    assert described["layers"][1]["input_shape"] == [None, 32, 32, 3]
    assert described["optimizer"]["class_name"] == "Adam"
    assert described["trainable_count"] < described["parameter_count"] == 2_362_698


def test_each_layer_is_described_with_the_layers_that_it_reads_from():
    stack, graph = (
        networks.described(networks.NETWORKS[name], threads=2)["layers"]
        for name in ("advanced", "residual")
    )
    assert [layer["inputs"] for layer in stack] == [[n - 1] for n in range(len(stack))]
    sums = [layer["inputs"] for layer in graph if layer["class_name"] == "Add"]
    assert len(sums) == 9 and all(len(set(given)) == 2 for given in sums)
    kinds = [layer["class_name"] for layer in graph]
    assert "InputLayer" not in kinds and kinds.count("Conv2D") == 21
    projected = [{kinds[place] for place in given} for given in sums]
    assert projected.count({"BatchNormalization"}) == 2
    assert projected.count({"BatchNormalization", "ReLU"}) == 7


def test_bfloat16_is_measured_where_it_is_native_only():
    plain = command.rows_of(networks.NETWORKS, "float32")
    assert {precision for _, _, precision in plain} == {"float32"}
    assert [name for name, way, _ in plain if way == "eigen"] == list(networks.NETWORKS)
    assert len(plain) == len(set(plain)) == 6 * 7 + 2
    native = command.rows_of(networks.NETWORKS, "mixed_bfloat16")
    assert len(native) == len(set(native)) == 6 * 11 + 3
    assert not [row for row in native if row[1] == "eigen"]
    fast = command.chosen(networks.NETWORKS, "fast")
    assert list(fast) == ["fast"] and {r[0] for r in command.rows_of(fast, "float32")} == {"fast"}
    with pytest.raises(SystemExit, match="no network 'slow'"):
        command.chosen(networks.NETWORKS, "slow")


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
    calls = []
    monkeypatch.setattr(durations, "main", lambda rounds: calls.append(f"times {rounds}"))
    monkeypatch.setattr(batches, "main", lambda rounds: calls.append(f"batch {rounds}"))
    monkeypatch.setattr(
        command, "trainings", lambda *how: calls.append("trainings {} {}".format(*how))
    )
    monkeypatch.setattr(command.setup, "ensure", lambda: None)
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    if isinstance(called, list):
        command.main()
        assert calls == called
    else:
        with pytest.raises(SystemExit, match=called):
            command.main()
        assert not calls


@pytest.fixture
def limited(monkeypatch):
    """The environment of a measurement that is limited to AVX2; nothing is kept on one core."""
    looked = types.SimpleNamespace(name="M, 2 cores", precision="float32")
    monkeypatch.setattr(training, "machine", lambda: looked)
    monkeypatch.setattr(command, "pin", lambda: ([0, 1], True))
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    for name in ("COURSE_PRECISION", "CUDA_VISIBLE_DEVICES", "TF_NUM_INTRAOP_THREADS"):
        monkeypatch.setenv(name, "")


def test_a_limited_machine_gets_an_entry_of_its_own(monkeypatch, limited, tmp_path):
    published, written = json.loads(command.PUBLISHED.read_text(encoding="utf-8")), []

    def measured(row, torch, specs):
        assert command.os.environ["COURSE_PRECISION"] == "float32" and specs[row[0]]["threads"] == 2
        numbers = {"step_seconds": 1.0, "predict_seconds": 1.0}
        if row[1] == "augmentation":
            numbers = {"augmentation_seconds": {"flip": 0.1}}
        return dict(zip(("network", "way", "precision"), row, strict=True)) | numbers

    monkeypatch.setattr(command, "measure", measured)
    monkeypatch.setattr(command, "find_torch", lambda: (None, ["No PyTorch."]))
    monkeypatch.setattr(command, "UNFINISHED", tmp_path / "records.json")
    monkeypatch.setattr(report, "write", lambda *given: written.append(given))
    command.trainings(2)
    ((together, folder),) = written
    (new,) = [one for one in together["machines"] if one not in published["machines"]]
    assert folder == command.FIGURES and not command.UNFINISHED.exists()
    assert new["machine"] == "M, 2 cores, limited to AVX2" and new["kind"] == "float32 only"
    assert (new["cores"], new["precision"], new["rounds"]) == (2, "float32", 2)
    assert new["notes"][0] == "No PyTorch." and "the limit holds for" in new["notes"][1]
    rows = command.rows_of(networks.NETWORKS, "float32")
    expected = [row for row in rows if row[1] not in command.TORCH_WAYS]
    told = [(r["network"], r["way"], r["precision"]) for r in new["records"]]
    assert told == [*expected, *expected[::-1]]


def test_one_network_of_an_unknown_machine_is_refused_before_it_is_measured(monkeypatch, limited):
    monkeypatch.setattr(machines, "stored", lambda path: {"machines": []})
    monkeypatch.setattr(command, "find_torch", lambda: pytest.fail("it went on"))
    with pytest.raises(
        SystemExit, match=r"of this machine \(M, 2 cores, limited to AVX2, float32\)"
    ):
        command.trainings(1, "fast")


def test_a_row_is_measured_in_its_own_environment(monkeypatch):
    seen = []

    def run(line, env, **options):
        seen.append((line[2].rpartition(".")[2], env))
        return command.subprocess.CompletedProcess(line, 0, 'said\n{"step_seconds": 1}\n', "")

    monkeypatch.setattr(command.subprocess, "run", run)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    for way in ("course", "eigen", "compiled"):
        record = command.measure(("fast", way, "float32"), "python", {"fast": {}})
        assert record["step_seconds"] == 1 and record["way"] == way
    assert [module for module, _ in seen] == ["with_keras", "with_keras", "with_torch"]
    for (_, env), way in zip(seen, ("course", "eigen", "compiled"), strict=True):
        assert env == machines.environment(way, command.os.environ) and env["PATH"]


def test_a_row_that_fails_is_told(monkeypatch):
    def run(line, **options):
        return command.subprocess.CompletedProcess(line, 1, "", "Traceback\nValueError: why\n")

    monkeypatch.setattr(command.subprocess, "run", run)
    record = command.measure(("fast", "eager", "float32"), "python", {"fast": {}})
    assert record["error"] == "ValueError: why" and record["way"] == "eager"
    with pytest.raises(SystemExit, match="with_keras fast stock float32 failed: ValueError: why"):
        command.measure(("fast", "stock", "float32"), None, {"fast": {}})


def test_a_row_that_takes_too_long_is_told(monkeypatch):
    def run(line, **options):
        raise command.subprocess.TimeoutExpired(line, options["timeout"])

    monkeypatch.setattr(command.subprocess, "run", run)
    record = command.measure(("fast", "compiled", "float32"), "python", {"fast": {}})
    assert record["error"] == "not done after 900 s"


def test_memory_is_that_of_this_process_alone():
    code = "from helpers.tools.bench.process import peak_memory; print(peak_memory())"
    ballast = bytearray(400_000_000)
    ballast[::4096] = b"1" * len(ballast[::4096])
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, capture_output=True, text=True, cwd=config.course_root())
    assert told.stdout == "None\n" or int(told.stdout) < 100_000_000


def test_the_claims_of_the_readme_hold_in_the_published_records():
    for measured in _published():
        table = {(r["network"], r["way"], r["precision"]): r for r in ways.rows(measured)}
        assert all(row["stalled"] == 0 for key, row in table.items() if key[1] == "course")
        own = {name: table[name, "course", measured["precision"]] for name in measured["networks"]}
        if measured["kind"] == machines.PLAIN:
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
    published = json.loads((command.FIGURES / "bench_batch.json").read_text(encoding="utf-8"))
    page = (command.FIGURES / "bench_batch.md").read_text(encoding="utf-8")
    assert page == batches.page(published)


def test_a_batch_costs_what_the_readme_says():
    records = json.loads((command.FIGURES / "bench_batch.json").read_text())["records"]
    assert len(records) >= 3
    assert statistics.median(record["run"] for record in records) < 4
    ratios = [record["two_workers"] / record["one_worker"] for record in records]
    assert statistics.median(ratios) <= 0.6
