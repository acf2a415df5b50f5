"""Borrowed networks: their weights are the right ones, and nothing else is opened."""

import importlib.util

import keras
import numpy as np
import pytest
from keras import layers
from skimage import data as skimage_data
from sklearn.datasets import load_sample_image

from helpers import photos, training
from helpers.models import backbones, lite0
from helpers.models.lite0 import BackboneError
from helpers.models.saved import in_float32

PHOTOS = {  # the class that ImageNet has for it
    "cat": (skimage_data.chelsea, 285),
    "coffee": (skimage_data.coffee, 967),
    "rocket": (skimage_data.rocket, 657),
    "palace": (lambda: load_sample_image("china.jpg"), 698),
    "flower": (lambda: load_sample_image("flower.jpg"), 985),
}


@pytest.fixture(scope="module")
def classifier():
    return backbones.backbone("lite0", 224, top=True)


def test_the_five_photos_are_named_rightly(classifier):
    pictures = np.stack([photos.prepare(photo(), 224) for photo, _ in PHOTOS.values()])
    answers = training.predict(in_float32(classifier), pictures)
    assert answers.argmax(axis=1).tolist() == [right for _, right in PHOTOS.values()]
    assert answers[0].argsort()[::-1][:3].tolist() == [285, 282, 281]  # three kinds of cats
    assert 0.9 < answers[1, 967] < 0.98
    assert np.allclose(answers.sum(axis=1), 1, atol=1e-4)


def test_the_sizes_of_lite0(classifier):
    assert classifier.count_params() == 4_694_024
    model = backbones.backbone(size=40, weights=None)
    assert model.output_shape == (None, 2, 2, 1280) and model.name == "lite0"
    assert model.count_params() == 4_694_024 - 1_281_000
    assert model.get_layer("block15_project_bn").output.shape[-1] == 320
    shortcuts = [layer for layer in model.layers if isinstance(layer, layers.Add)]
    assert len(shortcuts) == 9


def test_pictures_of_another_size_are_made_fit():
    keras.utils.set_random_seed(0)
    pictures = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8)
    whole = in_float32(backbones.backbone("lite0", 64, given=32))
    larger = keras.layers.Resizing(64, 64)(pictures.astype("float32"))
    expected = in_float32(backbones.backbone("lite0", 64))(larger)
    assert whole.input_shape == (None, 32, 32, 3) and whole.output_shape == (None, 2, 2, 1280)
    before = whole.get_weights()
    assert np.allclose(whole(pictures), expected, atol=1e-3) and np.std(expected) > 0.01
    assert all(map(np.array_equal, before, whole.get_weights())), "it computes as in training"
    assert backbones.backbone("lite0", 32, None, given=32).layers[1].name == "scaling"


def test_depthwise_convolutions_compute_in_float32():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = backbones.backbone("lite0", 32, None)
    finally:
        keras.config.set_dtype_policy(before)
    found = [x for x in model.layers if isinstance(x, layers.DepthwiseConv2D)]
    assert len(found) == 16 and all(layer.compute_dtype == "float32" for layer in found)
    assert model.get_layer("head_conv").compute_dtype == "bfloat16"


def test_a_changed_file_is_not_opened(tmp_path, monkeypatch):
    changed = bytearray(lite0.package_file().read_bytes())
    changed[-1] ^= 1
    for content in (bytes(changed), bytes(changed[:1000]), b""):
        file = tmp_path / "weights.pth"
        file.write_bytes(content)
        monkeypatch.setattr(lite0.torch_files, "read", lambda _: pytest.fail("opened"))
        with pytest.raises(BackboneError, match=r"weights\.pth is not the file.*--force-reinstall"):
            backbones.backbone(weights=file)
    with pytest.raises(BackboneError, match=r"none\.pth is no file"):
        backbones.backbone(weights=tmp_path / "none.pth")


def test_a_package_that_is_missing_is_one_line(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BackboneError, match=r"isn't installed.*make setup.*pip install --no-deps"):
        backbones.backbone()


def with_head(model: keras.Model, *more: keras.Layer) -> int:
    x = layers.GlobalAveragePooling2D()(model.output)
    for layer in more:
        x = layer(x)
    return keras.Model(model.input, x).count_params()


def test_the_counts_of_two_earlier_projects():
    small = backbones.backbone("efficientnetb0", 32, weights=None)
    assert with_head(small, layers.Dropout(0.2), layers.Dense(100)) == 4_177_664 + 7
    large = backbones.backbone("resnet50", 32, weights=None)
    head = [layers.Dropout(0.3), layers.Dense(256), layers.Dropout(0.3), layers.Dense(10)]
    assert with_head(large, *head) == 23_587_712 + 2048 * 256 + 256 + 2570


FIRST = {"efficientnetb0": "stem_conv", "resnet50": "conv1_conv"}


def kept(monkeypatch, tmp_path, name: str) -> str:
    """Random weights in a file that Keras takes for its own download."""
    keras.utils.set_random_seed(0)
    file = str(tmp_path / f"{name}.weights.h5")
    backbones.backbone(name, 32, weights=None).save_weights(file)
    module = keras.src.applications
    source = {"efficientnetb0": module.efficientnet, "resnet50": module.resnet}[name]
    monkeypatch.setattr(source.file_utils, "get_file", lambda *_, **__: file)
    return file


@pytest.mark.parametrize("name", ["efficientnetb0", "resnet50"])
def test_a_named_file_answers_as_the_download(name, tmp_path, monkeypatch):
    file = kept(monkeypatch, tmp_path, name)
    pictures = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8)
    answers = []
    for weights in ("imagenet", file):
        whole = backbones.backbone(name, 32, weights=weights)
        begin = keras.Model(whole.inputs, whole.get_layer(FIRST[name]).output)
        answers.append(training.predict(in_float32(begin), pictures))
    assert answers[0].std() > 0.01 and np.allclose(*answers, rtol=1e-3, atol=1e-4)


def test_resnet50_gets_red_green_and_blue_in_its_order(tmp_path, monkeypatch):
    kept(monkeypatch, tmp_path, "resnet50")
    pictures = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype("float32")
    expected = keras.applications.ResNet50(include_top=False, input_shape=(32, 32, 3))
    prepared = keras.applications.resnet.preprocess_input(pictures.copy())
    own = in_float32(backbones.backbone("resnet50", 32))
    asked = in_float32(expected)(prepared)
    assert np.allclose(own(pictures), asked, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", ["efficientnetb0", "resnet50"])
def test_no_network_and_a_wrong_file_are_one_line(name, tmp_path, monkeypatch):
    module = keras.src.applications
    source = {"efficientnetb0": module.efficientnet, "resnet50": module.resnet}[name]

    def unreachable(*_, **__):
        raise OSError("no host")

    monkeypatch.setattr(source.file_utils, "get_file", unreachable)
    with pytest.raises(BackboneError, match=rf'{name} can\'t be downloaded.*no host.*"lite0"'):
        backbones.backbone(name, 32)
    wrong = tmp_path / "wrong.h5"
    wrong.write_bytes(b"no weights")
    with pytest.raises(BackboneError, match=r"wrong\.h5 doesn't hold the weights"):
        backbones.backbone(name, 32, weights=wrong)
    with pytest.raises(BackboneError, match="is no file"):
        backbones.backbone(name, 32, weights=tmp_path / "none.h5")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": "vgg16"}, "no backbone 'vgg16'.*lite0, efficientnetb0, resnet50"),
        ({"size": 31}, "size=31.*32 to 1024 pixels"),
        ({"weights": False}, "weights=False: expected 'imagenet', None, or a file"),
        ({"weights": "ImageNet"}, "ImageNet is no file. weights is 'imagenet'"),
        ({"size": 64.0}, "size=64.0"),
        ({"size": 80, "given": 32}, "given=32.*80 must be a multiple"),
        ({"size": 64, "given": 0}, "given=0"),
        ({"name": "resnet50", "weights": None, "top": True}, "224 pixels, not 96"),
    ],
)
def test_what_is_asked_wrongly_is_said(asked, words):
    with pytest.raises(BackboneError, match=words):
        backbones.backbone(**asked)
