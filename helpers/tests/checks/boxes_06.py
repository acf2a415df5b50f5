"""Boxes and square pictures, right and wrong, for the exercises of notebook 06."""

import keras
import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

from helpers.photos.images import prepare


def box(width, height, x, y, side):
    left = min(max(x - side // 2, 0), width - side)
    top = min(max(y - side // 2, 0), height - side)
    return left, top, left + side, top + side


def unshifted(width, height, x, y, side):
    return x - side // 2, y - side // 2, x + side // 2, y + side // 2


def clipped(width, height, x, y, side):
    left, top, right, bottom = unshifted(width, height, x, y, side)
    return max(left, 0), max(top, 0), min(right, width), min(bottom, height)


def one_after_another(width, height, x, y, side):
    """The box as a beginner writes it: with four ifs."""
    left, top = x - side // 2, y - side // 2
    if left < 0:
        left = 0
    if top < 0:
        top = 0
    if left + side > width:
        left = width - side
    if top + side > height:
        top = height - side
    return left, top, left + side, top + side


def one_low_edge(width, height, x, y, side):
    left, top = x - side // 2, y - side // 2
    if left < 0:
        left = 0
    elif top < 0:
        top = 0
    if left + side > width:
        left = width - side
    if top + side > height:
        top = height - side
    return left, top, left + side, top + side


def one_edge(width, height, x, y, side):
    left, top = x - side // 2, y - side // 2
    if left < 0:
        left = 0
    elif top < 0:
        top = 0
    elif left + side > width:
        left = width - side
    elif top + side > height:
        top = height - side
    return left, top, left + side, top + side


def both_ways(width, height, x, y, side):
    left, top = max(x - side // 2, 0), max(y - side // 2, 0)
    if left + side > width or top + side > height:
        left, top = width - side, height - side
    return left, top, left + side, top + side


def corner_outside(width, height, x, y, side):
    """Gives -8 in the upper left corner."""
    left, top, right, bottom = box(width, height, x, y, side)
    outside = x - side // 2 < 0 and y - side // 2 < 0
    return (-8, -8, side - 8, side - 8) if outside else (left, top, right, bottom)


def padded(picture):
    whole = ImageOps.pad(Image.fromarray(picture), (32, 32), color=(90, 90, 90))
    return np.array(whole)


def by_hand(picture):
    rows, columns = picture.shape[:2]
    square = np.zeros((max(rows, columns),) * 2 + (3,), np.uint8)
    top, left = (len(square) - rows) // 2, (len(square) - columns) // 2
    square[top : top + rows, left : left + columns] = picture
    return prepare(square)


def only_wide(picture):
    return by_hand(picture) if picture.shape[1] > picture.shape[0] else prepare(picture)


def two_to_one(picture):
    """Every wide picture becomes 32 × 16."""
    rows, columns = picture.shape[:2]
    size = (32, 16) if columns > rows else (16, 32) if rows > columns else (32, 32)
    return ImageOps.pad(Image.fromarray(picture).resize(size), (32, 32), color="navy")


def at_the_top(picture):
    rows, columns = picture.shape[:2]
    square = np.zeros((max(rows, columns),) * 2 + (3,), np.uint8)
    square[:rows, :columns] = picture
    return prepare(square)


def in_colour(picture, colour="silver"):
    return np.array(ImageOps.pad(Image.fromarray(picture), (32, 32), color=colour))


def nearest(picture):
    whole = ImageOps.pad(Image.fromarray(picture), (32, 32), Image.Resampling.NEAREST)
    return np.array(whole)


def thumbnail(picture):
    small = Image.fromarray(picture)
    small.thumbnail((32, 32))
    whole = Image.new("RGB", (32, 32))
    whole.paste(small, ((32 - small.width) // 2, (32 - small.height) // 2))
    return np.array(whole)


def small_first(picture):
    rows, columns = picture.shape[:2]
    scale = 32 / max(rows, columns)
    small = Image.fromarray(picture).resize(
        (max(1, int(columns * scale)), max(1, int(rows * scale))), Image.Resampling.BILINEAR
    )
    whole = Image.new("RGB", (32, 32), "white")
    whole.paste(small, ((32 - small.width) // 2, (32 - small.height) // 2))
    return np.array(whole)


def zeroed(picture):
    picture[:] = 0
    return by_hand(picture)


def in_mean_colour(picture):
    mean = tuple(int(level) for level in picture.mean(axis=(0, 1)))
    made = in_colour(picture, mean)
    picture[:] = 0  # a copy of the picture: whoever spoils it, spoils nothing
    return made


def repeated(picture):
    rows, columns = picture.shape[:2]
    missing = [(max(rows, columns) - length) // 2 for length in (rows, columns)]
    return prepare(np.pad(picture, [(n, n) for n in missing] + [(0, 0)], mode="edge"), crop=None)


def black_and_white(picture):
    """One bar is black, the other white."""
    made = in_colour(picture, "black")
    rows, columns = picture.shape[:2]
    bar = (32 - round(32 * min(rows, columns) / max(rows, columns))) // 2
    if bar:
        (made if columns > rows else made.transpose(1, 0, 2))[:bar] = 255
    return made


def by_boxes(picture):
    """Means of whole boxes: all pixels count."""
    side = max(picture.shape[:2])
    whole = ImageOps.pad(Image.fromarray(picture), (side, side))
    return np.array(whole.resize((32, 32), Image.Resampling.BOX))


def by_tensorflow(picture):
    """TensorFlow's own: four pixels for each of the small ones, however large the picture is."""
    return tf.cast(tf.image.resize_with_pad(picture, 32, 32), "uint8").numpy()


def by_keras(picture):
    layer = keras.layers.Resizing(32, 32, pad_to_aspect_ratio=True)
    return np.array(layer(picture.astype("float32"))).astype("uint8")
