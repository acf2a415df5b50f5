import numpy as np
import pytest

from helpers.plots import pictures


def test_images_colour_and_grey_in_one_grid(figure_shown):
    colour, grey = np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), np.uint8)
    pictures.images([colour, grey, grey], ["a", "b", "c"], columns=2, alt="three squares")
    assert figure_shown() == "three squares"


def test_the_pictures_are_in_the_figure_as_they_are(monkeypatch):
    figures = []
    monkeypatch.setattr(pictures, "show", lambda figure, alt: figures.append(figure))
    colour, grey = np.full((8, 8, 3), (10, 20, 30), np.uint8), np.full((8, 8), 99, np.uint8)
    pictures.images([colour, grey], alt="two")
    sheet = figures[0].axes[0].images[0].get_array()
    assert (sheet[:8, :8] == (10, 20, 30)).all() and (sheet[:8, 9:17] == 99).all()
    pictures.boxes(colour, {str(n): (n, n, 2) for n in range(8)}, alt="boxes")
    corners = [patch.get_xy()[0] for patch in figures[1].axes[0].patches]
    assert len(corners) == 8 and np.allclose(corners, np.arange(8) - 0.5, atol=0.2)


@pytest.mark.parametrize(
    ("wrong", "titles", "message"),
    [
        ([], None, "one or more"),
        ([np.zeros((4, 4, 3))], None, "uint8"),
        ([np.zeros((4, 4), np.uint8)], ["a", "b"], "2 titles for 1"),
    ],
)
def test_pictures_that_would_come_out_wrong_are_refused(wrong, titles, message):
    with pytest.raises(ValueError, match=message):
        pictures.images(wrong, titles, alt="x")


def test_boxes_on_a_picture(figure_shown):
    pictures.boxes(np.zeros((8, 8, 3), np.uint8), {"one": (0, 0, 3), "two": (2, 2, 5)}, alt="boxes")
    assert figure_shown() == "boxes"


def test_each_picture_has_its_own_scale():
    values = np.array([[[0.0, 1], [-1, 4]], [[0, 0.5], [0.25, 0]]])
    assert pictures.grey_levels(values).tolist() == [[[0, 64], [0, 255]], [[0, 255], [128, 0]]]


def test_zero_is_middle_grey_where_signs_matter():
    levels = pictures.grey_levels(np.array([[[0.0, 1], [-1, 0.5]], [[0, 0], [0, 0]]]), signed=True)
    assert levels.tolist() == [[[128, 255], [0, 191]], [[128, 128], [128, 128]]]
    assert pictures.grey_levels(np.zeros((2, 3, 3))).max() == 0


def test_numbers_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"expected \(n, height, width\)"):
        pictures.grey_levels(np.zeros((3, 3)))
    with pytest.raises(ValueError, match="finite"):
        pictures.grey_levels(np.full((1, 3, 3), np.nan))


def test_predictions_tell_the_best_class_of_each_picture(figure_shown):
    photos = {name: np.full((32, 32, 3), 9, np.uint8) for name in "abcd"}
    answers = np.eye(5)[[4, 0, 1, 2]] * 0.5 + 0.1
    pictures.predictions(photos, answers, ["ant", "bee", "cat", "dog", "elk"], alt="Four.")
    assert "Four. Most probable: a: elk 60%; b: ant 60%; c: bee 60%" in figure_shown()
    for some in ({}, photos):
        with pytest.raises(ValueError, match="expected as many"):
            pictures.predictions(some, answers[:0], ["ant"], alt="None.")
