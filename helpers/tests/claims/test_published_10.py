"""What notebook 10 says in numbers, held to arithmetic and to its records."""

import math

import numpy as np
import pytest

from helpers import data, models
from helpers.tests.published import (
    missing,
    needs_published,
    published_measurement,
    published_values,
)
from helpers.tools.bench import networks

NAME = "10_hundred_classes"
waiting = needs_published(NAME)


@pytest.fixture(scope="module")
def names():
    """What the notebook's cells define."""
    return networks.from_notebook(NAME)


def trained(model) -> int:
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


def test_both_networks_have_the_parameters_of_the_project(names):
    simple, large = names["simple"](), names["large"]()
    assert (trained(simple), simple.count_params()) == (1_775_716, 1_777_636)
    assert (trained(large), large.count_params()) == (15_038_116, 15_047_588)
    assert not missing(NAME, "count-idea", "15,047,588, of which 15,038,116 are trained")
    assert not missing(NAME, "ex5-text", f"at most {simple.count_params():,} parameters")
    adds = models.multiply_adds(simple)
    assert not missing(NAME, "third-idea", f"has {adds / 1e6:.0f} million multiply-adds")
    assert round(large.count_params() / simple.count_params()) == 8
    assert not missing(NAME, "large-read-text", "eight times as many in `full`")
    residual = names["residual"]()
    assert residual.count_params() < 2_000_000
    assert not missing(NAME, "third-idea", "fewer than two million parameters")


def test_what_guessing_costs_and_hits_is_as_told():
    assert round(math.log(100), 3) == 4.605
    assert not missing(NAME, "guess-read", "Remember 4.605")
    assert not missing(NAME, "take-aways", "costs ln 100 = 4.605")
    assert not missing(NAME, "confusion-idea", "in 4 of 99 cases with twenty superclasses of five")
    assert (5 - 1, 10 - 1, 100 - 1) == (4, 9, 99)


def test_counts_of_images_are_those_of_the_two_sets():
    _, hundred = data.LAYOUTS
    each, held = hundred.rows["train"] // hundred.classes, 5_000 // hundred.classes
    assert not missing(NAME, "data-idea", f"{each} training images of each", f"takes {held} of")
    assert not missing(NAME, "few-idea", f"has {each - held} training images here")


def test_the_example_of_an_exercise_adds_up(names):
    made = names["large"](1, (1,), 3)
    assert trained(made) > 0  # its shape is the exercise's: convolution, norm, dense, norm, dense
    convolution, norm, dense = 9 * 3 * 8 + 8, 2 * 8, 2 * 2 * 8 * 4 + 4
    whole = convolution + norm + dense + 2 * 4 + 4 * 3 + 3
    said = (f"has {convolution} and its norm {norm}", f"= {dense} and its norm 8", f"makes {whole}")
    assert not missing(NAME, "ex2-text", *said, f"averages {whole + 2 * (8 + 4)}.")


@waiting
def test_the_published_run_reaches_its_floors():
    floors = {"simple, first recipe": 0.483, "simple, better recipe": 0.6, "VGG16": 0.629}
    for model, floor in floors.items():
        tests = published_values(NAME, model, "test_accuracy")
        assert tests.mean() >= floor and len(tests) == (1 if model == "VGG16" else 3)
    first, better = (
        np.median(published_values(NAME, f"simple, {kind} recipe", "seconds"))
        for kind in ("first", "better")
    )
    assert better <= 1.1 * first  # two trainings of one length differ by as much
    assert published_values(NAME, "VGG16", "seconds").max() <= 6_000


@waiting
def test_the_doubles_of_the_text_are_those_that_were_found():
    found = {
        where: published_measurement(NAME, f"exact doubles {where}")
        for where in ("in the training part", "in the test part", "in both")
    }
    assert list(found.values()) == [14, 2, 10]
    alike = published_measurement(NAME, "doubles in both parts with the same label")
    assert alike == 4 and not missing(NAME, "doubles-read", "only four have the same label")
    said = "14 training images and 2 test images are exact doubles", "10 images stand in both"
    assert not missing(NAME, "doubles-read", *said, "the six others would be lost")
