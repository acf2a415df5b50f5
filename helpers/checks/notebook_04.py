"""Checks of the exercises of notebook 04."""

import itertools
import math
from collections.abc import Callable

import keras
import numpy as np

from helpers.checks import networks
from helpers.checks.calling import Hint
from helpers.checks.judging import Judge, by_cases

LARGEST_MODEL = 10_000_000  # the weights are compared with those of the network of section 1
RECIPE = {"momentum": 0.9, "nesterov": True, "weight_decay": 0.03}


def _interval(a: np.ndarray, b: np.ndarray, factor: float, ddof: int = 1) -> tuple[float, float]:
    differences = a - b
    reach = factor * differences.std(ddof=ddof) / len(a) ** 0.5
    return differences.mean() - reach, differences.mean() + reach


def _around(middle: Callable, reach: Callable) -> Callable:
    """An interval with another middle or another reach, as mistakes have them."""

    def made(a, b, factor):
        half = (_interval(a, b, factor)[1] - _interval(a, b, factor)[0]) / 2
        return middle(a - b) - reach(half, a, b, factor), middle(a - b) + reach(half, a, b, factor)

    return made


def _unpaired(half, a, b, factor):
    return factor * ((a.var(ddof=1) + b.var(ddof=1)) / len(a)) ** 0.5


_TOO_WIDE = "You took the spread of the single differences. That of their mean is smaller by √n."
_made = np.random.default_rng(4)
_CASES = [
    (np.array([0.75, 0.76, 0.77]), np.array([0.74, 0.74, 0.74]), 4.3),
    (np.array([0.63, 0.69, 0.65, 0.64, 0.6]), np.array([0.66, 0.71, 0.64, 0.69, 0.62]), 2.78),
    (*_made.normal(0.6, 0.02, (2, 8)), 2.36),
    (*_made.normal(0.5, 0.05, (2, 6)).astype("float32"), 1.5),
    (np.array([0.5, 0.52]), np.array([0.55, 0.52]), 12.7),
]
_confidence_interval = by_cases(
    _interval,
    _CASES,
    mistakes=[
        (
            "The sign is the other way round: a − b is asked for.",
            lambda a, b, factor: _interval(b, a, factor),
        ),
        (
            "A mean below 0 stays below 0: if b is better, both ends can be negative.",
            _around(lambda d: abs(d.mean()), lambda half, *rest: half),
        ),
        (_TOO_WIDE, _around(np.mean, lambda half, a, b, factor: half * len(a) ** 0.5)),
        ("Divide by √n, not by n.", _around(np.mean, lambda half, a, b, f: half / len(a) ** 0.5)),
        (
            "Divide by n − 1, not by n, inside the standard deviation: np.std has `ddof` for it.",
            lambda a, b, factor: _interval(a, b, factor, ddof=0),
        ),
        (
            "You added the spreads of both. Paired means: the spread of the differences.",
            _around(np.mean, _unpaired),
        ),
        (
            "This is one standard error on each side. What is `factor` for?",
            _around(np.mean, lambda half, a, b, factor: half / factor),
        ),
        (
            "`factor` standard errors lie on *each* side of the mean.",
            _around(np.mean, lambda half, *rest: half / 2),
        ),
        ("First the lower end, then the upper one.", lambda *c: _interval(*c)[::-1]),
        (
            "These are the mean and what lies on each side of it. Both ends are asked for.",
            lambda a, b, f: ((a - b).mean(), _interval(a, b, f)[1] - (a - b).mean()),
        ),
    ],
    steps=(
        "Compute the differences of the example first. What are their mean and their spread?",
        "Print three numbers: the mean, the standard deviation (with n − 1), and that divided by "
        "√n. The interval needs the first and the last.",
        "The standard error is std(ddof=1) / √n. Go `factor` of them down and up from the mean.",
    ),
)


def _first(test: Callable[[int, float], bool]) -> Callable[[float], int]:
    """The smallest number of seeds that passes a test."""
    return lambda level: next(n for n in itertools.count(1) if test(n, level))


_TOO_FEW = "One too few. How many of the 2ⁿ patterns of signs have all signs alike?"
_seeds_needed = by_cases(
    _first(lambda n, level: 2 / 2**n < level),
    [(0.3,), (0.05,), (0.0125,), (0.25,), (0.5,), (1.0,), (0.01,), (0.001,)],
    mistakes=[
        (_TOO_FEW, _first(lambda n, level: 1 / 2**n < level)),
        (_TOO_FEW, lambda level: int(1 - math.log2(level))),
        (
            "For the level 0.25 three seeds give exactly 0.25; *below* the level is asked for.",
            _first(lambda n, level: 2 / 2**n <= level),
        ),
        (
            "One too many: begin to count at one seed, and stop at the first that is enough.",
            _first(lambda n, level: 4 / 2**n < level),
        ),
        ("There is no part of a seed: a whole number.", lambda level: 1 - math.log2(level)),
        (
            "One of n seeds is no pattern of signs. How many patterns have n seeds?",
            _first(lambda n, level: 1 / n < level),
        ),
    ],
    steps=(
        "What is the smallest p-value that two seeds can give? And three?",
        "Make a table on paper: number of seeds, smallest p-value. In which row of it is the level "
        "passed?",
        "Count up from one seed, as long as the smallest p-value is not below the level.",
    ),
)


def _holm(p_values: np.ndarray, level: float, **wrong: object) -> np.ndarray:
    """Which differences are shown, with switches for what can go wrong."""
    p_values = np.asarray(p_values, float)
    order, shown = p_values.argsort(kind="stable"), np.zeros(len(p_values), bool)
    for k, i in enumerate(order[::-1] if wrong.get("reverse") else order):
        limit = level / max(len(p_values) - k - wrong.get("less", 0), 1)
        passed = p_values[i] <= limit if wrong.get("equal") else p_values[i] < limit
        if not passed and not wrong.get("goes_on"):
            break
        shown[i] = passed
    return shown[order] if wrong.get("sorted") else shown


def _p(*values: float) -> np.ndarray:
    return np.array(values)


_shown = by_cases(
    _holm,
    [
        (_p(0.02, 0.01, 0.3), 0.05),
        (_p(0.04, 0.045, 0.03), 0.05),
        (_p(0.2, 0.004, 0.06, 0.011, 0.03), 0.1),
        (_p(0.5, 0.25), 0.5),
        (_p(0.012, 0.002, 0.6, 0.012).astype("float32"), 0.05),
        (_p(0.04), 0.05),
        (_p(0.0001, 0.9, 0.3, 0.0002, 0.7, 0.021), 0.08),
    ],
    mistakes=[
        (
            "That is Bonferroni: one limit for all. Here it grows after each one that is shown.",
            lambda p, level: p < level / len(p),
        ),
        ("The number of tests makes no difference in yours.", lambda p, level: p < level),
        (
            "After the first one that is not shown nothing else is shown, however small its limit.",
            lambda p, level: _holm(p, level, goes_on=True),
        ),
        (
            "The answers stand in the order of the sorted p-values. Bring them back.",
            lambda p, level: _holm(p, level, sorted=True),
        ),
        (
            "Begin with the smallest p-value, not with the largest.",
            lambda p, level: _holm(p, level, reverse=True),
        ),
        (
            "The first limit is the level divided by *all* tests, yours by one test less.",
            lambda p, level: _holm(p, level, less=1),
        ),
        ("*Below* its limit: equal is not enough.", lambda p, level: _holm(p, level, equal=True)),
        ("True and False are swapped: True is 'shown'.", lambda *case: ~_holm(*case)),
        (
            "You go through them as they come. The smallest p-value is first.",
            lambda p, level: np.logical_and.accumulate(p < level / np.arange(len(p), 0, -1)),
        ),
    ],
    steps=(
        "Write the p-values of the example in order. What is the limit of the first one?",
        "Which limit has the second smallest of three, which the last one? Where do you stop?",
        "Go through p_values.argsort(). The limits are level / m, level / (m − 1), and so on; "
        "break at the first that fails.",
    ),
)


def _of_section_1(rates: list) -> keras.Model:
    """The network of section 1, with dilated convolutions."""
    layers = [keras.Input((32, 32, 3)), keras.layers.Rescaling(1 / 127.5, offset=-1)]
    for filters, rate in zip((32, 64), rates, strict=True):
        how = {"padding": "same", "activation": "relu", "dilation_rate": rate}
        layers += [keras.layers.Conv2D(filters, 3, **how), keras.layers.MaxPooling2D(2)]
    layers += [keras.layers.Flatten(), keras.layers.Dense(128, activation="relu")]
    return keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])


def _one_factor(model: keras.Model) -> None:
    """Checks that a network differs from that of section 1 in its dilation only."""
    kernels = networks.kernels(model)
    if set(kernels) != {(3, 3)}:
        raise Hint(f"Its kernels are {kernels}. Keep 3 × 3: the holes are the one factor.")
    layers = model._flatten_layers()
    rates = [layer.dilation_rate for layer in layers if hasattr(layer, "dilation_rate")]
    if len(rates) != 2 or max(map(max, rates)) == 1:
        raise Hint("No convolution is dilated: Conv2D has the argument dilation_rate.")
    plain = _of_section_1(rates)
    if model.count_params() != plain.count_params():
        raise Hint(
            f"It has {model.count_params():,} parameters, the network of section 1 has "
            f"{plain.count_params():,}. What else did you change?"
        )
    _same_answers(model, plain)
    config = model.optimizer.get_config()
    rate = config["learning_rate"]
    first = rate["config"].get("initial_learning_rate") if isinstance(rate, dict) else rate
    if any(config.get(name) != value for name, value in RECIPE.items()) or first != 0.02:
        raise Hint("The optimizer is another one. Keep the recipe: `compiled` gives it.")


def _same_answers(model: keras.Model, plain: keras.Model) -> None:
    rough = any(layer.compute_dtype != "float32" for layer in model._flatten_layers())
    pictures = np.random.default_rng(0).integers(0, 256, (24, 32, 32, 3)).astype("uint8")
    fits = [a.shape == b.shape for a, b in zip(model.weights, plain.weights, strict=False)]
    if len(model.weights) == len(plain.weights) and all(fits):
        plain.set_weights(model.get_weights())
        got = keras.ops.convert_to_numpy(model(pictures, training=True)).astype("float64")
        expected = keras.ops.convert_to_numpy(plain(pictures)).astype("float64")
        if np.abs(got - expected).max() < (3e-2 if rough else 1e-3):
            return
    raise Hint(
        "As many parameters as in section 1, but not the same network: look at filters, pooling, "
        "padding, activations, scaling."
    )


EXERCISES: dict[str, Judge] = {
    "04.1": _confidence_interval,
    "04.2": _seeds_needed,
    "04.3": _shown,
    "04.4": networks.open_ended(LARGEST_MODEL, _one_factor, fewest=2, most=2),
}
