import types

import keras
import numpy as np
import pytest

from helpers import models
from helpers.plots import heat


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


def test_an_empty_map_is_named_and_the_bar_shows_the_colours_themselves(shown):
    heat.overlays(PICTURES, np.zeros((3, 8, 8)), ["a", "b", "c"], alt="Grey")
    figure, alt = shown[0]
    assert [axes.get_title() for axes in figure.axes].count("no heat") == 3
    (bar,) = [axes for axes in figure.axes if axes.get_label() == "<colorbar>"]
    assert bar.collections[-1].get_alpha() is None and "a: nowhere" in alt


def saved(*layers, classes=("a", "b")):
    network = keras.Sequential([keras.Input((8, 8, 3)), *layers])
    return models.Saved(network, {"classes": list(classes)}, None)


def convolution():
    return keras.layers.Conv2D(2, 3), keras.layers.Flatten()


def test_a_stack_with_a_convolution_and_a_softmax_at_its_end_can_be_examined():
    data = types.SimpleNamespace(class_names=("a", "b"))
    models.check_examinable(
        saved(*convolution(), keras.layers.Dense(2, activation="softmax")), data
    )


def residual(around=True):
    """A network with a shortcut; around its last convolution, or around what stands behind it."""
    picture = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(2, 3, padding="same")(picture)
    y = keras.layers.Conv2D(2, 3, padding="same")(x)
    x = keras.layers.Add()([x, y]) if around else y
    x = keras.layers.ReLU()(x)
    if not around:
        x = keras.layers.Concatenate()([x, y])
    x = keras.layers.GlobalAveragePooling2D()(x)
    network = keras.Model(picture, keras.layers.Dense(2, activation="softmax")(x))
    return models.Saved(network, {"classes": ["a", "b"]}, None)


def test_a_network_with_shortcuts_can_be_examined_if_a_single_row_follows_the_last_sum():
    data = types.SimpleNamespace(class_names=("a", "b"))
    models.check_examinable(residual(), data)
    twin = models.in_float32(residual().model)
    models.check_examinable(models.Saved(twin, {"classes": ["a", "b"]}, None), data)
    with pytest.raises(models.ModelError, match="are a single row"):
        models.check_examinable(residual(around=False), data)


@pytest.mark.parametrize(
    ("layers", "classes", "message"),
    [
        (lambda: [*convolution(), keras.layers.Dense(2, "softmax")], "ac", "other classes"),
        (lambda: [keras.layers.Flatten(), keras.layers.Dense(2, "softmax")], "ab", "Conv2D in it"),
        (lambda: [*convolution(), keras.layers.Dense(2)], "ab", "ends in a Dense"),
        (lambda: [*convolution(), keras.layers.Dense(2, "softmax", use_bias=False)], "ab", "Dense"),
        (lambda: [*convolution(), keras.layers.Softmax()], "ab", "ends in a Softmax"),
    ],
)
def test_other_models_are_refused(layers, classes, message):
    data = types.SimpleNamespace(class_names=("a", "b"))
    with pytest.raises(models.ModelError, match=message):
        models.check_examinable(saved(*layers(), classes=tuple(classes)), data)


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
