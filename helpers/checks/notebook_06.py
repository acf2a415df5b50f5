"""Checks of the exercises of notebook 06. Each returns a hint, empty if the answer is right."""

from collections.abc import Callable

import numpy as np


def _square_round(answer: Callable[..., tuple]) -> str:
    cases = [
        (100, 60, 50, 30, 20),
        (100, 60, 4, 30, 20),
        (100, 60, 97, 58, 20),
        (60, 100, 30, 3, 40),
    ]
    got = [answer(*case) for case in cases]
    if got[0] is None:
        return "The function returns nothing yet. Begin with left = x - side // 2."
    try:
        got = np.array(got, float).reshape(len(cases), 4)
    except (TypeError, ValueError):
        return "Return four numbers: left, top, right, bottom."

    def is_like(rule):
        return np.array_equal(got, [rule(*case) for case in cases])

    if is_like(_box):
        return ""
    if is_like(lambda *case: _box(*case, inside=False)):
        return "Some boxes leave the picture. Shift them back inside, and keep their side."
    if is_like(lambda w, h, x, y, side: _box(h, w, y, x, side)):
        return "Columns and rows are swapped: x, left and right count columns."
    if np.array_equal(got[:, 2:], [[case[4]] * 2 for case in cases]):
        return "Right and bottom are places in the picture, not width and height of the square."
    if is_like(_clipped):
        return "At the edge the box got smaller. Shift all of it; its side stays."
    if np.abs(got - [_box(*case) for case in cases]).max() <= 1:
        return "Nearly: half of the side lies before the point, and right is left + side."
    return "In a picture of 100 × 60, round the point 50, 30 with side 20: 40, 20, 60, 40."


def _box(width, height, x, y, side, inside=True) -> tuple[int, int, int, int]:
    left, top = x - side // 2, y - side // 2
    if inside:
        left, top = min(max(left, 0), width - side), min(max(top, 0), height - side)
    return left, top, left + side, top + side


def _clipped(width, height, x, y, side) -> tuple[int, int, int, int]:
    left, top, right, bottom = _box(width, height, x, y, side, inside=False)
    return max(left, 0), max(top, 0), min(right, width), min(bottom, height)


def _brier_score(answer: Callable[[np.ndarray, np.ndarray], float]) -> str:
    rng = np.random.default_rng(0)
    probabilities, labels = rng.dirichlet(np.ones(4), size=9), rng.integers(0, 4, 9)
    got = answer(probabilities.copy(), labels.copy())
    if got is None:
        return "The function returns nothing yet. np.eye(classes)[labels] makes one-hot rows."
    if np.shape(got) != ():
        return f"The result has shape {np.shape(got)}; one number is asked for."
    squares = (probabilities - np.eye(4)[labels]) ** 2
    got, of_right = float(got), squares[np.arange(9), labels]
    if np.isclose(got, squares.sum(axis=1).mean()):
        return ""
    if np.isclose(got, squares.mean()):
        return "Sum over the classes, then take the mean over the images."
    if np.isclose(got, squares.sum()):
        return "This is the sum over all images; take their mean."
    if np.isclose(got, of_right.mean()):
        return "You looked at the right class only. The other classes' probabilities count as well."
    if np.isclose(got, np.sqrt(squares.sum(axis=1)).mean()):
        return "No root: the squared distance is asked for."
    if np.isclose(got, abs(probabilities - np.eye(4)[labels]).sum(axis=1).mean()):
        return "Squares are asked for, not absolute values."
    return "For the answer (0.8, 0.2) and the right class 0 it is 0.04 + 0.04 = 0.08."


def _lowest_threshold(answer: Callable[[np.ndarray, np.ndarray, float], float | None]) -> str:
    confidences = np.array([0.95, 0.5, 0.7, 0.9, 0.6, 0.8])
    right = np.array([True, False, False, True, True, True])
    got = answer(confidences.copy(), right.copy(), 0.79)
    if got is None:
        return (
            "The function returns nothing yet, or finds no threshold where 0.6 will do: of the "
            "five answers accepted there, four are right."
        )
    if np.shape(got) != ():
        return f"The result has shape {np.shape(got)}; one number is asked for."
    got = float(got)
    if np.isclose(got, 0.5):
        return "A confidence that equals the threshold is accepted as well: at least, not above."
    if np.isclose(got, 0.95):
        return "That is the first that you met, or the highest. Sort them; begin with the lowest."
    if np.isclose(got, 0.8):
        return "You came down and stopped where it failed; below that it can hold again, at 0.6."
    if not np.isclose(confidences, got).any():
        return "Try only the confidences that occur: they are the steps of the share."
    if not np.isclose(got, 0.6):
        return "Among the answers accepted, the share of right ones must reach `wanted`."
    if answer(confidences.copy(), np.zeros(6, bool), 0.79) is not None:
        return "If no threshold reaches `wanted`, return None."
    exact = answer(np.array([0.4, 0.6]), np.array([False, True]), 0.5)
    if exact is None or not np.isclose(float(exact), 0.4):
        return "A share that just equals `wanted` is enough."
    return ""


_EDGES = {0: (255, 0, 0), -1: (0, 0, 255)}  # columns of the made-up picture, and their colours


def _letterbox(answer: Callable[[np.ndarray], np.ndarray]) -> str:
    wide = np.full((60, 120, 3), 200, np.uint8)
    wide[:, :6], wide[:, -6:] = (255, 0, 0), (0, 0, 255)
    got = answer(wide.copy())
    if got is None:
        return "The function returns nothing yet. Make a square of the longer side first."
    got = np.asarray(got)
    if got.shape != (32, 32, 3) or got.dtype != np.uint8:
        return f"It returns {got.dtype} of shape {got.shape}; expected uint8 (32, 32, 3)."
    left, right = (abs(got[:, edge].astype(int) - c).max(axis=1) < 90 for edge, c in _EDGES.items())
    if not (left & right).any():
        return "The left or the right edge of a wide picture is cut off; keep all of it."
    rows = np.flatnonzero(left & right)
    if len(rows) > 20:
        return "A wide picture fills the whole square: its proportions were changed. Add bars."
    if abs(len(rows) - 16) > 2:
        return f"120 × 60 pixels should become 32 × 16; here the picture has {len(rows)} rows."
    if abs(rows.mean() - 15.5) > 2:
        return "The bar is at one side only; put half of it above and half below."
    tall = np.asarray(answer(np.ascontiguousarray(wide.transpose(1, 0, 2))))
    if tall.shape != (32, 32, 3) or abs(tall.transpose(1, 0, 2).astype(int) - got).max() > 40:
        return "It works for a wide picture, and not for a tall one."
    return ""


EXERCISES: dict[str, Callable[..., str]] = {
    "06.1": _square_round,
    "06.2": _brier_score,
    "06.3": _lowest_threshold,
    "06.4": _letterbox,
}
