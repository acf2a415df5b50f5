"""What notebook 09 says in numbers, held to other notebooks, to arithmetic and to its records."""

import math

import numpy as np
import pytest

from helpers import models
from helpers.tests.published import (
    missing,
    needs_published,
    of_main_dataset,
    published_measurement,
    published_table,
    published_values,
)
from helpers.tools.bench import networks

NAME = "09_residual_networks"
RESNET = "ResNet-20"
TRAINED, WITH_AVERAGES = 272_474, 274_042
waiting = needs_published(NAME)


def test_other_models_are_told_as_their_notebooks_have_them():
    (advanced,) = published_values("05_advanced_cnn", "advanced CNN", "parameter_count")
    fast = published_values("08_fast_training", "fast CNN", "parameter_count")[0]
    assert not missing(NAME, "pooling-idea", f"has {advanced:,} parameters")
    assert round(advanced / TRAINED) == 9 and not missing(NAME, "full-idea", "nearly nine times")
    assert round(fast / WITH_AVERAGES) == 7 and not missing(NAME, "race-read", "a seventh of")
    (operations,), models = published_table("08_fast_training", "operations")
    found = dict(zip(models, operations, strict=True))
    for model, adds, epochs in (
        ("advanced CNN, better recipe", 98_241_024, 32),
        ("fast CNN", 118_147_360, 6),
    ):
        assert found[model] == pytest.approx(6 * adds * 45_000 * epochs / 1e15)
        assert not missing(NAME, "race", f'"{model}": {adds:_}')


def test_what_thin_layers_move_is_as_told():
    thin, wide = (32 * 32 * 16, 9 * 16), (16 * 16 * 128, 9 * 128)
    assert wide[1] / thin[1] == 8
    said = (f"= {thin[0]:,} numbers", f"9 × 16 = {thin[1]} mult", f"{wide[0]:,} numbers")
    assert not missing(NAME, "thin-read", *said, f"{wide[1]:,} mult", "eight times as many numbers")


def test_other_numbers_of_the_text_follow_from_the_notebooks_own_cells():
    names = networks.from_notebook(NAME)
    wide, thin = (
        models.multiply_adds(names["network"](depth, names["block"], width))
        for depth, width in ((14, 32), (20, 16))
    )
    assert 2.4 < wide / thin < 2.7
    assert not missing(NAME, "wide-idea", "about two and a half times as much as each")
    fields = [3 + 4 * n + 2 + 4 * (2 * n - 1) + 4 + 8 * (2 * n - 1) for n in (1, 3)]
    said = "Eight layers see {} of the 32 pixels, 20 layers {}:".format(*fields)
    assert not missing(NAME, "wide-read-text", said)
    assert 0.48 < 2 * math.comb(9, 4) / 2**9 < 0.5
    assert not missing(NAME, "unravel-read", "$2^9 = 512$ ways in all, half of them")
    assert not missing(NAME, "full-idea", f"that is {64_000 * 128 / 45_000:.0f} epochs")
    counted = names["network"](8, names["block"]).trainable_variables
    small = sum(int(np.prod(variable.shape)) for variable in counted)
    assert not missing(NAME, "exercises", f"they are {small:,}, and the field is {fields[0]}")


def test_a_pasted_rectangle_covers_what_the_text_says():
    cutmix = networks.from_notebook(NAME)["cutmix"]
    pictures, labels = np.zeros((5_000, 32, 32, 3), np.uint8), np.eye(5_000, dtype="float32")
    _, soft = cutmix(pictures, labels, np.arange(5_000), 0, 0)
    assert 0.29 < 1 - np.diag(soft).mean() < 0.31
    assert not missing(NAME, "mix-check-idea", "a rectangle covers 30 % on average")


@waiting
def test_the_published_run_reaches_its_floor():
    tests = published_values(NAME, RESNET, "test_accuracy")
    assert 1 <= len(tests) <= 3 and tests.mean() >= 0.89
    assert (published_values(NAME, RESNET, "parameter_count") == WITH_AVERAGES).all()
    assert (published_values(NAME, RESNET, "seconds") < 3_900).all()


@waiting
def test_the_published_run_shows_that_depth_needs_shortcuts():
    loss = {
        (kind, depth): published_measurement(NAME, f"training loss, {kind} {depth}")
        for kind in ("plain", "residual")
        for depth in (8, 20, 32)
    }
    assert max(loss, key=loss.get) == ("plain", 32)
    assert all(loss["residual", depth] < loss["plain", depth] for depth in (20, 32))
    kept = {
        kind: [published_measurement(NAME, f"promise kept, {kind} {d}") for d in (8, 20, 32)]
        for kind in ("plain", "residual")
    }
    assert (np.diff(kept["plain"]) < 0).all() and min(kept["residual"]) > 0.6
    left = [published_measurement(NAME, f"accuracy without a pair, {k}") for k in kept]
    assert left[1] > left[0]


@waiting
def test_the_published_run_has_two_budgets_of_mixing():
    names = {r["model"] for r in of_main_dataset(NAME) if r["kind"] == "training"}
    for way in ("nothing", "Cutout", "Mixup", "CutMix"):
        assert {f"{way}, short", f"{way}, long"} <= names
        assert published_measurement(NAME, f"calibration error, {way}") < 0.5
