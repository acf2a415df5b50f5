"""What notebook 12 says in numbers, held to its records."""

import numpy as np
import pytest

from helpers import results
from helpers.tests.published import (
    missing,
    needs_published,
    published_measurement,
    published_values,
)
from helpers.tools import readme_file

NAME = "12_tracking_and_search"
WAYS = ("grid", "random", "TPE")
EPOCHS, TRIALS = 6, 24
waiting = needs_published(NAME)


def measured(name: str) -> float:
    return published_measurement(NAME, name)


def points(name: str) -> float:
    return round(100 * measured(name), 1)


def trials(way: str, repeat: int) -> list[dict]:
    """The trainings of a search, in order."""
    own = [r for r in results.published() if r["notebook"] == NAME and r["kind"] == "training"]
    named = [r for r in own if r["model"].startswith(f"{way} {repeat}, trial ")]
    return sorted(named, key=lambda r: int(r["model"].split()[-1]))


def spread(name: str) -> str:
    (found,) = [r for r in results.published() if r["notebook"] == NAME and r.get("name") == name]
    return f"{100 * found['value']:.1f} ± {100 * found['spread']:.1f} %"


@waiting
def test_the_first_three_are_as_told():
    rates = (0.1, 0.02, 0.002)
    said = [f"{100 * published_values(NAME, f'rate {r}', 'val_accuracy')[0]:.1f} %" for r in rates]
    assert not missing(NAME, "three-read-text", *said)


@waiting
def test_every_search_keeps_to_its_budget_and_tpe_fits_more_trials_in():
    for way in WAYS:
        for repeat in range(3):
            lengths = [len(r["history"]["loss"]) for r in trials(way, repeat)]
            assert sum(lengths) <= TRIALS * EPOCHS
            assert way == "TPE" or lengths == [EPOCHS] * TRIALS
    counts = [len(trials("TPE", repeat)) for repeat in range(3)]
    assert not missing(NAME, "agree-read", f"TPE fits {min(counts)} to {max(counts)} trials")
    stopped = [sum(len(r["history"]["loss"]) < EPOCHS for r in trials("TPE", n)) for n in range(3)]
    shares = np.array(stopped) / counts
    assert (np.abs(shares - 2 / 3) < 0.07).all(), "two thirds of them are stopped"


@waiting
def test_the_ways_and_the_recipe_are_as_told():
    said = [f"{spread(f'{way}, chosen, other half')} ({way})" for way in WAYS]
    assert not missing(NAME, "compare-read", *said, f"{points('recipe, short, other half')} %")
    means = [measured(f"{way}, chosen, other half") for way in WAYS]
    assert min(means) > measured("recipe, short, other half") + 0.01
    looks = [
        np.mean([max(r["val_accuracy"] for r in trials(way, n)) for n in range(3)]) for way in WAYS
    ]
    assert np.argmax(looks) == 2 and np.argmin(means) == 2
    pairs = ("grid minus random", "grid minus TPE", "random minus TPE")
    largest = max(abs(points(pair)) for pair in pairs)
    of = ("p of grid against random", "p of grid against TPE", "p of random against TPE")
    ps = [measured(name) for name in of]
    said = f"at most {largest} points, with p between {min(ps):.2f} and {max(ps):.2f}"
    assert not missing(NAME, "luck-read", said)
    best = max((r["val_accuracy"], way) for way in WAYS for n in range(3) for r in trials(way, n))
    assert best[1] == "TPE" and 1.6 < len(trials("TPE", 0)) / TRIALS < 2


@waiting
def test_what_stopping_costs_and_why_is_as_told():
    said = (
        f"leaves {measured('epochs left by the rule'):.0%}".replace("%", " %"),
        f"in {100 * measured('searches that lose their best'):.0f} % of the searches",
        f"it costs {points('lost by the rule')} points",
    )
    assert not missing(NAME, "replay-read", *said)
    first, third = (measured(f"order after {n} epochs") for n in (1, 3))
    assert not missing(NAME, "rank-read", f"{first:.2f} like", f"after three {third:.2f}")


@waiting
def test_what_matters_is_as_told():
    rate, decay = (100 * measured(f"importance of {name}") for name in ("rate", "decay"))
    assert not missing(NAME, "importance-read", f"{rate:.0f} % of the", f"decay {decay:.0f} %")
    others = sum(measured(f"importance of {name}") for name in ("dropout", "units", "mirror"))
    assert others < 0.1


@waiting
def test_the_curse_is_as_told():
    coins = np.random.default_rng(0).binomial(200, 0.6, (2_000, 40)) / 200
    alone = f"{100 * (coins.max(axis=1).mean() - 0.6):.1f} points"
    told = [f"{points(f'curse, best of 40, {count} images')} points" for count in (200, 50, 2500)]
    assert not missing(NAME, "curse-read", alone, *told)
    for count in (50, 200, 2500):
        assert measured(f"curse, best of 1, {count} images") == pytest.approx(0, abs=0.005)


@waiting
def test_the_winner_and_its_price_are_as_told():
    ours, theirs = (spread(f"{who}, other half") for who in ("searched", "recipe"))
    assert not missing(NAME, "long-read", ours, theirs)
    assert not missing(NAME, "long-read", f"{points('searched minus recipe, other half')} points")
    best = max(r["val_accuracy"] for way in WAYS for n in range(3) for r in trials(way, n))
    recipe = published_values(NAME, "rate 0.02", "val_accuracy")[0]
    assert not missing(NAME, "long-read", f"({100 * (best - recipe):.1f} points")
    tested = [
        100 * published_values(notebook, model, "test_accuracy")
        for notebook, model in (
            (NAME, "two-layer CNN, searched"),
            ("03_two_layer_cnn", "two-layer CNN"),
        )
    ]
    said = [f"{t.mean():.1f} ± {t.std(ddof=1):.1f} %" for t in tested]
    lengths = f"as much as {measured('price of all searches'):.1f} trainings"
    assert not missing(NAME, "price-read", *said, lengths)
    searches = [r for way in WAYS for n in range(3) for r in trials(way, n)]
    minutes = sum(r["seconds"] for r in searches) / 60
    assert not missing(NAME, "price-read", f"{minutes:.0f} minutes of training for nine searches")
    assert minutes / 9 == pytest.approx(5, abs=0.5)
    readme = " ".join(readme_file.PATH.read_text(encoding="utf-8").split())
    assert f"they win two points, for {minutes:.0f} minutes of searching" in readme
    assert round(tested[0].mean() - tested[1].mean()) == 2
    counts = [
        published_values(notebook, model, "parameter_count")[0]
        for notebook, model in (
            (NAME, "two-layer CNN, searched"),
            (NAME, "recipe of notebook 03"),
        )
    ]
    assert counts[0] / counts[1] == pytest.approx(2, abs=0.05)
