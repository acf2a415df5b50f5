"""Whether a network is one linear map, by what it answers to made-up pictures."""

import keras
import numpy as np

UNREADABLE = 1e-25  # a probability whose logarithm float32 doesn't hold well


def answers_in_training(model: keras.Model, pictures: np.ndarray) -> np.ndarray:
    """What a network answers while it trains, float64 `(n, 10)`; it stays as it was."""
    kept = [keras.ops.convert_to_numpy(variable) for variable in model.variables]
    answers = keras.ops.convert_to_numpy(model(pictures, training=True)).astype("float64")
    for variable, value in zip(model.variables, kept, strict=True):
        variable.assign(value)
    return answers


def pictures(brightest: int) -> np.ndarray:
    """Eight pictures, uint8, in four pairs a, b + c, a + c, b of numbers below twice a limit.

    They are of blocks: single pixels at random have nearly the same mean, and a network that ends
    in means would hardly tell them apart.
    """
    blocks = np.random.default_rng(0).integers(0, brightest, (3, 2, 4, 4, 3))
    a, b, c = blocks.repeat(8, axis=2).repeat(8, axis=3)
    return np.concatenate([a, b + c, a + c, b]).astype("uint8")


def _asked(model: keras.Model, pictures: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(model(pictures, training=False)).astype("float64")


def readable(model: keras.Model) -> np.ndarray:
    """Answers to bright pictures, or to dark ones where bright ones make a softmax too sure."""
    answers = _asked(model, pictures(128))
    return answers if np.abs(answers).min() > UNREADABLE else _asked(model, pictures(4))


def _is_rough(model: keras.Model) -> bool:
    """Whether some layer computes in less than float32."""
    return any(layer.compute_dtype != "float32" for layer in model._flatten_layers())


def is_linear(model: keras.Model, answers: np.ndarray, sure: bool) -> bool:
    """Whether logits of sums are sums of logits: f(a) + f(b + c) = f(a + c) + f(b).

    Args:
        model: A network.
        answers: What it says of `pictures`, `(8, 10)`.
        sure: Whether these are probabilities.
    """
    rough = 2e-2 if _is_rough(model) else 1e-3
    if sure and answers.min() <= UNREADABLE:  # deep ones: in training they are normalised
        answers = answers_in_training(model, pictures(128))
        if answers.min() <= UNREADABLE:
            return False
    if sure:
        answers = np.log(np.maximum(answers, UNREADABLE))
        answers = answers - answers.mean(1, keepdims=True)
    a, bc, ac, b = np.split(answers, 4)
    differing = np.abs(answers - answers.mean(0)).max()
    return bool(np.abs(a + bc - ac - b).max() < rough * differing)
