import numpy as np
import pytest

from helpers import heat


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.setattr(heat, "show", lambda figure, alt: found.append((figure, alt)))
    return found


PICTURES = np.full((3, 8, 8, 3), 90, np.uint8)


def test_the_alt_text_says_where_it_is_hottest(shown):
    heats = np.zeros((3, 8, 8))
    heats[0, 0, 7], heats[1, 4, 4] = 5, 0.1
    heat.overlays(PICTURES, heats, ["a\nb", "c", "d"], alt="Grey")
    (figure, alt), *_ = shown
    assert alt.startswith("Grey. Hottest: a, b: upper right; c: middle; d: nowhere.")
    bars = [axes for axes in figure.axes if axes.get_label() == "<colorbar>"]
    assert len(bars) == 1 and bars[0].get_ylim() == (0, 1)


def test_each_heat_is_divided_by_its_own_largest_value(shown):
    heats = np.ones((3, 8, 8)) * np.array([1, 10, 100])[:, None, None]
    heat.overlays(PICTURES, heats, ["a", "b", "c"], alt="Grey")
    overlaid = [axes.images[1].get_array() for axes in shown[0][0].axes if len(axes.images) == 2]
    assert len(overlaid) == 3 and all(np.allclose(one, 1) for one in overlaid)


@pytest.mark.parametrize(
    ("heats", "titles", "message"),
    [
        (np.zeros((3, 4, 4)), ["a"] * 3, "same size"),
        (np.zeros((3, 8, 8)), ["a"], "one title"),
        (np.full((3, 8, 8), -1.0), ["a"] * 3, "0 or more"),
        (np.full((3, 8, 8), np.nan), ["a"] * 3, "finite"),
    ],
)
def test_what_does_not_fit_is_refused(heats, titles, message):
    with pytest.raises(ValueError, match=message):
        heat.overlays(PICTURES, heats, titles, alt="Grey")
