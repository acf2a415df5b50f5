"""Checks of the exercises of notebook 07. Each returns a hint, empty if the answer is right."""

from collections.abc import Callable

import numpy as np

MOST_PICTURES = 2_000
SURE = 0.8  # what the made-up function says about the whole picture


def _if_more_frequent(answer: Callable[[np.ndarray, int, float], tuple[float, float]]) -> str:
    counts = np.array([[8, 6, 3], [2, 20, 4], [0, 5, 7]])
    got, expected, plain, columns, flipped, all_of_it = [], [], [], [], [], []
    for k, times in ((1, 3.0), (0, 0.1), (2, 10.0)):
        given = counts.copy()
        found = answer(given, k, times)
        if found is None:
            return "The function returns nothing yet. Begin with counts.astype(float)."
        found = np.asarray(found, float)
        if found.shape != (2,):
            return (
                f"The result has shape {found.shape}; expected two numbers, recall and precision."
            )
        if not np.array_equal(given, counts):
            return "Your function changes the matrix that it was given; work on a copy."
        changed, wrong = counts.astype(float), counts.astype(float)
        changed[k] *= times
        wrong[:, k] *= times
        got.append(found)
        expected.append((_recall(changed, k), _precision(changed, k)))
        flipped.append(expected[-1][::-1])
        plain.append((_recall(counts, k), _precision(counts, k)))
        columns.append((_recall(wrong, k), _precision(wrong, k)))
        all_of_it.append((changed[k, k] / changed.sum(),) * 2)
    if np.allclose(got, expected):
        return ""
    hints = [
        (flipped, "The two are exchanged: recall divides by the row (the images of the class)."),
        (plain, "That is the matrix as it is. More images of class k: its *row* grows."),
        (columns, "You made the column grow; more images of class k make its row grow."),
        (all_of_it, "You divide by all images; recall divides by a row, precision by a column."),
        (100 * np.array(expected), "These are per cent; expected shares from 0 to 1."),
    ]
    for wrong, hint in hints:
        if np.allclose(got, wrong):
            return hint
    return "Row k holds the images of class k: times `times`. Then divide counts[k, k] by each sum."


def _recall(counts: np.ndarray, k: int) -> float:
    return counts[k, k] / counts[k].sum()


def _precision(counts: np.ndarray, k: int) -> float:
    return counts[k, k] / counts[:, k].sum()


def _for_and_against(answer: Callable[[np.ndarray, np.ndarray], tuple]) -> str:
    maps, gradients = _maps_and_gradients(0)
    got = answer(maps.copy(), gradients.copy())
    if got is None:
        return "The function returns nothing yet. Begin with gradients.mean(axis=(1, 2))."
    got = np.asarray(got, float)
    if got.shape != (2, *maps.shape[:3]):
        return f"The result has shape {got.shape}; expected two heats (n, rows, columns) each."
    weights = gradients.mean(axis=(1, 2), keepdims=True)

    def both(signed):
        return np.stack([np.maximum(signed, 0), np.maximum(-signed, 0)])

    signed = (weights * maps).sum(axis=-1)
    right = both(signed)
    if np.allclose(got, right):
        return ""
    sums = gradients.sum(axis=(1, 2), keepdims=True)
    over_images = gradients.mean(axis=(0, 1, 2))
    hints = [
        (right[::-1], "The two are exchanged: *for* comes first."),
        (np.stack([right[0], -right[1]]), "Turn the sign of what speaks against: 0 or more."),
        (np.stack([signed, -signed]), "Cut off what is negative, in both."),
        (both((gradients * maps).sum(-1)), "Average the gradients first: one weight a map."),
        (both((weights * maps).mean(-1)), "Add the weighted maps up; you took their mean."),
        (both((sums * maps).sum(-1)), "A weight is the mean of a map's gradients, not the sum."),
        (both(weights * maps).sum(-1), "Add the maps up first, then cut off."),
        (both((over_images * maps).sum(-1)), "Each image has weights of its own."),
        (_scaled(right), "Right but for the scale: don't divide by the maximum."),
    ]
    for wrong, hint in hints:
        if np.allclose(got, wrong):
            return hint
    return (
        "Means over axes 1 and 2 give (n, 1, 1, maps); times the maps, summed over the last axis."
    )


def _scaled(heats: np.ndarray) -> np.ndarray:
    return heats / np.maximum(heats.max(axis=(2, 3), keepdims=True), 1e-9)


def _broken_heat(answer: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> str:
    maps, gradients = _maps_and_gradients(0)
    others, other_gradients = _maps_and_gradients(1)
    got = answer(maps.copy(), gradients.copy())
    if got is None:
        return "The function returns nothing yet. What is plausible and ignores the gradients?"
    got = np.asarray(got, float)
    if got.shape != maps.shape[:3]:
        return f"The result has shape {got.shape}; expected (n, rows, columns), {maps.shape[:3]}."
    if not np.isfinite(got).all() or got.min() < 0:
        return "A heat has to be finite, and 0 or more everywhere."
    if not np.allclose(got, answer(maps.copy(), other_gradients.copy())):
        return "It still depends on the gradients, so it is not broken enough to be caught."
    if np.allclose(got, answer(others.copy(), gradients.copy())):
        return "It doesn't depend on the maps: nobody would believe it. Use them."
    if np.allclose(got.std(axis=(1, 2)), 0):
        return "It is the same at all places: that makes no plausible picture."
    return ""


def _maps_and_gradients(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 1, (3, 4, 5, 6)), rng.normal(0, 1, (3, 4, 5, 6))


class _Asked:
    """A made-up function to ask: high while the pixels of one region are as they were."""

    def __init__(self, picture: np.ndarray, top: int, left: int):
        self.part = slice(top, top + 8), slice(left, left + 8)
        self.wanted, self.asked = picture[self.part].astype(float), 0

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        pictures = np.asarray(pictures)
        if pictures.ndim != 4 or pictures.shape[1:] != (32, 32, 3):
            raise ValueError(f"ask got shape {pictures.shape}; it takes (n, 32, 32, 3)")
        self.asked += len(pictures)
        found = pictures[(slice(None), *self.part)].astype(float)
        apart = np.abs(found - self.wanted).mean(axis=(1, 2, 3))
        return SURE * np.exp(-apart / 30)


def _occlusion_test(answer: Callable[[Callable, np.ndarray], np.ndarray]) -> str:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (32, 32, 3)).astype(np.uint8)
    missed = raised = uneven = 0
    for top, left in ((2, 3), (20, 4), (12, 20), (22, 22)):
        given, ask = picture.copy(), _Asked(picture, top, left)
        got = answer(ask, given)
        if got is None:
            return "The function returns nothing yet. Cover a square, ask, note how much it costs."
        got = np.asarray(got, float)
        if got.ndim != 2 or not all(4 <= side <= 32 for side in got.shape):
            return f"The heat has shape {got.shape}; expected (rows, columns), each from 4 to 32."
        if not np.isfinite(got).all():
            return "Some of the heat is nan or infinite."
        if not np.array_equal(given, picture):
            return "Your function changes the picture that it was given; cover a copy."
        if ask.asked > MOST_PICTURES:
            return f"It asked about {ask.asked:,} pictures; {MOST_PICTURES:,} are allowed."
        missed += not _is_hottest_at(got, top + 4, left + 4)
        raised += _is_hottest_at(-got, top + 4, left + 4)
        uneven += abs(_far_away(got, top + 4, left + 4)) > 0.1 * np.abs(got).max()
    if raised == 4:
        return "It is hottest where covering costs least. Heat is the answer before minus after."
    if missed:
        return f"In {missed} of 4 cases the hottest place is not where covering costs most."
    if uneven:
        return "Heat has to be 0 where covering changes nothing: the answer before minus after."
    return ""


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


EXERCISES: dict[str, Callable[..., str]] = {
    "07.1": _if_more_frequent,
    "07.2": _for_and_against,
    "07.3": _broken_heat,
    "07.4": _occlusion_test,
}
