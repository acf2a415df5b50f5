"""A folder at a time: the function, and the command."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers import photos
from helpers.photos import images
from helpers.tests.photos import phone_pictures
from helpers.tests.photos.test_images import halves, stored
from helpers.tools import prepare


@pytest.fixture
def folder(tmp_path):
    """Two pictures, a text, a hidden file and a folder."""
    folder = tmp_path / "photos"
    (folder / "inside").mkdir(parents=True)
    (folder / "b.png").write_bytes(stored(halves()))
    (folder / "a.jpg").write_bytes(stored(halves(90, 60), "JPEG"))
    (folder / "a.png").write_bytes(stored(halves()))
    (folder / "c.txt").write_text("no picture")
    (folder / ".hidden").write_text("no picture")
    return folder


def test_a_folder_is_prepared_in_order_and_a_bad_file_is_reported(folder):
    prepared, refused = images.prepare_folder(folder)
    assert list(prepared) == ["a.jpg", "a.png", "b.png"] and list(refused) == ["c.txt"]
    assert refused["c.txt"].startswith("c.txt is not a picture")
    assert all(picture.shape == (32, 32, 3) for picture in prepared.values())


def test_what_systems_put_into_a_folder_is_no_picture(folder):
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store", "._a.png"):
        (folder / name).write_bytes(b"\0\1\2")
    prepared, refused = images.prepare_folder(folder)
    assert list(prepared) == ["a.jpg", "a.png", "b.png"] and list(refused) == ["c.txt"]


def test_what_is_no_picture_by_its_name_is_passed_over_and_no_failure(folder, tmp_path, capsys):
    others = [".DS_Store", ".hidden", "IMG_1.AAE", "IMG_1.MOV", "Thumbs.db", "c.txt", "desktop.ini"]
    for name in others:
        (folder / name).write_bytes(b"\0\1\2")
    assert prepare.run(folder, tmp_path / "small") == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == f"passed over, no pictures: {', '.join(others)}"
    assert "3 pictures of 32 × 32" in said.out and "0 skipped" in said.out and not said.err
    for name in ("a.jpg", "a.png", "b.png"):
        (folder / name).unlink()
    assert prepare.run(folder, tmp_path / "small") == 2
    assert "there is no picture in photos (there are: .DS_Store" in capsys.readouterr().err


def test_a_phones_pictures_are_prepared_with_the_others(folder, tmp_path):
    (folder / "IMG_1.HEIC").write_bytes(phone_pictures.HALVES)
    (folder / "d.avif").write_bytes(stored(halves(), "AVIF"))
    assert prepare.run(folder, tmp_path / "small") == 0
    assert len(list((tmp_path / "small").iterdir())) == 5


def test_a_folder_that_is_none_or_empty_is_an_error(folder, tmp_path):
    with pytest.raises(images.ImageError, match="is not a folder"):
        images.prepare_folder(tmp_path / "nowhere")
    with pytest.raises(images.ImageError, match="there is no file in inside"):
        images.prepare_folder(folder / "inside")


def test_the_command_writes_what_prepare_returns(folder, tmp_path, capsys):
    target = tmp_path / "small"
    (folder / "c.txt").rename(folder / "c.jpg")
    assert prepare.run(folder, target) == 1
    said = capsys.readouterr()
    assert "3 pictures of 32 × 32" in said.out and "1 skipped" in said.out
    assert said.err.startswith("skipped: c.jpg is not a picture")
    assert sorted(p.name for p in target.iterdir()) == ["a.jpg.png", "a.png.png", "b.png.png"]
    for path in target.iterdir():
        expected = images.prepare(folder / path.name.removesuffix(".png"))
        with Image.open(path) as picture:
            assert np.array_equal(np.asarray(picture), expected)
    (folder / "c.jpg").unlink()
    assert prepare.run(folder, target, size=16) == 0
    with Image.open(target / "b.png.png") as picture:
        assert picture.size == (16, 16)


def test_the_command_refuses_folders_that_make_no_sense(folder, tmp_path, capsys):
    assert prepare.run(folder, folder) == 2 and "of its own" in capsys.readouterr().err
    assert prepare.run(folder, folder / "b.png") == 2 and "of its own" in capsys.readouterr().err
    assert prepare.run(tmp_path / "nowhere", folder) == 2
    assert "is not a folder" in capsys.readouterr().err
    assert prepare.run(folder, folder / "b.png" / "below") == 2
    assert "can't be written" in capsys.readouterr().err
    assert prepare.run(tmp_path / "nowhere", tmp_path / "small") == 2
    assert "is not a folder" in capsys.readouterr().err
    assert prepare.run(folder, tmp_path / "small", size=0) == 2
    assert "size is 0" in capsys.readouterr().err and not (tmp_path / "small").exists()


def test_one_name_that_is_too_long_is_one_line(folder, tmp_path, capsys):
    (folder / f"{'n' * 240}.png").write_bytes(stored(halves()))
    (folder / f"{'t' * 250}.png").write_bytes(stored(halves()))
    assert prepare.run(folder, tmp_path / "small") == 1
    said = capsys.readouterr()
    assert "4 pictures of 32 × 32" in said.out and "1 skipped" in said.out
    assert said.err.startswith(f"skipped: {'t' * 60}… is a name that can't be written in")
    assert len(said.err.splitlines()) == 1 and "choose another one" in said.err
    assert (tmp_path / "small" / f"{'n' * 240}.png.png").is_file()


def test_names_that_are_no_text_become_text(folder):
    odd = {b"caf\xe9.png": "caf\\xe9.png", b"two\nlines.png": "two\\nlines.png"}
    for name in odd:
        (folder / os.fsdecode(name)).write_bytes(stored(halves()))
    (folder / os.fsdecode(b"\xff.jpg")).write_bytes(b"no picture")
    prepared, refused = images.prepare_folder(folder)
    assert set(odd.values()) <= set(prepared) and "\\xff.jpg" in refused
    for text in (*prepared, *refused, *refused.values()):
        assert text.encode() and text.isprintable()
    assert photos.shown(Path("Zürich 東京 😀.png")) == "Zürich 東京 😀.png"


def test_a_folder_whose_name_is_a_number(folder, monkeypatch):
    folder.rename(folder.with_name("2024"))
    monkeypatch.chdir(folder.parent)
    assert list(images.prepare_folder(2024)[0]) == ["a.jpg", "a.png", "b.png"]
