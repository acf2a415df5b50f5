"""The embedded dataset: real handwritten digits, tinted and placed over patches of two photos.

The digits are scikit-learn's copy of the UCI test set (1,797 pictures of 8×8 pixels), the
photos are scikit-learn's two sample images. Laying digits over photo patches follows MNIST-M
(Ganin et al., "Domain-Adversarial Training of Neural Networks", JMLR 2016). Nothing is downloaded.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from sklearn.datasets import load_digits, load_sample_images
from sklearn.model_selection import train_test_split

from helpers import config, storage

CLASS_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SIZE = 32
PARTS = ("train", "val", "test")
VERSION = 1

GLYPH_PIXELS = (19.0, 27.0)
ROTATION_DEGREES = 15.0
CONTRAST = (95.0, 150.0)
CALM = 0.35
FINE = 8
CHUNK = 1_000

Part = Literal["train", "val", "test"]


def make(
    count: int,
    part: Part = "train",
    *,
    seed: int = 0,
    boxes: bool = False,
    pixels: tuple[float, float] = GLYPH_PIXELS,
) -> tuple[np.ndarray, ...]:
    """Makes `count` pictures of digits; the same arguments always give the same pixels.

    The three parts use different handwriting: no digit sample is shared between them.

    Args:
        count: Number of pictures, at least 1. Classes are balanced to within one picture.
        part: `"train"`, `"val"` or `"test"`.
        seed: Fixes which samples belong to which part and every random choice.
        boxes: Also return where each digit lies.
        pixels: Smallest and largest height of a digit, before it is turned.

    Returns:
        `images` uint8 `(count, 32, 32, 3)` and `labels` int64 `(count,)`, in random order. With
        `boxes=True` also `boxes` int64 `(count, 4)`: top, left, bottom, right in pixels, the
        bottom and right edges exclusive, so that `image[top:bottom, left:right]` holds the digit.

    Raises:
        ValueError: `count` is below 1, `part` is not one of the three, or `pixels` aren't two
            heights that fit into a picture.
    """
    if count < 1:
        raise ValueError(f"count is {count}; expected 1 or more pictures.")
    if part not in PARTS:
        raise ValueError(f"part is {part!r}; expected one of {', '.join(PARTS)}.")
    if len(pixels) != 2 or not 8 <= pixels[0] <= pixels[1] <= SIZE:
        raise ValueError(f"pixels are {pixels}; expected two heights from 8 to {SIZE}, rising.")
    rng = np.random.default_rng([VERSION, seed, PARTS.index(part)])
    glyphs, glyph_labels = samples(part, seed)
    labels = rng.permutation(np.arange(count) % 10)
    chosen = choose(glyph_labels, labels, rng)

    glyphs = enlarge(glyphs)
    images = np.empty((count, SIZE, SIZE, 3), np.uint8)
    places = np.empty((count, 4), np.int64)
    for start in range(0, count, CHUNK):
        piece = slice(start, start + CHUNK)
        ink = place(glyphs, chosen[piece], rng, pixels)
        places[piece] = bounding_boxes(ink)
        images[piece] = paint(ink, patches(len(ink), rng), rng)
    return (images, labels, places) if boxes else (images, labels)


def load(count: int, part: Part = "train", *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The same pictures as `make`, kept in the cache folder after the first time.

    Args:
        count, part, seed: As in `make`.

    Returns:
        `images` uint8 `(count, 32, 32, 3)` and `labels` int64 `(count,)`.
    """
    return kept("digits", VERSION, make, count, part, seed)


def kept(
    name: str, version: int, maker: Callable, count: int, part: Part, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """What `maker(count, part, seed=seed)` makes, from the cache folder after the first time."""
    path = config.cache_dir() / name / f"v{version}-{part}-{count}-seed{seed}.npz"
    found = storage.read_arrays(path)
    if found is None:
        images, labels = maker(count, part, seed=seed)
        found = {"images": images, "labels": labels}
        storage.write_arrays(path, found)
    return found["images"], found["labels"]


def samples(part: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The 8×8 glyphs (float32, 0 to 1) and labels of one part: 60, 20 and 20 % of the samples."""
    digits = load_digits()
    indices = np.arange(len(digits.target))
    train, rest = train_test_split(
        indices, test_size=0.4, stratify=digits.target, random_state=seed
    )
    val, test = train_test_split(
        rest, test_size=0.5, stratify=digits.target[rest], random_state=seed
    )
    keep = {"train": train, "val": val, "test": test}[part]
    return (digits.images[keep] / 16).astype(np.float32), digits.target[keep]


def choose(glyph_labels: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For every label the index of a random glyph of that class."""
    chosen = np.empty(len(labels), np.int64)
    for digit in range(10):
        wanted = labels == digit
        chosen[wanted] = rng.choice(np.flatnonzero(glyph_labels == digit), wanted.sum())
    return chosen


def enlarge(glyphs: np.ndarray) -> np.ndarray:
    """Interpolates 8×8 glyphs with an empty border of one to float32 `(n, 80, 80)`, 0 to 1."""
    padded = np.pad(glyphs, ((0, 0), (1, 1), (1, 1)))
    position = (np.arange(10 * FINE) + 0.5) / FINE - 0.5
    weights = np.maximum(0, 1 - np.abs(position[:, None] - np.arange(10))).astype(np.float32)
    return np.clip((weights @ padded @ weights.T - 0.34) / 0.3, 0, 1)


def place(
    glyphs: np.ndarray,
    chosen: np.ndarray,
    rng: np.random.Generator,
    heights: tuple[float, float] = GLYPH_PIXELS,
    columns: tuple[float, float] | None = None,
    degrees: float = ROTATION_DEGREES,
) -> np.ndarray:
    """Scales, turns and shifts the chosen enlarged glyphs; float32 `(n, 32, 32)`, 0 to 1.

    The middle of each glyph lies between two columns; without them, anywhere where it fits.
    """
    n = len(chosen)
    pixels = rng.uniform(*heights, n)
    angle = np.radians(rng.uniform(-degrees, degrees, n))
    reach = pixels / 2 * (np.abs(np.cos(angle)) + np.abs(np.sin(angle)))
    centre = SIZE / 2 + rng.uniform(-1, 1, (2, n)) * np.maximum(SIZE / 2 - reach, 0)
    if columns is not None:
        centre[1] = rng.uniform(*columns, n)

    grid = np.arange(SIZE) + 0.5
    dy = (grid - centre[0][:, None]).astype(np.float32)[:, :, None]
    dx = (grid - centre[1][:, None]).astype(np.float32)[:, None, :]
    scale = 8 * FINE / pixels
    cos = (np.cos(angle) * scale).astype(np.float32)[:, None, None]
    sin = (np.sin(angle) * scale).astype(np.float32)[:, None, None]
    last = 10 * FINE - 1
    row = np.clip(cos * dy - sin * dx + 5 * FINE, 0, last).astype(np.int32)
    column = np.clip(sin * dy + cos * dx + 5 * FINE, 0, last).astype(np.int32)
    return glyphs[chosen[:, None, None], row, column]


def patches(count: int, rng: np.random.Generator) -> np.ndarray:
    """Random patches of the two photos, half of them mirrored; float32 `(count, 32, 32, 3)`."""
    photos = np.stack(load_sample_images().images)[:, ::2, ::2]
    which = rng.integers(len(photos), size=count)[:, None, None]
    top = rng.integers(photos.shape[1] - SIZE + 1, size=count)[:, None, None]
    left = rng.integers(photos.shape[2] - SIZE + 1, size=count)[:, None, None]
    columns = np.arange(SIZE)[None, None, :]
    columns = np.where(rng.random(count)[:, None, None] < 0.5, columns, SIZE - 1 - columns)
    return photos[which, top + np.arange(SIZE)[None, :, None], left + columns].astype(np.float32)


def paint(
    ink: np.ndarray,
    patches: np.ndarray,
    rng: np.random.Generator,
    contrast: tuple[float, float] = CONTRAST,
    calm: float = CALM,
) -> np.ndarray:
    """Lays each digit over its patch in one random tint that stands out in brightness.

    `contrast` is by how much, from 0 to 255, and `calm` the share of each patch that is replaced
    by its mean.
    """
    patches = patches.mean((1, 2, 3), keepdims=True) * calm + patches * (1 - calm)
    brightness = patches.mean((1, 2, 3))
    tint = rng.uniform(0, 255, (len(ink), 3)).astype(np.float32)
    lighter = np.where(brightness < 128, 1.0, -1.0)
    target = brightness + lighter * rng.uniform(*contrast, len(ink))
    tint += (target - tint.mean(1))[:, None]
    tint = np.clip(tint, 0, 255)[:, None, None, :]
    alpha = ink[..., None]
    return (patches * (1 - alpha) + tint * alpha + 0.5).astype(np.uint8)


def bounding_boxes(ink: np.ndarray) -> np.ndarray:
    """The smallest box around the pixels that are at least half covered with ink."""
    rows, columns = (ink >= 0.5).any(2), (ink >= 0.5).any(1)
    top, left = rows.argmax(1), columns.argmax(1)
    bottom = SIZE - rows[:, ::-1].argmax(1)
    right = SIZE - columns[:, ::-1].argmax(1)
    return np.stack([top, left, bottom, right], 1)
