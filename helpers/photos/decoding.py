"""A picture file, opened with suspicion: a clear error for each thing that can be wrong with it.

Reads with Pillow (https://pillow.readthedocs.io).
"""

import io
import os
import stat
import struct
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

SUPPORTED = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
MOST_PIXELS = 40_000_000
MOST_BYTES = 100_000_000
_SMALLER = "Make it smaller first."
_WORDS = f"supported are {', '.join(SUPPORTED)}"
_OTHERS = {
    "SVG": "a drawing made of lines, not of pixels; export it as PNG",
    "HEIC": "a phone's own format; export or share it as JPEG",
    "PDF": "a document; export the page as PNG",
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
        name = path.name or str(path)
        picture = _decoder(name, _content(name, path))
    else:
        raise ImageError(
            f"a {type(source).__name__} is no picture; expected a path, bytes, a Pillow image or "
            "a uint8 array."
        )
    _check_size(name, picture.size)
    try:
        if getattr(picture, "is_animated", False):
            picture.seek(0)
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
    """A path in which `~` stands for the home folder."""
    try:
        return Path(source).expanduser()
    except RuntimeError:
        return Path(source)


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
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        _check_size(name, struct.unpack(">II", content[16:24].ljust(8, b"\1")))
    try:
        return Image.open(io.BytesIO(content), formats=SUPPORTED)
    except Image.DecompressionBombError as error:
        raise ImageError(
            f"{name} has far more than {MOST_PIXELS:,} pixels, the most that are read. {_SMALLER}"
        ) from error
    except UnidentifiedImageError:
        kind = next((k for k, begin in _BEGINS.items() if content.startswith(begin)), None)
        if kind:
            raise ImageError(_damaged(name, f"it begins like a {kind} file")) from None
        raise ImageError(f"{name} is not a picture that can be read; {_WORDS}.") from None
    except Exception as error:
        raise ImageError(_damaged(name, error)) from error


def _other_format(content: bytes) -> str:
    """What a file is that people often try, and that can't be read here; empty if none."""
    head = content[:10_000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in head and head.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")):
        return "SVG"
    brands = content[8:64] if content[4:8] == b"ftyp" else b""
    if b"avif" not in brands and any(b in brands for b in (b"heic", b"heix", b"hevc", b"mif1")):
        return "HEIC"
    return "PDF" if head.startswith(b"%pdf") else ""


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
