"""The bench: its networks, its arithmetic, and that its published page comes from its records."""

import copy
import json
import statistics
import subprocess
import sys
import xml.etree.ElementTree

import keras
import pytest

from helpers import config
from helpers.tools import bench, bench_batch, bench_networks, bench_report, publish

TORCH_WAYS = bench.TORCH_WAYS
FIGURES = config.course_root() / "figures"


def _measured() -> dict:
    """Two rounds, made up: the course takes 0.1 and 0.2 s a step where Keras takes 0.3 and 0.4."""
    network = {"title": "advanced CNN", "parameter_count": 7, "batch_size": 60}
    network |= {"steps": 10, "images": 300}
    records = []
    seconds = {"course": (0.1, 0.2), "stock": (0.3, 0.4), "limit": (0.05, 0.05)}
    for way, pair in seconds.items():
        for number, step in enumerate(pair):
            record = {"network": "advanced", "way": way, "precision": "float32", "round": number}
            record |= {"step_seconds": step, "predict_seconds": 0.5, "peak_memory": 2_000_000}
            if way != "limit":
                record |= {"call_seconds": [10 * step, 12 * step, 14 * step]}
                record |= {"end_seconds": [0.01, 0.02, 5.0 if way == "stock" else 0.03]}
            records.append(record)
    flips = {"network": "advanced", "way": "augmentation", "precision": "float32", "round": 0}
    records.append(flips | {"augmentation_seconds": {"flip": 0.015}})
    failed = {"network": "advanced", "way": "compiled", "precision": "float32", "round": 0}
    records.append(failed | {"error": "no compiler"})
    return {
        "machine": "M, 4 cores",
        "cores": 2,
        "precision": "float32",
        "versions": {"keras": "3"},
        "rounds": 2,
        "notes": ["No PyTorch."],
        "networks": {"advanced": network},
        "records": records,
    }


def test_ratios_are_taken_round_by_round():
    measured = _measured()
    course, stock, limit = bench_report.rows(measured)
    assert course["trained"] == [600, 300] and stock["against_stock"] == 1
    assert course["against_stock"] == pytest.approx((3 + 2) / 2)
    assert course["of_limit"] == pytest.approx((0.5 + 0.25) / 2)
    assert course["called"] == pytest.approx([60 * 10 / 1.2, 60 * 10 / 2.4])
    assert course["predicted"] == [600, 600] and limit["called"] == []
    assert (course["stalled"], stock["stalled"], limit["stalled"]) == (0, 2, None)
    for record in measured["records"][:2]:
        record["precision"] = "mixed_bfloat16"
    course, *_ = bench_report.rows(measured)
    assert course["against_stock"] is None and course["against_float32"] == pytest.approx(2.5)


def test_the_page_says_all_of_it():
    page = bench_report.page(_measured())
    course = (
        "| the course, float32 | 450 (300 to 600) | 2.50 | 2.50 | 38 | 375 | 0 of 6 | 600 | 2 MB |"
    )
    assert course in page and "2 of 6" in page and "Machine: M, 4 cores, 2 of them used." in page
    assert "| flip | 15.0 | 11.2 |" in page
    assert "- No PyTorch.\n" in page and "compiled, float32: no compiler" in page


def test_the_chart_is_made_from_the_records_alone():
    measured = _measured()
    svg = bench_report.chart(measured)
    assert svg == bench_report.chart(copy.deepcopy(measured))
    assert "the course in float32 450, Keras as it comes in float32" in svg
    xml.etree.ElementTree.fromstring(svg)
    measured["records"][0]["step_seconds"] = 0.01
    assert svg != bench_report.chart(measured)


def test_the_networks_are_those_of_the_course():
    counts = {name: spec.make().count_params() for name, spec in bench_networks.NETWORKS.items()}
    assert counts == {"two_layer": 545_098, "advanced": 2_362_698, "fast": 1_973_920}
    published = json.loads((FIGURES / "bench.json").read_text(encoding="utf-8"))["networks"]
    for name, spec in bench_networks.NETWORKS.items():
        measured = (published[name]["parameter_count"], published[name]["batch_size"])
        assert measured == (counts[name], spec.batch_size), f"measure {name} again: make bench"
    names = bench_networks.from_notebook("03_two_layer_cnn", epochs=2)
    assert names["batch_size"] == bench_networks.NETWORKS["two_layer"].batch_size
    assert names["steps"] == 2 * -(-bench_networks.TRAINING_IMAGES // names["batch_size"])


def test_a_network_is_described_without_keras():
    described = bench.described(bench_networks.NETWORKS["advanced"], threads=2)
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
    assert len(plain) == len(set(plain)) == 3 * 6 + 2
    assert len(bench.rows_of(networks, "mixed_bfloat16")) == 3 * 11 + 3


def test_one_network_can_be_measured_again():
    earlier, new = _measured(), _measured()
    for record in new["records"]:
        record["step_seconds"] = 9.0
    together = bench.merged(earlier | {"notes": ["old"]}, new)
    assert {r.get("step_seconds") for r in together["records"]} == {
        r.get("step_seconds") for r in new["records"]
    }
    assert together["notes"][0] == "old" and "in a run of its own" in together["notes"][-1]
    with pytest.raises(SystemExit, match="another machine"):
        bench.merged(earlier | {"machine": "other"}, new)
    with pytest.raises(SystemExit, match="no network 'slow'"):
        bench.chosen(bench_networks.NETWORKS, "slow")
    assert list(bench.chosen(bench_networks.NETWORKS, "fast")) == ["fast"]
    assert all(
        row[0] == "fast"
        for row in bench.rows_of(bench.chosen(bench_networks.NETWORKS, "fast"), "float32")
    )


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


def test_what_is_published_comes_from_the_records():
    measured = json.loads((FIGURES / "bench.json").read_text(encoding="utf-8"))
    assert (FIGURES / "bench.md").read_text(encoding="utf-8") == bench_report.page(measured)
    alt = bench_report.alt_text(measured)
    assert alt in (FIGURES / "bench.svg").read_text(encoding="utf-8")
    readme = publish.README.read_text(encoding="utf-8")
    assert publish.with_part(readme, "speed", f"![{alt}](figures/bench.svg)") == readme


def test_the_claims_of_the_readme_hold_in_the_published_records():
    measured = json.loads((FIGURES / "bench.json").read_text(encoding="utf-8"))
    table = {(r["network"], r["way"], r["precision"]): r for r in bench_report.rows(measured)}
    course = table["advanced", "course", measured["precision"]]
    assert course["against_float32"] >= 2.2 and course["of_limit"] >= 0.65
    if measured["precision"] != "float32":
        assert course["against_stock"] >= 1.4
    assert all(row["stalled"] == 0 for key, row in table.items() if key[1] == "course")
    assert sum(row["stalled"] > 0 for key, row in table.items() if key[1] == "stock") >= 4
    for network in ("two_layer", "advanced", "fast"):
        own = statistics.median(table[network, "course", measured["precision"]]["trained"])
        torch = [r["trained"] for k, r in table.items() if k[0] == network and k[1] in TORCH_WAYS]
        assert (own > max(map(statistics.median, torch))) == (network != "fast")


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
