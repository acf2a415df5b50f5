"""Right and wrong answers to the exercises of notebook 06."""

import numpy as np
from PIL import Image, ImageOps

from helpers.photos.images import prepare


def box(width, height, x, y, side):
    left = min(max(x - side // 2, 0), width - side)
    top = min(max(y - side // 2, 0), height - side)
    return left, top, left + side, top + side


def unshifted(width, height, x, y, side):
    return x - side // 2, y - side // 2, x + side // 2, y + side // 2


def clipped(width, height, x, y, side):
    left, top, right, bottom = unshifted(width, height, x, y, side)
    return max(left, 0), max(top, 0), min(right, width), min(bottom, height)


def squares(probabilities, labels):
    return (probabilities - np.eye(probabilities.shape[1])[labels]) ** 2


def lowest(confidences, right, wanted):
    for threshold in np.unique(confidences):
        if right[confidences >= threshold].mean() >= wanted:
            return threshold
    return None


def coming_down(confidences, right, wanted):
    """Stops at the first threshold that fails."""
    found = None
    for threshold in np.unique(confidences)[::-1]:
        if right[confidences >= threshold].mean() < wanted:
            break
        found = threshold
    return found


def first_met(confidences, right, wanted):
    return next(t for t in confidences if right[confidences >= t].mean() >= wanted)


def above(confidences, right, wanted):
    """Accepts only what lies above the threshold."""
    for threshold in np.unique(confidences)[:-1]:
        if right[confidences > threshold].mean() >= wanted:
            return threshold
    return None


def of_all(confidences, right, wanted):
    """Divides by all answers."""
    for threshold in np.unique(confidences):
        if (right & (confidences >= threshold)).mean() >= wanted:
            return threshold
    return None


def on_a_grid(confidences, right, wanted):
    for threshold in np.linspace(0, 0.9, 91):
        if right[confidences >= threshold].mean() >= wanted:
            return threshold
    return None


def never_none(confidences, right, wanted):
    found = lowest(confidences, right, wanted)
    return confidences.max() if found is None else found


def more_than(confidences, right, wanted):
    for threshold in np.unique(confidences):
        if right[confidences >= threshold].mean() > wanted:
            return threshold
    return None


def padded(picture):
    whole = ImageOps.pad(Image.fromarray(picture), (32, 32), color=(90, 90, 90))
    return np.array(whole)


def by_hand(picture):
    rows, columns = picture.shape[:2]
    square = np.zeros((max(rows, columns),) * 2 + (3,), np.uint8)
    top, left = (len(square) - rows) // 2, (len(square) - columns) // 2
    square[top : top + rows, left : left + columns] = picture
    return prepare(square)


def only_wide(picture):
    return by_hand(picture) if picture.shape[1] > picture.shape[0] else prepare(picture)


def flat(picture):
    """As wide as the square, but too low."""
    return np.array(
        ImageOps.pad(Image.fromarray(picture).resize((120, 30)), (32, 32), color=(90, 90, 90))
    )


def at_the_top(picture):
    rows, columns = picture.shape[:2]
    square = np.zeros((max(rows, columns),) * 2 + (3,), np.uint8)
    square[:rows, :columns] = picture
    return prepare(square)


def silver(picture):
    return np.array(ImageOps.pad(Image.fromarray(picture), (32, 32), color="silver"))


RIGHT = {
    "06.1": [box, lambda *case: np.array(box(*case))],
    "06.2": [
        lambda p, y: squares(p, y).sum(axis=1).mean(),
        lambda p, y: squares(p, y).sum() / len(y),
    ],
    "06.3": [lowest],
    "06.4": [padded, by_hand, silver],
}
STUBS = {
    "06.1": lambda width, height, x, y, side: None,
    "06.2": lambda probabilities, labels: None,
    "06.3": lambda confidences, right, wanted: None,
    "06.4": lambda picture: None,
}
WRONG = [
    ("06.1", unshifted, "leave the picture"),
    ("06.1", lambda w, h, x, y, side: box(h, w, y, x, side), "swapped"),
    ("06.1", lambda *case: (*box(*case)[:2], case[4], case[4]), "not width and height"),
    ("06.1", clipped, "Shift all of it"),
    ("06.1", lambda *case: [v - (k > 1) for k, v in enumerate(box(*case))], "Nearly"),
    ("06.1", lambda *case: case[0], "four numbers"),
    ("06.1", lambda *case: (9, 9, 99, 99), "40, 20, 60, 40"),
    ("06.2", lambda p, y: squares(p, y).mean(), "Sum over the classes"),
    ("06.2", lambda p, y: squares(p, y).sum(), "take their mean"),
    ("06.2", lambda p, y: squares(p, y)[np.arange(len(y)), y].mean(), "right class only"),
    ("06.2", lambda p, y: np.sqrt(squares(p, y).sum(axis=1)).mean(), "No root"),
    ("06.2", lambda p, y: np.sqrt(squares(p, y)).sum(axis=1).mean(), "not absolute"),
    ("06.2", lambda p, y: squares(p, y).sum(axis=1), "one number"),
    ("06.2", lambda p, y: 0.5, "0.08"),
    ("06.3", coming_down, "below that it can hold again"),
    ("06.3", first_met, "begin with the lowest"),
    ("06.3", above, "at least, not above"),
    ("06.3", of_all, "finds no threshold"),
    ("06.3", on_a_grid, "only the confidences that occur"),
    ("06.3", lambda c, r, w: 0.7, "share of right ones"),
    ("06.3", never_none, "return None"),
    ("06.3", more_than, "just equals"),
    ("06.3", lambda c, r, w: c, "one number"),
    ("06.4", prepare, "is cut off"),
    ("06.4", lambda p: prepare(p, crop=None), "proportions were changed"),
    ("06.4", only_wide, "not for a tall one"),
    ("06.4", flat, "should become 32 × 16"),
    ("06.4", at_the_top, "at one side only"),
    ("06.4", lambda p: padded(p)[None], "expected uint8 (32, 32, 3)"),
]
