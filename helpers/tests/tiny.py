"""A made-up dataset and network on which a training takes a second."""

import os

import keras
import numpy as np
import pytest

from helpers.data.ladder import Dataset
from helpers.training import fitting

needs_bfloat16 = pytest.mark.skipif(
    os.environ.get("ONEDNN_MAX_CPU_ISA", "DEFAULT") not in ("", "ALL", "DEFAULT"),
    reason="oneDNN is limited: TensorFlow doesn't know, and hands it bfloat16",
)


def dataset() -> Dataset:
    """Ten classes of grey squares with noise: 150 to train, 40 to validate, 50 to test."""
    rng = np.random.default_rng(0)
    parts = {}
    for part, count in (("train", 150), ("val", 40), ("test", 50)):
        labels = np.arange(count) % 10
        noise = rng.integers(0, 40, (count, 32, 32, 3), np.uint8)
        parts[f"x_{part}"] = noise + (labels * 20).astype(np.uint8)[:, None, None, None]
        parts[f"y_{part}"] = labels.astype(np.int64)
    return Dataset(**parts, class_names=tuple("abcdefghij"), name="digits")


def network(seed: int = 0, rate: float = 0.003, units: int = 8, loss=None, dropout: float = 0.0):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(units, activation="tanh"),
            keras.layers.Dropout(dropout),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.SGD(rate, momentum=0.9),
        loss or "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def fit(model, data, settings, *, seed=0, batch_size=32, **options):
    options = {"name": "test model"} | options
    return fitting.fit(model, data, settings, seed=seed, batch_size=batch_size, **options)


def count_trainings(monkeypatch) -> list:
    done = []
    original = fitting._train

    def counted(*arguments):
        done.append(1)
        return original(*arguments)

    monkeypatch.setattr(fitting, "_train", counted)
    return done
