"""What notebook 04 says about chance, held to its records and to scipy."""

import math

import keras
import numpy as np
import pytest
from scipy import stats

from helpers import config
from helpers.tests.claims.test_published_04 import NAME, defined, measured, short
from helpers.tests.published import missing


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
    assert round(differences.std(ddof=1), 2) == 0.62 and round(stats.sem(differences), 2) == 0.22
    assert not missing(NAME, "paired-read", "0.62 / √8 ≈ 0.22 points", "24 lie as far out")
