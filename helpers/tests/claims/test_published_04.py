"""What notebook 04 says about the published run, held to its records."""

import itertools
import math

import keras
import nbformat
import numpy as np
from scipy import stats

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


def defined(*cells: str) -> dict:
    """What some cells of the notebook define."""
    source = nbformat.read(execution.NOTEBOOKS / f"{NAME}.ipynb", as_version=4)
    names = {"np": np, "keras": keras, "stats": stats, "itertools": itertools, "math": math}
    for cell in cells:
        exec(next(c.source for c in source.cells if c.id == cell), names)
    return names


def test_the_first_step_is_the_large_one():
    means = {size: at_length(size).mean() for size in (1, 3, 5, 7)}
    told = [points(means[size]) for size in (1, 3, 5, 7)]
    assert told == [62.9, 75.6, 76.5, 76.9] and all(len(at_length(size)) == 3 for size in means)
    said = "62.9 % with 1×1 kernels, 75.6 % with 3×3, 76.5 % with 5×5 and 76.9 % with 7×7"
    assert not missing(NAME, "read-text", said, "13 points between kernels")
    assert round(100 * (means[3] - means[1])) == 13
    spread = max(at_length(size).std(ddof=1) for size in means)
    assert means[3] - means[1] > 20 * spread
    assert max(np.ptp(at_length(size)) for size in means) < 0.01
    assert (at_length(5) > at_length(3)).all() and points(means[5] - means[3]) == 1.0
    assert (at_length(7) > at_length(5)).sum() == 2 and points(means[7] - means[5]) == 0.4


def test_a_larger_kernel_costs_time_and_gains_no_loss():
    fitted = [[h["accuracy"][-1] for h in at_length(size, "history")] for size in (3, 5, 7)]
    shares = np.mean(fitted, axis=1)
    assert shares.min() >= 0.98 and points(shares[2]) == 99.7 and (np.diff(shares) > 0).all()
    seconds = {size: np.median(at_length(size, "seconds")) for size in (3, 5, 7)}
    assert 1.5 < seconds[5] / seconds[3] < 2.5 < seconds[7] / seconds[3] < 3.5
    loss = [np.mean([h["val_loss"][-1] for h in at_length(size, "history")]) for size in (3, 5, 7)]
    assert (np.diff(loss) > 0).all()
    said = ("lowest with 3×3, and rises from there to 7×7", "with 7×7 99.7 %")
    assert not missing(NAME, "read-text", *said)


def test_the_seed_alone_makes_gaps():
    name = "share of pairs of the same network as far apart as reported"
    assert round(measured(name), 2) == 0.55
    assert round(12 * measured(f"{name}, section 3"), 3) == 2
    far = {
        size
        for size in (1, 3, 5, 7)
        for pair in itertools.combinations(at_length(size), 2)
        if abs(pair[0] - pair[1]) >= 0.0073
    }
    assert far == {5, 7}
    tests = "share of McNemar tests below 0.05, same network, other seed"
    assert round(20 * measured(tests), 3) == 9
    assert not missing(NAME, "gap-read", "(55 %)", "2 of 12 pairs, one with 5×5 and one with 7×7")
    assert not missing(NAME, "mcnemar-read", "9 of 20 such pairs")


def test_the_verdicts_of_the_short_budget():
    verdicts = {
        ("5×5", "3×3"): (0.5, 0.6, 0.09),
        ("two 3×3", "5×5"): (-1.9, 1.2, 0.02),
        ("5×5, equal parameters", "3×3"): (0.6, 0.6, 0.03),
        ("5×5, equal operations", "3×3"): (-0.7, 0.6, 0.01),
        ("dilated (solution)", "3×3"): (-1.1, 0.8, 0.02),
        ("dilated (solution)", "5×5"): (-1.5, 0.5, 0.01),
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
    assert shown == [("5×5, equal operations", "3×3"), ("dilated (solution)", "5×5")]
    said = ("1.1 points behind 3×3 (p = 0.016)", "1.5 points behind 5×5 (p = 0.008)")
    assert not missing(NAME, "worked", *said)


def test_what_goes_with_the_verdicts():
    ahead = short("5×5") > short("3×3")
    assert ahead.sum() == 7
    correlation = np.corrcoef(short("5×5"), short("3×3"))[0, 1]
    assert round(correlation, 2) == 0.62
    apart = np.hypot(short("5×5").std(ddof=1), short("3×3").std(ddof=1))
    assert points(apart) == 1.0 and not missing(NAME, "paired-read", "with a spread of 1.0 points")
    assert short("3×3").argmin() == 1
    worse = short("two 3×3") - short("5×5")
    assert (worse < 0).sum() == 7 and round(100 * worse.max(), 2) == 0.06
    assert (short("5×5, equal operations") < short("3×3")).all()
    assert (short("5×5, equal parameters") > short("3×3")).sum() == 7
    fitted = {
        kind: np.mean([h["accuracy"][-1] for h in short(kind, "history")])
        for kind in ("3×3", "two 3×3", "5×5")
    }
    assert [round(100 * share) for share in fitted.values()] == [79, 83, 86]
    assert not missing(NAME, "stack-result", "79 % with 3×3, 83 % with the stack and 86 % with 5×5")


def ends(differences: np.ndarray, confidence: float) -> tuple[float, float]:
    """The interval of a mean by the t-distribution, in points, as SciPy has it."""
    found = stats.ttest_1samp(differences, 0).confidence_interval(confidence)
    return points(found.low), points(found.high)


def test_the_t_test_at_full_length():
    differences = at_length(5) - at_length(3)
    tested = stats.ttest_1samp(differences, 0)
    assert (round(tested.statistic, 1), round(tested.pvalue, 2)) == (3.5, 0.07)
    assert ends(differences, 0.95) == (-0.2, 2.1)
    assert not missing(NAME, "t-test-read", "t = 3.5 and p = 0.07", "from −0.2 to 2.1 points")
    assert ends(at_length(7) - at_length(5), 0.95) == (-1.2, 1.9)
    assert not missing(NAME, "t-test-read", "from −1.2 to 1.9 points", "say 0.25 at best")
    assert not missing(NAME, "verdict-read", "all three seeds (t-test: p = 0.07)")


def test_the_intervals_of_the_short_budget():
    wide, usual = 1 - 0.05 / 4, 0.95
    pairs = {
        "5×5": (short("5×5") - short("3×3"), (-0.3, 1.2), (-0.1, 1.0)),
        "stack": (short("two 3×3") - short("5×5"), (-3.3, -0.4), (-2.9, -0.9)),
        "operations": (short("5×5, equal operations") - short("3×3"), (-1.4, -0.1), (-1.2, -0.3)),
        "parameters": (short("5×5, equal parameters") - short("3×3"), (-0.1, 1.3), (0.1, 1.1)),
    }
    for differences, adjusted, plain in pairs.values():
        assert ends(differences, wide) == adjusted and ends(differences, usual) == plain
    said = ("from −1.4 to −0.1 points", "from −0.3 to 1.2 points", "from −3.3 to −0.4 points")
    assert not missing(NAME, "verdict-read", *said, "0.5, and at equal parameters 0.6")
    assert not missing(NAME, "paired-read", "from −0.1 to 1.0 points", "p = 0.08", "24 lie as far")
    assert not missing(NAME, "stack-result", "from −2.9 to −0.9 points", "p = 0.016")
    said = ("from 0.1 to 1.1 points", "from −1.2 to −0.3 points", "p = 0.008")
    assert not missing(NAME, "budget-read", *said)
    assert round(stats.ttest_1samp(pairs["5×5"][0], 0).pvalue, 2) == 0.08
    assert round(256 * measured("p-value, 5×5 against 3×3")) == 24
    error = 100 * pairs["5×5"][0].std(ddof=1)
    assert (round(error, 2), round(error / 8**0.5, 2)) == (0.62, 0.22)
    gain = 100 * (at_length(5) - at_length(3)).mean()
    assert pairs["5×5"][1][0] < gain < pairs["5×5"][1][1]


def test_the_two_tests_differ_on_the_stack_alone():
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
        expected = {"two 3×3": [False, True, True], "5×5, equal operations": 3 * [True]}
        assert shown == expected.get(one, 3 * [False])
    stack = short("two 3×3") - short("5×5")
    assert round(stats.ttest_1samp(stack, 0).pvalue, 3) == 0.003
    said = ("only one of the four below the level by sign flips", "p = 0.016", "gives 0.003")
    assert not missing(NAME, "verdict-read", *said)


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
    assert not missing(NAME, "data-idea", "76.5 % and 75.6 % are 1.0 points apart")
