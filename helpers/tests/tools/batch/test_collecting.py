"""Files as people hand them in: a notebook by its content, and nothing passed over in silence."""

import io
import os
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers.tools.batch import collecting, grid, reading

NAME = "01_dense_baseline"
CELL = new_code_cell("seeds = None", metadata={"tags": ["parameters"]})
TEXT = nbformat.writes(new_notebook(cells=[CELL], metadata={"course": {"notebook": NAME}}))
PAGE = "<!DOCTYPE html>\n<html><body>exported</body></html>"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def put(path, content=TEXT):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def look(pattern="in"):
    wanted = grid.Grid([pattern], {"seeds": [[0]]}, grid.Limits())
    runs, beside = grid.look(wanted)
    return {run.student: run.problem for run in runs}, beside


@pytest.mark.parametrize(
    "name",
    [
        f"{NAME}.ipynb",
        f"{NAME}.IPYNB",
        f"{NAME}.ipynb.json",
        f"{NAME}.ipynb.txt",
        f"{NAME}.ipynb (1).json",
        f"{NAME}.json",
        f"{NAME}.txt",
        NAME,
        "Untitled",
        "homework.bak",
    ],
)
def test_a_notebook_is_one_whatever_it_is_called(folder, name):
    put(folder / "ann" / name)
    assert look() == ({"ann": ""}, [])
    put(folder / f"{NAME}_ben{name.removeprefix(NAME)}")
    if name.startswith(NAME):
        assert look() == ({"ann": "", "ben": ""}, [])


@pytest.mark.parametrize("name", ["cut.ipynb.txt", "cut"])
def test_a_damaged_notebook_is_one_too(folder, name):
    put(folder / "ann" / name, TEXT[: len(TEXT) // 2])
    students, beside = look()
    assert students["ann"].startswith("the file is no notebook: it is damaged") and not beside


@pytest.mark.parametrize("name", ["01.zip", "Archiv.zip", "work.ZIP", "abgabe"])
def test_a_zip_archive_is_a_folder(folder, name):
    inner = {f"deep/{NAME}.ipynb": TEXT, "__MACOSX/deep/._x.ipynb": "\0", "deep/a.png": "\x89PNG"}
    put(folder / "ann" / name, zipped(inner))
    students, (beside,) = look()
    assert students == {"ann": ""}
    assert beside == f"{folder}/ann/{name}/deep/a.png is a picture"


def test_an_archive_of_a_whole_class_holds_everybody(folder):
    inner = {
        f"Doe Jane_12_assignsubmission_file_/{NAME}.ipynb": TEXT,
        f"Mu\u0308ller Max_13_assignsubmission_file_/{NAME}.ipynb": TEXT,
        "Roe Ann_14_assignsubmission_file_/mine.zip": zipped({"x.ipynb.txt": TEXT}),
        "Poe Tom_15_assignsubmission_file_/mine.html": PAGE,
    }
    put(folder / "Course-Sheet 1-4711.zip", zipped(inner))
    students, beside = look()
    assert not beside and {name for name, problem in students.items() if not problem} == {
        "Doe Jane",
        "M\u00fcller Max",
        "Roe Ann",
    }
    assert "web page" in students["Poe Tom"]
    assert look("in/Course-Sheet 1-4711.zip")[0] == students


def test_one_bad_file_of_an_archive_is_one_row(folder):
    content = zipped({f"ann/{NAME}.ipynb": TEXT, f"ben/{NAME}.ipynb": TEXT + "  marker"})
    put(folder / "all.zip", content.replace(b"  marker", b"   mark "))
    students, _ = look()
    assert students["ann"] == "" and students["ben"].startswith("can't be read (Bad CRC-32")


def test_names_in_an_archive_of_macos_keep_their_umlauts(folder):
    content = zipped({f"Mueller/{NAME}.ipynb": TEXT})
    put(folder / "all.zip", content.replace(b"Mueller", "M\u00fcller".encode()))
    assert set(look()[0]) == {"M\u00fcller"}


def test_an_archive_leads_nowhere(folder):
    put(folder / "all.zip", zipped({f"../../../evil/{NAME}.ipynb": TEXT}))
    (found,) = collecting.find(["in"])
    assert found.path == folder / "all.zip" / "evil" / f"{NAME}.ipynb"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", PAGE, "a web page"),
        (f"{NAME}.html", PAGE, "a web page"),
        ("saved.ipynb", PAGE, "a web page"),
        ("print.pdf", "%PDF-1.7", "a PDF document"),
        ("solution.py", "print(1)", "text/x-python"),
        ("shot.png", b"\x89PNG\r\n", "a picture"),
        ("essay.docx", zipped({"[Content_Types].xml": ""}), "a document of an office program"),
        ("x.zip", zipped({"page.html": PAGE}), "a ZIP archive without a notebook (page.html)"),
        ("x.zip", b"PK\3\4 torn", "a damaged ZIP archive"),
        ("x.rar", b"Rar!\x1a\x07", "a packed archive"),
        ("empty.ipynb", "", "is empty (0 bytes)"),
        ("grades.json", '{"grade": 1}', "application/json"),
        ("pointer.ipynb", "version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        ("merge.ipynb", "{\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> b\n", "a merge"),
        ("notes", b"\x00\x01", "a file of another kind"),
    ],
)
def test_what_was_handed_in_instead_is_a_row_that_says_what_it_is(folder, name, content, words):
    put(folder / "ann" / f"{NAME}.ipynb")
    put(folder / "ben" / "week 1" / name, content)
    students, beside = look()
    assert set(students) == {"ann", "ben"} and not beside
    assert words in students["ben"]


def test_a_file_without_a_folder_counts_by_its_name(folder):
    put(folder / f"{NAME}_ann.ipynb")
    put(folder / f"{NAME}_ann.html", PAGE)
    put(folder / f"ben_11_22_{NAME}.html", PAGE)
    put(folder / "grades.csv", "a,b")
    students, beside = look()
    assert set(students) == {"ann", "ben"} and "web page" in students["ben"]
    names = [Path(line.split(" is ")[0]).name for line in beside]
    assert names == [f"{NAME}_ann.html", "grades.csv"]


def test_a_folder_without_anything_is_named(folder):
    put(folder / "ann" / f"{NAME}.ipynb")
    put(folder / "ann" / "plot.png", b"\x89PNG")
    (folder / "ben" / "week 1").mkdir(parents=True)
    put(folder / "cem" / ".ipynb_checkpoints" / f"{NAME}.ipynb")
    put(folder / "dan" / "a.png", b"\x89PNG")
    put(folder / "dan" / "b.html", PAGE)
    students, (beside,) = look()
    assert students.pop("ann") == "" and beside.endswith("plot.png is a picture")
    assert students["ben"].startswith(students["cem"])
    assert students["cem"].startswith("it is an empty folder; ask for the notebook itself")
    assert students["dan"].startswith("it is a picture (and 1 more without a notebook); ask")


@pytest.mark.skipif(sys.platform == "win32", reason="makes links and pipes")
def test_links_and_pipes_stop_nothing(folder):
    put(folder / "ann" / f"{NAME}.ipynb")
    os.symlink(folder / "ann", folder / "ben")
    os.symlink(folder / "nowhere", folder / "cem.ipynb")
    os.mkfifo(folder / "dan.ipynb")
    students, beside = look()
    assert students.pop("ann") == "" and not beside
    assert "a link to a folder" in students.pop("ben")
    assert set(students.values()) == {"is no file that can be read"}


def test_where_there_is_no_notebook_what_is_there_is_told(folder):
    put(folder / "ann" / "page.html", PAGE)
    with pytest.raises(FileNotFoundError, match=r"in names no notebook.*\n.*page.html is a web"):
        collecting.find(["in"])


def test_a_huge_file_is_not_read_whole(folder, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 1000)
    put(folder / "ann" / f"{NAME}.ipynb", TEXT + " " * 2000)
    assert look()[0] == {"ann": "the file has more than 0 MB"}
    put(folder / "ben" / "x.zip", zipped({f"{NAME}.ipynb": TEXT + " " * 2000}))
    assert look()[0]["ben"] == "the file has more than 0 MB"
