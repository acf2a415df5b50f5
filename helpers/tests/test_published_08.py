"""What notebook 08 says about the published run, held to its records."""

import numpy as np

from helpers import results
from helpers.tests.published import published_measurement, published_table, published_values

NAME, FAST = "08_fast_training", "fast CNN"
SIX = f"{FAST}, asked six times"
RUNGS = (
    "plain",
    "whitening",
    "passing on",
    "faster shifts",
    "smoothed labels",
    "lookahead",
    "shifts and flips",
    "orthogonal steps",
)


def rung(number: int) -> np.ndarray:
    """Validation accuracies of a rung in per cent, one a seed."""
    title = f"rung {number}, {RUNGS[number - 1]}"
    return 100 * published_values(NAME, title, "val_accuracy")


def test_the_whole_recipe_reaches_what_the_course_promises():
    six, once = (published_values(NAME, model, "test_accuracy") for model in (SIX, FAST))
    assert len(six) == len(once) == 3 and six.mean() >= 0.895
    assert (six > once).all()
    assert published_values(NAME, FAST, "seconds").max() <= 12 * 60
    assert set(published_values(NAME, FAST, "parameter_count")) == {1_973_920}
    assert all(len(h["loss"]) == 6 for h in published_values(NAME, FAST, "history"))


def test_the_operations_are_those_of_the_table():
    (operations,), models = published_table(NAME, "operations")
    found = dict(zip(models, operations, strict=True))
    assert set(found) == {
        "dense",
        "one-layer CNN",
        "two-layer CNN",
        "advanced CNN",
        "advanced CNN, better recipe",
        FAST,
    }
    assert found[FAST] == 6 * 118_147_360 * 45_000 * 6 / 1e15


def test_what_asking_wins():
    asked = {}
    for title in (FAST, f"{FAST}, asked twice", SIX):
        asked[title] = published_values(NAME, title, "val_accuracy")
    once, twice, six = asked.values()
    for name, gain in {"mirror": twice - once, "shifts": six - twice}.items():
        assert abs(gain.mean() - published_measurement(NAME, f"worth of asking, {name}")) < 1e-5


def test_the_ladder_is_as_the_text_tells_it():
    told = {
        "whitening": (4.5, 3.0),
        "passing on": (1.7, 0.1),
        "faster shifts": (0.6, 0.6),
        "smoothed labels": (-0.9, 0.4),
        "lookahead": (-0.9, 0.9),
        "shifts and flips": (-0.3, 0.6),
        "orthogonal steps": (8.4, 1.3),
    }
    gains = {RUNGS[k - 1]: rung(k) - rung(k - 1) for k in range(2, 9)}
    for name, gain in gains.items():
        mean, spread = results.mean_and_spread(gain)
        assert (round(mean, 1), float(f"{spread:.1f}")) == told[name] and len(gain) == 3
        assert abs(mean / 100 - published_measurement(NAME, f"worth of {name}")) < 1e-5
    assert gains["orthogonal steps"].mean() > (rung(7) - rung(1)).mean()
    assert (gains["passing on"] > 0).all() and (gains["orthogonal steps"] > 0).all()
    assert (gains["smoothed labels"] < 0).all()
    assert [(gains[name] > 0).sum() for name in ("lookahead", "shifts and flips")] == [1, 1]


def test_what_the_text_says_about_the_whole_recipe():
    once, six = (100 * published_values(NAME, model, "test_accuracy") for model in (FAST, SIX))
    assert [results.percent(v / 100) for v in (once, six)] == ["88.8 ± 0.2 %", "89.5 ± 0.1 %"]
    assert round((six - once).mean(), 1) == 0.8
    minutes = published_values(NAME, FAST, "seconds") / 60
    assert (round(minutes.min(), 1), round(minutes.max(), 1)) == (11.5, 11.9)
    for name, told in {"mirror": 0.7, "shifts": 0.2}.items():
        assert round(100 * published_measurement(NAME, f"worth of asking, {name}"), 1) == told
    history = published_values(NAME, FAST, "history")[0]
    assert history["val_accuracy"][3] > 0.8 > history["val_accuracy"][2]
    half = published_values(NAME, "rung 8, half the operations", "val_accuracy")[0]
    assert round(100 * half - rung(8)[0], 1) == -5.7 and round(100 * 54_223_904 / 118_147_360) == 46


def test_the_fast_network_needs_less_than_the_hour_before():
    seconds = {
        model: np.median(published_values(notebook, model, "seconds"))
        for notebook, model in (
            (NAME, FAST),
            ("05_advanced_cnn", "advanced CNN, better recipe"),
        )
    }
    assert seconds["advanced CNN, better recipe"] > 4 * seconds[FAST]
