"""Checks of the exercises of notebook 11."""

from functools import partial

import numpy as np

from helpers.checks import borrowing
from helpers.checks.judging import Judge, by_cases

_LOW = -127 / 128
_ONCE = [(1 / 128, _LOW)]
_TO_ONE = [(1 / 255, 0.0)]
_CLOSE = 0.01


def _ends(steps, order=1):
    black, white = 0.0, 255.0
    for factor, offset in steps[::order]:
        black, white = factor * black + offset, factor * white + offset
    return black, white


def _right(pipelines, low, high, order=1, close=_CLOSE, which=(0, 1)):
    wanted = (low, high)
    ends = [_ends(steps, order) for steps in pipelines]
    return [all(abs(end[n] - wanted[n]) < close for n in which) for end in ends]


def _one_sided(pipelines, low, high, sign):
    ends = [_ends(steps) for steps in pipelines]
    return [sign * (end[0] - low) < _CLOSE and sign * (end[1] - high) < _CLOSE for end in ends]


def _offset_first(pipelines, low, high):
    found = []
    for steps in pipelines:
        black, white = 0.0, 255.0
        for factor, offset in steps:
            black, white = factor * (black + offset), factor * (white + offset)
        found.append(abs(black - low) < _CLOSE and abs(white - high) < _CLOSE)
    return found


def _within(pipelines, low, high):
    ends = [_ends(steps) for steps in pipelines]
    return [low - _CLOSE < min(end) and max(end) < high + _CLOSE for end in ends]


_pipelines = by_cases(
    _right,
    [
        ([_ONCE, _TO_ONE + _ONCE, []], -0.992, 1.0),
        ([[], _TO_ONE, [(1.0, 0.0)], [(255.0, 0.0), *_TO_ONE]], 0.0, 255.0),
        ([[(1 / 127.5, -1.0)], [(2.0, -1.0), *_TO_ONE], [*_TO_ONE, (2.0, -1.0)]], -1.0, 1.0),
        ([[(-1 / 255, 1.0)], _TO_ONE, [(1 / 255, 0.008)], [(1 / 255, 0.02)]], 0.0, 1.0),
        ([[(2 / 255, 0.0)], [(1.5 / 255, -0.5)], [(254 / 255**2, 0.0)]], 0.0, 1.0),
        ([[(254 / 255, 0.0)], [(1.0, 1.0)]], 0.0, 255.0),
        ([[(0.5, 3.0)], [(0.4, 28.5)], [(0.25, 3.0)]], 3.0, 130.5),
        ([[(-1 / 255, 1.0)], _TO_ONE], 1.0, 0.0),
    ],
    mistakes=[
        *(
            ("A difference can be negative: take abs(…).", partial(_one_sided, sign=sign))
            for sign in (1, -1)
        ),
        (
            "An empty list changes nothing. It is right where 0 and 255 are expected.",
            lambda p, low, high: [
                bool(steps) and ok for steps, ok in zip(p, _right(p, low, high), strict=True)
            ],
        ),
        (
            "That is turned round: True is for a pipeline that does what the network expects.",
            lambda p, low, high: [not ok for ok in _right(p, low, high)],
        ),
        ("White must be looked at, too.", partial(_right, which=(0,))),
        ("Black must be looked at, too.", partial(_right, which=(1,))),
        (
            "The numbers lie in the range, but black and white must be its ends.",
            _within,
        ),
        ("Steps go one after the other, from the first to the last.", partial(_right, order=-1)),
        ("First the factor, then the offset: factor · x + offset.", _offset_first),
        (
            "A difference below 0.01 doesn't count: rounded numbers are never exactly equal.",
            partial(_right, close=1e-9),
        ),
        (
            "Only the first step was applied.",
            lambda p, low, high: _right([steps[:1] for steps in p], low, high),
        ),
        (
            "Only the last step was applied.",
            lambda p, low, high: _right([steps[-1:] for steps in p], low, high),
        ),
    ],
    steps=(
        "Take the second pipeline of the example. What becomes of 255 after its first step?",
        "Send 0 through all steps, and then 255; compare the two results with low and high.",
        "For each step: x = factor * x + offset. At the end abs(x − expected) < 0.01, both times.",
    ),
)


def _means(features, labels, middle=np.mean):
    return np.stack([middle(features[labels == c], axis=0) for c in range(labels.max() + 1)])


def _cosines(features, labels, questions, middle=np.mean):
    means = _means(features, labels, middle)
    return questions @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T


def _nearest(features, labels, questions, middle=np.mean):
    return _cosines(features, labels, questions, middle).argmax(axis=1)


def _by_distance(features, labels, questions):
    means = _means(features, labels)
    return ((questions[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)


def _nearest_row(features, labels, questions):
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    return labels[(questions @ unit.T).argmax(axis=1)]


def _made_up(seed, rows, width, classes):
    """Features with classes of different lengths and sizes, their labels, and questions."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, rows - classes)])
    middles = rng.normal(size=(classes, width)) * rng.uniform(0.3, 4, (classes, 1))
    features = middles[labels] + rng.normal(size=(rows, width))
    return features, labels, rng.normal(size=(2 * rows, width))


_SMALL = np.array([[2.0, 0.0], [4.0, 0.0], [0.0, 1.0]]), np.array([0, 0, 1])
_nearest_mean = by_cases(
    _nearest,
    [
        (*_SMALL, np.array([[1.0, 0.5], [1.0, 3.0]])),
        _made_up(0, 12, 5, 3),
        _made_up(1, 15, 4, 4),
        _made_up(2, 9, 6, 2),
        _made_up(1, 15, 3, 4),
    ],
    mistakes=[
        (
            "That is the nearest mean by distance. The cosine looks at directions alone.",
            _by_distance,
        ),
        (
            "The means have different lengths: divide each by its length.",
            lambda f, y, q: (q @ _means(f, y).T).argmax(axis=1),
        ),
        ("That is the most similar single row. Average each class first.", _nearest_row),
        (
            "Average the rows as they are, and divide the mean by its length, not each row.",
            lambda f, y, q: _nearest(f / np.linalg.norm(f, axis=1, keepdims=True), y, q),
        ),
        (
            "These are medians: take the mean of each class.",
            partial(_nearest, middle=np.median),
        ),
        (
            "That is the least similar mean: take the largest cosine.",
            lambda f, y, q: _cosines(f, y, q).argmin(axis=1),
        ),
        *(
            ("These are cosines, (m, classes); return the class of the largest.", cosines)
            for cosines in (
                _cosines,
                lambda f, y, q: _cosines(f, y, q / np.linalg.norm(q, axis=1, keepdims=True)),
            )
        ),
    ],
    steps=(
        "What is the mean of class 0 in the example, and which way does it point?",
        "Make an array with a mean a class, each divided by its length; multiply the questions by "
        "it.",
        "questions @ means.T has a row for each question: the place of its largest number.",
    ),
)


def _separable(rows, columns, kernel, channels, filters, mistake=""):
    places, window = rows * columns, kernel**2
    full = places * window * channels * filters
    depthwise, mixing = places * window * channels, places * channels * filters
    if mistake == "channels":
        depthwise = places * window
    if mistake == "filters":
        depthwise = places * window * filters
    if mistake == "product":
        return full, depthwise * mixing
    if mistake == "kernel":
        mixing *= window
    return full, depthwise * (mistake != "depthwise") + mixing * (mistake != "mixing")


_multiplications = by_cases(
    _separable,
    [(4, 4, 3, 2, 5), (8, 6, 5, 7, 11), (1, 9, 3, 4, 4), (5, 7, 1, 3, 8)],
    mistakes=[
        *(
            (hint, partial(_separable, mistake=name))
            for name, hint in {
                "channels": "Each channel has its own filter in the depthwise step.",
                "filters": "The depthwise step has one filter for each channel that it reads.",
                "product": "The two steps come one after the other: add them up.",
                "kernel": "The second step is 1 × 1: it sees one place only.",
                "mixing": "The depthwise step alone doesn't make `filters` maps.",
                "depthwise": "The 1 × 1 step alone sees no neighbours: the depthwise one is "
                "missing.",
            }.items()
        ),
        ("The full convolution comes first.", lambda *given: _separable(*given)[::-1]),
        (
            "These are parameters. Each weight is used at rows × columns places.",
            lambda r, c, k, a, b: (k * k * a * b, k * k * a + a * b),
        ),
        (
            "A kernel has kernel × kernel places.",
            lambda r, c, k, a, b: (r * c * k * a * b, r * c * (k * a + a * b)),
        ),
        (
            "A multiply-add is one multiplication with its addition: don't count it twice.",
            lambda *given: tuple(2 * n for n in _separable(*given)),
        ),
    ],
    steps=(
        "Take the example apart: how many numbers does one place of one map need, in each of the "
        "three convolutions?",
        "Full: places × kernel² × channels × filters. What does the depthwise step need?",
        "Depthwise places × kernel² × channels, then 1 × 1: places × channels × filters. Add.",
    ),
)

EXERCISES: dict[str, Judge] = {
    "11.1": _pipelines,
    "11.2": borrowing.freeze,
    "11.3": _nearest_mean,
    "11.4": _multiplications,
    "11.5": borrowing.classifier,
}
