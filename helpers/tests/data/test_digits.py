import numpy as np
import pytest

from helpers import config
from helpers.data import digits


def test_the_same_arguments_give_the_same_pixels():
    one, again, other = digits.make(50), digits.make(50), digits.make(50, seed=1)
    assert (one[0] == again[0]).all() and (one[1] == again[1]).all()
    assert (one[0] != other[0]).any()


@pytest.mark.parametrize("count", [1, 7, 1_003])
def test_shapes_types_and_balance(count):
    images, labels, boxes = digits.make(count, "val", boxes=True)
    assert images.shape == (count, 32, 32, 3) and images.dtype == np.uint8
    assert labels.dtype == np.int64 and boxes.dtype == np.int64
    counts = np.bincount(labels, minlength=10)
    assert counts.max() - counts.min() <= 1


def test_no_handwriting_is_in_two_parts():
    parts = [{g.tobytes() for g in digits.samples(part, 0)[0]} for part in digits.PARTS]
    sizes = [len(digits.samples(part, 0)[0]) for part in digits.PARTS]
    assert sum(sizes) == 1_797 and min(sizes) > 300
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])


def test_the_box_holds_the_whole_digit_and_nothing_else():
    rng = np.random.default_rng(0)
    glyphs = digits.enlarge(digits.samples("train", 0)[0])
    ink = digits.place(glyphs, np.arange(200), rng)
    for drawn, (top, left, bottom, right) in zip(ink, digits.bounding_boxes(ink), strict=True):
        covered = drawn >= 0.5
        assert covered.sum() == covered[top:bottom, left:right].sum() > 10
        inside = covered[top:bottom, left:right]
        assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()


def test_digits_lie_inside_the_picture_at_different_places():
    boxes = digits.make(2_000, boxes=True)[2]
    heights = boxes[:, 2] - boxes[:, 0]
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    assert boxes.min() >= 0 and boxes.max() <= 32 and heights.min() >= 10
    assert centres.std(axis=0).min() > 1


def test_digits_can_be_smaller():
    default = digits.make(30, "val", boxes=True)
    same = digits.make(30, "val", boxes=True, pixels=digits.GLYPH_PIXELS)
    assert all((a == b).all() for a, b in zip(default, same, strict=True))
    boxes = digits.make(500, "val", boxes=True, pixels=(10, 14))[2]
    heights = boxes[:, 2] - boxes[:, 0]
    assert heights.min() >= 8 and heights.max() <= 17
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    assert boxes.min() >= 0 and boxes.max() <= 32 and centres.std(axis=0).min() > 4


@pytest.mark.parametrize("pixels", [(7, 12), (14, 10), (20, 33), (10,)])
def test_sizes_that_do_not_fit_are_errors(pixels):
    with pytest.raises(ValueError, match="expected two heights from 8 to 32"):
        digits.make(5, pixels=pixels)


def test_a_digit_stands_out_from_its_background():
    images, _, boxes = digits.make(300, boxes=True)
    grey = images.mean(axis=3)
    for picture, (top, left, bottom, right) in zip(grey, boxes, strict=True):
        inside = picture[top:bottom, left:right]
        assert np.ptp(inside) > 60


@pytest.mark.parametrize("arguments", [(0,), (-1,), (5, "training")])
def test_bad_arguments_are_errors(arguments):
    with pytest.raises(ValueError, match="expected"):
        digits.make(*arguments)


def test_load_keeps_the_pictures_and_mends_a_damaged_file():
    made = digits.load(30, "test")
    (kept,) = (config.cache_dir() / "digits").iterdir()
    assert (digits.load(30, "test")[0] == made[0]).all()
    kept.write_bytes(kept.read_bytes()[:100])
    assert (digits.load(30, "test")[0] == made[0]).all()
    assert kept.stat().st_size > 30 * 3072
