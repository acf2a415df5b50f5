"""What notebook 04 says about the published run, held to its records."""

import itertools
import math

import keras
import nbformat
import numpy as np
import pytest
from scipy import stats

from helpers import config
from helpers.tests.published import missing, published_measurement, published_values
from helpers.tools import execution

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
    assert not missing(NAME, "stack-result", "79 % with 3×3, 82 % with the stack and 87 % with 5×5")


def ends(differences: np.ndarray, confidence: float) -> tuple[float, float]:
    """The interval of a mean by the t-distribution, in points, as SciPy has it."""
    found = stats.ttest_1samp(differences, 0).confidence_interval(confidence)
    return points(found.low), points(found.high)


def test_the_t_test_at_full_length():
    differences = at_length(5) - at_length(3)
    tested = stats.ttest_1samp(differences, 0)
    assert (round(tested.statistic, 1), round(tested.pvalue, 2)) == (5.4, 0.03)
    assert ends(differences, 0.95) == (0.3, 2.5)
    assert not missing(NAME, "t-test-read", "t = 5.4 and p = 0.03", "from 0.3 to 2.5 points")
    assert ends(at_length(7) - at_length(5), 0.95) == (-1.1, 1.1)
    assert not missing(NAME, "t-test-read", "from −1.1 to 1.1 points", "says 0.25")
    assert 0.05 / 3 < tested.pvalue < 0.05
    assert not missing(NAME, "verdict-read", "p = 0.03, if the differences are normal", "0.05 / 3")


def test_the_intervals_of_the_short_budget():
    wide, usual = 1 - 0.05 / 4, 0.95
    pairs = {
        "5×5": (short("5×5") - short("3×3"), (-0.6, 1.8), (-0.3, 1.4)),
        "stack": (short("two 3×3") - short("5×5"), (-2.8, -0.7), (-2.5, -1.0)),
        "operations": (short("5×5, equal operations") - short("3×3"), (-0.8, 0.2), (-0.6, 0.1)),
    }
    for differences, adjusted, plain in pairs.values():
        assert ends(differences, wide) == adjusted and ends(differences, usual) == plain
    said = ("by 0.7 to 2.8 points", "from −0.6 to 1.8 points", "it is −0.8 to 0.2 points")
    assert not missing(NAME, "verdict-read", *said)
    assert not missing(NAME, "paired-read", "from −0.3 to 1.4 points", "p = 0.15")
    assert not missing(NAME, "stack-result", "from −2.5 to −1.0 points")
    assert round(stats.ttest_1samp(pairs["5×5"][0], 0).pvalue, 2) == 0.15
    assert round(256 * measured("p-value, 5×5 against 3×3")) == 42
    gain = 100 * (at_length(5) - at_length(3)).mean()
    assert pairs["5×5"][1][0] < gain < pairs["5×5"][1][1]
    equal = short("5×5, equal parameters") - short("3×3")
    assert round(stats.ttest_1samp(equal, 0).pvalue, 2) == 0.04
    low, high = stats.ttest_1samp(equal, 0).confidence_interval(0.95)
    assert (round(100 * low, 2), points(high)) == (0.04, 1.5)
    assert not missing(NAME, "budget-read", "the t-test says 0.04, the interval from 0.04 to 1.5")


def test_both_tests_give_the_same_verdicts():
    pairs = [
        ("5×5", "3×3"),
        ("two 3×3", "5×5"),
        ("5×5, equal parameters", "3×3"),
        ("5×5, equal operations", "3×3"),
    ]
    for one, other in pairs:
        differences = short(one) - short(other)
        shown = [
            measured(f"p-value, {one} against {other}") < 0.0125,
            stats.ttest_1samp(differences, 0).pvalue < 0.0125,
            np.sign(ends(differences, 0.9875)).prod() > 0,
        ]
        assert shown == 3 * [one == "two 3×3"]
    assert not missing(NAME, "verdict-read", "by sign flips and by the t-test")


def defined(*cells: str) -> dict:
    """What some cells of the notebook define."""
    source = nbformat.read(execution.NOTEBOOKS / f"{NAME}.ipynb", as_version=4)
    names = {"np": np, "keras": keras, "stats": stats, "itertools": itertools, "math": math}
    for cell in cells:
        exec(next(c.source for c in source.cells if c.id == cell), names)
    return names


def test_holm_says_the_same_of_all_six():
    names = [
        "5×5 against 3×3",
        "two 3×3 against 5×5",
        "5×5, equal parameters against 3×3",
        "5×5, equal operations against 3×3",
        "dilated (solution) against 3×3",
        "dilated (solution) against 5×5",
    ]
    p_values = np.array([measured(f"p-value, {name}") for name in names])
    holm = defined("ex3-solution")["_shown_by_holm"]
    assert holm(p_values, 0.05).tolist() == (p_values < 0.05 / 6).tolist()
    assert holm([0.02, 0.01, 0.3], 0.05).tolist() == [True, True, False]
    assert round(0.05 / 3, 4) == 0.0167 and round(0.05 / 6, 4) == 0.0083
    assert not missing(NAME, "worked", "0.05 / 6 = 0.0083", "says the same about all six")
    said = ("0.02, 0.01 and 0.3 at the level 0.05 give True, True, False", "0.0167")
    assert not missing(NAME, "ex3-text", *said)


def test_the_interval_of_the_exercise_is_scipys():
    by_hand = defined("ex1-solution")["_confidence_interval"]
    a, b = np.array([0.75, 0.76, 0.77]), np.array([0.74, 0.74, 0.74])
    assert np.round(by_hand(a, b, 4.3), 4).tolist() == [-0.0048, 0.0448]
    assert round(stats.sem(a - b), 4) == 0.0058
    assert np.round(stats.t.ppf(0.975, [2, 7]), 2).tolist() == [4.30, 2.36]
    assert not missing(NAME, "exercises", "−0.0048 to 0.0448", "4.30 with three seeds and 2.36")
    functions = defined("t-test")
    differences = short("5×5") - short("3×3")
    for confidence in (0.95, 0.9875):
        expected = stats.ttest_1samp(differences, 0).confidence_interval(confidence)
        assert np.allclose(functions["interval"](differences, confidence)[1:], expected)
        factor = stats.t.ppf((1 + confidence) / 2, 7)
        assert np.allclose(by_hand(short("5×5"), short("3×3"), factor), expected)
    assert functions["interval"]([0.01, 0.01])[0] == 0.01 and functions["t_test_p"]([0, 0]) == 1


def first_weights(make, *arguments) -> list[np.ndarray]:
    """The kernels of a network before the training, seed 0."""
    keras.utils.set_random_seed(0)
    return [w.ravel() for w in make(*arguments).get_weights() if w.ndim > 1]


def begin_alike(one: np.ndarray, other: np.ndarray, scale: float) -> bool:
    count = min(len(one), len(other))
    return np.allclose(one[:count], scale * other[:count], atol=1e-4)


def test_what_two_networks_of_one_seed_share():
    made = defined("model", "stack")
    network = made["two_layer_network"]
    three, five = first_weights(network, 3), first_weights(network, 5)
    assert len(three[0]) == 864 and len(five[0]) == 2400
    assert all(begin_alike(five[layer], three[layer], 0.6) for layer in (0, 1))
    assert all(begin_alike(five[layer], three[layer], 1) for layer in (2, 3))
    assert 864 < 2 * 5 * 3 * 32, "not even two rows of a 5×5 kernel"
    stacked = first_weights(made["stacked_network"])
    assert begin_alike(stacked[0], five[0], 1)
    assert not begin_alike(stacked[-1], five[-1], 1)
    for filters in (30, 18):
        fewer = first_weights(network, 5, filters)
        shared = [begin_alike(one, other, 1) for one, other in zip(fewer, three, strict=True)]
        assert shared == [False, False, False, True]
    said = ("In section 5 the first convolution begins alike", "in section 6 the last dense layer")
    assert not missing(NAME, "flip-idea", *said, "not even two of the five rows")


@pytest.mark.parametrize("seeds", [1, 3, 6, 8])
def test_the_smallest_p_of_the_sign_flips(seeds):
    p = defined("sign-flip")["sign_flip_p"](np.arange(1, seeds + 1))
    assert p == 2 / 2**seeds
    assert config.PROFILES["class"].repeats == 6 and config.PROFILES["full"].repeats == 8
    assert 0.03 < 2 / 2**6 < 0.05 and 2 / 2**6 > 0.05 / 4 > 2 / 2**8
    assert not missing(NAME, "data-idea", "six seeds: with them sign flips can't fall below 0.03")


def test_the_standard_error_of_a_gap():
    rng = np.random.default_rng(0)
    share, images = 0.136, 5_000
    moves = rng.choice([-1, 0, 1], (4_000, images), p=[share / 2, 1 - share, share / 2])
    assert math.isclose(moves.mean(axis=1).std(), (share / images) ** 0.5, rel_tol=0.05)
    d = measured("share on which exactly one is right")
    gaps = [0.0073 / (d / count) ** 0.5 for count in (5_000, 10_000)]
    assert [round(gap, 1) for gap in gaps] == [1.4, 2.0]
    assert not missing(NAME, "disagreement-read", "1.4 of them on 5,000", "2 of them on 10,000")
    differences = 100 * (short("5×5") - short("3×3"))
    assert round(differences.std(ddof=1), 2) == 1.03 and round(stats.sem(differences), 2) == 0.36
    assert not missing(NAME, "paired-read", "1.03 / √8 ≈ 0.36 points", "42 lie as far out")


def test_what_a_larger_kernel_costs():
    made = defined("model", "stack", "cost", "stack-count")
    sizes = {size: made["two_layer_network"](size) for size in (1, 3, 5, 7)}
    flops = {size: made["million_flops"](network) for size, network in sizes.items()}
    assert round(flops[7] / flops[3]) == 5
    parameters = {size: network.count_params() for size, network in sizes.items()}
    assert parameters[3] == 545_098 and round(100 * (parameters[5] / parameters[3] - 1)) == 6
    second = {size: network.layers[3].count_params() for size, network in sizes.items()}
    assert round(second[5] / second[3], 1) == 2.8
    said = ("2.8 times the weights", "by 6 % only")
    assert not missing(NAME, "cost-read", *said)
    convolutions = {size: 1 - 2 * (4096 * 128 + 1280) / 1e6 / flops[size] for size in sizes}
    assert min(convolutions[size] for size in (3, 5, 7)) > 0.9
    fewer = made["two_layer_network"](5, 18).count_params()
    assert round(100 * (1 - fewer / parameters[3])) == 42 and 0.4 < 1 - 18 / 32 < 0.5
    assert not missing(NAME, "budget-read", "42 % fewer parameters")
    weights = made["weights"]
    assert round((weights(3, 3, 32) + weights(3, 32, 32)) / weights(5, 3, 32)) == 4
    assert 0.5 < (weights(3, 32, 32) + weights(3, 32, 64)) / weights(5, 32, 64) < 0.55
    assert not missing(NAME, "stack-read", "four times as many", "the weights (about half)")


def test_the_published_run_is_named_in_few_places():
    source = nbformat.read(execution.NOTEBOOKS / f"{NAME}.ipynb", as_version=4)
    texts = [cell.source for cell in source.cells if cell.cell_type == "markdown"]
    assert sum(text.count("published run") for text in texts) <= 5
    assert not missing(NAME, "data-idea", "76.3 % and 74.8 % are 1.4 points apart")
