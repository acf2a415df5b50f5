"""What is expected of a run: from measurements, scaled, estimated anew; and its memory."""

import difflib
import json

import pytest

from helpers import results
from helpers.tests.measured import machine, machines
from helpers.tools.expected import cards, memory, times

NATIVE, PLAIN = "native bfloat16", "float32 only"


def test_a_changed_number_is_a_changed_line(tmp_path):
    before, after = machines(), machines()
    after[2]["profiles"]["class"]["notebooks"]["01_a"]["seconds"] = 119.0
    (tmp_path / "times.json").write_text(times.text(before), encoding="utf-8")
    assert times.load(tmp_path / "times.json") == before
    changed = difflib.ndiff(times.text(before).splitlines(), times.text(after).splitlines())
    assert sum(line[0] == "+" for line in changed) == 1


def test_a_measurement_replaces_the_one_of_the_same_machine_alone():
    before = machines()
    again = machine("Old, 2 cores", PLAIN, 1_100)
    assert times.merged(before, again) == [*before[:2], again]
    other = again | {"precision": "mixed_bfloat16"}
    assert times.merged(before, other) == [*before, other]
    assert times.merged([], again) == [again]


def test_a_damaged_file_is_never_written_over_and_stops_no_run(monkeypatch, tmp_path):
    path = tmp_path / "times.json"
    monkeypatch.setattr(times, "PATH", path)
    assert times.load(path) == []
    for text in ("<<<<<<< HEAD", "[]", "{}"):
        path.write_text(text)
        with pytest.raises(ValueError, match=r"times.json is damaged"):
            times.load()
        assert times.known() == []


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "AMD EPYC, 2 cores"),
        ({"ONEDNN_MAX_CPU_ISA": "AVX2", "COURSE_PRECISION": "float32"}, ", limited to AVX2"),
        ({"COURSE_PRECISION": "float32"}, ", limited to float32"),
    ],
)
def test_a_limit_is_part_of_a_machines_name(environment, expected):
    assert times.machine_name("AMD EPYC, 2 cores", environment).endswith(expected)


def test_the_kind_follows_from_the_precision():
    assert times.kind_of("mixed_bfloat16") == NATIVE and times.kind_of("float32") == PLAIN


@pytest.mark.parametrize(
    ("speed", "kind", "expected"),
    [
        (4_000, NATIVE, 30),
        (2_000, NATIVE, 60),
        (2_000, PLAIN, 60),  # the real machine of this kind, not the limited one
        (None, PLAIN, 120),
        (None, None, 30),
    ],
)
def test_seconds_are_scaled_from_a_machine_of_the_same_kind(speed, kind, expected):
    assert times.expected("01_a", "class", speed, kind, machines()) == pytest.approx(expected)


def test_without_the_same_kind_the_other_one_counts_and_without_any_nothing():
    native = machines()[:1]
    assert times.expected("01_a", "class", 1_000, PLAIN, native) == pytest.approx(120)
    assert times.expected("01_a", "full", 1_000, NATIVE, native) is None
    assert times.expected("02_b", "class", 1_000, NATIVE, native) is None
    assert times.expected("01_a", "class", 1_000, NATIVE, []) is None


def test_what_was_not_measured_is_taken_from_the_notebook(tmp_path):
    def notebook(name, course):
        path = tmp_path / f"{name}.ipynb"
        path.write_text(json.dumps({"metadata": {"course": course}}))
        return path

    paths = [
        notebook("01_a", {"expected_seconds": {"class": 7, "full": 100}}),
        notebook("02_b", {}),
    ]
    assert times.plan(paths, "class", 2_000, NATIVE, machines()) == {"01_a": 60, "02_b": None}
    assert times.plan(paths, "full", 2_000, PLAIN, machines()) == {"01_a": 200, "02_b": None}
    assert times.plan(paths, "full", 2_000, PLAIN, []) == {"01_a": 100, "02_b": None}


@pytest.mark.parametrize(
    ("rest", "done", "said"),
    [
        ([120, 300, 120], [], "about 2 minutes expected, 9 minutes left in all"),
        ([60, 150, 60], [(30, 60), (60, 120)], "about 2 minutes expected, 9 minutes left in all"),
        ([120, 30], [(None, 500), (0, 3)], "about 2 minutes expected, 2 minutes left in all"),
        ([40], [], "about 40 seconds expected"),
        ([40, None], [], "about 40 seconds expected"),
        ([None, 40], [], "time not known"),
        ([20, 21], [(10, 1)], "about 5 seconds expected, 5 seconds left in all"),
    ],
)
def test_the_rest_is_estimated_by_what_has_ended(rest, done, said):
    assert times.line(rest, done) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "5 seconds"), (43, "45 seconds"), (90, "2 minutes"), (620, "10 minutes")],
)
def test_times_are_said_in_words(seconds, said):
    assert times.words(seconds) == said


def test_the_largest_memory_of_the_same_kind_counts():
    known = machines()
    assert times.peak_memory_mb("01_a", "class", PLAIN, known) == 1_200
    assert times.peak_memory_mb("01_a", "class", NATIVE, known) == 900
    assert times.peak_memory_mb("01_a", "class", None, known) == 1_200
    assert times.peak_memory_mb("01_a", "full", PLAIN, known) == 1_200  # at least that
    assert times.peak_memory_mb("01_a", "smoke", PLAIN, known) is None
    assert times.peak_memory_mb("02_b", "class", PLAIN, known) is None


def test_too_little_memory_is_told_with_a_reserve():
    def told(profile, free):
        return memory.too_large(["01_a", "02_b"], profile, PLAIN, free, machines())

    assert told("class", 1_320_000_000) == told("smoke", 0) == []
    assert told("class", 1_300_000_000) == [
        "01_a needs about 1.4 GB of memory; 1.3 GB are free. Close other programs, or take "
        "PROFILE=smoke."
    ]


def _group(folder, names, limit, use, files):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{use}\n")
    (folder / "memory.stat").write_text(f"anon 5\n{names[2]} {files}\n")


def test_a_containers_limit_counts_less_what_is_used(tmp_path):
    own = tmp_path / "own"
    own.write_text("4:cpu,memory:/job/1\n2:pids:/x\n0::/a/b\n")
    _group(tmp_path / "groups" / "memory", memory.VERSION_1, 1_000, 700, 100)
    _group(tmp_path / "groups" / "memory" / "job" / "1", memory.VERSION_1, 500, 450, 0)
    _group(tmp_path / "groups", memory.VERSION_2, "max", 1, 0)
    _group(tmp_path / "groups" / "a", memory.VERSION_2, 300, 350, 0)
    assert sorted(memory.left_in_groups(tmp_path / "groups", own)) == [0, 50, 400]
    assert memory.left_in_groups(tmp_path / "groups", tmp_path / "absent") == []


def test_the_smaller_one_is_free(monkeypatch):
    monkeypatch.setattr(memory, "left_in_groups", lambda: [])
    of_the_machine = memory.memory_here()
    monkeypatch.setattr(memory, "left_in_groups", lambda: [12_345, 20_000])
    assert memory.memory_here() == 12_345 < of_the_machine


def test_cards_and_readme_tell_what_was_measured():
    assert times.PATH.exists(), "figures/times.json is missing: run `make bench ONLY=times`."
    stale = [
        path.name
        for path, text in cards.published(times.load()).items()
        if path.read_text(encoding="utf-8") != text
    ]
    assert not stale, "not as figures/times.json; bench.durations.write(times.load()) writes them"
    kinds = {machine["kind"] for machine in times.load()}
    assert kinds == {NATIVE, PLAIN}, "one processor of each kind has to be measured"
    told = {
        r["notebook"]: cards.computing(r["notebook"], times.load()) for r in results.published()
    }
    waiting = {
        "11_transfer_learning",
        "12_tracking_and_search",
        "13_service",
    }  # until `make bench ONLY=times` has run on both kinds
    assert {name for name, words in told.items() if words is None} <= waiting
    assert all(" on one without " in words for words in told.values() if words is not None)
