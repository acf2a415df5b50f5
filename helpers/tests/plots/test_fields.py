import numpy as np
import pytest

from helpers.plots import fields

TWO_LAYER = [(3, 1), (2, 2), (3, 1), (2, 2)]


def dots(figure, *, filled: bool) -> list[list[float]]:
    """The places of the dots of each row, from the input up."""
    lines = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    return [list(line.get_xdata()) for line in lines[int(filled) :: 2]]


def test_the_numbers_in_the_cone_and_what_each_sees():
    seen, jumps, starts = fields.geometry(TWO_LAYER)
    assert seen == [1, 3, 4, 8, 10] and jumps == [1, 1, 2, 2, 4]
    assert starts == [0, 1, 1.5, 3.5, 4.5] and fields.in_cone(TWO_LAYER) == [10, 8, 4, 2, 1]


def test_strides_that_leave_pixels_out():
    assert fields.geometry([(1, 2), (3, 1)])[0] == [1, 1, 5]
    assert fields.in_cone([(1, 2), (3, 1)]) == [5, 3, 1]


def test_filled_dots_are_the_cone_and_the_last_number_stands_in_its_middle():
    figure, alt = fields.drawn_field(TWO_LAYER, ["conv 3", "pool 2", "c", "p"], title="T")
    rows = dots(figure, filled=True)
    assert rows[0] == list(range(10)) and rows[1] == list(range(1, 9))
    assert rows[2] == [1.5, 3.5, 5.5, 7.5] and rows[3] == [3.5, 5.5] and rows[4] == [4.5]
    beside = dots(figure, filled=False)
    assert beside[0] == [-3, -2, -1, 10, 11, 12] and beside[4] == [0.5, 8.5]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["input", "conv 3", "pool 2", "c", "p"]
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["sees 1 pixel", *(f"sees {n} pixels" for n in (3, 4, 8, 10))]
    assert "One number of the last map sees 10 pixels in a row of the input." in alt
    assert alt.endswith("conv 3: 3 pixels; pool 2: 4 pixels; c: 8 pixels; p: 10 pixels.")


def test_each_number_is_linked_to_those_it_is_made_of():
    figure, _ = fields.drawn_field([(3, 2)], title="T")
    links = [line for line in figure.axes[0].lines if line.get_marker() != "o"]
    assert [list(line.get_xdata()) for line in links] == [[1, 0], [1, 1], [1, 2]]
    assert all(list(line.get_ydata()) == [1, 0] for line in links)


def test_a_deep_stack_is_drawn_without_links_and_named_by_its_numbers():
    figure, alt = fields.drawn_field([(3, 1)] * 20, title="T")
    assert len(figure.axes[0].lines) == 2 * 21 and "kernel 3, stride 1: 41 pixels." in alt
    (cone,) = figure.axes[0].collections
    assert np.ptp(cone.get_paths()[0].vertices[:, 0]) == 40


@pytest.mark.parametrize(
    ("layers", "names", "message"),
    [
        ([], None, "expected"),
        ([(3, 0)], None, "from 1 up"),
        ([(3, 1)], ["a", "b"], "2 names for 1 layers"),
        ([(3, 2)] * 7, None, "the field is 255 pixels wide"),
    ],
)
def test_what_cannot_be_drawn_is_refused(layers, names, message):
    with pytest.raises(ValueError, match=message):
        fields.drawn_field(layers, names, title="T")


def test_it_is_shown_with_alt_text(figure_shown):
    fields.receptive_field([(3, 1)], title="One layer")
    assert "A cone through 1 layers, One layer." in figure_shown()
