"""Leaderboards: rows, spreads, and pages that nobody's text can break."""

import csv
import io
import math

import pytest

from helpers.tools.batch import leaderboard, leaderboard_page


def training(val, test=None, model="m", dataset="digits", profile="class", curve=(0.1, 0.5)):
    told = {"kind": "training", "model": model, "dataset": dataset, "profile": profile}
    history = {"val_accuracy": list(curve)}
    return told | {"val_accuracy": val, "test_accuracy": test, "history": history}


def result(*records, student="alice", state="ok", error="", **parameters):
    return {
        "notebook": "03_two_layer_cnn",
        "student": student,
        "file": f"{student}.ipynb",
        "parameters": parameters,
        "state": state,
        "error": error,
        "place": "Exercise 03.2" if error else "",
        "exercises": {"03.1": {"right": True, "hint": ""}, "03.2": None},
        "points": 2,
        "points_possible": 4,
        "seconds": 12.5,
        "peak_memory_mb": 800,
        "records": list(records),
        "executed": f"executed/{student}.ipynb",
    }


def test_one_row_a_record_and_one_row_a_failure():
    results = [
        result(training(0.5, 0.4), {"kind": "measurement"}, training(0.6)),
        result(training(0.9), state="timeout", error="not done", student="bob"),
        result(student="carol"),
    ]
    rows = leaderboard.rows(results, ["x"])
    assert [(r["student"], r["state"], r["val_accuracy"]) for r in rows] == [
        ("alice", "ok", 0.5),
        ("alice", "ok", 0.6),
        ("bob", "timeout", None),
        ("carol", "ok", None),
    ]
    named = ["notebook", "student", "file", "p_x", "state", "error", "points", "points_possible"]
    named += ["seconds", "peak_memory_mb", "dataset", "profile", "model", "val_accuracy"]
    assert list(rows[0]) == [*named, "test_accuracy", "executed"]


def test_a_spreadsheet_takes_no_text_for_a_formula():
    rows = leaderboard.rows([result(student="=cmd()", error="@x", x=-1)], ["x"])
    (row,) = csv.DictReader(io.StringIO(leaderboard.as_csv(rows).removeprefix("\ufeff")))
    assert (row["student"], row["error"], row["p_x"]) == ("'=cmd()", "'@x", "-1")


def test_seeds_become_mean_and_spread_and_the_best_is_first():
    results = [result(training(v, v - 0.1), seeds=[i]) for i, v in enumerate((0.5, 0.6, 0.7))]
    results.append(result(training(0.65), student="bob", seeds=[0]))
    results.append(result(training(0.3), student="bob", seeds=[0], epochs=1))
    ((where, board),) = leaderboard.rankings(results).items()
    assert where == ("digits", "class", "None")
    students = [(row["members"][0]["student"], row["n"]) for row in board]
    assert students == [("bob", 1), ("alice", 3), ("bob", 1)]
    assert board[1]["val"] == pytest.approx((0.6, 0.1))
    assert board[1]["test"] == pytest.approx((0.5, 0.1))
    assert math.isnan(board[0]["val"][1]) and board[0]["test"] is None
    assert board[2]["parameters"] == {"epochs": 1}


def test_a_file_without_a_student_says_so_and_each_row_says_its_file():
    results = [result(training(0.5), student=name) for name in ("", "", "ann", "ann")]
    files = ["/w/in/a.ipynb", "/w/in/b (1).ipynb", "/w/in/ann/c.ipynb", "/w/in/ann/d.ipynb"]
    results = [told | {"file": file} for told, file in zip(results, files, strict=True)]
    for made in (leaderboard.rows(results, []), leaderboard.points(results, [])):
        assert [row["student"] for row in made] == ["no name", "no name", "ann", "ann"]
        assert [row["file"] for row in made] == files
    page = leaderboard_page.page("b", results, 4)
    assert '<td title="/w/in/ann/c.ipynb">ann/c.ipynb</td>' in page and "<td>no name</td>" in page
    assert '<span title="ann, no name, no name">3 students, same results</span>' in page


def test_excel_takes_a_table_for_utf_8():
    text = leaderboard.as_csv(leaderboard.points([result(student="Müller")], []))
    assert text.encode().startswith(b"\xef\xbb\xbfnotebook,student,file") and "Müller" in text


def test_students_with_the_same_numbers_share_a_row():
    results = [result(training(0.5, 0.4), student=name) for name in ("ann", "ben")]
    results.append(result(training(0.5, 0.4001), student="cy"))
    (board,) = leaderboard.rankings(results).values()
    assert [[m["student"] for m in row["members"]] for row in board] == [["ann", "ben"], ["cy"]]
    page = leaderboard_page.page("b", results, 3)
    assert '<span title="ann, ben">2 students, same results</span>' in page


def test_points_are_one_row_a_run_with_each_exercise():
    results = [result(training(0.5), training(0.6)), result(error="x", student="bob")]
    first, second = leaderboard.points(results, [])
    assert (first["points"], first["03.1"], first["03.2"]) == (2, 1, None)
    assert second["place"] == "Exercise 03.2" and "points_possible" in second
    page = leaderboard_page.page("b", results, 2)
    assert "03.1&nbsp;✓" in page and "03.2&nbsp;–" in page and "its check did not run" in page


def test_datasets_and_profiles_are_never_in_one_ranking():
    results = [
        result(training(0.5)),
        result(training(0.9, profile="smoke")),
        result(training(0.7, dataset="CIFAR-10")),
        result(training(0.9) | {"dataset_fingerprint": "ab12"}),
    ]
    boards = leaderboard.rankings(results)
    assert {where: len(board) for where, board in boards.items()} == {
        ("CIFAR-10", "class", "None"): 1,
        ("digits", "class", "None"): 1,
        ("digits", "class", "ab12"): 1,
        ("digits", "smoke", "None"): 1,
    }
    page = leaderboard_page.page("b", results, 4)
    assert page.count("<h2>Ranking: digits, profile class, images ") == 2
    assert "<h2>Ranking: digits, profile smoke</h2>" in page


def test_a_record_that_somebody_made_up_breaks_nothing():
    odd = [7.0, -1, True, "0.99", None, [1], math.nan]
    results = [result(training(value, value, curve=[value])) for value in odd]
    results.append(result(training(0.5) | {"history": 3, "model": None}))
    (board,) = leaderboard.rankings(results).values()
    assert [row["val"] and row["val"][0] for row in board] == [0.5, None]
    assert leaderboard_page.page("b", results, 8).count("<tr>") == 2 + 2 + 8


def test_nothing_in_a_page_comes_from_a_submission_unescaped():
    evil = '"><script>alert(1)</script>'
    results = [
        result(training(0.5, model=evil, dataset=evil), student=evil, x=evil),
        result(state="failed", error=f"first\n{evil}", student="bob"),
    ]
    results[1]["exercises"]["03.2"] = {"right": False, "hint": evil}
    page = leaderboard_page.page(evil, results, 2)
    assert page.count("<script>") == 1 and "alert(1)</script>" not in page
    assert "first" not in page and page.count("&lt;script&gt;") >= 4


def test_a_page_shows_state_error_link_bars_and_curves():
    results = [
        result(training(0.5, 0.4), seeds=[0]),
        result(training(0.7, 0.6), seeds=[1]),
        result(state="memory", error="more than 6 GB of memory", student="bob"),
    ]
    page = leaderboard_page.page("seeds", results, 3)
    for words in ("60.0 ± 14.1 %", "50.0 ± 14.1 %", "2 of 4", "more than 6 GB of memory"):
        assert words in page
    assert 'href="executed/bob.ipynb"' in page and "<polyline" in page and "<rect" in page
    assert "https://" not in page and "src=" not in page
