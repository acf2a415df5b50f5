"""Checks of the exercises of notebook 01. Each returns a hint, empty if the answer is right."""

from collections.abc import Callable

import keras
import numpy as np

from helpers.checks import judging

LARGEST_MODEL = 1_000_000


def _dense_parameters(answer: Callable[[int, int], int]) -> str:
    inputs, units = 7, 3
    got = answer(inputs, units)
    if got is None:
        return "The function returns nothing yet. Count the weights first, then the biases."
    hints = {
        inputs * units: "You counted the weights. What else does each unit add?",
        inputs * units + inputs: "Whom do the biases belong to: the inputs or the units?",
        inputs + units: "Every input is connected to every unit. Is that a sum?",
        inputs + units + units: "Every input is connected to every unit. Is that a sum?",
    }
    if got in hints:
        return hints[got]
    cases = [(7, 3, 24), (3072, 256, 786_688), (256, 10, 2_570), (1, 1, 2)]
    if all(answer(i, u) == expected for i, u, expected in cases):
        return ""
    return "Draw a layer with 7 inputs and 3 units, and count the arrows and the biases."


def _one_hot(answer: Callable[[np.ndarray, int], np.ndarray]) -> str:
    labels = np.array([2, 0, 1, 2])
    got = answer(labels, 4)
    if got is None:
        return "The function returns nothing yet. Begin with an array of zeros."
    got = np.asarray(got, float)
    expected = (labels[:, None] == np.arange(4)).astype(float)
    if got.shape == (4, 4) and np.array_equal(got, expected):
        other = np.asarray(answer(np.array([0, 1, 2]), 5))
        if other.shape == (3, 5):
            return ""
        return f"For 3 labels and 5 classes the shape is {other.shape}; expected (3, 5)."
    if got.shape == labels.shape:
        return "One number for each label is not one-hot: one row for each label is asked for."
    if got.shape != (4, 4):
        return f"For 4 labels and 4 classes the shape is {got.shape}; expected (4, 4)."
    if np.array_equal(got, expected.T):
        return "Rows and columns are swapped: one row for each label, one column for each class."
    if np.array_equal(got, 1 - expected):
        return "Ones and zeros are swapped: a single 1 stands in each row."
    if np.array_equal(got.sum(1), np.ones(4)):
        return "One 1 in each row is right, but not where it stands. Which column is class 0?"
    return "Each row should hold a single 1, in the column of its label, and zeros elsewhere."


def _cross_entropy(answer: Callable[[np.ndarray, np.ndarray], float]) -> str:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.5, 0.25]])
    labels = np.array([0, 1, 2])
    got = answer(probabilities, labels)
    if got is None:
        return "The function returns nothing yet. First pick each row's probability of its label."
    if np.shape(got) != ():
        return f"The result has shape {np.shape(got)}; one number is asked for: the mean."
    right = probabilities[np.arange(3), labels]
    expected = -np.log(right).mean()
    if np.isclose(got, expected, rtol=1e-3):
        return ""
    mistakes = {
        "The sign is wrong: the logarithm of a probability is negative, a loss is not.": -expected,
        "You summed over the images. The loss is their mean.": 3 * expected,
        "Use the natural logarithm, np.log.": expected / np.log(2),
        "Use the natural logarithm, np.log. ": expected / np.log(10),
        "You averaged over all classes. Only the probability of the right class counts.": (
            -np.log(probabilities).mean()
        ),
        "You took the largest probability. The label says which one counts.": (
            -np.log(probabilities.max(1)).mean()
        ),
        "The logarithm comes before the mean: a mean of logarithms.": -np.log(right.mean()),
    }
    for hint, value in mistakes.items():
        if np.isclose(got, value, rtol=1e-3):
            return hint.strip()
    return "For one image it is minus the logarithm of the probability of the right class."


def _dense_model(answer: Callable[[], keras.Model]) -> str:
    model = answer()
    if isinstance(model, keras.Model) and judging.convolutions(model):
        return "No convolutions yet: they come in the next notebook."
    return judging.model_hint(model, LARGEST_MODEL)


EXERCISES: dict[str, Callable[..., str]] = {
    "01.1": _dense_parameters,
    "01.2": _one_hot,
    "01.3": _cross_entropy,
    "01.4": _dense_model,
}
