"""Checks of the exercises of notebook 04. Each returns a hint, empty if the answer is right."""

import itertools
from collections.abc import Callable

import keras
import numpy as np

from helpers import judging

LARGEST_MODEL = 600_000


def _multiplications(answer: Callable[[int, int, int, int], int]) -> str:
    layers = [(32, 3, 3, 32), (16, 5, 32, 64), (8, 1, 64, 10)]
    got = [answer(*layer) for layer in layers]
    if got[0] is None:
        return "The function returns nothing yet. At one place, one filter uses each weight once."
    got = np.array(got, float)

    def is_like(rule):
        return np.allclose(got, [rule(*layer) for layer in layers])

    if is_like(lambda side, kernel, inputs, filters: side**2 * kernel**2 * inputs * filters):
        return ""
    if is_like(lambda side, kernel, inputs, filters: kernel**2 * inputs * filters):
        return "These are the weights. Each one is used at every place of the map."
    if is_like(lambda side, kernel, inputs, filters: side**2 * kernel**2 * filters):
        return "A kernel is as deep as its input: the inputs are missing."
    if is_like(lambda side, kernel, inputs, filters: side**2 * kernel * inputs * filters):
        return "The kernel has kernel_size rows and as many columns."
    if is_like(lambda side, kernel, inputs, filters: side * kernel**2 * inputs * filters):
        return "The map has side rows and as many columns."
    if is_like(lambda side, kernel, inputs, filters: 2 * side**2 * kernel**2 * inputs * filters):
        return "These are FLOPs. Multiplications alone are half of them."
    return "Places of the map, times weights of one filter, times filters."


def _share_of_gaps(answer: Callable[[np.ndarray, float], float]) -> str:
    accuracies, gap = np.array([0.61, 0.64, 0.6, 0.67, 0.63, 0.6175]), 0.028
    got = answer(accuracies.copy(), gap)
    if got is None:
        return "The function returns nothing yet. itertools.combinations gives the pairs."
    if np.shape(got) != ():
        return f"The result has shape {np.shape(got)}; one number is asked for: a share."
    differences = np.array([a - b for a, b in itertools.combinations(accuracies, 2)])
    count, pairs = int((abs(differences) >= gap).sum()), len(differences)
    exact = answer(np.array([0.5, 0.75]), 0.25)
    if np.isclose(float(got), count / pairs):
        return "" if np.isclose(float(exact), 1) else "A pair exactly `gap` apart counts as well."
    if np.isclose(float(got), count):
        return "You counted the pairs. The share is the count, divided by the number of pairs."
    if np.isclose(float(got), (differences >= gap).sum() / pairs):
        return "A gap has no sign: take the absolute value."
    if np.isclose(float(got), 2 * count / len(accuracies) ** 2):
        return "No training makes a pair with itself: of 6 trainings there are 15 pairs, not 36."
    if np.isclose(float(got), (abs(np.diff(accuracies)) >= gap).mean()):
        return "You took neighbours in the list only. Every training pairs with every other one."
    return "For the accuracies 0.5, 0.6, 0.75 and the gap 0.12 it is 2 of 3 pairs."


def _paired_difference(answer: Callable[[np.ndarray, np.ndarray], tuple]) -> str:
    a = np.array([0.66, 0.71, 0.64, 0.69, 0.62])
    b = np.array([0.63, 0.69, 0.65, 0.64, 0.6])
    got = answer(a.copy(), b.copy())
    if got is None:
        return "The function returns nothing yet. Begin with the differences, seed by seed."
    try:
        mean, error = (float(part) for part in got)
    except (TypeError, ValueError):
        return "Return two numbers: the mean difference, its standard error."
    differences = a - b
    if np.isclose(mean, -differences.mean()):
        return "The sign is the other way round: a − b is asked for."
    if not np.isclose(mean, differences.mean()):
        return "The first number should be the mean of the differences a − b."
    if np.isclose(error, differences.std(ddof=1) / 5**0.5):
        return ""
    if np.isclose(error, differences.std(ddof=1)):
        return "This is the spread of the differences. That of their mean is smaller by √n."
    if np.isclose(error, differences.std() / 5**0.5):
        return "Divide by n − 1, not by n: np.std has the argument ddof for it."
    if np.isclose(error, ((a.var(ddof=1) + b.var(ddof=1)) / 5) ** 0.5):
        return "You added the spreads of both. Paired means: the spread of the differences."
    return "Standard error: sample standard deviation of the differences, divided by √n."


def _dilated_network(answer: Callable[[], keras.Model]) -> str:
    model = answer()
    hint = judging.model_hint(model, LARGEST_MODEL, fewest=2, most=2)
    if hint:
        return hint
    rates = [max(layer.dilation_rate) for layer in model.layers if hasattr(layer, "dilation_rate")]
    if max(rates, default=1) == 1:
        return "No convolution is dilated: Conv2D has the argument dilation_rate."
    return ""


EXERCISES: dict[str, Callable[..., str]] = {
    "04.1": _multiplications,
    "04.2": _share_of_gaps,
    "04.3": _paired_difference,
    "04.4": _dilated_network,
}
