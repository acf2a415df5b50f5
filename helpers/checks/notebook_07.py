"""Judges of the exercises of notebook 07."""

from collections.abc import Callable

import numpy as np

from helpers.checks import asking
from helpers.checks.calling import Hint, numbers
from helpers.checks.judging import Judge, by_cases


def _shares(counts: np.ndarray, k: int) -> tuple[float, float]:
    """Recall and precision of one class."""
    return counts[k, k] / counts[k].sum(), counts[k, k] / counts[:, k].sum()


def _row(counts: np.ndarray, k: int, factor: float) -> np.ndarray:
    return counts * np.where(np.arange(len(counts)) == k, factor, 1.0)[:, None]


def _found(counts: np.ndarray, k: int, factor: float) -> np.ndarray:
    changed = counts.astype(float)
    changed[k, k] *= factor
    return changed


_MATRIX = np.array([[8, 6, 3], [2, 20, 4], [0, 5, 7]])
_if_more_frequent = by_cases(
    lambda counts, k, factor: _shares(_row(counts, k, factor), k),
    [
        (np.array([[8, 2], [4, 6]]), 0, 3.0),
        (_MATRIX, 1, 2.5),
        (_MATRIX.astype("float32"), 0, 0.1),
        (_MATRIX.astype("uint8"), 2, 60.0),
        (np.array([[9, 1, 0, 2], [3, 7, 1, 1], [4, 0, 5, 2], [1, 2, 3, 0]]), 3, 7.0),
    ],
    mistakes=[
        (
            "The two are exchanged: recall divides by the row, the images of the class.",
            lambda c, k, factor: _shares(_row(c, k, factor), k)[::-1],
        ),
        (
            "These are the shares of the matrix as it is. There are more images of class k: which "
            "numbers grow, and which don't?",
            lambda c, k, factor: _shares(c, k),
        ),
        (
            "You made the column grow: more *answers* of class k. More images are a row.",
            lambda c, k, factor: _shares(_row(c.T, k, factor).T, k),
        ),
        (
            "Only the images that are found grew. Those that are missed grow as well.",
            lambda c, k, factor: _shares(_found(c, k, factor), k),
        ),
        (
            "You multiplied a share. Multiply the counts, then divide.",
            lambda c, k, factor: tuple(factor * np.array(_shares(c, k))),
        ),
        (
            "The found images of class k stand in its column, too: its sum grows with them.",
            lambda c, k, factor: (_shares(c, k)[0], factor * _shares(c, k)[1]),
        ),
        (
            "You divide by all images; recall divides by a row, precision by a column.",
            lambda c, k, factor: (_row(c, k, factor)[k, k] / _row(c, k, factor).sum(),) * 2,
        ),
        (
            "These are per cent; expected shares from 0 to 1.",
            lambda c, k, factor: tuple(100 * np.array(_shares(_row(c, k, factor), k))),
        ),
    ],
    steps=(
        "Which numbers of the matrix count images of class k: a row, or a column?",
        "Write the new matrix of the example on paper, and the sums of its rows and columns.",
        "Row k grows. Divide counts[k, k] by the sum of its row, then by the sum of its column.",
    ),
)


def _hidden(
    picture: np.ndarray, places: np.ndarray, colour: np.ndarray, channels: slice = slice(None)
) -> np.ndarray:
    """A copy with some pixels, by their numbers in reading order, in one colour."""
    flat = picture.reshape(-1, 3).copy()
    flat[places, channels] = colour[channels]
    return flat.reshape(picture.shape)


def _order(heat: np.ndarray) -> np.ndarray:
    return np.argsort(heat, axis=None)[::-1]


def _heated(rows: int, columns: int, count: int, seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, (rows, columns, 3)).astype("uint8")
    heat = rng.permutation(rows * columns).reshape(rows, columns).astype("float32") ** 2 / 50
    return picture, heat, count, rng.integers(60, 200, 3).astype("uint8")


_SIX = np.arange(10, 190, 10, "uint8").reshape(2, 3, 3)
_hide_hottest = by_cases(
    lambda picture, heat, count, colour: _hidden(picture, _order(heat)[:count], colour),
    [
        (_SIX, np.array([[1.0, 6, 3], [5, 2, 4]]), 2, np.array([7, 8, 9], "uint8")),
        _heated(4, 5, 7, 0),
        _heated(5, 3, 0, 1),
        _heated(3, 7, 21, 2),
        _heated(6, 4, 1, 3),
    ],
    mistakes=[
        (
            "The *coldest* pixels are hidden.",
            lambda p, h, count, colour: _hidden(p, _order(-h)[:count], colour),
        ),
        (
            "The hottest pixels are the only ones left. They are to be hidden, all others stay.",
            lambda p, h, count, colour: _hidden(p, _order(h)[count:], colour),
        ),
        (
            "The right pixels are hidden, but they are black. Give them `colour`.",
            lambda p, h, count, colour: _hidden(p, _order(h)[:count], 0 * colour),
        ),
        (
            "Only one of the three channels is changed.",
            lambda p, h, count, colour: _hidden(p, _order(h)[:count], colour, slice(1)),
        ),
        (
            "One pixel too many is hidden.",
            lambda p, h, count, colour: _hidden(p, _order(h)[: count + 1], colour),
        ),
        (
            "A share of the largest heat is not a share of the pixels: exactly `count` pixels.",
            lambda p, h, count, colour: _hidden(
                p, np.flatnonzero(h >= h.max() * (1 - count / h.size)), colour
            ),
        ),
        (
            "You hide the first pixels of the picture, however hot they are.",
            lambda p, h, count, colour: _hidden(p, np.arange(count), colour),
        ),
        (
            "Rows and columns are exchanged: heat[i, j] belongs to picture[i, j].",
            lambda p, h, count, colour: _hidden(p, _order(h.T)[:count], colour),
        ),
        (
            "Nothing is hidden yet.",
            lambda p, h, count, colour: p,
        ),
    ],
    steps=(
        "Which two pixels of the example are hottest? Are they the ones that you hide?",
        "You need the *places* of the hottest pixels, in order, not their heat.",
        "np.argsort(heat, axis=None) gives places, coldest first; picture.reshape(-1, 3) has one "
        "row for each of them.",
    ),
    array=True,
    keeps="The right pixels are hidden, but in the picture that was given. Work on a copy.",
)


def _broken_heat(answer: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
    maps, gradients = _maps_and_gradients(0)
    others, other_gradients = _maps_and_gradients(1)

    def heat(*given):
        got = numbers(answer(*given), array=True)
        if got.shape != given[0].shape[:3]:
            shape = given[0].shape[:3]
            raise Hint(f"The result has shape {got.shape}; expected (n, rows, columns), {shape}.")
        if not np.isfinite(got).all() or got.min() < 0:
            raise Hint("A heat has to be finite, and 0 or more everywhere.")
        return got

    got = heat(maps, gradients)
    if not np.allclose(got, heat(maps, gradients)):
        raise Hint("Called twice alike, it gives two results.")
    if not np.allclose(got, heat(maps, other_gradients)):
        raise Hint("It still depends on the gradients, so it is not broken enough to be caught.")
    if np.allclose(got, heat(others, gradients)):
        raise Hint("It doesn't depend on the maps: nobody would believe it. Use them.")
    if np.allclose(got.std(axis=(1, 2)), 0):
        raise Hint("It is the same at all places: that makes no plausible picture.")
    if np.allclose(got, got[:1]):
        raise Hint("All pictures get the same heat. Make each of the maps of its own picture.")
    for k, one in enumerate(got):
        (alone,) = heat(maps[k : k + 1], gradients[k : k + 1])
        if not np.allclose(_scaled(alone), _scaled(one), atol=1e-3):
            raise Hint("A picture's heat changes with the other pictures beside it.")


def _scaled(heat: np.ndarray) -> np.ndarray:
    return heat / max(heat.max(), 1e-9)


def _maps_and_gradients(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Made-up ones: maps are 0 or more, as they are behind a relu; no side equals another."""
    rng = np.random.default_rng(seed)
    return np.maximum(rng.normal(0.3, 1, (3, 4, 5, 6)), 0), rng.normal(0, 1, (3, 4, 5, 6))


EXERCISES: dict[str, Judge] = {
    "07.1": _if_more_frequent,
    "07.2": _hide_hottest,
    "07.3": _broken_heat,
    "07.4": asking.occlusion_test,
}
