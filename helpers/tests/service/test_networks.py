"""Which model is served, and that nothing else is."""

import hashlib
import json
import os
import shutil

import keras
import numpy as np
import pytest

from helpers import convolution, models
from helpers.service import network, stored
from helpers.tests.service.serving import CLASSES, filtered


@pytest.fixture
def copied(model_file, tmp_path):
    for suffix in (".keras", ".json"):
        shutil.copy(model_file.with_suffix(suffix), tmp_path / f"model{suffix}")
    return tmp_path / "model.keras"


def test_it_answers_as_keras_does_for_any_number_of_pictures(opened):
    images = np.random.default_rng(0).integers(0, 256, (33, 32, 32, 3), np.uint8)
    expected = opened.saved.model.predict(images, verbose=0)
    for count in (1, 5, 33):
        assert np.allclose(opened.ask(images[:count]), expected[:count], atol=1e-5)
    assert tuple(opened.classes) == CLASSES


def test_a_changed_file_is_refused(copied):
    content = bytearray(copied.read_bytes())
    content[len(content) // 2] ^= 1
    copied.write_bytes(content)
    with pytest.raises(models.ModelError, match="another SHA-256"):
        network.opened(copied)


def test_a_changed_file_is_refused_also_with_its_checksum(copied):
    content = copied.read_bytes()[:-2000]
    copied.write_bytes(content)
    side = copied.with_suffix(".json")
    about = json.loads(side.read_text())
    side.write_text(json.dumps(about | {"sha256": hashlib.sha256(content).hexdigest()}))
    with pytest.raises(models.ModelError, match="can't be opened"):
        network.opened(copied)


def test_filters_are_named_by_what_they_compute():
    assert network.fixed_filters(filtered()) == ("smoothing", "edge detection", "sharpness")
    model = filtered()
    layer = model.layers[1]
    kernel = layer.get_weights()[0]
    layer.set_weights([kernel[..., [2, 0, 1]]])
    assert network.fixed_filters(model) == ("sharpness", "smoothing", "edge detection")
    kernel[0, 0, 1, 1] = 0.5  # one channel of the edges
    layer.set_weights([kernel])
    assert network.fixed_filters(model) == ("smoothing", "sharpness")
    layer.trainable = True
    assert network.fixed_filters(model) == ()


def test_a_filter_of_another_size_has_no_name():
    layer = keras.layers.DepthwiseConv2D(2, use_bias=False, trainable=False)
    model = keras.Sequential([keras.Input((32, 32, 3)), layer])
    assert network.fixed_filters(model) == ()
    assert network.FILTERS["smoothing"] is convolution.SMOOTHING


def test_the_newest_saved_model_is_served(monkeypatch, tmp_path):
    monkeypatch.setattr(stored, "PUBLISHED", tmp_path / "none.keras")
    assert stored.newest() is None
    folder = models.folder()
    folder.mkdir(parents=True)
    for number, name in enumerate(("service-digits-class", "service-digits-smoke", "advanced-x")):
        for suffix in (".keras", ".json"):
            (folder / f"{name}{suffix}").write_bytes(b"")
        os.utime(folder / f"{name}.keras", (number, number))
    assert stored.newest().stem == "service-digits-smoke"
    (folder / "service-digits-smoke.json").unlink()  # not whole
    assert stored.newest().stem == "service-digits-class"


def test_the_network_before_can_be_put_back(opened):
    held = network.Held(opened)
    assert not held.put_back() and held.current is opened
    other = object()
    held.take(other)
    assert (held.current, held.previous) == (other, opened)
    assert held.put_back() and (held.current, held.previous) == (opened, other)
    with pytest.raises(network.NoModelError):
        network.Held().asked()
