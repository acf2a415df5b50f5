"""What notebook 11 says in numbers, held to arithmetic, to the network and to its records."""

import keras
import numpy as np
import pytest

from helpers import config, data, models, results
from helpers.checks import notebook_11
from helpers.models import lite0
from helpers.tests.published import (
    missing,
    needs_published,
    of_main_dataset,
    published_measurement,
    published_rows,
    published_table,
    published_values,
)
from helpers.tools import readme_file
from helpers.tools.bench import networks

NAME = "11_transfer_learning"
PLANS = (
    *("new head, all", "head, then a third", "head, then all", "head, then all, large rate"),
    *("head, then all, norms learn", "head, then all, slower below"),
    "head, then all, a third of the rate",
)
waiting = needs_published(NAME)


@pytest.fixture(scope="module")
def names():
    """What the notebook's cells define."""
    return networks.from_notebook(NAME)


def test_the_borrowed_network_is_as_it_is_told():
    features = models.backbone("lite0", 32, None)
    assert round(features.count_params() / 1e6, 1) == 3.4
    assert not missing(NAME, "full-curve-read", "network of 3.4 million parameters")
    blocks = {layer.name.split("_")[0] for layer in features.layers if "block" in layer.name}
    assert len(blocks) == sum(repeats for repeats, *_ in lite0.STAGES) == 16
    assert not missing(NAME, "whole-idea", "sixteen such blocks")
    assert round(lite0.package_file().stat().st_size / 1e6) == 19
    assert not missing(NAME, "borrow-idea", "its weights, 19 MB")
    assert [features.output_shape[-1], features.output_shape[1]] == [1_280, 1]
    assert not missing(NAME, "failure-idea", "into 1,280 *features*")


def test_the_block_of_the_notebook_is_that_of_the_network(names):
    inputs = keras.Input((8, 8, 24))
    made = keras.Model(inputs, names["block"](inputs, 3, 1, 6, 24))
    own = models.backbone("lite0", 32, None)
    counted = [layer.count_params() for layer in own.layers if layer.name.startswith("block2_")]
    assert made.count_params() == sum(counted) == 24 * 144 * 2 + 9 * 144 + 4 * (2 * 144 + 24)
    assert [type(layer).__name__ for layer in made.layers][-1] == "Add"


def test_a_wide_block_that_ends_as_wide_still_has_a_linear_end(names):
    inputs = keras.Input((8, 8, 6))
    made = keras.Model(inputs, names["block"](inputs, 3, 1, 2, 12))
    kinds = [type(layer).__name__ for layer in made.layers]
    assert kinds.count("ReLU") == 2 and kinds[-1] == "BatchNormalization"


def test_the_scale_of_the_exercise_is_that_of_the_network():
    (scaling,) = [x for x in models.backbone("lite0", 32, None).layers if x.name == "scaling"]
    black, white = (float(scaling(np.float32(x))) for x in (0, 255))
    assert (round(black, 3), white) == (-0.992, 1.0)
    assert np.isclose(notebook_11._LOW, black)
    assert not missing(NAME, "exercises", "low −0.992 and high 1 gives `[True, False, False]`")


def test_the_examples_of_the_exercises(names):
    once, to_one = [(1 / 128, -127 / 128)], [(1 / 255, 0)]
    solve = {
        n: judge.right for n, judge in notebook_11.EXERCISES.items() if hasattr(judge, "right")
    }
    assert solve["11.1"]([once, to_one + once, []], -0.992, 1) == [True, False, False]
    features, labels = np.array([[2, 0], [4, 0], [0, 1]]), np.array([0, 0, 1])
    asked = np.array([[1, 0.5], [1, 3]])
    assert solve["11.3"](features, labels, asked).tolist() == [0, 1]
    assert solve["11.4"](4, 4, 3, 2, 5) == (1440, 448)
    assert not missing(NAME, "ex4-text", "For example, 4, 4, 3, 2 and 5 give 1440 and 448.")
    dense = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    dense.add(keras.layers.BatchNormalization())
    dense.add(keras.layers.Dense(2))
    assert sum(int(np.prod(v.shape)) for v in dense.layers[-1].weights) == 10
    assert not missing(NAME, "ex2-text", "has 10 of them with `last` 2")


def test_counts_of_places_and_of_labels():
    assert (96 // 32) ** 2 == 9
    assert not missing(NAME, "cost-idea", "nine times as many places as at 32")
    ten, hundred = data.LAYOUTS
    assert (20 * ten.classes, 20 * hundred.classes) == (200, 2_000)
    assert not missing(NAME, "ex5-text", "200 in all (2,000 of a hundred classes)")


@waiting
def test_the_published_run_reaches_its_floors():
    (tuned,) = published_values(NAME, "borrowed and tuned", "test_accuracy")
    (seconds,) = published_values(NAME, "borrowed and tuned", "seconds")
    assert tuned >= 0.92 and seconds <= 3_600
    assert published_measurement(NAME, "frozen, all images, test") >= 0.78


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


def measured(name: str) -> dict:
    (found,) = [r for r in of_main_dataset(NAME) if r.get("name") == name]
    return found


def spread(row: dict) -> str:
    return f"{100 * row['value']:.1f} ± {100 * row['spread']:.1f} %"


@waiting
def test_the_mistake_costs_what_is_told():
    rows = published_rows(NAME, "frozen, by size and way")
    right, twice = ([*map(percent, rows[way])] for way in ("right", "twice"))
    said = "{} % at 32 pixels, {} % at 64 and {} % at 96".format(*right)
    assert not missing(NAME, "failure-read", said, "it is {}, {} and {} %".format(*twice))
    gap, wins = rows["right"] - rows["twice"], rows["right"][-1] - rows["right"][0]
    said = f"costs {100 * gap.min():.0f} points at the smallest size and {100 * gap.max():.0f} at"
    assert not missing(NAME, "failure-read", said, f"wins {100 * wins:.0f} points")
    assert gap.argmin() == 0 and gap.argmax() == 2 and gap.min() > wins
    spread = {
        (pixels, way): published_measurement(NAME, f"liveliness, {pixels} pixels, {way}")
        for pixels in (32, 64, 96)
        for way in ("right", "twice")
    }
    ratios = [spread[pixels, "right"] / spread[pixels, "twice"] for pixels in (32, 64, 96)]
    said = f"was {spread[96, 'right']:.1f} at 96", f"{spread[96, 'twice']:.3f} with the mistake"
    said += f"{ratios[2]:.0f} times smaller", f"it was {spread[32, 'right']:.1f} the right way"
    assert not missing(NAME, "alarm-read", *said)
    assert ratios[2] == min(ratios), "at the other sizes the ratio was larger still"


@waiting
def test_what_labels_are_worth_is_as_told():
    rows, counts = published_table(NAME, "accuracy by images of a class")
    borrowed, two, fast = rows
    ends = [
        f"{percent(borrowed[n])} % against {percent(two[n])} and {percent(fast[n])} %"
        for n in (0, -1)
    ]
    assert (counts[0], counts[-1]) == ("10", "4500")
    assert not missing(NAME, "few-read", *(f"{end} with" for end in ends))
    assert (borrowed > np.maximum(two, fast)).all(), "the lines don't cross"
    lead = 100 * (borrowed - fast)
    assert round(lead[0]) == 32 and lead[-1] < 2, "from 32 points to less than two"
    there = fast[counts.index("200")]
    assert abs(there - borrowed[0]) < 0.01
    assert not missing(NAME, "few-read", f"the fast layers ({percent(there)} %)")


@waiting
def test_what_stages_tell_is_as_told():
    rows = published_rows(NAME, "linear heads by stage")
    for pixels, stage in ((32, 5), (96, 7)):
        line = rows[f"{pixels} pixels"]
        assert line.argmax() + 1 == stage
        said = f"{pixels} pixels is {stage}" if pixels == 32 else f"96 pixels it is {stage}"
        assert not missing(
            NAME, "stages-read", said, *(f"{percent(x)} %" for x in line[[stage - 1, 7]])
        )


@waiting
def test_ways_to_train_further_are_as_told():
    right = {name: measured(f"tuned: {name}") for name in PLANS}
    moved = {name: published_measurement(NAME, f"unmoved: {name}") for name in PLANS}
    frozen = published_values(NAME, "frozen, for tuning", "val_accuracy").mean()
    assert len(published_values(NAME, "head, then all", "val_accuracy")) == 2
    told = [
        f"frozen features had {percent(frozen)} %",
        f"*Head, then all* reaches {spread(right['head, then all'])}",
        f"the best, {spread(right['head, then all, slower below'])}",
        f"its control, {spread(right['head, then all, a third of the rate'])}",
        f"ends at {percent(right['head, then a third']['value'])} %",
        f"random head at {percent(right['new head, all']['value'])} %",
        f"seven points ({percent(right['head, then all, norms learn']['value'])} %)",
        f"left in any of them: {percent(moved['head, then all, a third of the rate'])} %",
    ]
    assert not missing(NAME, "plans-read", *told)
    value = {name: row["value"] for name, row in right.items()}
    assert max(value, key=value.get) == "head, then all, slower below"
    assert round(100 * (value["head, then all"] - value["head, then all, norms learn"])) == 7
    assert value["head, then all, large rate"] == 0.1
    most = max(moved, key=moved.get)
    others = [share for name, share in moved.items() if name != most]
    assert most == "head, then all, a third of the rate" and max(others) < 0.05
    bent = measured("worth of bending")
    said = f"costs {-100 * bent['value']:.1f} ± {100 * bent['spread']:.1f} points"
    assert (
        not missing(NAME, "bent-read", said) and config.PROFILES["full"].epochs["tuned_short"] == 2
    )


@waiting
def test_the_long_training_and_the_test_are_as_told():
    (history,) = published_values(NAME, "borrowed and tuned", "history")
    frozen = published_measurement(NAME, "frozen, all images, validation")
    first, last = (percent(history["val_accuracy"][n]) for n in (0, -1))
    said = f"has {first} %, after the third {last} %, and {percent(history['accuracy'][-1])} %"
    assert len(history["loss"]) == 3 and history["val_accuracy"][0] > frozen
    assert not missing(NAME, "full-curve-read", said, f"has {percent(frozen)} %")
    (test,) = published_values(NAME, "borrowed and tuned", "test_accuracy")
    (seconds,) = published_values(NAME, "borrowed and tuned", "seconds")
    plain = published_measurement(NAME, "frozen, all images, test")
    said = f"right for {percent(plain)} %", f"network for {percent(test)} %"
    assert not missing(NAME, "test-read", *said, f"took {seconds / 60:.0f} minutes")


@waiting
def test_digits_far_from_photos_and_few_labels_are_as_told():
    found = {
        name: published_measurement(NAME, f"digits, {name}")
        for name in ("frozen", "from scratch", "tuned")
    }
    assert not missing(NAME, "limit-published", *(f"{percent(x)} %" for x in found.values()))
    few = [measured(name)["value"] for name in ("class means, few labels", "solution of 11.5")]
    assert abs(few[0] - few[1]) < 0.005
    assert not missing(NAME, "ex5-solution-read", "differ by less than half a point")


@waiting
def test_the_last_layer_and_the_readme_are_as_told():
    small = published_rows(NAME, "linear heads by stage")["32 pixels"]
    assert not missing(NAME, "stages-read", f"stage 7 ({percent(small[6])} %)")
    assert round(100 * (small[6] - small[7])) == 12, "the last layer loses twelve points"
    (seconds,) = published_values(NAME, "borrowed and tuned", "seconds")
    said = f"after {seconds / 60:.0f} minutes of training on a processor without native bfloat16"
    assert said in readme_file.PATH.read_text(encoding="utf-8")
    (tuned,) = published_values(NAME, "borrowed and tuned", "test_accuracy")
    others = [r["test_accuracy"] for r in results.tested(results.published())]
    assert tuned == max(others), "ahead of them all"
