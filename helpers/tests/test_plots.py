import base64

import numpy as np
import pytest

from helpers import plots


@pytest.fixture
def shown(monkeypatch):
    kept = []
    monkeypatch.setattr(plots, "display", lambda data, **options: kept.append((data, options)))
    return kept


def figure(shown):
    (data, options), *rest = shown
    assert not rest and options["raw"]
    alt = options["metadata"]["image/png"]["alt"]
    assert data["text/plain"] == alt
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    return alt


def test_images_colour_and_grey_in_one_grid(shown):
    colour, grey = np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), np.uint8)
    plots.images([colour, grey, grey], ["a", "b", "c"], columns=2, alt="three squares")
    assert figure(shown) == "three squares"


def test_bars_tell_their_values(shown):
    plots.bars(["cat", "dog"], [0.25, 1_000], title="T", axis="A", line=(0.5, "all"))
    alt = figure(shown)
    for part in ("T", "A", "cat 0.25", "dog 1,000", "all at 0.5"):
        assert part in alt


def test_lines_tell_their_values_and_the_spread_of_several_seeds(shown):
    y = {"dense": np.array([[0.5, 0.25], [0.7, 0.25]])}
    plots.lines(range(2), y, title="T", x_axis="shift", y_axis="accuracy", line=(0.1, "guessing"))
    alt = figure(shown)
    assert "accuracy over shift from 0 to 1: dense 0.6, 0.25." in alt
    assert "guessing at 0.1" in alt and "spread over seeds" in alt


def test_one_seed_has_no_spread():
    mean, spread = plots._over_seeds(np.array([[1.0, 3.0]]))
    assert mean.tolist() == [1.0, 3.0] and spread is None
    assert plots._over_seeds([[1.0], [3.0]])[1] == pytest.approx(2**0.5)


def test_curves_tell_the_last_values(shown):
    class Run:
        history = {key: [0.5, 0.75] for key in ("loss", "val_loss", "accuracy", "val_accuracy")}  # noqa: RUF012

    plots.curves([Run, Run], title="T")
    assert "0.75 in training" in figure(shown)
