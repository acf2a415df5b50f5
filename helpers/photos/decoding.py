"""A picture file, opened with suspicion: a clear error for each thing that can be wrong with it.

Reads with Pillow (https://pillow.readthedocs.io), HEIC with pi-heif.
"""

import importlib
import io
import os
import re
import stat
import struct
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError, features

from helpers import storage

SUPPORTED = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIC")
MOST_PIXELS = 40_000_000
MOST_BYTES = 100_000_000
MOST_SCANS = 100  # a JPEG of more passes is made to keep decoders busy: each goes over all pixels
_SCAN = re.compile(rb"\xff\xda\0[\x08\x0a\x0c\x0e][\1-\4]")
_SMALLER = "Make it smaller first."
_WORDS = f"supported are {', '.join(SUPPORTED)}"
_OTHERS = {
    "SVG": "a drawing made of lines, not of pixels; export it as PNG",
    "PDF": "a document; export the page as PNG",
}
_LACKING = {  # by the kind of picture: what is not there, and how it comes
    "AVIF": "this Pillow can't read it. Install a newer one (%pip install -U pillow)",
    "HEIC": "the package that reads it is missing. Install it (%pip install pi-heif)",
}
_BRANDS = {  # what a file of this family calls itself
    "AVIF": (b"avif", b"avis"),
    "HEIC": (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"),
}
_BEGINS = {
    "PNG": b"\x89PNG",
    "JPEG": b"\xff\xd8\xff",
    "GIF": b"GIF8",
    "BMP": b"BM",
    "TIFF": (b"II*\0", b"MM\0*"),
    "WEBP": b"RIFF",
}


class ImageError(ValueError):
    """A picture can't be used; the message says why, and what to do."""


def opened(source: object) -> tuple[str, Image.Image]:
    """What a picture is called in messages, and its decoded first frame."""
    name = "the picture"
    if isinstance(source, np.ndarray):
        return name, _from_array(source)
    if isinstance(source, Image.Image):
        picture = source
    elif isinstance(source, bytes | bytearray | memoryview):
        picture = _decoder(name, bytes(source))
    elif isinstance(source, str | os.PathLike):
        path = path_of(source)
        name = shown(path)
        picture = _decoder(name, _content(name, path))
    else:
        raise ImageError(
            f"a {type(source).__name__} is no picture; expected a path, bytes, a Pillow image or "
            "a uint8 array."
        )
    _check_size(name, picture.size)
    try:
        if getattr(picture, "is_animated", False) and picture.format != "HEIF":
            picture.seek(0)  # a HEIC file says itself which of its pictures is the one
        picture.load()
    except Exception as error:  # decoders of damaged files raise errors of every kind
        raise ImageError(_damaged(name, error)) from error
    return name, picture


def _content(name: str, path: Path) -> bytes:
    """The bytes of a file, no more of them than are allowed."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ImageError(f"{name} is a folder; name one picture, or use prepare_folder.")
        if not stat.S_ISREG(mode):
            raise ImageError(f"{name} is a device or a pipe; name a file.")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except ImageError:
        raise
    except FileNotFoundError:
        raise ImageError(f"{name} does not exist; check the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImageError(f"{name} can't be read: {reason}.") from error


def path_of(source: str | os.PathLike) -> Path:
    """A path in which `~` stands for the home folder; a number is the name of one, too."""
    path = Path(str(source) if isinstance(source, int) else source)
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def shown(path: Path) -> str:
    """The name of a file as text that can be printed and stored, in one line.

    Systems allow names that are no text, from another computer or a damaged archive. What can't be
    shown of them becomes a code, as in `caf\\xe9.jpg`.
    """
    name = path.name or str(path)
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _check_size(name: str, size: tuple[int, int]) -> None:
    words = f"{size[0]:,} × {size[1]:,} pixels"
    if 0 in size:
        raise ImageError(f"{name} has no pixels: {words}.")
    if size[0] * size[1] > MOST_PIXELS:
        raise ImageError(f"{name} has {words}; at most {MOST_PIXELS:,} are read. {_SMALLER}")


def _decoder(name: str, content: bytes) -> Image.Image:
    """A picture of which the header is read and nothing is decoded."""
    if not content:
        raise ImageError(f"{name} is empty (0 bytes); copy or download it again.")
    if len(content) > MOST_BYTES:
        raise ImageError(f"{name} is larger than {MOST_BYTES // 1_000_000} MB. {_SMALLER}")
    other = _other_format(content)
    if other:
        raise ImageError(f"{name} is {other}: {_OTHERS[other]}; {_WORDS}.")
    kind = _kind(content)
    if kind in _LACKING and not _readable(kind):
        raise ImageError(
            f"{name} is {kind}: {_LACKING[kind]} and run this again, or share it as JPEG."
        )
    if kind == "JPEG" and (
        len(_SCAN.findall(content)) > MOST_SCANS or content.count(b"Exif\0\0") > MOST_SCANS
    ):
        raise ImageError(f"{name} consists of more than {MOST_SCANS} parts; save it again as JPEG.")
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        _check_size(name, struct.unpack(">II", content[16:24].ljust(8, b"\1")))
    try:
        return Image.open(io.BytesIO(content), formats=_formats(kind))
    except Image.DecompressionBombError as error:
        raise ImageError(
            f"{name} has far more than {MOST_PIXELS:,} pixels, the most that are read. {_SMALLER}"
        ) from error
    except UnidentifiedImageError:
        if kind:
            raise ImageError(_damaged(name, f"it begins like {kind}")) from None
        what = storage.told(content).partition(". ")[0]
        what = f": it {what}" if what else " that can be read"
        told = "the file" if name == "the picture" else name
        raise ImageError(f"{told} is not a picture{what}; {_WORDS}.") from None
    except Exception as error:
        raise ImageError(_damaged(name, error)) from error


def _other_format(content: bytes) -> str:
    """What a file is that people often try, and that can't be read here; empty if none."""
    head = content[:10_000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in head and head.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")):
        return "SVG"
    return "PDF" if head.startswith(b"%pdf") else ""


def _kind(content: bytes) -> str:
    """Which supported format a file's first bytes promise; empty if none."""
    brands = content[8:64] if content[4:8] == b"ftyp" else b""
    for kind, words in _BRANDS.items():
        if any(word in brands for word in words):
            return kind
    return next((kind for kind, begin in _BEGINS.items() if content.startswith(begin)), "")


def _readable(kind: str) -> bool:
    """Whether AVIF or HEIC can be read here."""
    if kind == "AVIF":
        return features.check("avif")
    if "HEIF" in Image.OPEN:
        return True
    try:
        reader = importlib.import_module("pi_heif")  # a copy for Colab does without it
    except ImportError:
        return False
    reader.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    return True


def _formats(kind: str) -> list[str]:
    """Pillow's names of the formats that a file may have which begins like this kind."""
    if kind in _LACKING:
        return ["HEIF" if kind == "HEIC" else kind]
    return [known for known in SUPPORTED if known not in _LACKING]


def _damaged(name: str, error: Exception | str) -> str:
    return f"{name} is damaged or cut off ({error}); copy or download it again."


def _from_array(array: np.ndarray) -> Image.Image:
    fits = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))
    if array.dtype != np.uint8 or not fits:
        raise ImageError(
            f"an array of {array.dtype} and shape {array.shape} is given; expected uint8, "
            "(rows, columns) or (rows, columns, 3 or 4)."
        )
    if 0 in array.shape:
        raise ImageError(f"the array has no pixels: shape {array.shape}.")
    return Image.fromarray(np.ascontiguousarray(array))
