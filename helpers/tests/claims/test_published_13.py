"""What notebook 13 says in numbers, held to its records."""

import numpy as np
import pytest

from helpers import results
from helpers.tests.published import missing, needs_published, published_rows, published_values

NAME = "13_service"
FLOOR, EARLIER = 0.83, 0.78  # of the validation images; the second by the project that is quoted
FIXED, WITHOUT = "five classes, fixed filters", "five classes"
pytestmark = needs_published(NAME)


def test_it_was_run_on_the_original_pixels_of_five_classes():
    own = [r for r in results.published() if r["notebook"] == NAME]
    assert {(r["dataset"], r["profile"]) for r in own} == {("CIFAR-10, 5 classes", "full")}


def test_filters_help_by_what_the_text_says():
    fixed, without = (published_values(NAME, model, "val_accuracy") for model in (FIXED, WITHOUT))
    assert len(fixed) == len(without) == 3 and fixed.min() >= FLOOR > EARLIER
    difference = fixed - without
    assert difference.min() > 0
    said = f"{results.percent(fixed)}, against {results.percent(without)} without them"
    same = f"{results.points(difference)} with the same seeds"
    assert not missing(NAME, "compare-text", said, same)


def test_int8_costs_what_the_text_says():
    rows = published_rows(NAME, "exports")
    exact, small = rows["LiteRT float32"], rows["LiteRT int8"]
    assert exact[0] / small[0] == pytest.approx(4, abs=0.2)
    lost, other = f"{100 * (exact[2] - small[2]):.1f}", f"{100 * (1 - small[3]):.1f}"
    said = f"That costs {lost} points of accuracy", f"in {other} % of the images the class does"
    assert not missing(NAME, "pack-text", *said)


def test_clients_and_micro_batches_change_what_the_text_says():
    together, alone = (
        np.array(list(published_rows(NAME, f"load, asked {how}").values()))
        for how in ("together", "alone")
    )
    more, longer = together[1, 3] / together[0, 3], together[1, 0] / together[0, 0]
    won = [f"{100 * (together[row, 3] / alone[row, 3] - 1):.0f} %" for row in (1, 2)]
    said = f"{more:.1f} times the answers a second", f"with {longer:.1f} times the latency"
    batches = f"Micro-batches win {won[0]} there, {won[1]} with 32 clients"
    assert not missing(NAME, "alone-read", *said, batches)
    assert 0.85 < together[0, 3] / alone[0, 3] < 1  # "lose a little with one"


def test_the_network_is_tested_once_a_seed():
    tested = results.tested(r for r in results.published() if r["notebook"] == NAME)
    assert [r["model"] for r in tested] == [FIXED] * 3
