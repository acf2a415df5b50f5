"""Pictures of every kind, prepared or refused."""

import io
import struct
import subprocess
import sys
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from helpers import config, images
from helpers.images import ImageError, prepare

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def stored(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def halves(width: int = 64, height: int = 64, left=RED, right=BLUE) -> Image.Image:
    """The left half in one colour, the right half in another."""
    picture = Image.new("RGB", (width, height), left)
    picture.paste(right, (width // 2, 0, width, height))
    return picture


def assert_halves(prepared, left=RED, right=BLUE, within=6):
    assert prepared.shape == (32, 32, 3) and prepared.dtype == np.uint8
    assert abs(prepared[:, :12].astype(int) - left).max() <= within
    assert abs(prepared[:, 20:].astype(int) - right).max() <= within


@pytest.mark.parametrize(
    ("kind", "options", "within"),
    [
        ("PNG", {}, 0),
        ("JPEG", {"quality": 95, "subsampling": 0}, 6),
        ("GIF", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
    ],
)
def test_every_supported_format_is_read(kind, options, within, tmp_path):
    content = stored(halves(), kind, **options)
    assert kind in images.SUPPORTED
    assert_halves(prepare(content), within=within)
    path = tmp_path / "picture.bin"
    path.write_bytes(content)
    assert_halves(prepare(path), within=within)
    assert_halves(prepare(str(path)), within=within)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_the_camera_was_held(orientation):
    upright = np.zeros((64, 64, 3), np.uint8)
    upright[:32, :32], upright[:32, 32:], upright[32:, :32] = RED, GREEN, BLUE
    as_stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = stored(Image.fromarray(np.ascontiguousarray(as_stored)), "PNG", exif=exif)
    assert np.array_equal(prepare(content), prepare(upright))


def test_transparent_places_become_white():
    picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    picture.paste((*BLUE, 255), (32, 0, 64, 64))
    assert_halves(prepare(stored(picture)), left=(255, 255, 255))
    palette = Image.new("P", (64, 64), 0)
    palette.putpalette([10, 20, 30, *BLUE])
    palette.paste(1, (32, 0, 64, 64))
    assert_halves(prepare(stored(palette, transparency=0)), left=(255, 255, 255))
    grey = Image.new("LA", (64, 64), (200, 0))
    assert (prepare(stored(grey)) == 255).all()


def test_grey_palette_and_cmyk_become_rgb():
    grey = Image.new("L", (40, 40), 77)
    assert (prepare(stored(grey)) == 77).all()
    assert (prepare(stored(Image.new("1", (40, 40), 1))) == 255).all()
    assert_halves(prepare(stored(halves().quantize(4))))
    assert_halves(prepare(stored(halves().convert("CMYK"), "TIFF")))


def test_sixteen_bits_become_eight():
    values = np.full((40, 40), 51_400, np.uint16)
    assert (prepare(stored(Image.fromarray(values))) == 200).all()
    assert (prepare(stored(Image.fromarray(values), "TIFF")) == 200).all()
    dark = np.full((40, 40), 300, np.uint16)  # nearly black, and not "300 of 255"
    assert (prepare(stored(Image.fromarray(dark))) == 1).all()
    very_dark = np.full((40, 40), 200, np.uint16)
    assert (prepare(stored(Image.fromarray(very_dark))) == 0).all()


def test_an_animation_gives_its_first_frame():
    film = stored(halves(), "GIF", save_all=True, append_images=[Image.new("RGB", (64, 64), GREEN)])
    assert_halves(prepare(film))


def test_the_middle_square_is_cut_out_before_the_picture_is_made_small():
    wide = Image.new("RGB", (192, 64), GREEN)
    wide.paste(halves(), (64, 0))
    assert_halves(prepare(stored(wide)))
    tall = wide.transpose(Image.Transpose.ROTATE_270)
    assert_halves(np.rot90(prepare(stored(tall))))
    squeezed = prepare(stored(wide), crop=None)
    assert (squeezed[:, :8] == GREEN).all() and (squeezed[:, -8:] == GREEN).all()


def test_all_pixels_count_when_a_picture_is_made_small():
    noise = np.random.default_rng(0).integers(0, 2, (640, 640), np.uint8) * 255
    assert abs(prepare(noise).astype(int) - 127).max() < 40
    assert prepare(noise, size=8).shape == (8, 8, 3)


def test_a_small_picture_is_made_larger():
    assert (prepare(np.full((1, 1), 9, np.uint8)) == 9).all()
    assert prepare(halves(3, 500)).shape == (32, 32, 3)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size; its pixels are missing."""

    def chunk(kind, content):
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
REFUSED = {
    "text": (b"no picture", "not a picture.*supported are JPEG, PNG"),
    "cut off JPEG": (stored(halves(), "JPEG")[:-200], "damaged or cut off"),
    "cut off PNG": (stored(Image.effect_noise((200, 200), 9))[:20_000], "damaged or cut off"),
    "bomb": (png_header(30_000, 30_000), "hundreds of millions of pixels; at most 50,000,000"),
    "small bomb": (png_header(10_000, 8_000), "10,000 × 8,000 pixels; at most 50,000,000"),
    "no bytes": (b"", "is empty \\(0 bytes\\)"),
    "no pixels": (png_header(0, 5), "damaged|no pixels|not a picture"),
    "SVG": (SVG, "is SVG.*export it as PNG; supported are"),
    "SVG without head": (b" <svg/>", "is SVG"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0" + bytes(99), "is HEIC.*JPEG; supported are"),
    "PDF": (b"%PDF-1.7 ...", "is PDF"),
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


def test_folders_and_unreadable_files_are_refused(tmp_path, monkeypatch):
    with pytest.raises(ImageError, match="is a folder; name one picture"):
        prepare(tmp_path)
    with pytest.raises(ImageError, match=r"gone\.png does not exist"):
        prepare(tmp_path / "gone.png")
    path = tmp_path / "locked.png"
    path.write_bytes(stored(halves()))

    def locked(self):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.read_bytes", locked)
        with pytest.raises(ImageError, match=r"locked\.png can't be read: Permission denied"):
            prepare(path)
    monkeypatch.setattr(images, "MOST_BYTES", 10)
    with pytest.raises(ImageError, match="larger than 0 MB"):
        prepare(path)


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


def test_a_bomb_costs_neither_memory_nor_time(tmp_path):
    """Measured in a process of its own, against the same process with a small picture."""
    bomb, small = tmp_path / "bomb.png", tmp_path / "small.png"
    bomb.write_bytes(png_header(30_000, 30_000))
    small.write_bytes(stored(halves()))
    code = (
        "import resource, sys\nfrom helpers import images\n"
        "try:\n    images.prepare(sys.argv[1])\nexcept images.ImageError:\n    print('refused')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    peaks = {}
    for path in (small, bomb):
        began = time.monotonic()
        command = [sys.executable, "-c", code, str(path)]
        done = subprocess.run(
            command, cwd=config.course_root(), capture_output=True, text=True, check=True
        )
        peaks[path.stem] = (int(done.stdout.split()[-1]), time.monotonic() - began)
        assert ("refused" in done.stdout) == (path == bomb)
    unit = 1 if sys.platform == "darwin" else 1_024
    assert (peaks["bomb"][0] - peaks["small"][0]) * unit < 100_000_000
