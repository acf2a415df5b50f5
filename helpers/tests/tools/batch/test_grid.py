"""Grids: what they say, and whose the notebooks are."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.tools.batch import collecting, grid, reading, submissions
from helpers.tools.batch.cells import parameter_names

TAGGED = {"tags": ["parameters"]}


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def write_notebook(path, parameters="profile = None\nseeds = None", course=None):
    cells = [new_code_cell(parameters, metadata=TAGGED)] if parameters is not None else []
    metadata = {"course": {"notebook": course}} if course else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


def read(tmp_path, text):
    path = tmp_path / "grid.yml"
    path.write_text(text, encoding="utf-8")
    return grid.read(path)


def test_a_list_is_crossed_and_a_nested_list_is_a_value(tmp_path):
    write_notebook(tmp_path / "a.ipynb")
    write_notebook(tmp_path / "b.ipynb")
    wanted = read(
        tmp_path,
        "notebooks: [a.ipynb, b.ipynb]\n"
        "parameters: {profile: smoke, seeds: [[0], [1], [2]]}\n"
        "limits: {minutes: 10, memory_gb: 6, retries: 0}\n",
    )
    runs = grid.runs(wanted)
    assert [(r.path.stem, r.parameters["seeds"]) for r in runs] == [
        (name, [seed]) for name in "ab" for seed in (0, 1, 2)
    ]
    assert {r.parameters["profile"] for r in runs} == {"smoke"}
    assert len({r.name for r in runs}) == len({r.key for r in runs}) == 6
    assert wanted.limits == grid.Limits(minutes=10, memory_gb=6, retries=0, output_mb=20)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("notebooks: [", "can't be read"),
        ("[1, 2]", "expected names with values"),
        ("notebook: [a.ipynb]", "has 'notebook'; expected one of: notebooks, parameters, limits"),
        ("parameters: {}", "should be a list of files, patterns or folders"),
        ("notebooks: [a.ipynb]\nlimits: {minuts: 1}", "has 'minuts'; expected one of: minutes"),
        ("notebooks: [a.ipynb]\nlimits: {minutes: 0}", "minutes is 0; expected 0.001 or more"),
        ("notebooks: [a.ipynb]\nlimits: {memory_gb: lots}", "memory_gb is 'lots'; expected a num"),
        ("notebooks: [a.ipynb]\nlimits: {retries: 1.5}", "retries is 1.5; expected a number"),
        ("notebooks: [a.ipynb]\nlimits: {retries: true}", "retries is True; expected a number"),
        ("notebooks: [a.ipynb]\nparameters: {seeds: []}", "seeds has no values"),
        ("notebooks: [a.ipynb]\nparameters: {seeds: 2026-11-21}", "expected numbers, words"),
        ("notebooks: [a.ipynb]\nparameters: {seeds: [[0], [0]]}", "the same value twice: "),
        ("notebooks: [a.ipynb]\nlimits: {minutes: .nan}", "minutes is nan; expected 0.001"),
        ("notebooks: [a.ipynb]\nparameters: [seeds]", "parameters: expected names with values"),
    ],
)
def test_what_is_no_grid_is_told(tmp_path, text, message):
    with pytest.raises(grid.GridError, match=message):
        read(tmp_path, text)


def test_a_grid_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(grid.GridError, match=r"none\.yml can't be read"):
        grid.read(tmp_path / "none.yml")


def test_a_mistyped_parameter_stops_the_batch_before_anything_runs(tmp_path):
    write_notebook(tmp_path / "a.ipynb")
    wanted = read(tmp_path, "notebooks: [a.ipynb]\nparameters: {sedes: [[0]]}")
    with pytest.raises(grid.GridError, match=r"no notebook has 'sedes'; .* Did you mean seeds\?"):
        grid.runs(wanted)


def test_notebooks_that_can_not_be_run_say_why(tmp_path):
    folder = tmp_path / "in"
    write_notebook(folder / "good.ipynb")
    write_notebook(folder / "lacks.ipynb", parameters="profile = None")
    write_notebook(folder / "none.ipynb", parameters=None)
    write_notebook(folder / "odd.ipynb", parameters="profile = = 3")
    (folder / "json.ipynb").write_text("{", encoding="utf-8")
    (folder / "list.ipynb").write_text("[]", encoding="utf-8")
    (folder / "old.ipynb").write_text(json.dumps({"nbformat": 3, "metadata": {}, "worksheets": []}))
    (folder / "new.ipynb").write_text(json.dumps({"nbformat": 5, "cells": []}))
    (folder / "bytes.ipynb").write_bytes(b"\xff\xfe\x00")
    wanted = read(tmp_path, "notebooks: [in]\nparameters: {profile: smoke, seeds: [[0]]}")
    said = {run.path.stem: run.problem for run in grid.runs(wanted)}
    assert said.pop("good") == ""
    assert said.pop("lacks") == "it has no parameter seeds"
    assert said.pop("none") == "its cell of parameters is missing"
    assert said.pop("odd") == "its cell of parameters is no Python: invalid syntax"
    assert said.pop("old") == "its cell of parameters is missing"
    assert "not version 4" in said.pop("new")
    assert set(said) == {"json", "list", "bytes"}
    assert all(problem.startswith("the file is no notebook: ") for problem in said.values())


def test_what_a_run_replaces_makes_no_notebook_invalid(tmp_path):
    path = write_notebook(tmp_path / "a.ipynb")
    content = json.loads(path.read_text())
    output = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    content["cells"][0] |= {"outputs": [output | {"errorDetails": {}}, {"output_type": "odd"}]}
    del content["cells"][0]["execution_count"]
    path.write_text(json.dumps(content | {"nbformat_minor": 4}))
    assert reading.text_of(path.read_bytes())[1] == ""
    del content["cells"][0]["source"]
    path.write_text(json.dumps(content))
    assert reading.text_of(path.read_bytes())[1].startswith("the file is no notebook: ")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_what_an_editor_writes_before_the_text_is_no_part_of_it(tmp_path, encoding):
    path = write_notebook(tmp_path / "a.ipynb", parameters="profile = 'ä'")
    plain = path.read_text(encoding="utf-8")
    path.write_bytes(plain.encode(encoding))
    assert reading.text_of(path.read_bytes()) == (plain, "")


def test_a_notebook_of_an_older_format_is_converted_and_the_same_each_time(tmp_path):
    cells = [new_code_cell("profile = None", metadata=TAGGED), new_markdown_cell("# ä")]
    course = {"course": {"notebook": "01_dense_baseline"}}
    old = nbformat.convert(new_notebook(cells=cells, metadata=course), 3)
    path = tmp_path / "in" / "ann.ipynb"
    path.parent.mkdir()
    path.write_text(nbformat.v3.writes_json(old), encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8"))["nbformat"] == 3
    (found,) = collecting.find([str(path.parent)])
    text = found.text
    assert (text, "") == reading.text_of(path.read_bytes()) and not found.problem
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert parameter_names(text) == {"profile"}
    assert submissions.owner(found) == ("01_dense_baseline", "ann")


@pytest.mark.parametrize(
    ("file", "course", "expected"),
    [
        ("01_dense_baseline.ipynb", None, ("01_dense_baseline", "")),
        ("01_dense_baseline_alice.ipynb", None, ("01_dense_baseline", "alice")),
        ("Bob Ng - 01_dense_baseline.ipynb", None, ("01_dense_baseline", "Bob Ng")),
        ("carol.ipynb", "01_dense_baseline", ("01_dense_baseline", "carol")),
        ("dan/01_dense_baseline.ipynb", "01_dense_baseline", ("01_dense_baseline", "dan")),
        ("eve/week 1/01_dense_baseline.ipynb", None, ("01_dense_baseline", "eve")),
        ("fay/01_dense_baseline (1).ipynb", None, ("01_dense_baseline", "fay")),
        ("01_Dense_Baseline_zoe-Copy2.ipynb", None, ("01_dense_baseline", "zoe")),
        ("week1/01_dense_baseline_hal.ipynb", None, ("01_dense_baseline", "hal")),
        ("hal (1).ipynb", "01_dense_baseline", ("01_dense_baseline", "hal")),
        ("ida/mine.ipynb", None, ("mine", "ida")),
        ("emil/Untitled0.ipynb", "01_dense_baseline", ("01_dense_baseline", "emil")),
        ("emil/Untitled0.ipynb", None, ("Untitled0", "emil")),
        ("Untitled0.ipynb", "01_dense_baseline", ("01_dense_baseline", "")),
        ("bea/Copy_of_01_dense_baseline.ipynb", None, ("01_dense_baseline", "bea")),
        ("ann/01_dense_baseline_final.ipynb", None, ("01_dense_baseline", "ann")),
        ("ann/01_dense_baseline_ann_v2.ipynb", None, ("01_dense_baseline", "ann")),
        ("week 1/ann/01_dense_baseline.ipynb", None, ("01_dense_baseline", "ann")),
        ("01_dense_baseline/ann.ipynb", "01_dense_baseline", ("01_dense_baseline", "ann")),
        ("submissions/01_dense_baseline.ipynb", None, ("01_dense_baseline", "")),
        (
            "Doe Jane_12345_assignsubmission_file_/x.ipynb",
            "01_dense_baseline",
            ("01_dense_baseline", "Doe Jane"),
        ),
        (
            "7b/Doe Jane_12345_assignsubmission_file_/01_dense_baseline.ipynb",
            None,
            ("01_dense_baseline", "Doe Jane"),
        ),
        (
            "all/doejane_LATE_48213_9922_01_dense_baseline-1.ipynb",
            None,
            ("01_dense_baseline", "doejane"),
        ),
        (
            "doejane_48213_9922_Untitled0.ipynb",
            "01_dense_baseline",
            ("01_dense_baseline", "doejane"),
        ),
        ("Mu\u0308ller/01_dense_baseline.ipynb", None, ("01_dense_baseline", "M\u00fcller")),
        ("frank.ipynb", None, ("frank", "frank")),
        ("grace.ipynb", "99_no_such", ("grace", "grace")),
    ],
)
def test_the_student_is_read_from_the_files_name(tmp_path, file, course, expected):
    write_notebook(tmp_path / "in" / file, course=course)
    (found,) = collecting.find(["in"])
    assert submissions.owner(found) == expected


def students(pattern="in"):
    found = collecting.find([pattern])
    shared = submissions.shared_folders(found)
    return [submissions.owner(one, shared)[1] for one in found]


def test_a_folder_that_several_share_is_nobodys(tmp_path):
    for name in ("_hal", "_ida (1)", ""):
        write_notebook(tmp_path / "in" / "7b" / f"01_dense_baseline{name}.ipynb")
    for name in ("_final", "_ann", " (1)", "_with joe"):
        write_notebook(tmp_path / "in" / "ann" / f"01_dense_baseline{name}.ipynb")
    assert sorted(students()) == ["", "ann", "ann", "ann", "ann", "hal", "ida"]


def test_a_name_is_one_person_however_its_characters_are_stored(tmp_path):
    for place, name in enumerate(("M\u00fcller", "Mu\u0308ller")):
        write_notebook(tmp_path / "in" / f"week {place}" / f"01_dense_baseline_{name}.ipynb")
    assert students() == ["M\u00fcller"] * 2


@pytest.mark.parametrize("pattern", ["in", "in/*", "in/*/ps1", "in/*/ps1/*.ipynb", "in/**/*.ipynb"])
def test_patterns_over_students_folders_know_the_students(tmp_path, pattern):
    for name in ("ann", "ben"):
        write_notebook(tmp_path / "in" / name / "ps1" / "01_dense_baseline.ipynb")
    assert students(pattern) == ["ann", "ben"]


def test_a_key_changes_with_all_that_decides_a_result(tmp_path, monkeypatch):
    path = write_notebook(tmp_path / "a.ipynb")
    text = "notebooks: [a.ipynb]\nparameters: {seeds: [[0]]}"

    def key():
        (run,) = grid.runs(read(tmp_path, text))
        return run.key

    first = key()
    assert key() == first
    monkeypatch.setenv("COURSE_PROFILE", "full")
    second = key()
    write_notebook(path, parameters="profile = None\nseeds = None\nepochs = None")
    assert len({first, second, key()}) == 3


def test_the_example_grids_fit_their_notebooks(monkeypatch):
    monkeypatch.chdir(grid.course_version.config.course_root())
    for path, count in (("seeds", 3), ("kernel_size", 4), ("search", 2)):
        runs = grid.runs(grid.read(grid.Path(f"notebooks/grids/{path}.yml")))
        assert len(runs) == count and not [run.problem for run in runs if run.problem]
