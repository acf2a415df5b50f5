import numpy as np
import pytest

from helpers.data import digits, pairs


def test_the_same_arguments_give_the_same_pixels():
    one, other = pairs.make(300), pairs.make(300)
    assert (one[0] == other[0]).all() and (one[1] == other[1]).all()
    assert one[0].shape == (300, 32, 32, 3) and one[0].dtype == np.uint8
    assert one[1].dtype == np.int64 and (np.bincount(one[1]) == 3).all()
    assert (pairs.make(300, seed=1)[0] != one[0]).any()
    assert (pairs.make(300, "val")[0] != one[0]).any()


def test_the_tens_digit_is_the_superclass_and_stands_left():
    assert [pairs.SUPERCLASS_OF[k] for k in (0, 9, 10, 99)] == [0, 0, 1, 9]
    assert (pairs.CLASS_NAMES[7], pairs.SUPERCLASS_NAMES[4]) == ("07", "40 to 49")
    _, _, boxes = pairs.make(500, boxes=True)
    middles = (boxes[..., 1] + boxes[..., 3]) / 2
    assert boxes.shape == (500, 2, 4) and (middles[:, 0] + 8 < middles[:, 1]).all()
    assert (boxes[..., :2] >= 0).all() and (boxes[..., 2:] <= 32).all()


def test_parts_share_no_handwriting(monkeypatch):
    asked = []
    samples = digits.samples
    monkeypatch.setattr(digits, "samples", lambda *a: asked.append(samples(*a)) or samples(*a))
    for part in digits.PARTS:
        pairs.make(100, part)
    parts = [{g.tobytes() for g in glyphs} for glyphs, _ in asked]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])


def test_a_class_has_that_pair_of_digits(monkeypatch):
    drawn = []
    place = digits.place

    def noting(glyphs, chosen, *others):
        drawn.append(chosen)
        return place(glyphs, chosen, *others)

    monkeypatch.setattr(digits, "place", noting)
    _, labels = pairs.make(400)
    _, written = digits.samples("train", 0)
    left, right = (written[chosen] for chosen in drawn)
    assert (10 * left + right == labels).all()


@pytest.mark.parametrize(("given", "message"), [((0,), "count is 0"), ((5, "dev"), "one of train")])
def test_wrong_arguments_are_said(given, message):
    with pytest.raises(ValueError, match=message):
        pairs.make(*given)


def test_kept_pictures_are_the_made_ones(monkeypatch):
    first = pairs.load(200, "val")
    monkeypatch.setattr(pairs, "make", lambda *a, **b: pytest.fail("made again"))
    assert (pairs.load(200, "val")[0] == first[0]).all()
