"""What notebook 08 says about the published run, held to its records."""

import numpy as np

from helpers import results
from helpers.tests.published import (
    missing,
    published_measurement,
    published_table,
    published_values,
)

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


def test_smoothed_labels_leave_a_loss():
    wanted = np.full(10, 0.02) + 0.8 * np.eye(10)[0]
    lowest = -(wanted * np.log(wanted)).sum()
    assert not missing(NAME, "full-curves-read", f"it can't fall below {lowest:.2f}")
    ends = [h["loss"][-1] for h in published_values(NAME, FAST, "history")]
    assert min(ends) > 1


def test_what_asking_wins():
    asked = {}
    for title in (FAST, f"{FAST}, asked twice", SIX):
        asked[title] = published_values(NAME, title, "val_accuracy")
    once, twice, six = asked.values()
    for name, gain in {"mirror": twice - once, "shifts": six - twice}.items():
        assert abs(gain.mean() - published_measurement(NAME, f"worth of asking, {name}")) < 1e-5


def worth(gain: np.ndarray) -> str:
    """As the text writes it: `"8.4 ± 1.3"`."""
    return results.points(gain / 100).removesuffix(" points").replace("-", "−")


def test_the_ladder_is_as_the_text_tells_it():
    gains = {RUNGS[k - 1]: rung(k) - rung(k - 1) for k in range(2, 9)}
    for name, gain in gains.items():
        assert abs(gain.mean() / 100 - published_measurement(NAME, f"worth of {name}")) < 1e-5
        assert len(gain) == 3 and not missing(NAME, "ladder-text", worth(gain))
    each = " and ".join(f"{gain:.1f}" for gain in gains["whitening"][1:])
    assert not missing(NAME, "ladder-text", f"({gains['whitening'][0]:.1f}, {each}:")
    for name in ("whitening", "passing on", "orthogonal steps"):
        assert not missing(NAME, "take-aways", worth(gains[name]))
    assert gains["orthogonal steps"].mean() > (rung(7) - rung(1)).mean()
    assert (gains["passing on"] > 0).all() and (gains["orthogonal steps"] > 0).all()
    assert (gains["smoothed labels"] < 0).all()
    assert [(gains[name] > 0).sum() for name in ("lookahead", "shifts and flips")] == [1, 1]


def test_how_far_training_lies_above_validation():
    for number in range(3, 7):
        title = f"rung {number}, {RUNGS[number - 1]}"
        last = [h["accuracy"][-1] for h in published_values(NAME, title, "history")]
        apart = (100 * np.array(last) - rung(number)).mean()
        assert round(apart) in (8, 9), title
    flipped = published_values(NAME, f"rung 7, {RUNGS[6]}", "history")
    assert abs((100 * np.array([h["accuracy"][-1] for h in flipped]) - rung(7)).mean() - 1) < 0.5
    last_two = [np.diff(h["accuracy"])[-1] for h in published_values(NAME, FAST, "history")]
    gained = [np.diff(h["val_accuracy"])[-1] for h in published_values(NAME, FAST, "history")]
    assert (round(100 * np.mean(last_two)), round(100 * np.mean(gained))) == (5, 1)


def test_what_the_text_says_about_the_whole_recipe():
    once, six = (100 * published_values(NAME, model, "test_accuracy") for model in (FAST, SIX))
    minutes = published_values(NAME, FAST, "seconds") / 60
    said = [results.percent(v / 100) for v in (once, six)] + [f"{worth(six - once)} points"]
    said.append(f"{minutes.min():.1f} to {minutes.max():.1f} minutes")
    assert not missing(NAME, "test-read", *said)
    assert not missing(NAME, "take-aways", f"won {worth(six - once)} points")
    asked = [FAST, f"{FAST}, asked twice", SIX]
    once, twice, six = (100 * published_values(NAME, model, "val_accuracy") for model in asked)
    said = (f"won {worth(twice - once)} points", f"the shifts {worth(six - twice)} on top")
    assert not missing(NAME, "tta-read", *said)
    history = published_values(NAME, FAST, "history")[0]
    assert history["val_accuracy"][3] > 0.8 > history["val_accuracy"][2]
    halved = "rung 8, half the operations"
    less = rung(8)[0] - 100 * published_values(NAME, halved, "val_accuracy")[0]
    same = [published_values(NAME, m, "parameters")[0] for m in (halved, f"rung 8, {RUNGS[7]}")]
    assert same[0]["batch_size"] == same[1]["batch_size"]
    share = round(100 * 54_223_904 / 118_147_360)
    assert not missing(NAME, "worked", f"{share} % of the operations, and {less:.1f} points less")


def test_the_fast_network_needs_less_than_the_hour_before():
    seconds = {
        model: np.median(published_values(notebook, model, "seconds"))
        for notebook, model in (
            (NAME, FAST),
            ("05_advanced_cnn", "advanced CNN, better recipe"),
        )
    }
    assert seconds["advanced CNN, better recipe"] > 4 * seconds[FAST]
