"""What notebook 04 says about the published run, held to its records."""

import itertools

import numpy as np

from helpers.tests.published import published_measurement, published_values

NAME = "04_kernel_size"


def measured(name: str) -> float:
    return published_measurement(NAME, name)


def at_length(size: int, field: str = "val_accuracy") -> np.ndarray:
    return published_values(NAME, f"kernel {size}×{size}", field)


def short(kind: str, field: str = "val_accuracy") -> np.ndarray:
    return published_values(NAME, f"short, {kind}", field)


def points(difference: float) -> float:
    return round(100 * difference, 1)


def test_the_first_step_is_the_large_one():
    means = {size: at_length(size).mean() for size in (1, 3, 5, 7)}
    assert [points(means[size]) for size in (1, 3, 5, 7)] == [60.8, 74.8, 76.3, 76.2]
    assert all(len(at_length(size)) == 3 for size in means)
    assert round(100 * (means[3] - means[1])) == 14
    spread = max(at_length(size).std(ddof=1) for size in means)
    assert means[3] - means[1] > 20 * spread
    assert max(np.ptp(at_length(size)) for size in means) < 0.0115
    assert (at_length(5) > at_length(3)).all() and points(means[5] - means[3]) == 1.4


def test_a_larger_kernel_costs_time_and_gains_no_loss():
    fitted = [[h["accuracy"][-1] for h in at_length(size, "history")] for size in (3, 5, 7)]
    assert np.round(np.mean(fitted, axis=1), 2).min() >= 0.99
    seconds = {size: np.median(at_length(size, "seconds")) for size in (3, 5, 7)}
    assert round(seconds[5] / seconds[3], 1) == 1.7 and round(seconds[7] / seconds[3], 1) == 2.6
    assert 1.45 < seconds[7] / seconds[5] < 1.6
    loss = {
        size: np.mean([h["val_loss"][-1] for h in at_length(size, "history")]) for size in (3, 5, 7)
    }
    assert loss[5] < min(loss[3], loss[7]) and abs(loss[7] - loss[3]) < 0.01


def test_the_seed_alone_makes_gaps():
    name = "share of pairs of the same network as far apart as reported"
    assert round(measured(name), 2) == 0.46
    assert round(12 * measured(f"{name}, section 3"), 3) == 2
    far = [
        pair
        for size in (1, 3, 5, 7)
        for pair in itertools.combinations(at_length(size), 2)
        if abs(pair[0] - pair[1]) >= 0.0073
    ]
    assert len(far) == 2 and all(at_length(5).max() in pair for pair in far)
    tests = "share of McNemar tests below 0.05, same network, other seed"
    assert round(20 * measured(tests), 3) == 4


def test_the_verdicts_of_the_short_budget():
    verdicts = {
        ("5×5", "3×3"): (0.6, 1.0, 0.16),
        ("two 3×3", "5×5"): (-1.7, 0.9, 0.01),
        ("5×5, equal parameters", "3×3"): (0.8, 0.8, 0.07),
        ("5×5, equal operations", "3×3"): (-0.3, 0.4, 0.12),
        ("dilated (solution)", "3×3"): (-1.0, 0.9, 0.03),
        ("dilated (solution)", "5×5"): (-1.6, 0.8, 0.01),
    }
    for (one, other), (mean, spread, p) in verdicts.items():
        differences = short(one) - short(other)
        assert len(differences) == 8
        assert (points(differences.mean()), points(differences.std(ddof=1))) == (mean, spread)
        flips = itertools.product([1, -1], repeat=8)
        means = [abs(np.mean(differences * np.array(signs))) for signs in flips]
        again = np.mean(np.array(means) >= abs(differences.mean()) - 1e-12)
        recorded = measured(f"p-value, {one} against {other}")
        assert recorded == round(again, 6) and round(recorded, 2) == p
    shown = [pair for pair in verdicts if measured("p-value, {} against {}".format(*pair)) < 0.0083]
    assert shown == [("two 3×3", "5×5"), ("dilated (solution)", "5×5")]


def test_what_goes_with_the_verdicts():
    ahead = short("5×5") > short("3×3")
    assert ahead.sum() == 6
    correlation = np.corrcoef(short("5×5"), short("3×3"))[0, 1]
    assert round(correlation, 2) == -0.35
    helps = np.corrcoef(short("5×5, equal operations"), short("3×3"))[0, 1]
    assert round(helps, 2) == 0.82
    assert short("3×3").argmin() == 1
    assert (short("two 3×3") < short("5×5")).all()
    fitted = {
        kind: np.mean([h["accuracy"][-1] for h in short(kind, "history")])
        for kind in ("3×3", "two 3×3", "5×5")
    }
    assert [round(100 * share) for share in fitted.values()] == [79, 82, 87]
