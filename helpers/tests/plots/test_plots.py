import numpy as np
import pytest

from helpers.plots import charts, confidence, races


def test_bars_tell_their_values(figure_shown):
    charts.bars(["cat", "dog"], [0.25, 1_000], title="T", axis="A", line=(0.5, "all"))
    alt = figure_shown()
    for part in ("T", "A", "cat 0.25", "dog 1,000", "all at 0.5"):
        assert part in alt


def test_lines_tell_their_values_and_the_spread_of_several_seeds(figure_shown):
    y = {"dense": np.array([[0.5, 0.25], [0.7, 0.25]])}
    y["of one seed"] = np.array([0.1, 0.3])
    charts.lines(range(2), y, title="T", x_axis="shift", y_axis="accuracy", line=(0.1, "guessing"))
    alt = figure_shown()
    assert "accuracy over shift from 0 to 1: dense 0.6, 0.25; of one seed 0.1, 0.3." in alt
    assert "guessing at 0.1" in alt and "spread over seeds" in alt


@pytest.mark.parametrize(("points", "told"), [(6, "0, 1, 2, 3, 4, 5."), (11, "0, 2, 5, 7, 10.")])
def test_short_lines_are_told_whole_and_a_question_keeps_its_mark(points, told, figure_shown):
    y = {"a": np.arange(float(points))}
    charts.lines(range(points), y, title="Why?", x_axis="x", y_axis="y")
    assert f"Line chart, Why? y over x from 0 to {points - 1}: a {told}" in figure_shown()


def test_a_line_that_ends_early_is_told_to_its_end(figure_shown):
    y = {"short": np.array([0.5, 0.25, np.nan]), "long": np.array([0.1, 0.2, 0.3])}
    charts.lines(range(3), y, title="T", x_axis="epoch", y_axis="y")
    assert "short 0.5, 0.25; long 0.1, 0.2, 0.3." in figure_shown()


def test_dots_tell_mean_and_spread(figure_shown):
    groups = {"3 × 3": np.array([0.7, 0.72]), "5 × 5": np.array([0.75])}
    charts.dots(groups, title="T", axis="accuracy in per cent", scale=100)
    assert "3 × 3 71.0 ± 1.4; 5 × 5 75.0." in figure_shown()


def test_histograms_tell_the_confident_share(figure_shown):
    confidence.histograms({"inside": np.array([0.2, 0.95, 1.0])}, title="T", axis="A")
    assert "inside: median 0.95, 67% > 0.9" in figure_shown()


def test_the_reliability_diagram_tells_its_bins(figure_shown):
    confidence.reliability({"as trained": [(0.25, 0.5, 4), (0.9, 0.85, 12)]}, title="T")
    assert "as trained: 0.25 → 0.50, 0.90 → 0.85" in figure_shown()


def test_one_seed_has_no_spread():
    mean, spread = charts._over_seeds(np.array([[1.0, 3.0]]))
    assert mean.tolist() == [1.0, 3.0] and spread is None
    assert charts._over_seeds([[1.0], [3.0]])[1] == pytest.approx(2**0.5)


def test_curves_tell_the_last_values(figure_shown):
    class Run:
        history = {key: [0.5, 0.75] for key in ("loss", "val_loss", "accuracy", "val_accuracy")}  # noqa: RUF012

    races.curves([Run, Run], title="T")
    assert "0.75 in training" in figure_shown()


def test_the_confusion_matrix_tells_the_worst_pair(figure_shown):
    counts = np.array([[6, 3, 1], [0, 10, 0], [1, 1, 18]])
    confidence.confusion(counts, ["cat", "dog", "ship"], title="T")
    alt = figure_shown()
    assert "from 60 (cat) to 100 (dog)" in alt and "cat answered as dog, 30" in alt


def test_a_chart_of_lines_holds_zero_and_negative_values():
    options = {"title": "T", "x_axis": "x", "y_axis": "y"}
    for values, lowest in ((np.array([0.5, 0.9]), 0), (np.array([0.5, -0.4]), -0.4)):
        figure, _ = charts.drawn_lines([1, 2], {"a": values}, **options)
        assert figure.axes[0].get_ylim()[0] <= lowest and figure.axes[0].get_ylim()[1] > 0.5
        assert lowest < 0 or figure.axes[0].get_ylim()[0] == 0
