"""Right and wrong answers to the exercises of notebook 12."""

import itertools

import numpy as np

from helpers.checks import searching


def logs(low, high, shares):
    return np.exp(np.log(low) + (np.log(high) - np.log(low)) * np.asarray(shares))


def tens(low, high, shares):
    return [10 ** (np.log10(low) * (1 - s) + np.log10(high) * s) for s in shares]


def loop(curve, finished):
    for epoch, accuracy in enumerate(curve):
        better = sum(1 for other in finished if other[epoch] > accuracy)
        if better > len(finished) / 2:
            return epoch + 1
    return len(curve)


def enumerated(values, n):
    """All draws, where there are few."""
    if len(values) ** n > 10_000:
        return powers(values, n)
    return np.mean([max(some) for some in itertools.product(values, repeat=n)])


def powers(values, n):
    ordered, total = sorted(values), len(values)
    chances = [((i + 1) / total) ** n - (i / total) ** n for i in range(total)]
    return sum(v * p for v, p in zip(ordered, chances, strict=True))


def judged(right, choosing):
    scores = [row[:choosing].sum() for row in right]
    row = right[scores.index(max(scores))]
    return [row[:choosing].mean(), row[choosing:].mean()]


def halving(draw, train, budget):
    left = [draw() for _ in range(24)]
    for length in (1, 2, 4, 9):
        left = sorted(left, key=lambda s, e=length: -train(s, e))
        left = left[: max(1, len(left) // 2)]
    return left[0]


def two_rounds(draw, train, budget):
    some = sorted((draw() for _ in range(45)), key=lambda s: -train(s, 1))
    return max(some[:5], key=lambda s: train(s, 9))


def greedy(draw, train, budget):
    """Spends it all on one epoch each: more settings, less known of each."""
    return max((draw() for _ in range(budget)), key=lambda s: train(s, 1))


def over(draw, train, budget):
    return max((draw() for _ in range(11)), key=lambda s: train(s, 9))


def first(draw, train, budget):
    return draw()


RIGHT = {
    "12.1": [logs, tens],
    "12.2": [loop],
    "12.3": [powers, enumerated],
    "12.4": [judged],
    "12.5": [halving, two_rounds],
}


def stub_1(low, high, shares):
    """Nothing yet."""


def stub_2(curve, finished):
    """Nothing yet."""


def stub_3(values, n):
    """Nothing yet."""


def stub_4(right, choosing):
    """Nothing yet."""


def stub_5(draw, train, budget):
    """Nothing yet."""


STUBS = {"12.1": stub_1, "12.2": stub_2, "12.3": stub_3, "12.4": stub_4, "12.5": stub_5}

WRONG = [
    ("12.1", np.linspace, "stopped with"),
    ("12.1", lambda low, high, s: np.asarray(s) * high, "what is 0.1 divided by 0.01"),
    ("12.1", lambda low, high, s: np.geomspace(low, high, 5), "shape"),
    ("12.2", lambda c, f: 1, "how many finished trials"),
    ("12.2", lambda c, f: loop(c, f) - 1, "how many finished trials"),
    ("12.2", lambda c, f: f > c, "shape"),
    ("12.3", lambda v, n: 0.5, "four pairs"),
    ("12.3", lambda v, n: powers(v, n + 1), "four pairs"),
    ("12.3", lambda v, n: np.max(v), "best of all values"),
    ("12.4", lambda r, k: (0, 0), "first two images"),
    ("12.4", lambda r, k: judged(r, k)[0], "result"),
    ("12.4", lambda r, k: judged(r, k + 1), "first two images"),
    ("12.5", searching.by_chance, "those of random search"),
    ("12.5", greedy, "those of random search"),
    ("12.5", first, "those of random search"),
    ("12.5", over, "the budget is 90"),
    ("12.5", lambda d, t, b: 0.5, "A setting is a dictionary"),
    ("12.5", lambda d, t, b: {"x": 3, "y": 0}, "A setting is a dictionary"),
    ("12.5", lambda d, t, b: t(d(), 10), "from 1 to 9"),
]
