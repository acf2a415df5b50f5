"""This run and the published one in one chart; error bars, lines at 0, legends beside the data."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers.plots import charts, races
from helpers.results import Entry

WORDS = {"title": "T", "axis": "A"}
AXES = {"title": "T", "x_axis": "x", "y_axis": "y"}


def labels(figure: Figure) -> list[str]:
    """What the legends of a figure say."""
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def lies_over_data(figure: Figure) -> bool:
    """Whether a legend covers a part of the axes."""
    figure.draw_without_rendering()
    boxes = [legend.get_window_extent() for legend in figure.legends]
    return any(b.overlaps(axes.get_window_extent()) for b in boxes for axes in figure.axes)


def hollow(colour) -> bool:
    return mpl.colors.to_hex(colour) == "#ffffff"


def test_bars_of_the_published_run_stand_hollow_below_the_own_ones():
    own, published = np.array([1.0, 2.0]), np.array([[3.0, 4.0], [5.0, np.nan]])
    figure, alt = charts.drawn_bars(["a", "b"], own, **WORDS, published=published)
    first, second = figure.axes[0].containers[0], figure.axes[0].containers[-1]
    widths = [patch.get_width() for patch in [*first, *second]]
    assert widths[:3] == [1, 2, 4] and np.isnan(widths[3])
    assert not any(hollow(p.get_facecolor()) for p in first)
    assert all(hollow(p.get_facecolor()) for p in second)
    assert first[0].get_y() < second[0].get_y() < first[1].get_y()
    assert labels(figure) == ["this run", "published run"] and not lies_over_data(figure)
    assert "A: a 1, b 2." in alt and alt.endswith("Published run, hollow bars: a 4.")


def test_nothing_published_means_one_bar_a_name_and_no_legend():
    figure, alt = charts.drawn_bars(["a", "b"], [1, 2], **WORDS)
    assert len(figure.axes[0].patches) == 2 and not figure.legends and "ublished" not in alt


def test_a_line_for_guessing_and_its_legend_lie_apart():
    figure, _ = charts.drawn_bars(["a", "b"], [1, 2], **WORDS, line=(1.5, "guessing"))
    assert labels(figure) == ["guessing"] and not lies_over_data(figure)
    figure, _ = charts.drawn_lines([0, 1], {"a": [0.1, 0.1]}, **AXES, line=(0.1, "guessing"))
    assert labels(figure) == ["a", "guessing"] and not lies_over_data(figure)


@pytest.mark.parametrize(("values", "zeros"), [([1.0, 2.0], 0), ([1.0, -2.0], 1), ([-1.0, -2], 1)])
def test_bars_of_differences_have_a_line_at_0(values, zeros):
    figure, _ = charts.drawn_bars(["a", "b"], values, **WORDS)
    assert [list(line.get_xdata()) for line in figure.axes[0].lines] == [[0, 0]] * zeros


def test_error_bars_are_drawn_where_the_alt_text_tells_them():
    rows = np.array([[1.0, 5.0], [3.0, 5.5]])
    figure, alt = charts.drawn_bars(["a", "b"], rows, **WORDS)
    (errors,) = figure.axes[0].collections
    ends = [(line[0][0], line[1][0]) for line in errors.get_segments()]
    assert ends[0] == pytest.approx((2 - 2**0.5, 2 + 2**0.5)) and "spread over seeds" in alt
    figure, alt = charts.drawn_lines([0, 1], {"a": rows}, **AXES)
    assert len(figure.axes[0].collections[0].get_segments()) == 2 and "spread over seeds" in alt
    figure, alt = charts.drawn_lines([0, 1], {"a": rows[0]}, **AXES)
    assert not figure.axes[0].collections and "spread" not in alt


def test_one_value_for_each_name():
    with pytest.raises(ValueError, match="3 values for 2 names"):
        charts.drawn_bars(["a", "b"], [1, 2, 3], **WORDS)
    with pytest.raises(ValueError, match="2, 1 values for 2 names"):
        charts.drawn_bars(["a", "b"], [1, 2], **WORDS, published=[1])


def test_lines_of_the_published_run_are_hollow_and_in_the_same_colour():
    own, published = {"a": [1, 2, 3], "b": [2, 2, 2]}, {"b": [3, 4, 5], "c": [0, 1, 2]}
    figure, alt = charts.drawn_lines(range(3), own, **AXES, published=published)
    b, c, a, own_b = (line for line in figure.axes[0].lines if len(line.get_xdata()) == 3)
    assert list(b.get_ydata()) == [3, 4, 5] and list(own_b.get_ydata()) == [2, 2, 2]
    assert b.get_color() == own_b.get_color() != a.get_color() != c.get_color()
    assert hollow(b.get_markerfacecolor()) and not hollow(own_b.get_markerfacecolor())
    assert labels(figure) == ["a", "b", "c", "this run", "published run"]
    assert alt.endswith("Published run, hollow and dotted: b 3, 4, 5; c 0, 1, 2.")


def test_dots_of_the_published_run_are_in_the_row_of_their_name():
    own = {"3 × 3": [0.5, 0.7], "5 × 5": [0.25]}
    published = {"5 × 5": [0.75], "7 × 7": [0.5, 0.25]}
    figure, alt = charts.drawn_dots(own, **WORDS, scale=100, published=published)
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["3 × 3", "5 × 5", "7 × 7"]
    rounds = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    rows = [(list(line.get_xdata()), round(line.get_ydata()[0])) for line in rounds]
    assert rows == [([50, 70], 0), ([25], 1), ([75], 1), ([50, 25], 2)]
    assert [hollow(line.get_markerfacecolor()) for line in rounds] == [False, False, True, True]
    assert "3 × 3 60.0 ± 14.1; 5 × 5 25.0." in alt
    assert alt.endswith("Published run, hollow dots: 5 × 5 75.0; 7 × 7 37.5 ± 17.7.")
    assert labels(figure) == ["this run", "published run"] and not lies_over_data(figure)


def test_dots_on_both_sides_of_0_have_a_line_there():
    figure, _ = charts.drawn_dots({"a": [-1, 2], "b": [1]}, **WORDS)
    assert any(list(line.get_xdata()) == [0, 0] for line in figure.axes[0].lines)
    figure, _ = charts.drawn_dots({"a": [1, 2]}, **WORDS)
    assert not any(list(line.get_xdata()) == [0, 0] for line in figure.axes[0].lines)


def test_a_published_race_is_dotted_and_hollow():
    own, known = Entry("a", 1.0, (0.25, 0.5), 0.1), Entry("a", 4.0, (0.5, 0.75), 2.0)
    figure, alt = races.drawn_race([own], title="T", published=[known])
    ends = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in ends] == [(4, 75), (1, 50)]
    assert [hollow(line.get_markerfacecolor()) for line in ends] == [True, False]
    assert labels(figure) == ["a: 0.1", "a: 2 (published)"] and not lies_over_data(figure)
    assert "Published run, dotted: a 75.0 after 4.0 minutes and 2 · 10¹⁵ operations." in alt


@pytest.mark.parametrize("count", [1, 5, 9])
def test_a_legend_fits_into_the_width_of_its_figure(count):
    series = {f"notebook {k:02}, {'x' * k}": [0.1 * k, 0.5] for k in range(count)}
    figure, _ = charts.drawn_lines([0, 1], series, **AXES, line=(0.1, "guessing"))
    figure.draw_without_rendering()
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and not lies_over_data(figure)
