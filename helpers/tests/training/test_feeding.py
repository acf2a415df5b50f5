import keras
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


def swapped(pictures, labels, places, epoch, seed):
    """The pictures and the labels of a batch in turned order, places and epoch noted."""
    return marked(pictures, places, epoch, seed)[::-1], labels[::-1] / 2


def test_mix_is_told_labels_place_epoch_and_seed():
    data = dataset()
    wanted = feeding.one_hot(data.y_train, 10)
    assert wanted.dtype == np.float32 and (wanted.argmax(axis=1) == data.y_train).all()
    options = {"seed": 5, "epochs": range(1, 2), "augment": inverted, "mix": swapped}
    for images, labels in feeding.batches(data.x_train, wanted, 40, **options):
        places = images.numpy()[:, 0, 0, 0]
        assert np.array_equal(labels.numpy(), wanted[places] / 2)
        assert np.array_equal(images.numpy()[:, 1:], 255 - data.x_train[places][:, 1:])
        assert (images.numpy()[:, 0, 1, 0] == 1).all() and (images.numpy()[:, 0, 2, 0] == 5).all()


def mixing(rate=0.003):
    return network(rate=rate, loss="categorical_crossentropy")


def test_a_training_with_mixed_labels_learns_from_them(data, settings, monkeypatch):
    done = count_trainings(monkeypatch)

    def unmixed(pictures, labels, *rest):
        return pictures, labels

    def shuffled(pictures, labels, *rest):
        return pictures, np.roll(labels, 3, axis=1)

    plain = fit(network(), data, settings)
    same = fit(mixing(), data, settings, mix=unmixed)
    wrong = fit(mixing(), data, settings, mix=shuffled)
    assert len(done) == 3
    for metric in ("loss", "val_loss", "accuracy", "val_accuracy"):
        assert np.allclose(plain.history[metric], same.history[metric], rtol=1e-4)
    assert wrong.history["val_loss"][-1] > plain.history["val_loss"][-1]
    fit(mixing(), data, settings, mix=shuffled)
    assert len(done) == 3


def test_mix_and_augment_of_one_function_are_two_trainings(data, settings, monkeypatch):
    done = count_trainings(monkeypatch)

    def either(pictures, *rest):
        return pictures // 2 if len(rest) == 3 else (pictures, rest[0])

    fit(mixing(), data, settings, mix=either)
    with pytest.raises(ValueError):  # integers for a loss that takes rows
        fit(mixing(), data, settings, augment=either)
    assert len(done) == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda p, labels, *rest: p, "expected images and labels"),
        (lambda p, labels, *rest: (p[:, 1:], labels), "mix returns images uint8 of shape"),
        (lambda p, labels, *rest: (p.astype("float32"), labels), "mix returns images float32"),
        (lambda p, labels, *rest: (p, labels.argmax(1)), "mix returns labels int64"),
        (lambda p, labels, *rest: (p, labels.astype("float64")), "mix returns labels float64"),
    ],
)
def test_mix_has_to_return_images_and_labels_like_those_it_got(data, settings, wrong, words):
    with pytest.raises(ValueError, match=words):
        fit(mixing(), data, settings, mix=wrong)


def test_mix_needs_a_loss_that_takes_rows(data, settings):
    for loss in (
        "sparse_categorical_crossentropy",
        keras.losses.sparse_categorical_crossentropy,
        keras.losses.SparseCategoricalCrossentropy(),
    ):
        with pytest.raises(ValueError, match="compile the model with 'categorical_crossentropy'"):
            fit(network(loss=loss), data, settings, mix=swapped)


def test_mix_needs_one_hot_labels_and_a_seed():
    data = dataset()
    with pytest.raises(ValueError, match="integers can't be mixed"):
        feeding.batches(data.x_train, data.y_train, seed=0, mix=swapped)
    with pytest.raises(ValueError, match="needs a seed"):
        feeding.batches(data.x_train, feeding.one_hot(data.y_train, 10), mix=swapped)
