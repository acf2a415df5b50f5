"""The judge of an occlusion test: made-up functions whose important place is known are asked."""

from collections.abc import Callable

import numpy as np

from helpers.checks.calling import Hint, numbers
from helpers.checks.judging import Unrecognised

MOST_PICTURES = 2_000
SURE = 0.8  # what the made-up function says about the whole picture
LESS = 0.35  # and another one, as a share of it


class _Asked:
    """A made-up function to ask: it answers to how far one region is from what it was."""

    def __init__(self, picture: np.ndarray, top: int, left: int, sure: float, falls: bool = True):
        self.part = slice(top, top + 8), slice(left, left + 8)
        self.picture, self.sure, self.falls = picture.astype(float), sure, falls
        self.asked, self.whole = 0, False

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        pictures = np.asarray(pictures, float)
        if pictures.ndim != 4 or pictures.shape[1:] != (32, 32, 3):
            raise ValueError(f"ask got shape {pictures.shape}; it takes (n, 32, 32, 3)")
        self.asked += len(pictures)
        apart = np.abs(pictures - self.picture)
        self.whole |= bool((apart.max(axis=(1, 2, 3), initial=0) < 1).any())
        likeness = np.exp(-apart[(slice(None), *self.part)].mean(axis=(1, 2, 3)) / 30)
        return self.sure * (likeness if self.falls else 1 - likeness / 2)


def occlusion_test(answer: Callable[[Callable, np.ndarray], np.ndarray]) -> None:
    """Judges a function that takes a function to ask and a picture, and returns a heat.

    Raises:
        Hint: The heat is not where, or not how much, the answer falls.
    """
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    places = [(2, 3), (20, 4), (12, 20), (23, 23)]
    heats = [_heat(answer, _Asked(picture, *place, SURE), picture) for place in places]
    found = list(zip(heats, np.array(places) + 4, strict=True))
    if all(_is_hottest_at(-heat, *place) for heat, place in found):
        raise Hint("It is hottest where covering costs least. Heat is before minus after.")
    missed = sum(not _is_hottest_at(heat, *place) for heat, place in found)
    if missed and all(_is_hottest_at(heat.T, *place) for heat, place in found):
        raise Hint("Rows and columns of the heat are exchanged.")
    if missed:
        raise Hint(f"In {missed} of 4 cases the hottest place is not where covering costs most.")
    if any(abs(_far_away(heat, *place)) > 0.1 * np.abs(heat).max() for heat, place in found):
        raise Hint("Where covering changes nothing the heat has to be 0: before minus after.")
    less = _heat(answer, _Asked(picture, *places[2], LESS * SURE), picture)
    if less.max() > 0.8 * heats[2].max():
        raise Hint(
            "Two pictures whose answers fall from 0.8 to 0.2 and from 0.28 to 0.07 get the same "
            "heat. How much does each answer *fall*? Don't divide."
        )
    raised = _heat(answer, _Asked(picture, *places[2], SURE, falls=False), picture)
    if raised.max() > SURE / 20 and _is_hottest_at(raised, *found[2][1]):
        raise Hint("Where covering makes the answer *rise* there is no heat: 0, or less than 0.")
    if _far_away(raised, *found[2][1]) > SURE / 20:
        raise Hint("Compare with the answer about the whole picture, not with the largest of all.")
    if not LESS / 1.5 < less.max() / heats[2].max() < 1.5 * LESS:
        raise Unrecognised(
            (
                "Is the heat of an answer that falls by 0.6 twice that of one that falls by 0.3?",
                "Heat is a difference: the answer before minus the answer after.",
            )
        )
    if not all(SURE / 8 < heat.max() <= SURE * 1.01 for heat in heats):
        raise Hint("If the answer falls from 0.8 to 0.2 the heat is 0.6: not a multiple of it.")


def _heat(answer: Callable, ask: _Asked, picture: np.ndarray) -> np.ndarray:
    got = numbers(answer(ask, picture))
    if got.ndim != 2 or not all(4 <= side <= 32 for side in got.shape):
        raise Hint(f"The heat has shape {got.shape}; expected (rows, columns), each from 4 to 32.")
    if not np.isfinite(got).all():
        raise Hint("Some of the heat is nan or infinite.")
    if ask.asked > MOST_PICTURES:
        raise Hint(f"It asked about {ask.asked:,} pictures; {MOST_PICTURES:,} are allowed.")
    if not ask.whole:
        raise Hint("It never asks about the picture as it is. What are the answers compared with?")
    return got


def _is_hottest_at(heat: np.ndarray, row: float, column: float) -> bool:
    """Whether the middle of the hottest cells (the top tenth) lies within 6 pixels of a place."""
    hot = heat >= heat.max() - 0.1 * np.ptp(heat)
    return bool(np.abs(_pixels(heat)[:, hot].mean(axis=1) - (row, column)).max() <= 6)


def _far_away(heat: np.ndarray, row: float, column: float) -> float:
    """The median of the heat in the quarter of the cells that are furthest from a place."""
    rows, columns = _pixels(heat)
    apart = np.hypot(rows - row, columns - column)
    return float(np.median(heat[apart >= np.quantile(apart, 0.75)]))


def _pixels(heat: np.ndarray) -> np.ndarray:
    """The pixel, row and column, that each cell of a map stands for: (2, rows, columns)."""
    scale = 32 / np.array(heat.shape)[:, None, None]
    return (np.indices(heat.shape) + 0.5) * scale
