"""The machines of the bench: kinds, limits, and how the published entries are kept."""

import json

import pytest

from helpers.tools import machines
from helpers.tools.bench import command
from helpers.tools.machines import KINDS, NATIVE, PLAIN

GIVEN = {"PATH": "/bin", "TF_ENABLE_ONEDNN_OPTS": "1"}


def _entry(name: str = "M, 2 cores", precision: str = "mixed_bfloat16", limit: str = "") -> dict:
    """An entry, made up, with one record of each of two networks."""
    networks = {name: {"title": f"{name} CNN", "batch_size": 8} for name in ("small", "large")}
    return machines.described(name, 2, precision, limit) | {
        "versions": {"keras": "3"},
        "rounds": 1,
        "notes": ["Busy."],
        "networks": networks,
        "records": [{"network": network, "step_seconds": 1.0} for network in networks],
    }


def _again(entry: dict, network: str) -> dict:
    """The entry of the same machine, in which one network alone was measured, and took 9 s."""
    networks = {network: entry["networks"][network]}
    records = [{"network": network, "step_seconds": 9.0}]
    return entry | {"networks": networks, "records": records, "rounds": 5, "notes": ["Idle."]}


def test_a_machine_is_of_one_of_two_kinds_and_says_its_limit():
    assert KINDS == (NATIVE, PLAIN) == ("native bfloat16", "float32 only")
    native = machines.described("M, 2 cores", 2, "mixed_bfloat16", "")
    assert native == {
        "machine": "M, 2 cores",
        "kind": NATIVE,
        "cores": 2,
        "precision": "mixed_bfloat16",
    }
    limited = machines.described("M, 2 cores", 2, "float32", "AVX2")
    assert limited["machine"] == "M, 2 cores, limited to AVX2" and limited["kind"] == PLAIN


@pytest.mark.parametrize(
    ("limits", "name", "more"),
    [
        ({}, "", {}),
        ({"ONEDNN_MAX_CPU_ISA": "AVX2"}, "AVX2", {"COURSE_PRECISION": "float32"}),
        ({"COURSE_PRECISION": "float32"}, "float32", {}),
        (
            {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE", "COURSE_PRECISION": "float32"},
            "AVX512_CORE",
            {"COURSE_PRECISION": "float32"},
        ),
        ({"ONEDNN_MAX_CPU_ISA": "", "COURSE_PRECISION": ""}, "", {}),
    ],
)
def test_a_limit_is_named_and_asks_for_float32(limits, name, more):
    assert machines.asked(GIVEN | limits) == more
    assert machines.limits(GIVEN | limits) == name
    assert machines.limits(GIVEN | limits | more) == name


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ONEDNN_MAX_CPU_ISA": "avx2"}, "ONEDNN_MAX_CPU_ISA is 'avx2'; expected AVX2 or AVX512"),
        ({"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_BF16"}, "'AVX512_CORE_BF16'; expected AVX2"),
        ({"COURSE_PRECISION": "mixed_bfloat16"}, "COURSE_PRECISION is 'mixed_bfloat16'; expected"),
        ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "TF_ENABLE_ONEDNN_OPTS is 0; unset it"),
    ],
)
def test_rows_with_a_wrong_name_are_refused_before_they_are_measured(monkeypatch, given, message):
    with pytest.raises(SystemExit, match=message):
        machines.asked(given)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(command, "pin", lambda: pytest.fail("it went on"))
    with pytest.raises(SystemExit, match=message):
        command.trainings(1)


def test_pytorch_is_limited_as_onednn_is():
    given = GIVEN | {"ONEDNN_MAX_CPU_ISA": "AVX2"}
    for way in ("eager", "compiled"):
        assert machines.environment(way, given) == given | {
            "DNNL_MAX_CPU_ISA": "AVX2",
            "ATEN_CPU_CAPABILITY": "avx2",
            "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        }
        assert machines.environment(way, GIVEN) == GIVEN
    wider = machines.environment("eager", GIVEN | {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"})
    assert (wider["DNNL_MAX_CPU_ISA"], wider["ATEN_CPU_CAPABILITY"]) == ("AVX512_CORE", "avx512")
    for way in ("course", "stock", "limit"):
        assert machines.environment(way, given) == given
    (note,) = machines.notes(given)
    assert "ONEDNN_MAX_CPU_ISA=AVX2" in note and "holds for oneDNN and PyTorch;" in note
    assert machines.notes(GIVEN | {"COURSE_PRECISION": "float32"}) == []


def test_eigen_is_measured_without_onednn():
    given = GIVEN | {"ONEDNN_MAX_CPU_ISA": "AVX2"}
    assert machines.environment("eigen", given) == given | {"TF_ENABLE_ONEDNN_OPTS": "0"}
    assert given["TF_ENABLE_ONEDNN_OPTS"] == "1"


def test_there_is_one_entry_a_machine_cores_precision_and_limit():
    entries = [
        _entry(precision="float32"),
        _entry(precision="float32", limit="AVX2"),
        _entry(),
        _entry("N, 2 cores"),
        _entry() | {"cores": 1},
    ]
    published = {"machines": []}
    for entry in entries:
        published = machines.added(published, entry)
    assert published["machines"] == [*entries[2:], *entries[:2]]
    new = _entry() | {"notes": ["new"]}
    replaced = machines.added(published, new)["machines"]
    assert replaced == [new, *published["machines"][1:]]
    assert machines.entry_of(published, new) == entries[2]
    assert machines.entry_of(published, _entry("other")) is None


def test_one_network_measured_again_replaces_its_rows_on_this_machine_alone():
    other, mine = _entry("N, 2 cores"), _entry()
    published = {"machines": [other, mine]}
    new = _again(mine, "small")
    first, second = machines.added(published, new, partly=True)["machines"]
    assert first == other and second["networks"] == mine["networks"] and second["rounds"] == 1
    seconds = {record["network"]: record["step_seconds"] for record in second["records"]}
    assert seconds == {"small": 9.0, "large": 1.0} and len(second["records"]) == 2
    note = "small CNN: measured in a run of its own, rounds: 5."
    assert second["notes"] == ["Busy.", "Idle.", note]
    twice = machines.added({"machines": [other, second]}, new, partly=True)["machines"][1]
    assert twice == second


def test_one_network_of_a_machine_that_is_not_there_is_refused():
    published = {"machines": [_entry()]}
    message = r"no rows of this machine \(M, 2 cores, limited to AVX2, float32\); measure all"
    limited = _entry(precision="float32", limit="AVX2")
    with pytest.raises(SystemExit, match=message):
        machines.added(published, _again(limited, "small"), partly=True)


def test_without_a_published_file_there_are_no_machines_yet(tmp_path):
    assert machines.stored(tmp_path / "bench.json") == {"machines": []}
    (tmp_path / "bench.json").write_text('{"machines": [1]}', encoding="utf-8")
    assert machines.stored(tmp_path / "bench.json") == {"machines": [1]}


def test_the_published_entries_are_well_formed():
    published = json.loads(command.PUBLISHED.read_text(encoding="utf-8"))
    assert list(published) == ["machines"]
    entries = published["machines"]
    assert entries == sorted(entries, key=lambda one: KINDS.index(one["kind"]))
    assert len({tuple(m[key] for key in machines.SAME) for m in entries}) == len(entries)
    for machine in entries:
        precisions = {record["precision"] for record in machine["records"]}
        expected = {"float32"} if machine["kind"] == PLAIN else {"float32", "mixed_bfloat16"}
        assert precisions == expected and machine["precision"] in expected
        ways = {record["way"] for record in machine["records"]}
        assert ("eigen" in ways) == (machine["kind"] == PLAIN)
        told = [note for note in machine["notes"] if "the limit holds for" in note]
        assert len(told) == ("limited to AVX" in machine["machine"])
        rows = {(r["network"], r["way"], r["precision"]) for r in machine["records"]}
        for row in rows:
            same = [
                r for r in machine["records"] if (r["network"], r["way"], r["precision"]) == row
            ]
            assert [record["round"] for record in same] == list(range(len(same)))
