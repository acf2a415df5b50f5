"""What models answer, as fast as they are trained, and what decides an answer."""

import keras
import numpy as np

from helpers import config
from helpers.data import fingerprint
from helpers.training import cache, hardware, speed, traces
from helpers.training.feeding import batches
from helpers.training.fitting import PROCEDURE
from helpers.training.identity import UnknownError


def predict(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """What a model answers for each image.

    Args:
        model: Built.
        images: uint8 `(n, 32, 32, 3)`.

    Returns:
        float32 `(n, classes)`.
    """
    with traces.lent(model) as lender, speed.fused(lender), traces.kept(lender):
        return lender.predict(batches(images), verbose=0).astype(np.float32)


def key_of_answers(model: keras.Model, images: np.ndarray) -> str | None:
    """A hash of everything that decides what a model answers; None if that can't be told.

    Args:
        model: Built.
        images: uint8 `(n, 32, 32, 3)`.
    """
    try:
        described = cache.describe_model(model)
    except UnknownError:
        return None
    means = [PROCEDURE, config.versions(), hardware.look().kernels]
    return cache.key([described, fingerprint(images), *means])
