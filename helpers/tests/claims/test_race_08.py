"""What notebook 08 says about its race, held to the records."""

import numpy as np

from helpers.tests.claims.test_published_08 import (
    BETTER,
    FAST,
    FIRST,
    NAME,
    first_seed,
)
from helpers.tests.published import (
    missing,
    published_table,
    published_values,
)


def test_the_race_is_as_the_text_tells_it():
    accuracy = {m: f"{100 * first_seed(m, 'val_accuracy'):.0f}" for m in FIRST}
    minutes = {m: first_seed(m, "seconds") / 60 for m in FIRST}
    said = (
        f"get {accuracy['one-layer CNN']} and {accuracy['two-layer CNN']} % of the validation",
        f"needs an hour for {accuracy['advanced CNN']} %",
        f"{minutes[BETTER]:.0f} minutes for {accuracy[BETTER]} %",
        f"after {minutes[FAST]:.0f} minutes and",
        f"it needs {first_seed(FAST, 'epochs')} passes over the images, where the better recipe "
        f"made {first_seed(BETTER, 'epochs')}",
        f"{118_147_360 / 98_241_024:.1f} times as much as the advanced one",
    )
    assert not missing(NAME, "race-read", *said)
    assert 55 < minutes["advanced CNN"] < 65 and max(map(float, accuracy.values())) == float(
        accuracy[FAST]
    )
    assert first_seed(FAST, "parameter_count") < first_seed("advanced CNN", "parameter_count")
    better = 100 * first_seed(BETTER, "val_accuracy")
    assert not missing(NAME, "full-idea", f"{better:.1f} % after {minutes[BETTER]:.0f} minutes")


def test_the_fast_network_needs_a_fifth_of_the_better_recipe():
    better = np.median(published_values("05_advanced_cnn", BETTER, "seconds"))
    ratio = better / np.median(published_values(NAME, FAST, "seconds"))
    assert 4.5 < ratio < 5
    assert not missing(NAME, "take-aways", "a fifth of the minutes")


def test_the_operations_are_those_of_the_table():
    (operations,), models = published_table(NAME, "operations")
    found = dict(zip(models, operations, strict=True))
    assert set(found) == {"dense", *FIRST}
    assert found[FAST] == 6 * 118_147_360 * 45_000 * 6 / 1e15
    assert found[FAST] < found[BETTER] / 4
    said = (f"0.{100 * found[FAST]:.0f} · 10¹⁵ operations", f"recipe's {found[BETTER]:.2f}")
    assert not missing(NAME, "race-read", *said, "less than a quarter")
