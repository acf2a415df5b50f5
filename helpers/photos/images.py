"""Pictures from outside, made into what the course's networks have seen: 32×32 pixels, RGB.

Reads with Pillow (https://pillow.readthedocs.io).
"""

import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.photos import decoding
from helpers.photos.decoding import ImageError as ImageError

BESIDE = (  # ends of names of what stands beside pictures and was never meant to be one
    *(".aae", ".csv", ".db", ".docx", ".htm", ".html", ".ini", ".json", ".log", ".md", ".mov"),
    *(".mp4", ".rtf", ".tsv", ".txt", ".url", ".xml", ".xmp", ".yaml", ".yml"),
)
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def prepare(
    source: str | os.PathLike | bytes | Image.Image | np.ndarray,
    size: int = 32,
    crop: str | None = "center",
) -> np.ndarray:
    """Makes any picture into a small square one, as the course's networks expect it.

    In this order: the first frame of an animation; the middle square cut out; turned upright by its
    EXIF note; 16 bits to 8; transparency onto white; grey, palette and CMYK to RGB; made smaller
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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about size and notes: there are checks of our own
        return _prepared(source, size, crop)


def prepare_folder(
    folder: str | os.PathLike, size: int = 32, crop: str | None = "center"
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Prepares all files of a folder, by name in alphabetical order; a bad one stops nothing.

    Args:
        folder: The folder. Folders inside it and files that systems put there don't count.
        size, crop: As for `prepare`.

    Returns:
        The prepared pictures by file name, and by file name why a file was refused; a name that is
        no text is made one.

    Raises:
        ImageError: There is no such folder, or no file in it.
    """
    return prepare_all({decoding.shown(path): path for path in files_of(folder)}, size, crop)


def files_of(folder: str | os.PathLike) -> list[Path]:
    """The files of a folder in alphabetical order, without those that systems put there.

    Raises:
        ImageError: There is no such folder, or no file in it.
    """
    files = [path for path in _listed(folder) if not _systems(path.name)]
    if not files:
        name = decoding.shown(decoding.path_of(folder))
        raise ImageError(f"there is no file in {name}; put pictures into it.")
    return files


def sorted_out(folder: str | os.PathLike) -> tuple[list[Path], list[Path]]:
    """The files of a folder that may be pictures, and those that say by their name they are none.

    None are texts, films, a camera's notes, and what systems put there, as `Thumbs.db`. Both lists
    are in alphabetical order.

    Raises:
        ImageError: There is no such folder, or no picture in it.
    """
    files = _listed(folder)
    others = [p for p in files if _systems(p.name) or p.suffix.lower() in BESIDE]
    if len(others) == len(files):
        name = decoding.shown(decoding.path_of(folder))
        found = f" (there are: {', '.join(map(decoding.shown, others))})" if others else ""
        raise ImageError(f"there is no picture in {name}{found}; put pictures into it.")
    return [path for path in files if path not in others], others


def _listed(folder: str | os.PathLike) -> list[Path]:
    folder = decoding.path_of(folder)
    try:
        if not folder.is_dir():
            name = decoding.shown(folder)
            raise ImageError(f"{name} is not a folder; name one with pictures.")
        return sorted(path for path in folder.iterdir() if not path.is_dir())
    except OSError as error:
        raise ImageError(f"{decoding.shown(folder)} can't be read: {error.strerror}.") from error


def _systems(name: str) -> bool:
    known = ("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r")
    return name.startswith(".") or name.lower() in known


def prepare_all(
    sources: dict[str, object], size: int = 32, crop: str | None = "center"
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Prepares several pictures by name; returns the prepared ones, and why others were refused."""
    prepared, refused = {}, {}
    for name, source in sources.items():
        try:
            prepared[name] = prepare(source, size, crop)
        except ImageError as error:
            refused[name] = str(error) if name in str(error) else f"{name}: {error}"
    return prepared, refused


def _prepared(source: object, size: int, crop: str | None) -> np.ndarray:
    name, picture = decoding.opened(source)
    side = min(picture.size)
    left, top = ((length - side) // 2 for length in picture.size)
    picture = picture.crop((left, top, left + side, top + side)) if crop else picture
    picture = _in_colour(name, _upright(picture))
    return np.array(picture.resize((size, size), Image.Resampling.BICUBIC))


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera was held; a damaged EXIF note is ignored."""
    try:
        method = _TURNS.get(picture.getexif().get(_ORIENTATION))
    except Exception:  # whatever is wrong with the note, the picture itself was read
        return picture
    return picture if method is None else picture.transpose(method)


def _in_colour(name: str, picture: Image.Image) -> Image.Image:
    """As RGB, with 8 bits a channel; transparent places are white."""
    if picture.mode == "F" or picture.mode == "I":
        raise ImageError(
            f"{name} has numbers of 32 bits, whose white is unknown; save it as PNG with 8 bits."
        )
    if picture.mode.startswith("I;16"):
        clear = picture.info.get("transparency")
        values = np.asarray(picture)
        grey = (values // 257).astype(np.uint8)
        picture = Image.fromarray(grey if clear is None else np.where(values == clear, 255, grey))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        background = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(background, picture)
    return picture.convert("RGB")
