"""What notebook 11 says of steps, averages and spreads follows from its code."""

import ast
import math

import keras
import nbformat
import numpy as np

from helpers import config, models
from helpers.models import lite0
from helpers.tests.published import missing, published_values
from helpers.tools import execution

NAME = "11_transfer_learning"
FULL, CLASS = config.PROFILES["full"], config.PROFILES["class"]
BATCH = 64


def function(name: str, **names: object):
    """A function that a cell of the notebook defines, with what its body refers to."""
    cells = nbformat.read(execution.NOTEBOOKS / f"{NAME}.ipynb", as_version=4).cells
    trees = [ast.parse(c.source) for c in cells if c.cell_type == "code"]
    bodies = [node for tree in trees for node in tree.body]
    (found,) = [n for n in bodies if isinstance(n, ast.FunctionDef) and n.name == name]
    exec(compile(ast.Module([found], []), name, "exec"), names)
    return names[name]


def steps(count: int, epochs: int) -> int:
    return epochs * math.ceil(count / BATCH)


def test_what_is_left_of_stored_averages():
    layers = models.backbone("lite0", 32, None).layers
    momenta = {x.momentum for x in layers if isinstance(x, keras.layers.BatchNormalization)}
    assert momenta == {0.99}
    told = []
    for profile in (CLASS, FULL):
        count = steps(profile.part, profile.epochs["tuned_short"])
        told.append(f"{100 * 0.99**count:.0f} %")
        assert not missing(NAME, "freeze-idea", f"{told[-1]}", f" {count} ")
    assert told == ["62 %", "15 %"]
    parts = f"{FULL.part:,} in `full`, {CLASS.part:,} in `class`"
    assert not missing(NAME, "plans-idea", parts, "in two passes")
    assert {p.epochs["tuned_short"] for p in (FULL, CLASS)} == {2}
    parts = f"{FULL.part:,} training images in `full`, {CLASS.part:,} in `class`"
    assert not missing(NAME, "failure-predict", parts)


def test_steps_of_heads_and_of_networks_from_scratch():
    """`passes` and `from_scratch` of the notebook, in the profile `full`."""
    assert not missing(NAME, "head", '"full": 1_000}[settings.profile]')
    assert not missing(NAME, "sizes", f"BATCH = {BATCH}")
    passes = function("passes", STEPS=1_000, BATCH=BATCH)
    least = 2 * FULL.epochs["tuned_short"]
    heads, others = {}, {}
    for each in (10, 50, 200, 500, 1_000, 4_500):
        heads[each] = steps(10 * each, passes(10 * each))
        others[each] = steps(10 * each, max(least, passes(10 * each)))
    assert heads[10] == others[10] == 200
    middle = [*list(heads.values())[1:-1], *list(others.values())[1:-1]]
    assert min(middle) == 800 and 1_020 < max(middle) < 1_030
    assert [round(counts[4_500], -2) for counts in (heads, others)] == [1_400, 2_800]
    told = "all of them take 800 to 1,030 steps; with ten, a hundred passes, 200; with all 4,500"
    assert not missing(NAME, "few-idea", f"{told} the head takes 1,400 and the two others 2,800")
    assert not missing(NAME, "few-read", "twice as many steps as the head")
    assert FULL.epochs["two_conv"] == 4 * least
    assert not missing(NAME, "few-idea", "four times as many steps with all images")


def test_a_rare_feature_spreads_widely():
    rare = np.zeros((400, 1))
    rare[0] = 1
    assert round(function("liveliness")(rare)) == 20
    assert not missing(NAME, "alarm-read", "one picture of 400, and 0 for the others, has 20")


def test_filters_of_the_last_blocks():
    sides = [kernel for repeats, kernel, *_ in lite0.STAGES for _ in range(repeats)]
    assert sides[-3:] == [5, 5, 3]
    assert not missing(NAME, "whole-read", "last blocks, 5 × 5, and 3 × 3 in the very last one")


def test_standard_errors_of_shares():
    errors = [100 * 0.5 / math.sqrt(profile.val) for profile in (CLASS, FULL)]
    told = "{:.1f} points (`class`), and {:.1f} among the 5,000".format(*errors)
    assert FULL.val == 5_000 and not missing(NAME, "limit-read", told)


def test_what_earlier_notebooks_reach():
    two = published_values("03_two_layer_cnn", "two-layer CNN", "test_accuracy").mean()
    fast = published_values("08_fast_training", "fast CNN", "test_accuracy").mean()
    told = f"{100 * two:.0f} % of the test images with the network of notebook 03, {100 * fast:.1f}"
    assert not missing(NAME, "full-idea", f"{told} % with that of notebook 08")
    assert not missing(NAME, "few-read", f"reaches {100 * fast:.1f} % of the test images")
