"""The embedded stand-in for CIFAR-100: two handwritten digits side by side, 00 to 99.

Made as the embedded digits are: the same handwriting, the same patches of two photos, dimmed, and
one tint for both digits. The tens digit is the superclass. Nothing is downloaded.
"""

import numpy as np

from helpers.data import digits
from helpers.data.digits import PARTS, SIZE, Part

CLASS_NAMES = tuple(f"{pair:02}" for pair in range(100))
SUPERCLASS_NAMES = tuple(f"{tens}0 to {tens}9" for tens in range(10))
SUPERCLASS_OF = tuple(pair // 10 for pair in range(100))
VERSION = 1

GLYPH_PIXELS = (17.0, 21.0)
COLUMNS = ((8.0, 9.0), (23.0, 24.0))  # where the middle of the left and of the right digit lies
# a little easier than single digits, so that a lesson's few steps get beyond guessing
ROTATION_DEGREES = 10.0
CONTRAST = (105.0, 150.0)
CALM = 0.5
DIM = 0.5  # of a patch's brightness is left, so that all digits are lighter than their patch


def make(
    count: int, part: Part = "train", *, seed: int = 0, boxes: bool = False
) -> tuple[np.ndarray, ...]:
    """Makes `count` pictures of two digits; the same arguments always give the same pixels.

    The three parts use different handwriting: no digit sample is shared between them.

    Args:
        count: Number of pictures, at least 1. Classes are balanced to within one picture.
        part: `"train"`, `"val"` or `"test"`.
        seed: Fixes which samples belong to which part and every random choice.
        boxes: Also return where the digits lie.

    Returns:
        `images` uint8 `(count, 32, 32, 3)` and `labels` int64 `(count,)` from 0 to 99, in random
        order; the tens digit stands on the left. With `boxes=True` also `boxes` int64
        `(count, 2, 4)`: top, left, bottom, right in pixels, of the left and of the right digit, the
        bottom and right edges exclusive.

    Raises:
        ValueError: `count` is below 1, or `part` is not one of the three.
    """
    if count < 1:
        raise ValueError(f"count is {count}; expected 1 or more pictures.")
    if part not in PARTS:
        raise ValueError(f"part is {part!r}; expected one of {', '.join(PARTS)}.")
    rng = np.random.default_rng([VERSION, seed, PARTS.index(part), 100])
    glyphs, glyph_labels = digits.samples(part, seed)
    labels = rng.permutation(np.arange(count) % 100)
    chosen = [digits.choose(glyph_labels, d, rng) for d in (labels // 10, labels % 10)]

    glyphs = digits.enlarge(glyphs)
    images = np.empty((count, SIZE, SIZE, 3), np.uint8)
    places = np.empty((count, 2, 4), np.int64)
    for start in range(0, count, digits.CHUNK):
        piece = slice(start, start + digits.CHUNK)
        inks = [
            digits.place(glyphs, some[piece], rng, GLYPH_PIXELS, columns, ROTATION_DEGREES)
            for some, columns in zip(chosen, COLUMNS, strict=True)
        ]
        places[piece] = np.stack([digits.bounding_boxes(ink) for ink in inks], axis=1)
        ink = np.maximum(*inks)
        patches = DIM * digits.patches(len(ink), rng)
        images[piece] = digits.paint(ink, patches, rng, CONTRAST, CALM)
    return (images, labels, places) if boxes else (images, labels)


def load(count: int, part: Part = "train", *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The same pictures as `make`, kept in the cache folder after the first time.

    Args:
        count, part, seed: As in `make`.

    Returns:
        `images` uint8 `(count, 32, 32, 3)` and `labels` int64 `(count,)`.
    """
    return digits.kept("digits100", VERSION, make, count, part, seed)
