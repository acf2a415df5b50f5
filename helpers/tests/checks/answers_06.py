"""Right and wrong answers to the exercises of notebook 06."""

import numpy as np

from helpers.photos.images import prepare
from helpers.tests.checks.boxes_06 import (
    at_the_top,
    black_and_white,
    both_ways,
    box,
    by_boxes,
    by_hand,
    by_keras,
    by_tensorflow,
    clipped,
    corner_outside,
    in_colour,
    in_mean_colour,
    nearest,
    one_after_another,
    one_edge,
    one_low_edge,
    only_wide,
    padded,
    repeated,
    small_first,
    thumbnail,
    two_to_one,
    unshifted,
    zeroed,
)
from helpers.tests.checks.thresholds_06 import (
    above,
    above_right_ones,
    always_one,
    coming_down,
    first_met,
    forgotten_end,
    in_a_loop,
    lowest,
    more_than,
    of_all,
    on_a_grid,
    one_by_one,
)


def changed(probabilities, temperature):
    weights = probabilities.astype(float) ** (1 / temperature)
    return weights / weights.sum(axis=1, keepdims=True)


def losses(probabilities, labels, candidates, how=changed):
    chosen = [how(probabilities, t)[np.arange(len(labels)), labels] for t in candidates]
    return [-np.log(of_right).mean() for of_right in chosen]


def fitted(probabilities, labels, candidates):
    return candidates[np.argmin(losses(probabilities, labels, candidates))]


def fitted_in_a_loop(probabilities, labels, candidates):
    best, lowest_loss = None, np.inf
    for t in candidates:
        logits = np.log(np.maximum(probabilities, 1e-12)) / t
        of_right = (np.exp(logits) / np.exp(logits).sum(1, keepdims=True))[
            range(len(labels)), labels
        ]
        if -np.log(of_right).sum() < lowest_loss:
            best, lowest_loss = t, -np.log(of_right).sum()
    return float(best)


def by_accuracy(probabilities, labels, candidates):
    right = [(changed(probabilities, t).argmax(1) == labels).mean() for t in candidates]
    return candidates[np.argmax(right)]


def by_multiplying(probabilities, labels, candidates):
    found = losses(probabilities, labels, candidates, lambda p, t: changed(p, 1 / t))
    return candidates[np.argmin(found)]


def of_probabilities(probabilities, labels, candidates):
    def made(p, t):
        return np.exp(p / t) / np.exp(p / t).sum(axis=1, keepdims=True)

    return candidates[np.argmin(losses(probabilities, labels, candidates, made))]


def by_calibration(probabilities, labels, candidates):
    """The mean confidence next to the share of right answers: another rule than is asked for."""
    right = (probabilities.argmax(1) == labels).mean()
    apart = [abs(changed(probabilities, t).max(1).mean() - right) for t in candidates]
    return candidates[np.argmin(apart)]


def started_at_ten(p, labels, candidates):
    best, smallest = 0.0, 10.0
    for candidate in candidates:
        (loss,) = losses(p, labels, [candidate])
        if loss < smallest:
            best, smallest = candidate, loss
    return best


RIGHT = {
    "06.1": [
        box,
        one_after_another,
        lambda *case: np.array(box(*case)),
        lambda *case: list(map(float, box(*case))),
    ],
    "06.2": [fitted, fitted_in_a_loop],
    "06.3": [lowest, in_a_loop],
    "06.4": [padded, by_hand, in_colour, in_mean_colour, small_first, by_boxes],
}
STUBS = {
    "06.1": lambda width, height, x, y, side: None,
    "06.2": lambda probabilities, labels, candidates: None,
    "06.3": lambda confidences, right, wanted: None,
    "06.4": lambda picture: None,
}
WRONG = [
    ("06.1", unshifted, "leave the picture"),
    ("06.1", lambda w, h, x, y, side: box(h, w, y, x, side), "swapped"),
    ("06.1", lambda *case: (*box(*case)[:2], case[4], case[4]), "not width and height"),
    ("06.1", clipped, "all of it has to move"),
    ("06.1", lambda *case: [v - (k > 1) for k, v in enumerate(box(*case))], "*outside*"),
    ("06.1", one_low_edge, "In a corner two edges"),
    ("06.1", one_edge, "In a corner two edges"),
    ("06.1", both_ways, "in that direction only"),
    ("06.1", corner_outside, "It is right for 100, 60, 50, 30, 20, and wrong for 90, 70, 2, 5, 26"),
    ("06.1", lambda *case: (box(*case)[:2], box(*case)[2:]), "4 numbers"),
    ("06.1", lambda w, h, x, y, s: (x, y, x + s, y + s), "Draw a picture"),
    ("06.1", lambda *case: case[0], "4 numbers"),
    ("06.1", lambda *case: (40, 20, 60, 40), "wrong for 100, 60, 4, 31, 20"),
    ("06.1", lambda *case: (9, 9, 99, 99), "Draw a picture"),
    ("06.2", lambda p, y, c: c[np.argmax(losses(p, y, c))], "*highest*"),
    ("06.2", lambda p, y, c: np.argmin(losses(p, y, c)), "the place of the best"),
    ("06.2", lambda p, y, c: min(losses(p, y, c)), "lowest loss"),
    ("06.2", losses, "one number is asked for"),
    ("06.2", lambda p, y, c: fitted(p, p.argmax(1), c), "the most probable one"),
    ("06.2", by_accuracy, "can't choose one"),
    ("06.2", by_multiplying, "You multiply"),
    ("06.2", of_probabilities, "divides logarithms"),
    ("06.2", by_calibration, "It is right for"),
    ("06.2", lambda p, y, c: 0.6, "It is right for"),
    ("06.2", started_at_ten, "It is right for"),
    ("06.2", lambda p, y, c: -1.0, "how good one candidate is"),
    ("06.3", coming_down, "hold again below"),
    ("06.3", first_met, "need not be the lowest"),
    ("06.3", above, "at least, not above"),
    ("06.3", of_all, "not by those accepted"),
    ("06.3", on_a_grid, "only the confidences that occur"),
    ("06.3", one_by_one, "accepts all of them or none"),
    ("06.3", lambda c, r, w: 0.7, "only the confidences that occur"),
    ("06.3", lambda c, r, w: c.min(), "right for [0.4, 0.6]"),
    ("06.3", always_one, "return np.inf"),
    ("06.3", more_than, "just equals"),
    ("06.3", lambda c, r, w: c, "one number"),
    ("06.3", above_right_ones, "a wrong answer can be the threshold"),
    ("06.3", forgotten_end, "For some arguments it returns nothing"),
    ("06.4", prepare, "are cut off"),
    ("06.4", lambda p: prepare(p, crop=None), "What became of its proportions"),
    ("06.4", only_wide, "not for a tall one"),
    ("06.4", lambda p: np.array(two_to_one(p)), "right for 2:1, and no other"),
    ("06.4", at_the_top, "at one side only"),
    ("06.4", nearest, "pixels are left out"),
    ("06.4", by_tensorflow, "pixels are left out"),
    ("06.4", by_keras, "pixels are left out"),
    ("06.4", thumbnail, "is to be enlarged"),
    ("06.4", two_to_one, "It returns an Image"),
    ("06.4", zeroed, "nothing of the picture is left"),
    ("06.4", repeated, "of one colour"),
    ("06.4", black_and_white, "how many rows and columns"),
    ("06.4", lambda p: padded(p)[None], "expected uint8 (32, 32, 3)"),
    ("06.4", lambda p: padded(p) / 255, "expected uint8 (32, 32, 3)"),
]
