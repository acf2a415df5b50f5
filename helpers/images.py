"""Pictures from outside, made into what the course's networks have seen: 32×32 pixels, RGB.

Reads with Pillow (https://pillow.readthedocs.io).
"""

import io
import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

SUPPORTED = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
MOST_PIXELS = 50_000_000
MOST_BYTES = 100_000_000
_BACKGROUND = (255, 255, 255)
_WORDS = f"supported are {', '.join(SUPPORTED)}"
_OTHERS = {
    "SVG": "a drawing made of lines, not of pixels; export it as PNG",
    "HEIC": "a phone's own format; export or share it as JPEG",
    "PDF": "a document; export the page as PNG",
}


class ImageError(ValueError):
    """A picture can't be used; the message says why, and what to do."""


def prepare(
    source: str | os.PathLike | bytes | Image.Image | np.ndarray,
    size: int = 32,
    crop: str | None = "center",
) -> np.ndarray:
    """Makes any picture into a small square one, as the course's networks expect it.

    In this order: the first frame of an animation; turned upright by its EXIF note; 16 bits to 8;
    transparency onto white; grey, palette and CMYK to RGB; the middle square cut out; made smaller
    with bicubic weights over all pixels that it covers, so that nothing flickers.

    Args:
        source: A path, the bytes of a file, a Pillow image, or a uint8 array
            `(rows, columns)` or `(rows, columns, 3 or 4)`.
        size: Rows and columns of the result.
        crop: `"center"` cuts out the middle square; None keeps all, and changes the proportions.

    Returns:
        uint8 `(size, size, 3)`, RGB.

    Raises:
        ImageError: It is no picture of a supported format, is damaged, empty or too large.
        ValueError: `size` or `crop` has a value that is not allowed.
    """
    if crop not in ("center", None):
        raise ValueError(f"crop is {crop!r}; expected 'center' or None.")
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= 4_096:
        raise ValueError(f"size is {size!r}; expected a whole number from 1 to 4,096.")
    picture = _upright(_opened(source))
    if crop:
        side = min(picture.size)
        left, top = ((length - side) // 2 for length in picture.size)
        picture = picture.crop((left, top, left + side, top + side))
    picture = _in_colour(picture)
    return np.array(picture.resize((size, size), Image.Resampling.BICUBIC))


def prepare_folder(
    folder: str | os.PathLike, size: int = 32, crop: str | None = "center"
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Prepares all files of a folder, by name in alphabetical order; a bad one stops nothing.

    Args:
        folder: The folder. Folders inside it and files whose name begins with a dot don't count.
        size, crop: As for `prepare`.

    Returns:
        The prepared pictures by file name, and by file name why a file was refused.

    Raises:
        ImageError: There is no such folder, or no file in it.
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise ImageError(f"{folder.name or folder} is not a folder; name one with pictures in it.")
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.name[0] != ".")
    if not files:
        raise ImageError(f"there is no file in {folder.name or folder}; put pictures into it.")
    return prepare_all({path.name: path for path in files}, size, crop)


def prepare_all(
    sources: dict[str, object], size: int = 32, crop: str | None = "center"
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Prepares several pictures by name; returns the prepared ones, and why others were refused."""
    prepared, refused = {}, {}
    for name, source in sources.items():
        try:
            prepared[name] = prepare(source, size, crop)
        except ImageError as error:
            refused[name] = str(error)
    return prepared, refused


def _opened(source: object) -> Image.Image:
    """The decoded first frame of a picture."""
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, Image.Image):
        name, picture = "the picture", source
    else:
        name, content = _content(source)
        picture = _decoder(name, content)
    if 0 in picture.size:
        raise ImageError(f"{name} has no pixels: {picture.width} × {picture.height}.")
    if picture.width * picture.height > MOST_PIXELS:
        raise ImageError(_too_large(name, f"{picture.width:,} × {picture.height:,} pixels"))
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise ImageError(_damaged(name, error)) from error
    return picture


def _content(source: object) -> tuple[str, bytes]:
    """Name and bytes of a file, or of bytes that were uploaded."""
    if isinstance(source, bytes | bytearray | memoryview):
        name, content = "the picture", bytes(source)
    elif isinstance(source, str | os.PathLike):
        path = Path(source).expanduser()
        name = path.name or str(path)
        if path.is_dir():
            raise ImageError(f"{name} is a folder; name one picture, or use prepare_folder.")
        try:
            if path.stat().st_size > MOST_BYTES:
                megabytes = MOST_BYTES // 1_000_000
                raise ImageError(f"{name} is larger than {megabytes} MB; make it smaller first.")
            content = path.read_bytes()
        except FileNotFoundError:
            raise ImageError(f"{name} does not exist; check the path.") from None
        except OSError as error:
            raise ImageError(f"{name} can't be read: {error.strerror}.") from error
    else:
        raise ImageError(
            f"a {type(source).__name__} is no picture; expected a path, bytes, a Pillow image or "
            "a uint8 array."
        )
    if not content:
        raise ImageError(f"{name} is empty (0 bytes); copy or download it again.")
    return name, content


def _decoder(name: str, content: bytes) -> Image.Image:
    """A picture of which the header is read and nothing is decoded."""
    other = _other_format(content)
    if other:
        raise ImageError(f"{name} is {other}: {_OTHERS[other]}; {_WORDS}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # a limit of our own
            return Image.open(io.BytesIO(content), formats=SUPPORTED)
    except Image.DecompressionBombError as error:
        raise ImageError(_too_large(name, "hundreds of millions of pixels")) from error
    except UnidentifiedImageError:
        raise ImageError(f"{name} is not a picture that can be read; {_WORDS}.") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise ImageError(_damaged(name, error)) from error


def _other_format(content: bytes) -> str:
    """What a file is that people often try, and that can't be read here; empty if none."""
    head = content[:1_024].lstrip().lower()
    if b"<svg" in head and head[:1] == b"<":
        return "SVG"
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1", b"hevc", b"msf1"):
        return "HEIC"
    return "PDF" if head.startswith(b"%pdf") else ""


def _damaged(name: str, error: Exception) -> str:
    return f"{name} is damaged or cut off ({error}); copy or download it again."


def _too_large(name: str, pixels: str) -> str:
    return f"{name} has {pixels}; at most {MOST_PIXELS:,} are read. Make it smaller first."


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


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held; a damaged EXIF note is ignored."""
    try:
        return ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, ZeroDivisionError):
        return picture


def _in_colour(picture: Image.Image) -> Image.Image:
    """As RGB, with 8 bits a channel."""
    if picture.mode.startswith("I"):
        values = np.asarray(picture).astype(np.int64)
        sixteen_bits = picture.mode.startswith("I;16") or values.max() > 255
        values = values // 257 if sixteen_bits else values
        picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if picture.mode == "F":
        raise ImageError("the picture has floating-point values, whose white is unknown; save PNG.")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        background = Image.new("RGBA", picture.size, (*_BACKGROUND, 255))
        picture = Image.alpha_composite(background, picture)
    return picture.convert("RGB")
