import numpy as np
import pytest
from matplotlib.patches import Rectangle

from helpers.plots import heat

PICTURES = np.full((2, 8, 9, 3), 90, np.uint8)
HEATS = {"Grad-CAM": np.zeros((2, 8, 9)), "edges": np.ones((2, 8, 9))}
HEATS["Grad-CAM"][0, 0, 8], HEATS["Grad-CAM"][0, 3, 2] = 3, 1


def test_a_row_for_each_picture_with_its_maps_side_by_side():
    figure, alt = heat.drawn_rows(PICTURES, HEATS, ["first", "second\nrow"], alt="Two.")
    grid = np.array(figure.axes[:6]).reshape(2, 3)
    assert [axes.get_title() for axes in grid[0]] == ["picture", "Grad-CAM", "edges"]
    assert [axes.get_ylabel() for axes in grid[:, 0]] == ["first", "second\nrow"]
    assert [len(axes.images) for axes in grid.ravel()] == [1, 2, 2] * 2
    assert grid[0, 1].images[1].get_array()[3, 2] == pytest.approx(1 / 3)
    (bar,) = [axes for axes in figure.axes if axes.get_label() == "<colorbar>"]
    assert bar.get_ylim() == (0, 1)
    assert alt.startswith("Two. Beside each picture its maps: Grad-CAM, edges. first: Grad-CAM")
    assert "first: Grad-CAM upper right, edges upper left; " in alt
    assert alt.endswith("second, row: Grad-CAM nowhere, edges upper left.")


def test_the_known_box_is_drawn_on_the_picture_and_on_each_map():
    boxes = [(2, 1, 4, 5), None]
    figure, alt = heat.drawn_rows(PICTURES, HEATS, ["a", "b"], boxes=boxes, alt="Two.")
    frames = [[p for p in axes.patches if isinstance(p, Rectangle)] for axes in figure.axes[:6]]
    assert [len(some) for some in frames] == [1, 1, 1, 0, 0, 0]
    (frame,) = frames[2]
    assert frame.get_xy() == (0.5, 1.5) and (frame.get_width(), frame.get_height()) == (5, 4)
    assert "Frames mark where the thing is." in alt
    assert "a: Grad-CAM upper right (25% in the frame), edges upper left (28% in the frame)" in alt
    assert "b: Grad-CAM nowhere, edges upper left." in alt


@pytest.mark.parametrize(
    ("heats", "titles", "boxes", "message"),
    [
        ({}, ["a", "b"], None, "no heat"),
        ({"a": np.ones((2, 8, 8))}, ["a", "b"], None, "same size"),
        ({"a": np.full((2, 8, 9), -1.0)}, ["a", "b"], None, "0 or more"),
        (HEATS, ["a"], None, "one title"),
        (HEATS, ["a", "b"], [None], "1 boxes for 2 pictures"),
    ],
)
def test_what_does_not_fit_is_refused(heats, titles, boxes, message):
    with pytest.raises(ValueError, match=message):
        heat.drawn_rows(PICTURES, heats, titles, boxes=boxes, alt="x")


def test_it_is_shown_with_alt_text(figure_shown):
    heat.heat_rows(PICTURES, HEATS, ["a", "b"], alt="Two.")
    assert figure_shown().startswith("Two. Beside each picture")
