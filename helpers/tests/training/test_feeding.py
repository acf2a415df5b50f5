import numpy as np
import pytest

from helpers.tests.tiny import count_trainings, dataset, fit, network
from helpers.training import feeding


def marked(pictures, places, epoch, seed):
    """Writes place, epoch and seed into the first pixels of each picture."""
    changed = pictures.copy()
    changed[:, 0, 0, 0], changed[:, 0, 1, 0], changed[:, 0, 2, 0] = places, epoch, seed
    return changed


def inverted(pictures, places, epoch, seed):
    return 255 - pictures


def fed(data, epochs, augment=marked):
    batches = feeding.batches(
        data.x_train, data.y_train, 40, seed=5, epochs=epochs, augment=augment
    )
    return [(images.numpy(), labels.numpy()) for images, labels in batches]


def test_augment_is_told_place_epoch_and_seed():
    data = dataset()
    found = fed(data, range(1, 3))
    assert [len(images) for images, _ in found] == [40, 40, 40, 30] * 2
    for number, (images, labels) in enumerate(found):
        places = images[:, 0, 0, 0]
        assert np.array_equal(data.y_train[places], labels)
        assert np.array_equal(images[:, 1:], data.x_train[places][:, 1:])
        assert (images[:, 0, 1, 0] == 1 + number // 4).all() and (images[:, 0, 2, 0] == 5).all()


def test_a_training_that_goes_on_sees_the_same_images():
    data = dataset()
    whole, rest = fed(data, range(3)), fed(data, range(2, 3))
    for (images, labels), (again, same) in zip(whole[8:], rest, strict=True):
        assert np.array_equal(images, again) and np.array_equal(labels, same)


def test_augment_changes_the_training_and_is_part_of_its_identity(data, settings, monkeypatch):
    done = count_trainings(monkeypatch)
    plain = fit(network(), data, settings)
    dark = fit(network(), data, settings, augment=inverted)
    assert len(done) == 2 and plain.history["loss"] != dark.history["loss"]
    fit(network(), data, settings, augment=inverted)
    assert len(done) == 2
    other = fit(network(), data, settings, augment=lambda pictures, *rest: pictures // 2)
    assert len(done) == 3 and other.history["loss"] != dark.history["loss"]


def test_a_constant_that_augment_uses_is_part_of_the_identity(data, settings, monkeypatch):
    done = count_trainings(monkeypatch)
    for amount in (1, 2, 1):
        fit(network(), data, settings, augment=lambda p, *rest, by=amount: p // by)
    assert len(done) == 2


@pytest.mark.parametrize(
    "wrong",
    [lambda p, *rest: p[:, 1:], lambda p, *rest: p.astype("float32"), lambda p, *rest: None],
)
def test_augment_has_to_return_images_like_those_it_got(data, settings, wrong):
    with pytest.raises(ValueError, match="expected uint8 of shape"):
        fit(network(), data, settings, augment=wrong)


def test_augment_needs_a_seed():
    data = dataset()
    with pytest.raises(ValueError, match="needs a seed"):
        feeding.batches(data.x_train, data.y_train, augment=inverted)
