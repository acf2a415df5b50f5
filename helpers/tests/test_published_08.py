"""What notebook 08 says about the published run, held to its records."""

import numpy as np

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


def test_each_step_of_the_ladder_is_recorded():
    for number in range(2, 9):
        gain = (rung(number) - rung(number - 1)).mean() / 100
        name = f"worth of {RUNGS[number - 1]}"
        assert abs(gain - published_measurement(NAME, name)) < 1e-5


def test_the_fast_network_needs_less_than_the_hour_before():
    seconds = {
        model: np.median(published_values(notebook, model, "seconds"))
        for notebook, model in (
            (NAME, FAST),
            ("05_advanced_cnn", "advanced CNN, better recipe"),
        )
    }
    assert seconds["advanced CNN, better recipe"] > 4 * seconds[FAST]
