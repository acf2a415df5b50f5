"""Checks of the exercises of notebook 06."""

from collections.abc import Callable
from functools import partial

import numpy as np

from helpers.checks.calling import Hint, numbers
from helpers.checks.judging import Judge, by_cases
from helpers.checks.letterboxes import letterbox


def _inside(x: int, y: int, a: int, b: int) -> tuple[int, int]:
    """Left and top, x and y, shifted back inside: not below 0, not above a and b."""
    return min(max(x, 0), a), min(max(y, 0), b)


def _box(width, height, x, y, side, shift: Callable = _inside) -> tuple[int, int, int, int]:
    left, top = shift(x - side // 2, y - side // 2, width - side, height - side)
    return left, top, left + side, top + side


def _clipped(width, height, x, y, side) -> tuple[int, int, int, int]:
    left, top, right, bottom = _box(width, height, x, y, side, lambda *free: free[:2])
    return max(left, 0), max(top, 0), min(right, width), min(bottom, height)


def _chain(x: int, y: int, a: int, b: int) -> tuple[int, int]:
    if x < 0 or y < 0:
        return (0, y) if x < 0 else (x, 0)
    return (a, y) if x > a else (x, min(y, b))


_EDGES = "At some edges the box still leaves the picture. Which of the four do you look at?"
_CORNER = "In a corner two edges are crossed at once. Does yours look at both?"
_ONE_WAY = "If the box crosses one edge only, it moves in that direction only."
_SHIFTS = [  # left and top after typical mistakes
    ("Some boxes leave the picture: below 0, or beyond its size. What then?", lambda *f: f[:2]),
    (_EDGES, lambda x, y, a, b: (max(x, 0), max(y, 0))),
    (_EDGES, lambda x, y, a, b: (min(x, a), min(y, b))),
    (_EDGES, lambda x, y, a, b: (min(max(x, 0), a), y)),
    (_EDGES, lambda x, y, a, b: (x, min(max(y, 0), b))),
    (_CORNER, lambda x, y, a, b: (0, min(y, b)) if x < 0 else _inside(x, y, a, b)),
    (_CORNER, lambda x, y, a, b: (a, max(y, 0)) if x > a else _inside(x, y, a, b)),
    (_CORNER, _chain),
    (_ONE_WAY, lambda x, y, a, b: (a, b) if x > a or y > b else _inside(x, y, a, b)),
    (_ONE_WAY, lambda x, y, a, b: (0, 0) if x < 0 or y < 0 else _inside(x, y, a, b)),
]
_square_around = by_cases(
    _box,
    [
        *((100, 60, 50, 30, 20), (100, 60, 4, 31, 20), (100, 60, 97, 29, 20), (9, 7, 4, 3, 2)),
        *((100, 60, 41, 3, 30), (100, 60, 60, 58, 8), (90, 70, 2, 5, 26), (90, 70, 88, 1, 24)),
        *((90, 70, 3, 68, 22), (90, 70, 87, 66, 28), (60, 100, 33, 55, 60), (48, 48, 7, 40, 48)),
    ],
    mistakes=[
        *((hint, partial(_box, shift=shift)) for hint, shift in _SHIFTS),
        ("At the edge the box got smaller. Its side stays, so all of it has to move.", _clipped),
        (
            "Columns and rows are swapped: x, left and right count columns.",
            lambda w, h, x, y, side: _box(h, w, y, x, side),
        ),
        (
            "Right and bottom are places in the picture, not width and height of the square.",
            lambda *case: (*_box(*case)[:2], case[4], case[4]),
        ),
        (
            "Right and bottom are the first column and row *outside* the square.",
            lambda *case: tuple(v - (k > 1) for k, v in enumerate(_box(*case))),
        ),
        (
            "The point is the middle of the square, not its upper left corner.",
            lambda w, h, x, y, side: _box(w, h, x + side // 2, y + side // 2, side),
        ),
    ],
    steps=(
        "Draw a picture of 100 × 60, the point 50, 30 and a square of side 20. Where is its left?",
        "First make it right for a point in the middle; then print what one near an edge gives.",
        "Compute left and top alone. Neither is below 0; left is at most width - side, top alike.",
    ),
)


def _with_temperature(p: np.ndarray, temperature: float) -> np.ndarray:
    return _normalised(p.astype(float) ** (1 / temperature))


def _normalised(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum(axis=1, keepdims=True)


def _losses(p, y, candidates, made=_with_temperature, loss=lambda right: -np.log(right).mean()):
    return [loss(made(p, t)[np.arange(len(y)), y]) for t in candidates]


def _best(*case, **how) -> float:
    return case[2][np.argmin(_losses(*case, **how))]


def _answers(images: int, classes: int, sharp: float, lucky: float, dtype="float64") -> tuple:
    """Made-up probabilities, and labels: for a share of them the most probable class."""
    rng = np.random.default_rng(images)
    p = 0.98 * rng.dirichlet(np.full(classes, sharp), images) + 0.02 / classes
    luck, others = rng.random(images) < lucky, rng.integers(0, classes, images)
    return p.astype(dtype), np.where(luck, p.argmax(1), others)


_fit_temperature = by_cases(
    _best,
    [
        (np.array([[0.6, 0.4]] * 3), np.array([0, 1, 0]), np.array([0.3, 0.6, 1.0, 2.0])),
        (*_answers(60, 7, 0.2, 0.4), np.geomspace(9, 0.4, 29)),
        (*_answers(40, 4, 1.5, 0.8), np.array([2.5, 0.6, 0.8, 0.45, 0.15, 1.6, 0.3])),
        (*_answers(25, 10, 0.3, 0.6, "float32"), np.array([5.0, 0.2, 0.8, 3.0, 1.7, 1.3])),
        (*_answers(27, 6, 0.6, 0), np.array([0.7, 4.0, 1.9, 0.3, 2.8])),
        (*_answers(1, 3, 0.5, 1), np.array([1.5])),
        (np.array([[1 - 1e-7, 1e-7]]), np.array([1]), np.array([0.5, 1.0])),
    ],
    mistakes=[
        (
            "That is the temperature with the *highest* cross-entropy.",
            partial(_best, loss=lambda right: np.log(right).mean()),
        ),
        (
            "You return the place of the best candidate, not the candidate.",
            lambda *case: np.argmin(_losses(*case)),
        ),
        ("You return the lowest loss, not its temperature.", lambda *case: min(_losses(*case))),
        (
            "The loss looks at the right class; yours looks at the most probable one.",
            lambda p, y, c: _best(p, p.argmax(1), c),
        ),
        (
            "No temperature changes which answers are right: the accuracy can't choose one.",
            lambda p, y, c: c[0],
        ),
        (
            "The logarithm comes before the mean: a mean of logarithms.",
            partial(_best, loss=lambda right: -np.log(right.mean())),
        ),
        (
            "You multiply by the temperature. `with_temperature` divides, and is there to use.",
            partial(_best, made=lambda p, t: _with_temperature(p, 1 / t)),
        ),
        (
            "The temperature divides logarithms. What does yours divide?",
            partial(_best, made=lambda p, t: _normalised(np.exp(p / t))),
        ),
    ],
    steps=(
        "Which number says how good one candidate is? Print it for each, in a line of its own.",
        "Take the example. With which temperature do the three answers say about 0.67?",
        "For each candidate: the mean of -np.log over the probabilities of the right classes.",
    ),
)


def _accepted(c: np.ndarray, r: np.ndarray, threshold: float) -> float:
    return r[c >= threshold].mean()


def _lowest(c, r, wanted, tried: Callable = np.unique, share: Callable = _accepted) -> float:
    return next((t for t in tried(c) if share(c, r, t) >= wanted), np.inf)


def _coming_down(c, r, wanted) -> float:
    """Stops at the first threshold that fails."""
    found = np.inf
    for threshold in np.unique(c)[::-1]:
        if _accepted(c, r, threshold) < wanted:
            break
        found = threshold
    return found


def _by_rank(c, r, wanted) -> float:
    """Takes answers of one confidence apart."""
    order = np.argsort(-c, kind="stable")
    reached = np.cumsum(r[order]) / np.arange(1, len(c) + 1) >= wanted
    return c[order][reached].min(initial=np.inf)


_SURE = np.random.default_rng(8).uniform(0.2, 1, 40).round(1).astype("float32")
_thresholds = by_cases(
    _lowest,
    [
        (np.array([0.9, 0.6, 0.6]), np.array([True, True, False]), 0.9),
        (np.array([0.95, 0.5, 0.7, 0.9, 0.6, 0.8]), np.array([1, 0, 0, 1, 1, 1], bool), 0.79),
        (np.array([0.7, 0.4, 0.4, 0.9]), np.array([False, True, False, False]), 0.6),
        (np.array([0.4, 0.6]), np.array([False, True]), 0.5),
        (_SURE, np.random.default_rng(3).random(40) < _SURE, 0.77),
        (np.array([0.3]), np.array([True]), 0.2),
        (np.array([0.3, 0.9, 0.5, 0.8]), np.array([False, True, False, True]), 0.6),
    ],
    mistakes=[
        ("You came down and stopped where it failed. Can it hold again below?", _coming_down),
        (
            "Several answers have one confidence: a threshold accepts all of them or none.",
            _by_rank,
        ),
        ("The first that you meet need not be the lowest.", partial(_lowest, tried=list)),
        ("That is the highest.", partial(_lowest, tried=lambda c: np.unique(c)[::-1])),
        (
            "A confidence that equals the threshold is accepted as well: at least, not above.",
            partial(_lowest, share=lambda c, r, t: r[c > t].mean() if (c > t).any() else 0),
        ),
        (
            "The share of which answers? You divide by all, not by those accepted.",
            partial(_lowest, share=lambda c, r, t: (r & (c >= t)).mean()),
        ),
        (
            "The confidence of a wrong answer can be the threshold, too.",
            lambda c, r, w: _lowest(c, r, w, tried=lambda every: np.unique(every[r])),
        ),
        ("A share that just equals `wanted` is enough.", lambda c, r, w: _lowest(c, r, w + 1e-9)),
        (
            "If no threshold reaches `wanted`, return np.inf.",
            lambda c, r, w: min(_lowest(c, r, w), c.max()),
        ),
    ],
    steps=(
        "Take the example. Which answers does 0.6 accept, and which share of them is right?",
        "Print, for each confidence from the lowest up, how many are accepted and how many right.",
        "Sort the confidences. The first at which the share of right answers is enough is it.",
    ),
)


def _lowest_threshold(answer: Callable) -> None:
    def occurring(c, r, wanted):
        got = answer(c, r, wanted)
        found = numbers(got)
        if found.shape == () and np.isfinite(found) and not np.isclose(c, found).any():
            raise Hint(f"It returns {found:.3g}. Try only the confidences that occur.")
        return got

    _thresholds(occurring)


_lowest_threshold.right, _lowest_threshold.mistakes = _thresholds.right, _thresholds.mistakes


EXERCISES: dict[str, Judge] = {
    "06.1": _square_around,
    "06.2": _fit_temperature,
    "06.3": _lowest_threshold,
    "06.4": letterbox,
}
