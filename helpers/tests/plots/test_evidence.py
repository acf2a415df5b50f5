import itertools

import matplotlib as mpl
import numpy as np
import pytest

from helpers.plots import evidence

WORDS = {"title": "T", "axis": "points"}
ROWS = [("a", 0.04, 0.015, 0.065, 3), ("b", -0.001, -0.02, 0.018, 8), ("c", -0.3, -0.4, -0.1, 5)]


def test_a_forest_has_a_row_each_and_a_line_at_0():
    figure, alt = evidence.drawn_forest(ROWS, **WORDS, scale=100)
    zero, *drawn = figure.axes[0].lines
    assert list(zero.get_xdata()) == [0, 0]
    ends = [list(line.get_xdata()) for line in drawn[::2]]
    assert np.allclose(ends, [[1.5, 6.5], [-2, 1.8], [-40, -10]])
    assert [list(line.get_ydata()) for line in drawn[::2]] == [[0, 0], [1, 1], [2, 2]]
    assert np.allclose([line.get_xdata()[0] for line in drawn[1::2]], [4, -0.1, -30])
    faces = [mpl.colors.to_hex(line.get_markerfacecolor()) for line in drawn[1::2]]
    assert [face == "#ffffff" for face in faces] == [False, True, False]
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["a", "b", "c"]
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[0] == "+4.00 [+1.50, +6.50], n = 3"
    assert "a +4.00, +1.50 to +6.50, n = 3; b −0.10, −2.00 to +1.80, n = 8; c" in alt
    assert alt.endswith("2 of 3 intervals don't hold 0.")


def test_the_first_row_of_a_forest_stands_on_top():
    figure, _ = evidence.drawn_forest(ROWS, **WORDS)
    low, high = figure.axes[0].get_ylim()
    assert low > high


@pytest.mark.parametrize(
    ("rows", "message"),
    [([], "no row"), ([("a", 3, 1, 2, 5)], "the mean 3 is not from 1 to 2")],
)
def test_a_forest_that_cannot_be_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        evidence.drawn_forest(rows, **WORDS)


def test_all_patterns_of_signs_are_there_once():
    values = np.array([1.0, 2.5, -4.0])
    signs = np.array(list(itertools.product([1, -1], repeat=3)))
    by_hand = (signs * values).mean(axis=1)
    means = evidence.flipped_means(values)
    assert means[0] == values.mean() and np.allclose(sorted(means), sorted(by_hand))


@pytest.mark.parametrize(
    ("values", "count", "p"),
    [
        ([0.01, 0.02, 0.03], "2 of 8", "0.25"),
        ([0.01, -0.01], "4 of 4", "1"),
        ([0.5], "2 of 2", "1"),
        ([0.02, -0.01, 0.03, 0.03], "4 of 16", "0.25"),
        ([0.0, 0.0], "4 of 4", "1"),
    ],
)
def test_the_p_value_stands_in_the_title(values, count, p):
    figure, alt = evidence.drawn_flips(values, **WORDS)
    assert figure.axes[0].get_title() == f"T: {count} as far from 0, p = {p}"
    assert f"{count} are as far from 0: p = {p}." in alt


def test_the_histogram_holds_all_patterns_and_marks_the_measured_mean():
    values = [0.01, 0.02, 0.03, -0.01]
    figure, alt = evidence.drawn_flips(values, **WORDS, scale=100)
    near, far = figure.axes[0].containers
    assert sum(p.get_height() for p in near) == 10 and sum(p.get_height() for p in far) == 6
    assert figure.axes[0].lines[0].get_xdata()[0] == pytest.approx(1.25)
    assert "for all 16 patterns of signs of 4 differences: from −1.75 to +1.75" in alt
    assert "the measured mean, +1.25" in alt and len(figure.legends) == 1


def test_paired_differences_are_dots_with_a_line_at_0_and_their_mean():
    figure, alt = evidence.drawn_paired([0.01, -0.005, 0.04], **WORDS, scale=100)
    dots, zero, mean = figure.axes[0].lines
    assert np.allclose(dots.get_xdata(), [1, -0.5, 4]) and list(dots.get_ydata()) == [0, 1, 2]
    assert list(zero.get_xdata()) == [0, 0] and mean.get_xdata() == pytest.approx([1.5, 1.5])
    assert "seed 0 +1.00, seed 1 −0.50, seed 2 +4.00. 2 of 3 lie above 0." in alt
    assert alt.endswith("their mean, +1.50.")
    figure, alt = evidence.drawn_paired([1, 0], ["x", "y"], **WORDS)
    assert "x +1.00, y 0. 1 of 2 lie above 0." in alt


@pytest.mark.parametrize("draw", [evidence.drawn_flips, evidence.drawn_paired])
@pytest.mark.parametrize(
    ("values", "message"),
    [([], r"\(0,\)"), ([[1.0]], r"\(1, 1\)"), ([1.0, np.nan], "nan or infinite")],
)
def test_differences_that_cannot_be_drawn_are_refused(draw, values, message):
    with pytest.raises(ValueError, match=message):
        draw(values, **WORDS)


def test_too_many_patterns_and_missing_labels_are_refused():
    with pytest.raises(ValueError, match="1 to 16 numbers"):
        evidence.drawn_flips(np.ones(17), **WORDS)
    with pytest.raises(ValueError, match="1 labels for 2 differences"):
        evidence.drawn_paired([1, 2], ["a"], **WORDS)


@pytest.mark.parametrize(
    "call",
    [
        lambda: evidence.forest(ROWS, **WORDS),
        lambda: evidence.sign_flips([1, 2, 3], **WORDS),
        lambda: evidence.paired([1, 2, 3], **WORDS),
    ],
)
def test_each_is_shown_with_alt_text(call, figure_shown):
    call()
    assert "T. points" in figure_shown()


def test_small_differences_keep_their_digits():
    told = [evidence._signed(v) for v in (0, 0.5, -0.0123, 12.346, 0.0951, -0.094)]
    assert told == ["0", "+0.50", "−0.012", "+12.35", "+0.10", "−0.094"]
