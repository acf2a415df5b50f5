"""Checks of the exercises of notebook 05. Each returns a hint, empty if the answer is right."""

from collections.abc import Callable

import keras
import numpy as np

from helpers.checks import judging

LARGEST_MODEL = 400_000


def _normalised_later(answer: Callable[..., np.ndarray]) -> str:
    rng = np.random.default_rng(0)
    x = rng.normal(2, 3, (4, 5, 6, 3))
    gamma, beta, mean = (rng.normal(1, 1, 3) for _ in range(3))
    variance, epsilon = rng.uniform(0.5, 4, 3), 0.5
    got = answer(*(a.copy() for a in (x, gamma, beta, mean, variance)), epsilon)
    if got is None:
        return "The function returns nothing yet. Subtract the mean first."
    got = np.asarray(got, float)
    if got.shape != x.shape:
        return f"The result has shape {got.shape}; expected that of x, {x.shape}."

    def is_like(centre, scale):
        return np.allclose(got, gamma * (x - centre) / scale + beta)

    if is_like(mean, np.sqrt(variance + epsilon)):
        return ""
    if is_like(x.mean((0, 1, 2)), np.sqrt(x.var((0, 1, 2)) + epsilon)):
        return "You used the batch's own mean and variance. Later, the remembered ones count."
    if is_like(mean, np.sqrt(variance)):
        return "epsilon is missing: it is added to the variance, under the root."
    if is_like(mean, np.sqrt(variance) + epsilon):
        return "epsilon belongs under the root: it is added to the variance."
    if is_like(mean, variance + epsilon):
        return "Divide by the square root: the standard deviation, not the variance."
    if np.allclose(got, (x - mean) / np.sqrt(variance + epsilon)):
        return "gamma and beta are missing: multiply by gamma, then add beta."
    if np.allclose(got, gamma * ((x - mean) / np.sqrt(variance + epsilon) + beta)):
        return "Multiply by gamma first, then add beta."
    return "Subtract the mean, divide by the root of variance + epsilon, times gamma, plus beta."


def _smoothed(answer: Callable[[np.ndarray, int, float], np.ndarray]) -> str:
    labels, classes, amount = np.array([2, 0, 3, 2]), 5, 0.2
    got = answer(labels.copy(), classes, amount)
    if got is None:
        return "The function returns nothing yet. np.eye(classes)[labels] makes one-hot rows."
    got = np.asarray(got, float)
    if got.shape != (4, 5):
        return f"The result has shape {got.shape}; expected (n, classes), here (4, 5)."
    one_hot = np.eye(classes)[labels]
    if np.allclose(got, (1 - amount) * one_hot + amount / classes):
        return ""
    if np.allclose(got, one_hot):
        return "These are one-hot rows. Now mix them with the same share for all classes."
    if np.allclose(got, (1 - amount) * one_hot + amount / (classes - 1) * (1 - one_hot)):
        return "The shared amount goes to all classes: the right one gets its part as well."
    if np.allclose(got, (1 - amount) * one_hot + amount):
        return "Each class gets amount / classes, so that a row sums to 1."
    if np.allclose(got, one_hot + amount / classes):
        return "The rows sum to more than 1: multiply the one-hot part by 1 − amount."
    return "For 10 classes and 0.1 it is 0.91 for the right class, 0.01 for each other one."


_MISTAKES = {
    "at_once": "The new rate counts from the *next* epoch on: note the rate, then change it.",
    "late": "One epoch late: the rate falls when the count *reaches* patience.",
    "first_is_bad": "The first epoch is the best one so far, not a bad one: begin with infinity.",
    "forget_best": "A reduction doesn't change the best loss: only a lower loss does.",
    "keep_count": "After a reduction the count of bad epochs goes back to 0.",
    "previous": "Compare with the best loss so far, not with the one of the epoch before.",
    "equal_is_better": "A loss that only equals the best one is no progress: it must be lower.",
    "keep_bad": "A new best loss sets the count back to 0: only bad epochs in a row count.",
}


def _plateau_rates(answer: Callable[[list, float, float, int], list]) -> str:
    losses = [2.0, 2.1, 1.5, 1.6, 1.55, 1.7, 1.4, 1.4, 1.45, 1.5, 1.65, 1.6, 1.62, 1.3, 1.2]
    got = answer(list(losses), 0.8, 0.5, 2)
    if got is None:
        return "The function returns nothing yet. Keep three things: rate, best loss, bad epochs."
    got = np.asarray(got, float)
    if got.shape != (len(losses),):
        return f"{got.size} rates for {len(losses)} epochs; expected one for each."
    for mistake, hint in {"": "", **_MISTAKES}.items():
        if np.allclose(got, _rates(losses, 0.8, 0.5, 2, mistake)):
            return hint
    if np.allclose(got, 0.8):
        return "The rate never changes. When the count reaches patience, multiply by factor."
    return "Walk through by hand: losses 3, 2, 2, 2, 1 and patience 2 give 1, 1, 1, 1, factor."


def _rates(losses, rate, factor, patience, mistake="") -> list[float]:
    """Learning rates as Keras' callback chooses them, or with one typical mistake."""
    rates, best, bad = [], (losses[0] if mistake == "first_is_bad" else np.inf), 0
    for loss in losses:
        noted = rate
        better = loss <= best if mistake == "equal_is_better" else loss < best
        if not better:
            bad += 1
        elif mistake != "keep_bad":
            bad = 0
        best = loss if mistake == "previous" else min(best, loss)
        if bad >= patience + (mistake == "late"):
            rate = rate * factor
            bad = bad if mistake == "keep_count" else 0
            best = loss if mistake == "forget_best" else best
        rates.append(rate if mistake == "at_once" else noted)
    return rates


def _slim_network(answer: Callable[[], keras.Model]) -> str:
    model = answer()
    hint = judging.model_hint(model, LARGEST_MODEL, fewest=2)
    if hint:
        return hint
    kinds = [type(layer) for layer in judging.all_layers(model)]
    if keras.layers.BatchNormalization not in kinds:
        return "There is no batch normalisation in it."
    return ""


EXERCISES: dict[str, Callable[..., str]] = {
    "05.1": _normalised_later,
    "05.2": _smoothed,
    "05.3": _plateau_rates,
    "05.4": _slim_network,
}
