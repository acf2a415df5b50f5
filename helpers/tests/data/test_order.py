"""The order of images by their content, and the name of a set."""

import hashlib

import numpy as np
import pytest

from helpers.data import order

IMAGES = np.arange(3 * 12, dtype=np.uint8).reshape(3, 2, 2, 3)
LABELS = np.array([2, 0, 1])


def test_a_digest_is_of_one_byte_of_label_and_the_pixels():
    first = hashlib.sha256(bytes([2]) + bytes(range(12))).digest()
    assert order.digests(IMAGES, LABELS)[0] == first


def test_a_set_has_one_name_and_one_order():
    digested = order.digests(IMAGES, LABELS)
    other = order.digests(IMAGES[::-1], LABELS[::-1])
    assert order.of_set(digested) == order.of_set(other)
    assert (IMAGES[order.of_content(digested)] == IMAGES[::-1][order.of_content(other)]).all()
    assert order.of_set(digested) != order.of_set(order.digests(IMAGES, LABELS[::-1]))


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (IMAGES.astype(float), LABELS, "3 images of float64 with 3 labels; expected uint8"),
        (IMAGES, LABELS[:2], "3 images of uint8 with 2 labels"),
        (IMAGES, np.array([0, 1, 256]), "a label doesn't fit into one byte"),
    ],
)
def test_what_has_no_digest_is_told(images, labels, message):
    with pytest.raises(ValueError, match=message):
        order.digests(images, labels)
