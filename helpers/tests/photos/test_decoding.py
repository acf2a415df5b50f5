"""What is no usable picture is refused, each thing with its own reason."""

import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from helpers import config
from helpers.photos import decoding
from helpers.photos.decoding import ImageError
from helpers.photos.images import prepare
from helpers.tests.photos import phone_pictures
from helpers.tests.photos.test_images import assert_halves, halves, stored


def png_chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size; its pixels are missing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = png_chunk(b"IDAT", zlib.compress(b"\0" * 1_000))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + data + png_chunk(b"IEND", b"")


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
REFUSED = {
    "text": (b"no picture", "not a picture.*supported are JPEG, PNG"),
    "cut off JPEG": (stored(halves(), "JPEG")[:-200], "damaged or cut off"),
    "cut off PNG": (stored(Image.effect_noise((200, 200), 9))[:20_000], "damaged or cut off"),
    "bomb": (png_header(30_000, 30_000), "30,000 × 30,000 pixels; at most 40,000,000"),
    "small bomb": (png_header(10_000, 8_000), "10,000 × 8,000 pixels; at most 40,000,000"),
    "no bytes": (b"", "is empty \\(0 bytes\\)"),
    "no pixels": (png_header(0, 5), "has no pixels: 0 × 5 pixels"),
    "SVG": (SVG, "is SVG.*export it as PNG; supported are"),
    "SVG without head": (b" <svg/>", "is SVG"),
    "head of HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0" + bytes(99), "damaged or cut off"),
    "cut off HEIC": (phone_pictures.HALVES[:-40], "damaged or cut off"),
    "bomb as HEIC": (phone_pictures.claiming(30_000, 30_000), "far more than 40,000,000 pixels"),
    "small bomb as HEIC": (phone_pictures.claiming(10_000, 8_000), "10,000 × 8,000 pixels; at mo"),
    "HEIC of another size": (phone_pictures.claiming(16, 16), "damaged or cut off"),
    "cut off AVIF": (
        stored(Image.effect_noise((200, 200), 9), "AVIF")[:-900],
        "damaged or cut off",
    ),
    "PDF": (b"%PDF-1.7 ...", "is PDF"),
    "cut off TIFF": (stored(halves(), "TIFF", compression="tiff_lzw")[:-90], "damaged or cut off"),
    "web page": (b"<html><body><svg/></body></html>", "not a picture"),
    "SVG after a comment": (b"<!-- " + b"x" * 5_000 + b" --><svg/>", "is SVG"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_usable_picture_is_refused_with_its_own_reason(name, tmp_path):
    content, reason = REFUSED[name]
    path = tmp_path / "holiday.bin"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=reason) as told:
        prepare(path)
    assert str(told.value).startswith("holiday.bin ")
    with pytest.raises(ImageError, match=reason):
        prepare(content)


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_without_its_reader_a_phones_picture_says_what_to_install(kind, monkeypatch):
    content = stored(halves(), "AVIF") if kind == "AVIF" else phone_pictures.HALVES
    monkeypatch.setattr(Image, "OPEN", {k: v for k, v in Image.OPEN.items() if k != "HEIF"})
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    monkeypatch.setattr(decoding.features, "check", lambda feature: False)
    with pytest.raises(
        ImageError, match=rf"is {kind}: .*Install.*%pip install.*or share it as JPEG"
    ):
        prepare(content)
    assert_halves(prepare(stored(halves())))


def test_folders_and_unreadable_files_are_refused(tmp_path, monkeypatch):
    with pytest.raises(ImageError, match="is a folder; name one picture"):
        prepare(tmp_path)
    with pytest.raises(ImageError, match=r"gone\.png does not exist"):
        prepare(tmp_path / "gone.png")
    path = tmp_path / "locked.png"
    path.write_bytes(stored(halves()))

    def locked(self, mode):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.open", locked)
        with pytest.raises(ImageError, match=r"locked\.png can't be read: Permission denied"):
            prepare(path)
    for name, reason in {"x" * 300: "can't be read", "a\0b": "can't be read"}.items():
        with pytest.raises(ImageError, match=reason):
            prepare(tmp_path / name)
    with pytest.raises(ImageError, match="does not exist"):
        prepare("~nobody-of-this-name/photo.png")
    if os.path.exists("/dev/zero"):
        with pytest.raises(ImageError, match="zero is a device or a pipe"):
            prepare("/dev/zero")
    monkeypatch.setattr(decoding, "MOST_BYTES", 10)
    with pytest.raises(ImageError, match="larger than 0 MB"):
        prepare(path)
    with pytest.raises(ImageError, match="larger than 0 MB"):
        prepare(path.read_bytes())


@pytest.mark.parametrize(
    "source",
    [
        np.zeros((5, 5, 3)),
        np.zeros((5, 5, 2), np.uint8),
        np.zeros((2, 5, 5, 3), np.uint8),
        np.zeros((0, 5, 3), np.uint8),
        None,
        7,
    ],
)
def test_arrays_and_other_things_that_are_no_picture_are_refused(source):
    with pytest.raises(ImageError, match=r"expected|no pixels"):
        prepare(source)


@pytest.mark.parametrize(
    "options", [{"crop": "left"}, {"size": 0}, {"size": True}, {"size": 9_999}]
)
def test_options_that_are_not_allowed_are_said(options):
    with pytest.raises(ValueError, match="expected"):
        prepare(halves(), **options)


def real_bomb(side: int) -> bytes:
    """A complete PNG of so many rows and columns, all black, of 1 bit a pixel."""
    row = bytes(1 + side // 8)
    packer, parts = zlib.compressobj(9), []
    parts = [packer.compress(row * 100) for _ in range(side // 100)] + [packer.flush()]
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = (
        png_chunk(b"IHDR", header),
        png_chunk(b"IDAT", b"".join(parts)),
        png_chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


MEASURE = """
import resource, sys
from helpers.photos import images
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    images.prepare(sys.argv[1])
    print("taken", end=" ")
except images.ImageError:
    print("refused", end=" ")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_refusing_a_bomb_costs_no_memory(tmp_path):
    """30,000 × 30,000 pixels, complete, and a picture just below the limit that is cut off."""
    bomb, large = real_bomb(30_000), real_bomb(6_000)
    unit = 1 if sys.platform == "darwin" else 1_024
    for name, content in {"bomb": bomb, "cut off": large[: len(large) // 2]}.items():
        path = tmp_path / f"{name}.png"
        path.write_bytes(content)
        command = [sys.executable, "-c", MEASURE, str(path)]
        root = config.course_root()
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
        verdict, memory = done.stdout.split()
        assert verdict == "refused"
        assert int(memory) * unit < 200_000_000
