import numpy as np
import pytest

from helpers.plots import spectra


def test_values_are_sorted_and_told(figure_shown):
    series = {"before": np.array([0.5, 4.0, 1.0]), "after": [[1.0, 2.0], [1.5, 0.0]]}
    figure, alt = spectra.drawn_spectrum(series, title="T")
    lines = figure.axes[0].lines
    assert [list(line.get_ydata()) for line in lines] == [[4, 1, 0.5], [2, 1.5, 1, 0]]
    assert [list(line.get_xdata()) for line in lines] == [[1, 2, 3], [1, 2, 3, 4]]
    assert lines[0].get_linestyle() != lines[1].get_linestyle()
    assert "before: 3 values, largest 4, median 1, smallest 0.5, 8 times the smallest; " in alt
    assert alt.endswith("after: 4 values, largest 2, median 1.25, smallest 0.")
    spectra.spectrum(series, title="T")
    assert figure_shown() == alt


def test_a_logarithmic_axis():
    figure, _ = spectra.drawn_spectrum({"a": np.arange(1, 60)}, title="T", log=True)
    assert figure.axes[0].get_yscale() == "log" and figure.axes[0].lines[0].get_marker() == ""


@pytest.mark.parametrize(
    ("series", "log", "message"),
    [
        ({}, False, "no series"),
        ({"a": []}, False, "a: expected one value"),
        ({"a": [-1.0]}, False, "not negative"),
        ({"a": [np.inf]}, False, "finite"),
        ({"a": [0.0, 1]}, True, "a value is 0"),
    ],
)
def test_what_is_no_spectrum_is_refused(series, log, message):
    with pytest.raises(ValueError, match=message):
        spectra.drawn_spectrum(series, title="T", log=log)
