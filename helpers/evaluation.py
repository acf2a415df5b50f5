"""Accuracies, spread and confusions of trained models."""

import dataclasses
from typing import Protocol

import keras
import numpy as np
from scipy import optimize

from helpers import config, results, storage, training
from helpers.config import Settings
from helpers.data import Dataset
from helpers.training import Training


class Model(Protocol):
    """Something with a model to ask: a finished training, or a saved model that was opened."""

    model: keras.Model
    settings: Settings


def probabilities(trained: Model, images: np.ndarray) -> np.ndarray:
    """What the model answers for each image, kept in the cache by model and images.

    Args:
        trained: A finished training, or a saved model that was opened.
        images: uint8 `(n, 32, 32, 3)`.

    Returns:
        float32 `(n, classes)`; rows sum to 1 if the model ends in a softmax.
    """
    return features(trained.model, images, trained.settings)


def features(model: keras.Model, images: np.ndarray, settings: Settings) -> np.ndarray:
    """What any model makes of each image, trained here or borrowed; kept in the cache likewise.

    Args:
        model: Built; it answers with one array.
        images: uint8, of the shape that the model takes.
        settings: The notebook's settings: whether the cache is used.

    Returns:
        float32 `(n, ...)`, a row for each image.
    """
    identity = training.key_of_answers(model, images) if settings.use_cache else None
    path = config.cache_dir() / "predictions" / f"{identity}.npz" if identity else None
    kept = storage.read_arrays(path) if path else None
    if kept is not None:
        return kept["answers"]
    answers = training.predict(model, images)
    if path:
        storage.write_arrays(path, {"answers": answers})
    return answers


def accuracy(trained: Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Share of images whose most probable class is the right one, from 0 to 1.

    Args:
        trained: A finished training, or a saved model that was opened.
        images: uint8 `(n, 32, 32, 3)`.
        labels: int64 `(n,)`.
    """
    return float((probabilities(trained, images).argmax(1) == labels).mean())


def class_accuracies(trained: Model, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Share of right answers for each class, float64 `(classes,)`, from 0 to 1."""
    answers = probabilities(trained, images)
    right = answers.argmax(1) == labels
    return np.array([right[labels == c].mean() for c in range(answers.shape[1])])


def confusions(trained: Model, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How often class `row` was answered as class `column`, int64 `(classes, classes)`."""
    answers = probabilities(trained, images)
    counts = np.zeros((answers.shape[1],) * 2, np.int64)
    np.add.at(counts, (labels, answers.argmax(1)), 1)
    return counts


def asked_otherwise(trained: Training, model: keras.Model, data: Dataset, *, name: str) -> Training:
    """The weights of a finished training, asked in another way: a row of its own in the tables.

    Args:
        trained: A finished training.
        model: Built on the trained model, for example to average what it says about an image and
            about its mirror image. It has the same weights and no others.
        data: The dataset that the model was trained on.
        name: What the new model is called in tables and records.

    Returns:
        A training with a record of its own, which has the new validation accuracy.

    Raises:
        ValueError: The model has other weights than the trained one.
    """
    if {id(v) for v in model.weights} != {id(v) for v in trained.model.weights}:
        raise ValueError(
            "the model has other weights than the trained one; build it on `trained.model`, with "
            "layers that learn nothing."
        )
    asked = dataclasses.replace(trained, model=model, name=name)
    score = accuracy(asked, data.x_val, data.y_val)
    record = results.save_variant(trained.record, model=name, val_accuracy=score)
    return dataclasses.replace(asked, record=record)


def final_test(trained: Training, data: Dataset) -> float:
    """Opens the test set for one model, once, and writes the result into its record.

    A second call is answered, too; it prints that it is the second, and the record counts it.

    Args:
        trained: A finished training; nothing about it should change after this.
        data: The dataset whose test part is used.

    Returns:
        The test accuracy, from 0 to 1.

    Raises:
        ValueError: The model was trained on other data, or doesn't answer with probabilities.
    """
    recorded = results.read(trained.record)["dataset_fingerprint"]
    if recorded != data.fingerprint:
        raise ValueError("the model was trained on another dataset than the one it is tested on.")
    answers = probabilities(trained, data.x_test)
    if not np.allclose(answers.sum(axis=1), 1, atol=0.02):
        raise ValueError("the answers are no probabilities: let the model end in a softmax.")
    right = answers[np.arange(len(answers)), data.y_test]
    loss = float(-np.log(np.maximum(right, 1e-7)).mean())
    score = float((answers.argmax(1) == data.y_test).mean())
    looks = results.add_test(trained.record, accuracy=score, loss=loss)
    if looks > 1:
        print(
            f"This is test number {looks} of this model. The test images are for one look: if you "
            "changed anything because of the first, this score is no fair one. The record says so."
        )
    return score


def with_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities that are more modest with a temperature above 1, bolder with one below it.

    Args:
        probabilities: `(n, classes)`, rows that sum to 1.
        temperature: Above 0; 1 changes nothing.

    Returns:
        float64 `(n, classes)`; the order within a row stays.

    Source: C. Guo and others, 2017, https://arxiv.org/abs/1706.04599 (notebook 06 explains it).
    """
    logits = np.log(np.maximum(np.asarray(probabilities, np.float64), 1e-12)) / temperature
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature from 0.1 to 10 with the lowest mean cross-entropy.

    Args:
        probabilities: `(n, classes)`, of images that the model wasn't trained on.
        labels: int64 `(n,)`, the right classes.
    """

    def loss(log_temperature: float) -> float:
        changed = with_temperature(probabilities, np.exp(log_temperature))
        return -np.log(np.maximum(changed[np.arange(len(labels)), labels], 1e-12)).mean()

    found = optimize.minimize_scalar(loss, bounds=np.log((0.1, 10)), method="bounded")
    return float(np.exp(found.x))
