"""The judge of letterboxes: a whole picture in a small square, with bars of one colour.

What is right may differ by a row, by the way of making small, and by the colour of the bars: so
pictures are compared roughly, each with bars of the colour that the answer chose.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

from helpers.checks.calling import Hint, numbers
from helpers.checks.judging import Unrecognised

SIDE = 32
CLOSE = 12  # mean distance of two pixels, of 255, that still counts as the same
PATTERN = 40  # how much brighter and darker the chequered pixels are
NOISY = (128, 256)  # a picture of noise: the mean of many of its pixels is nearly grey
SPREAD = 20  # of levels of noise made small: 9 for a mean of 64 pixels, 37 for one of 4
_GREY = (127, 127, 127)
_SHAPES = ((60, 120), (150, 100), (90, 120), (12, 20), (40, 40), (20, 15), (50, 200))


def _photo(rows: int, columns: int) -> np.ndarray:
    """Colours that change from edge to edge; if it is large, under a chequered pattern."""
    down, right = np.indices((rows, columns))
    y, x = down / (rows - 1), right / (columns - 1)
    colours = np.stack([40 + 170 * x, 40 + 170 * y, 210 - 85 * (x + y)], axis=-1)
    pattern = PATTERN * (-1.0) ** (down + right) if _patterned(rows, columns) else 0 * x
    return (colours + pattern[..., None]).astype("uint8")


def _patterned(rows: int, columns: int) -> bool:
    """Whether so many pixels become one that even their plain mean is nearly grey."""
    return max(rows, columns) >= 3 * SIDE


def _fitted(rows: int, columns: int) -> tuple[int, int]:
    scale = SIDE / max(rows, columns)
    return max(1, round(rows * scale)), max(1, round(columns * scale))


def _two_to_one(rows: int, columns: int) -> tuple[int, int]:
    return SIDE // (1 + (columns > rows)), SIDE // (1 + (rows > columns))


def _boxed(
    picture: np.ndarray,
    bars: tuple = _GREY,
    *,
    size: Callable = _fitted,
    middle: float = 0.5,
    how: Image.Resampling = Image.Resampling.BICUBIC,
) -> np.ndarray:
    """A picture of some size in the middle of a square, or at one end."""
    rows, columns = size(*picture.shape[:2])
    small = Image.fromarray(picture).resize((columns, rows), how)
    whole = Image.new("RGB", (SIDE, SIDE), tuple(int(level) for level in bars))
    whole.paste(small, (int(middle * (SIDE - columns)), int(middle * (SIDE - rows))))
    return np.array(whole)


def _squeezed(picture: np.ndarray, bars: tuple = _GREY) -> np.ndarray:
    return _boxed(picture, size=lambda *shape: (SIDE, SIDE))


def _cut(picture: np.ndarray, bars: tuple = _GREY) -> np.ndarray:
    side = min(picture.shape[:2])
    top, left = ((length - side) // 2 for length in picture.shape[:2])
    return _boxed(picture[top : top + side, left : left + side])


def _if(wide: bool, other: Callable) -> Callable:
    """Right for wide pictures, or for tall ones; something else for the others."""
    return lambda p, bars=_GREY: _boxed(p, bars) if (p.shape[1] > p.shape[0]) == wide else other(p)


def _repeated(picture: np.ndarray, bars: tuple = _GREY) -> np.ndarray:
    rows, columns = picture.shape[:2]
    missing = [(max(rows, columns) - length) // 2 for length in (rows, columns)]
    return _squeezed(np.pad(picture, [(n, n) for n in missing] + [(0, 0)], mode="edge"))


_LEFT_OUT = "Fine patterns are wrong: pixels are left out. See 'Why all pixels count'."
_NO_TALL = "It is right for a wide picture, and not for a tall one."
MISTAKES = [
    ("The left and right edges of a wide picture are cut off. All of it is to be kept.", _cut),
    ("The picture fills the whole square. What became of its proportions?", _squeezed),
    ("The bar is at one side only.", partial(_boxed, middle=0)),
    (
        "It is right for 2:1, and no other. What decides how high a wide picture becomes?",
        partial(_boxed, size=_two_to_one),
    ),
    (_LEFT_OUT, partial(_boxed, how=Image.Resampling.NEAREST)),
    (
        "A picture smaller than the square stays small; it is to be enlarged.",
        partial(_boxed, size=lambda *s: s if max(s) <= SIDE else _fitted(*s)),
    ),
    (_NO_TALL, _if(True, _squeezed)),
    (_NO_TALL, _if(True, _cut)),
    ("It is right for a tall picture, and not for a wide one.", _if(False, _squeezed)),
    ("The bars repeat the picture's edges; they are to be of one colour.", _repeated),
    ("Red and blue are swapped.", lambda p, bars=_GREY: _boxed(p[..., ::-1], bars)),
    (
        "There are only bars: nothing of the picture is left.",
        lambda p, bars=_GREY: np.broadcast_to(np.array(bars, "uint8"), (SIDE, SIDE, 3)),
    ),
]
_STEPS = (
    "A picture of 120 × 60: how many rows and columns does it have in the small square, and where?",
    "Look at your result with plots.images, once for a wide and once for a tall picture.",
    "Two ways lead there: a large square of one colour with the picture in its middle, made small; "
    "or a small picture, put into the middle of a small square.",
)


def letterbox(answer: Callable) -> None:
    """A judge: raises a hint unless an answer makes letterboxes, uint8 `(32, 32, 3)`."""
    photos = [_photo(*shape) for shape in _SHAPES]
    got = [_picture(answer(photo)) for photo in [*photos, photos[0]]]
    if not np.array_equal(got[0], got.pop()):
        raise Hint("Called twice alike, it gives two results. What is left of the first call?")
    for hint, made in [("", _boxed), *MISTAKES]:
        apart = [
            np.abs(made(photo, tuple(one[-1, -1])).astype(int) - one).mean()
            for photo, one in zip(photos, got, strict=True)
        ]
        if max(apart) < CLOSE and not hint:
            _uses_all_pixels(answer)
            return
        if max(apart) < CLOSE:
            raise Hint(hint)
        plain = [d for d, shape in zip(apart, _SHAPES, strict=True) if not _patterned(*shape)]
        if not hint and max(plain) < CLOSE and max(apart) < PATTERN + CLOSE:
            raise Hint(_LEFT_OUT)  # it is right where there is no pattern
    raise Unrecognised(_STEPS)


def _uses_all_pixels(answer: Callable) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*NOISY, 3)).astype("uint8")
    inside = _picture(answer(noise))[10:22].astype(float)
    if inside.std(axis=(0, 1)).max() > SPREAD:
        raise Hint(_LEFT_OUT)


letterbox.right, letterbox.mistakes = _boxed, MISTAKES


def _picture(got: object) -> np.ndarray:
    numbers(got, array=True)
    found = np.asarray(got)
    if found.shape != (SIDE, SIDE, 3) or found.dtype != np.uint8:
        raise Hint(f"It returns {found.dtype} of shape {found.shape}; expected uint8 (32, 32, 3).")
    return found
