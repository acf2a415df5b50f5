import numpy as np
import pytest

from helpers import plots
from helpers.plots import maps

NAMES = ["cat", "dog", "car", "bus"]
COUNTS = np.array([[6, 3, 1, 0], [2, 8, 0, 0], [0, 0, 5, 5], [0, 0, 0, 0]])


def test_the_alt_text_tells_what_is_seen(figure_shown):
    plots.confusion_map(COUNTS, NAMES, order=[2, 3, 0, 1], groups=[0, 0, 1, 1], title="t")
    alt = figure_shown()
    assert "4 rows and columns" in alt and "48 per cent are right" in alt
    assert "91 per cent of the mistakes lie in the 2 framed groups" in alt
    assert "Darkest: car answered as bus 50, cat answered as dog 30, dog answered as cat 20" in alt


def test_frames_stand_where_a_group_stands_together():
    draw = maps.drawn_confusion_map
    figure, _ = draw(COUNTS, NAMES, order=[2, 3, 0, 1], groups=[0, 0, 1, 1], title="t")
    frames = [(p.get_x(), p.get_width()) for p in figure.axes[0].patches]
    assert frames == [(-0.5, 2), (1.5, 2)]
    figure, _ = draw(COUNTS, NAMES, order=[0, 2, 1, 3], groups=[0, 0, 1, 1], title="t")
    assert len(figure.axes[0].patches) == 0
    image = figure.axes[0].images[0].get_array()
    assert image[0, 2] == 30 and (np.diag(image) == 0).all() and image.shape == (4, 4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"order": [0, 1, 2, 2]}, "each of the 4 classes"),
        ({"order": [0, 1]}, "each of the 4 classes"),
        ({"groups": [0]}, "4 names and 1 groups for 4 classes"),
    ],
)
def test_what_does_not_fit_is_said(changes, message):
    given = {"order": range(4), "groups": [0, 0, 1, 1], "title": "t"} | changes
    with pytest.raises(ValueError, match=message):
        plots.confusion_map(COUNTS, NAMES, **given)
