"""Charts of searches say what they show, and refuse what they can't show."""

import numpy as np
import pytest

from helpers.plots import drawn_landscape, drawn_parallel, drawn_trials, searches

SETTINGS = [
    {"rate": 0.001, "units": 64, "mirror": False},
    {"rate": 0.1, "units": 128, "mirror": True},
    {"rate": 0.01, "units": 128, "mirror": False},
]


def test_trials_that_were_stopped_are_told_apart():
    figure, alt = drawn_trials(
        [[0.1, 0.2, 0.4], [0.1, 0.15], [0.2, 0.3, 0.5]], 3, title="T", axis="accuracy"
    )
    assert "2 trials were trained for 3 epochs and end between 0.4 and 0.5" in alt
    assert "; stopped: 1, after 2 to 2 epochs." in alt
    marks = [line.get_marker() for line in figure.axes[0].lines if line.get_marker() != "None"]
    assert sorted(marks) == ["o", "o", "x"]


def test_trials_of_which_none_was_stopped_or_none_ended():
    assert "; stopped: 0." in drawn_trials([[0.1, 0.2]], 2, title="T", axis="a")[1]
    assert "0 trials were trained" in drawn_trials([[0.1]], 2, title="T", axis="a")[1]


def test_parallel_coordinates_run_from_low_to_high_on_each_axis():
    figure, alt = drawn_parallel(
        SETTINGS, np.array([0.3, 0.6, 0.5]), logs=("rate",), title="T", axis="accuracy"
    )
    assert "3 trials through 3 settings; accuracy from 0.3 to 0.6" in alt
    assert "rate 0.1, units 128, mirror yes" in alt
    lines = [line.get_ydata() for line in figure.axes[0].lines if len(line.get_ydata()) == 4]
    by_value = sorted(lines, key=lambda heights: heights[3])
    assert [heights[0] for heights in by_value] == pytest.approx([0, 0.5, 1])  # in logs
    labels = {text.get_text() for text in figure.axes[0].texts}
    assert {"0.001", "0.1", "64", "128", "yes", "no", "0.3", "0.6"} <= labels


def test_parallel_coordinates_of_one_trial_and_of_none():
    assert "1 trials" in drawn_parallel(SETTINGS[:1], np.array([0.3]), title="T", axis="a")[1]
    for settings, values in (([], []), (SETTINGS, [0.1])):
        with pytest.raises(ValueError, match="expected one each"):
            drawn_parallel(settings, np.array(values), title="T", axis="a")


def test_a_landscape_marks_the_highest_and_bears_trials_at_one_place():
    x, y = np.array([0.01, 0.1, 0.01, 0.1, 0.1]), np.array([0.1, 0.1, 0.2, 0.2, 0.2])
    figure, alt = drawn_landscape(
        x, y, np.array([0.1, 0.2, 0.3, 0.5, 0.4]), title="T", x_axis="rate", y_axis="decay"
    )
    assert "5 trials over rate and decay; values from 0.1 to 0.5" in alt
    assert "A star marks the highest, at 0.1 and 0.2." in alt
    assert figure.axes[0].get_xscale() == "log"
    with pytest.raises(ValueError, match="3 trials are too few"):
        drawn_landscape(x[:3], y[:3], y[:3], title="T", x_axis="x", y_axis="y")


def test_choices_lie_apart_a_little_so_that_each_line_is_seen():
    heights, ticks = searches._column([64, 128, 128, 64], False)
    assert len(set(heights)) == 4 and [label for _, label in ticks] == ["64", "128"]
