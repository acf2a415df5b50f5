"""Pictures of every kind, prepared or refused."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from helpers.photos import decoding
from helpers.photos.decoding import ImageError
from helpers.photos.images import prepare, prepare_all
from helpers.tests.photos import phone_pictures

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
        ("AVIF", {"quality": 90, "subsampling": "4:4:4"}, 6),
    ],
)
def test_every_supported_format_is_read(kind, options, within, tmp_path):
    content = stored(halves(), kind, **options)
    assert kind in decoding.SUPPORTED
    assert_halves(prepare(content), within=within)
    path = tmp_path / "picture.bin"
    path.write_bytes(content)
    assert_halves(prepare(path), within=within)
    assert_halves(prepare(str(path)), within=within)


@pytest.mark.parametrize("name", ["HALVES", "SIDEWAYS", "SEVERAL"])
def test_what_iphones_store_is_read(name, tmp_path):
    """As it is; turned once, not twice; and of several pictures the one that the file names."""
    content = getattr(phone_pictures, name)
    assert_halves(prepare(content))
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(content)
    assert_halves(prepare(path))


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
    content = stored(
        Image.fromarray(np.ascontiguousarray(as_stored)), "AVIF", exif=exif, quality=90
    )
    assert abs(prepare(content).astype(int) - prepare(upright))[2:14, 2:14].max() < 9


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
    clear = stored(Image.fromarray(very_dark), transparency=200)
    assert (prepare(clear) == 255).all()
    with pytest.raises(ImageError, match="the picture has numbers of 32 bits"):
        prepare(Image.new("F", (9, 9)))


@pytest.mark.parametrize("kind", ["AVIF", "GIF", "PNG", "TIFF", "WEBP"])
def test_an_animation_gives_its_first_frame(kind):
    film = stored(halves(), kind, save_all=True, append_images=[Image.new("RGB", (64, 64), GREEN)])
    assert_halves(prepare(film), within=12)
    with Image.open(io.BytesIO(film)) as opened:
        opened.seek(1)
        assert_halves(prepare(opened), within=12)


def test_a_broken_note_of_the_camera_doesnt_stop_the_picture():
    width = struct.pack("<HHIf", 0x0100, 11, 1, -5.5)  # nonsense; "held sideways" is right
    orientation = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    note = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + width + orientation + bytes(4)
    sideways = halves().transpose(Image.Transpose.ROTATE_90)
    assert_halves(prepare(stored(sideways, "JPEG", exif=note, quality=95, subsampling=0)))
    assert prepare(stored(halves(), "JPEG", exif=b"Exif\0\0II*\0junk")).shape == (32, 32, 3)


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


def test_of_several_pictures_the_refused_one_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    sources = {"good.png": stored(halves()), "bad.jpg": b"\xff\xd8\xff cut off"}
    prepared, refused = prepare_all(sources | {"notes.txt": tmp_path / "notes.txt"})
    assert list(prepared) == ["good.png"] and list(refused) == ["bad.jpg", "notes.txt"]
    assert all(reason.count(name) == 1 for name, reason in refused.items())
