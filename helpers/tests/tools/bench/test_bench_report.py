"""Tables and charts of the bench: their arithmetic, and that they come from the records alone."""

import copy
import html
import json
import xml.etree.ElementTree

import pytest

from helpers import config
from helpers.tools import machines, readme_file
from helpers.tools.bench import chart, command, report, ways

FIGURES = config.course_root() / "figures"


def _measured() -> dict:
    """A machine, made up: the course takes 0.1 and 0.2 s a step where Keras takes 0.3 and 0.4."""
    network = {"title": "advanced CNN", "parameter_count": 7, "batch_size": 60}
    network |= {"steps": 10, "images": 300}
    records = []
    seconds = {"course": (0.1, 0.2), "stock": (0.3, 0.4), "limit": (0.05, 0.05)}
    seconds |= {"eigen": (0.6, 0.6), "eager": (0.2, 0.25), "compiled": (0.1, 0.5)}
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
    failed = {"network": "advanced", "way": "pipeline", "precision": "float32", "round": 0}
    records.append(failed | {"error": "no memory"})
    return {
        "machine": "M, 4 cores",
        "kind": "float32 only",
        "cores": 2,
        "precision": "float32",
        "versions": {"keras": "3"},
        "rounds": 2,
        "notes": ["No PyTorch."],
        "networks": {"advanced": network},
        "records": records,
    }


def _native() -> dict:
    """The same for a machine with native bfloat16, on which the course was measured in it alone."""
    measured = _measured()
    for record in measured["records"]:
        if record["way"] == "course":
            record["precision"] = "mixed_bfloat16"
    named = {"machine": "N, 2 cores", "kind": "native bfloat16", "precision": "mixed_bfloat16"}
    return measured | named


def test_ratios_are_taken_round_by_round():
    course, stock, limit, *_ = ways.rows(_measured())
    assert course["trained"] == [600, 300] and stock["against_stock"] == 1
    assert course["against_stock"] == pytest.approx((3 + 2) / 2)
    assert course["against_eigen"] == pytest.approx((6 + 3) / 2)
    assert course["of_limit"] == pytest.approx((0.5 + 0.25) / 2)
    assert course["called"] == pytest.approx([60 * 10 / 1.2, 60 * 10 / 2.4])
    assert course["predicted"] == [600, 600] and limit["called"] == []
    assert (course["stalled"], stock["stalled"], limit["stalled"]) == (0, 2, None)
    course, *_ = ways.rows(_native())
    assert course["against_stock"] is None and course["against_torch"] is None
    assert course["against_float32"] == pytest.approx(2.5) and course["against_eigen"] is None


def test_pytorch_is_compared_by_its_faster_row_in_the_same_precision():
    measured = _measured()
    course, *_ = ways.rows(measured)
    assert course["against_torch"] == pytest.approx((2 + 1.25) / 2)
    for record in measured["records"]:
        if record["way"] == "compiled":
            record["step_seconds"] /= 2
    course, *_ = ways.rows(measured)
    assert course["against_torch"] == pytest.approx((0.5 + 1.25) / 2)
    measured["records"] = [r for r in measured["records"] if r["way"] not in command.TORCH_WAYS]
    assert {row["against_torch"] for row in ways.rows(measured)} == {None}


def test_the_page_says_all_of_it():
    page = report.page({"machines": [_native(), _measured()]})
    native, plain = page.split("## Float32 only: M, 4 cores\n")
    assert "\n## Native bfloat16: N, 2 cores\n" in native
    assert "| × Keras | × Keras, float32 | × PyTorch |" in native
    assert "| the course, bfloat16 | 450 (300 to 600) |  | 2.50 |  |  | 375 |" in native
    assert "| Keras as it comes, float32 |" in native and "2 of 6" in native
    assert "| × Keras | × Keras, without oneDNN | × PyTorch |" in plain
    assert "| the course, float32 | 450 (300 to 600) | 2.50 | 4.50 | 1.62 | 38 | 375 |" in plain
    assert "| Keras as it comes with oneDNN, float32 |" in plain
    assert "| Keras as it comes without oneDNN, float32 | 100 (100 to 100) |" in plain
    for one in (native, plain):
        assert "2 cores used; 2 rounds. Versions: keras 3.\n" in one and "| flip | 15.0 |" in one
        assert "- No PyTorch.\n" in one and "batching, float32: no memory\n" in one


def test_a_chart_is_made_from_the_records_alone():
    measured = _measured()
    svg = chart.chart(measured)
    assert svg == chart.chart(copy.deepcopy(measured))
    assert (
        "on 2 cores. Float32 only: M, 4 cores. advanced CNN: in float32 the course 450, Keras as "
        "it comes with oneDNN 175, Keras as it comes without oneDNN 100, PyTorch at its best 360. "
    ) in svg
    xml.etree.ElementTree.fromstring(svg)
    measured["records"][0]["step_seconds"] = 0.01
    assert svg != chart.chart(measured)


def test_every_machine_has_its_files(tmp_path, monkeypatch):
    monkeypatch.setattr(readme_file, "PATH", tmp_path / "README.md")
    readme_file.PATH.write_text("a <!-- speed: begin -->old<!-- speed: end --> z", encoding="utf-8")
    published = {"machines": [_native(), _measured(), _measured() | {"machine": "slow"}]}
    report.write(published, tmp_path)
    assert json.loads((tmp_path / "bench.json").read_text(encoding="utf-8")) == published
    assert (tmp_path / "bench.md").read_text(encoding="utf-8") == report.page(published)
    readme = readme_file.PATH.read_text(encoding="utf-8")
    assert readme.startswith("a <!--") and readme.endswith("--> z") and "old" not in readme
    names = {"bench.svg": "N, 2 cores", "bench_float32.svg": "M, 4 cores"}
    for name, machine in (names | {"bench_float32_2.svg": "slow"}).items():
        assert f"{machine}. advanced" in (tmp_path / name).read_text(encoding="utf-8")
        shown = [line for line in readme.splitlines() if f"](figures/{name})" in line]
        assert len(shown) == 1 and f"{machine}. advanced CNN: in " in shown[0]


def test_what_is_published_comes_from_the_records():
    published = machines.stored(command.PUBLISHED)
    assert (FIGURES / "bench.md").read_text(encoding="utf-8") == report.page(published)
    charts = chart.files(published)
    for name, measured in charts.items():
        svg = html.unescape((FIGURES / name).read_text(encoding="utf-8"))
        assert chart.alt_text(measured) in svg
    assert {path.name for path in FIGURES.glob("bench*.svg")} == set(charts)
    readme = readme_file.PATH.read_text(encoding="utf-8")
    assert readme_file.with_part(readme, "speed", report.pictures(published)) == readme
