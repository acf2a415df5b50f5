"""The heat map: computed as notebook 07 does, drawn over the picture."""

import gc
import io

import keras
import numpy as np
import psutil
import pytest
from PIL import Image

from helpers.service import heat
from helpers.tests.service.serving import ask, filtered, form, headed, picture


def score(model, maps, place):
    """The score of a class from given maps: the layers behind the convolution, without softmax."""
    values = keras.ops.convert_to_tensor(maps)
    for layer in model.layers[3:-1]:
        values = layer(values)
    kernel, bias = model.layers[-1].get_weights()
    return float((np.asarray(values) @ kernel + bias)[0, place])


def test_the_heat_weighs_maps_by_their_mean_slope():
    model, seen = filtered(), np.random.default_rng(3).integers(0, 256, (32, 32, 3), np.uint8)
    front = keras.Model(model.inputs[0], model.layers[2].output)
    maps = front.predict(seen[None].astype("float32"), verbose=0)
    step, weights = 1e-2, []
    for k in range(maps.shape[3]):  # the mean of a gradient is the slope along an even change
        more, less = maps.copy(), maps.copy()
        more[..., k] += step
        less[..., k] -= step
        slope = (score(model, more, 2) - score(model, less, 2)) / (2 * step)
        weights.append(slope / maps[0, ..., k].size)
    expected = np.maximum((maps[0] * np.array(weights)).sum(axis=-1), 0)
    found = heat.grad_cam(model, seen, 2)
    assert expected.max() > 0
    assert np.allclose(found, expected, atol=0.05 * expected.max())


def test_the_hottest_place_is_drawn_lightest():
    warm = np.zeros((4, 4), np.float32)
    warm[3, 0] = 2.0
    drawn = np.asarray(Image.open(io.BytesIO(heat.drawn(np.zeros((32, 32, 3), np.uint8), warm))))
    assert drawn.shape == (256, 256, 3)
    light = drawn.astype(int).sum(axis=2)
    row, column = np.unravel_index(light.argmax(), light.shape)
    assert row > 192 and column < 64 and light[0, 255] < light.max() / 4


def test_without_heat_the_picture_is_drawn_without_a_warning():
    heat.drawn(np.zeros((32, 32, 3), np.uint8), np.zeros((8, 8), np.float32))


def test_a_network_that_cannot_be_looked_into_is_refused():
    dense = keras.Sequential(
        [keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    )
    with pytest.raises(heat.HeatError):
        heat.grad_cam(dense, np.zeros((32, 32, 3), np.uint8), 0)


def test_many_heat_maps_leave_no_memory_behind(opened):
    seen = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    process = psutil.Process()

    def drawn(count: int) -> int:
        for _ in range(count):
            heat.shown(opened, seen)
        gc.collect()
        return process.memory_info().rss

    before = drawn(20)
    assert drawn(60) - before < 60 * 200_000


def test_the_service_draws_it(port):
    status, content = ask(port, headed("/heat", form(picture())))
    assert status == 200 and Image.open(io.BytesIO(content)).size == (256, 256)
