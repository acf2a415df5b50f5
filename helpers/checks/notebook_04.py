"""Checks of the exercises of notebook 04. Each returns a hint, empty if the answer is right."""

from collections.abc import Callable

import keras
import numpy as np

from helpers.checks import judging

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


def _seeds_needed(answer: Callable[[float], int]) -> str:
    levels = [0.3, 0.05, 0.0125, 0.25, 0.01, 0.001]
    got = [answer(level) for level in levels]
    if got[0] is None:
        return "The function returns nothing yet. With n seeds the smallest p-value is 2 / 2**n."
    if any(np.shape(g) != () for g in got):
        return f"The result has shape {np.shape(got[0])}; one number is asked for."
    got = np.array(got, float)
    expected = np.array([3, 6, 8, 4, 8, 11])
    if np.array_equal(got, expected):
        return ""
    if np.array_equal(got, expected - 1):
        return "One too few: the test looks at both sides, so the smallest p is 2 / 2**n."
    if np.array_equal(got, [3, 6, 8, 3, 8, 11]):
        return "For the level 0.25 three seeds give exactly 0.25; *below* the level is asked for."
    if np.array_equal(got, np.floor(got)) and np.array_equal(got, expected + 1):
        return "One too many: begin to count at one seed, and stop at the first that is enough."
    if np.allclose(got, 1 - np.log2(levels)):
        return "There is no part of a seed: go up to the next whole number."
    return "Count up from 1 until 2 / 2**n is below the level."


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
    layers = judging.all_layers(model)
    rates = [max(layer.dilation_rate) for layer in layers if hasattr(layer, "dilation_rate")]
    if max(rates, default=1) == 1:
        return "No convolution is dilated: Conv2D has the argument dilation_rate."
    return ""


EXERCISES: dict[str, Callable[..., str]] = {
    "04.1": _multiplications,
    "04.2": _seeds_needed,
    "04.3": _paired_difference,
    "04.4": _dilated_network,
}
