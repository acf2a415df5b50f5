"""Right and wrong answers to exercise 06.3, the lowest threshold that is good enough."""

import numpy as np


def lowest(confidences, right, wanted):
    for threshold in np.unique(confidences):
        if right[confidences >= threshold].mean() >= wanted:
            return threshold
    return np.inf


def coming_down(confidences, right, wanted):
    """Stops at the first threshold that fails."""
    found = np.inf
    for threshold in np.unique(confidences)[::-1]:
        if right[confidences >= threshold].mean() < wanted:
            break
        found = threshold
    return found


def first_met(confidences, right, wanted):
    return next((t for t in confidences if right[confidences >= t].mean() >= wanted), np.inf)


def above(confidences, right, wanted):
    """Accepts only what lies above the threshold."""
    for threshold in np.unique(confidences)[:-1]:
        if right[confidences > threshold].mean() >= wanted:
            return threshold
    return np.inf


def of_all(confidences, right, wanted):
    """Divides by all answers."""
    for threshold in np.unique(confidences):
        if (right & (confidences >= threshold)).mean() >= wanted:
            return threshold
    return np.inf


def on_a_grid(confidences, right, wanted):
    for threshold in np.linspace(0, 0.9, 91):
        if right[confidences >= threshold].mean() >= wanted:
            return threshold
    return np.inf


def always_one(confidences, right, wanted):
    found = lowest(confidences, right, wanted)
    return confidences.max() if np.isinf(found) else found


def one_by_one(confidences, right, wanted):
    """Goes down the list of answers: of two with one confidence it can accept one alone."""
    found, good = np.inf, 0
    order = sorted(range(len(confidences)), key=lambda k: -confidences[k])
    for accepted, k in enumerate(order, start=1):
        good += right[k]
        if good / accepted >= wanted:
            found = confidences[k]
    return found


def in_a_loop(confidences, right, wanted):
    for threshold in sorted(set(confidences.tolist())):
        accepted = [r for c, r in zip(confidences, right, strict=True) if c >= threshold]
        if sum(accepted) / len(accepted) >= wanted:
            return threshold
    return float("inf")


def more_than(confidences, right, wanted):
    for threshold in np.unique(confidences):
        if right[confidences >= threshold].mean() > wanted:
            return threshold
    return np.inf


def above_right_ones(confidences, right, wanted):
    for threshold in np.unique(confidences[right]):
        if right[confidences >= threshold].mean() >= wanted:
            return threshold
    return np.inf


def forgotten_end(confidences, right, wanted):
    found = lowest(confidences, right, wanted)
    return None if np.isinf(found) else found
