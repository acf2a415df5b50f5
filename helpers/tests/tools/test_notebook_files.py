"""What lies in the place of a notebook is called by its name."""

import pytest

from helpers.tests.data.test_cifar import OTHERS
from helpers.tests.notebooks import notebook
from helpers.tools import copies, execution, lab, notebook_files, run, setup
from helpers.tools.notebook_files import NotebookError


@pytest.mark.parametrize(("content", "message"), [*OTHERS, (b"PK\3\4...", "is a ZIP archive")])
def test_another_kind_of_file_is_told(tmp_path, content, message):
    path = tmp_path / "01_a.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookError, match=f"01_a.ipynb is no notebook .* read: it {message}"):
        notebook_files.read(path)


@pytest.mark.parametrize("content", [b"{}", b"[]", b"\xff\xfe{", b'{"cells": 1, "nbformat": 4}'])
def test_what_is_not_known_is_told_in_one_line(tmp_path, content):
    (tmp_path / "a.ipynb").write_bytes(content)
    with pytest.raises(NotebookError, match=r"a.ipynb is no notebook that .*file again\.$"):
        notebook_files.read(tmp_path / "a.ipynb")
    with pytest.raises(NotebookError, match=r"can't be read \(No such file"):
        notebook_files.read(tmp_path / "none.ipynb")


def test_a_mark_of_the_byte_order_and_crlf_do_not_matter(tmp_path):
    path = notebook(tmp_path / "a.ipynb", "1", "2")
    plain = notebook_files.read(path)
    text = path.read_text("utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert notebook_files.read(path) == plain


@pytest.fixture
def merged(tmp_path, monkeypatch):
    """A course whose second notebook has a merge conflict."""
    source = tmp_path / "notebooks"
    source.mkdir()
    notebook(source / "01_a.ipynb", "1")
    lines = notebook(source / "02_b.ipynb", "1").read_text("utf-8").splitlines(keepends=True)
    ours, theirs = lines[2], lines[2].replace('"', '"_', 1)
    lines[2] = f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> theirs\n"
    (source / "02_b.ipynb").write_text("".join(lines), "utf-8")
    monkeypatch.setattr(execution, "NOTEBOOKS", source)
    monkeypatch.setattr(setup, "ensure", lambda: None)
    monkeypatch.setattr("sys.argv", ["run", "--profile", "smoke", "--dataset", "digits"])
    return source


def test_a_merge_conflict_ends_a_command_in_one_line_before_anything_is_run(
    merged, tmp_path, monkeypatch
):
    monkeypatch.setattr(run, "OUT", tmp_path / "out")
    for command in (run.main, lambda: copies.write(tmp_path / "copies", lambda made, name: made)):
        with pytest.raises(SystemExit) as ended:
            command()
        assert "02_b.ipynb is no notebook that can be read: it holds a merge" in ended.value.code
        assert "\n" not in ended.value.code
    assert not (tmp_path / "copies").exists()


def test_the_other_notebooks_are_copied_to_work_with(merged, tmp_path, capsys):
    assert lab.copy_missing(merged, tmp_path / "work") == 1
    assert "02_b.ipynb is no notebook" in capsys.readouterr().out
