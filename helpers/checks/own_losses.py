"""Whether a loss that a student or a notebook has written is a cross-entropy of integer labels."""

import keras
import numpy as np
import tensorflow as tf

from helpers.checks.calling import Hint, told

LEAST, MOST = 0.35, 3.0  # by how much it falls from probability 0.2 to 0.5: ln 2.5 is 0.92


def is_own(loss: object) -> bool:
    """Whether a loss is none of Keras' own: a function, a method, or an object that is called."""
    named = loss if hasattr(loss, "__name__") else type(loss)
    module = getattr(named, "__module__", None) or ""
    return callable(loss) and module.split(".")[0] != "keras"


def check(loss: object, classes: int) -> None:
    """Checks a loss on made-up answers: each label alone, so that means over a batch will do.

    Args:
        loss: A function of integer labels `(n,)` and probabilities `(n, classes)`.
        classes: How many there are.

    Raises:
        Hint: It stops with an error, prefers a wrong class for some label, is no cross-entropy, or
            nothing can be learned from it.
    """
    try:
        likely, wrong, less = (
            _costs(loss, classes, *how) for how in ((0.5, 0), (0.5, 1), (0.2, 0))
        )
        slope = _slope(loss, classes)
    except Exception as error:  # of the student's function
        raise Hint(f"Your loss stops for integer labels: {told(error)}") from error
    for label in np.flatnonzero(~(likely < wrong)):
        raise Hint(f"For label {label} your loss isn't lower where that class is likely.")
    falls = less - likely
    if not ((falls > LEAST) & (falls < MOST)).all():
        raise Hint(
            "Your loss is no cross-entropy of these labels: from probability 0.2 to 0.5 of the "
            f"right class it falls by {falls.mean():.2f}; −log p falls by 0.92."
        )
    if slope is None or not np.abs(np.asarray(slope)).max() > 0:
        raise Hint("Nothing can be learned from your loss: it has no gradient.")


def _rows(classes: int, share: float, turn: int) -> np.ndarray:
    """For each label a row in which the class `turn` places behind it has a share."""
    rows = np.full((classes, classes), (1 - share) / (classes - 1), "float32")
    rows[np.arange(classes), (np.arange(classes) + turn) % classes] = share
    return rows


def _costs(loss: object, classes: int, share: float, turn: int) -> np.ndarray:
    rows = tf.constant(_rows(classes, share, turn))
    labels = tf.range(classes, dtype=tf.int64)
    costs = [loss(labels[k : k + 1], rows[k : k + 1]) for k in range(classes)]
    return np.array([float(keras.ops.mean(cost)) for cost in costs])


def _slope(loss: object, classes: int) -> tf.Tensor | None:
    """The gradient as a training takes it: in a graph."""
    labels = tf.range(classes, dtype=tf.int64)

    @tf.function
    def gradient(rows):
        with tf.GradientTape() as tape:
            tape.watch(rows)
            cost = tf.reduce_mean(loss(labels, rows))
        found = tape.gradient(cost, rows)
        return tf.zeros_like(rows) if found is None else found

    return gradient(tf.constant(_rows(classes, 0.3, 0)))
