"""What notebook 08 says about the published run, held to its records."""

import re

import nbformat
import numpy as np
import pytest

from helpers import config, results
from helpers.tests.published import (
    missing,
    of_main_dataset,
    published_measurement,
    published_values,
)
from helpers.tools import execution

NAME, FAST = "08_fast_training", "fast CNN"
SIX, BETTER = f"{FAST}, asked six times", "advanced CNN, better recipe"
RUNGS = (
    "plain",
    "whitening",
    "passing on",
    "faster offsets",
    "smoothed labels",
    "lookahead",
    "shifts and flips",
    "orthogonal steps",
)
AUTHOR = {1: "34", 2: "21", 3: "18", 4: "13.5", 6: "12", 7: "9.9"}  # epochs to 94 %
AUTHOR |= {5: "in all rungs", 8: "another recipe"}
FIRST = {"one-layer CNN": "02_one_layer_cnn", "two-layer CNN": "03_two_layer_cnn"}
FIRST |= {"advanced CNN": "05_advanced_cnn", BETTER: "05_advanced_cnn", FAST: NAME}


def of_rung(number: int, field: str) -> np.ndarray:
    """Something recorded of a rung, one a seed."""
    return published_values(NAME, f"rung {number}, {RUNGS[number - 1]}", field)


def rung(number: int) -> np.ndarray:
    """Validation accuracies of a rung in per cent, one a seed."""
    return 100 * of_rung(number, "val_accuracy")


def measured(name: str) -> float:
    return published_measurement(NAME, f"worth of {name}")


def cell(name: str) -> nbformat.NotebookNode:
    notebook = nbformat.read(execution.NOTEBOOKS / f"{NAME}.ipynb", as_version=4)
    (found,) = [c for c in notebook.cells if c.id == name]
    return found


def printed(name: str) -> str:
    return "".join(o.get("text", "") for o in cell(name).outputs)


def worth(gain: np.ndarray) -> str:
    """As the text writes it: `"8.4 ± 1.3"`."""
    return results.points(gain / 100).removesuffix(" points").replace("-", "−")


def first_seed(model: str, field: str) -> float:
    return published_values(FIRST[model], model, field)[0]


def test_the_whole_recipe_reaches_what_the_course_promises():
    six, once = (published_values(NAME, model, "test_accuracy") for model in (SIX, FAST))
    assert len(six) == len(once) == 3 and six.mean() >= 0.895
    assert (six > once).all()
    assert published_values(NAME, FAST, "seconds").max() <= 12 * 60
    assert set(published_values(NAME, FAST, "parameter_count")) == {1_973_920}
    assert all(len(h["loss"]) == 6 for h in published_values(NAME, FAST, "history"))


def test_it_is_a_better_model_than_all_before():
    assert not missing(NAME, "title", "a recipe of eight steps")
    readme = (config.course_root() / "README.md").read_text(encoding="utf-8")
    assert "Which ideas train a better model in twelve minutes" in readme
    before = [r for r in results.published() if r["notebook"] < NAME and r["dataset"] != "digits"]
    best = max(r.get("test_accuracy") or 0 for r in before)
    assert published_values(NAME, FAST, "test_accuracy").min() > best


def test_what_the_text_says_about_the_network():
    three, first = 15**2 * 9 * 64 * 256 + 2 * 7**2 * 9 * 256**2, 31**2 * 4 * 3 * 24
    shares = [f"{100 * three / 118_147_360:.0f} %", f"{100 * first / 118_147_360:.1f} %"]
    lines = re.findall(r"([\d,]+) parameters +[\d,]+$", printed("walk"), re.MULTILINE)
    normal = 1_973_920 - sum(int(number.replace(",", "")) for number in lines)
    assert normal == 3 * (2 * 64 + 4 * 256)
    assert not missing(NAME, "walk-read", *shares, f"{normal:,}")
    assert abs(2 * 786_432 / (6 * 788_992) - 1 / 3) < 0.01  # what the dense baseline saves
    assert not missing(NAME, "race-idea", "really costs a third less")
    assert 0.4 < 60e6 / 118_147_360 < 0.6 and not missing(NAME, "ex4-text", "about half")


def test_singular_values_are_those_that_the_cells_print():
    pairs = re.findall(r"(\d+) before, ([\d.]+) after", printed("muon-check"))
    (low, low_after), (high, high_after) = pairs
    said = (f"is {low} times the smallest becomes {low_after} times", f"Of {high} times")
    assert not missing(NAME, "muon-read", *said, f"{float(high_after):.0f} are left")
    low, high, grown = re.findall(r"(\d+\.\d|\d+)(?: and|;|-fold)", printed("newton-schulz-check"))
    said = f"ends between {low} and {high}, a smaller one grows at most {grown}-fold"
    assert not missing(NAME, "muon-idea", said)


def test_smoothed_labels_leave_a_loss():
    wanted = np.full(10, 0.02) + 0.8 * np.eye(10)[0]
    lowest = -(wanted * np.log(wanted)).sum()
    assert not missing(NAME, "full-curves-read", f"it can't fall below {lowest:.2f}")
    ends = [h["loss"][-1] for h in published_values(NAME, FAST, "history")]
    assert min(ends) > 1
    assert all(0.88 < accuracy < 0.92 for accuracy in published_values(NAME, FAST, "val_accuracy"))


def test_what_asking_wins():
    asked = {}
    for title in (FAST, f"{FAST}, asked twice", SIX):
        asked[title] = published_values(NAME, title, "val_accuracy")
    once, twice, six = asked.values()
    for name, gain in {"mirror": twice - once, "shifts": six - twice}.items():
        assert abs(gain.mean() - published_measurement(NAME, f"worth of asking, {name}")) < 1e-5
    assert round(100 * (six - twice).mean(), 1) == 0.2
    assert not missing(NAME, "tta-read", "a fifth of a point")


def test_the_ladder_is_as_the_text_tells_it():
    gains = {RUNGS[k - 1]: rung(k) - rung(k - 1) for k in range(2, 9)}
    rows = [f"| 1 plain | | {AUTHOR[1]} |"]
    for k, (name, gain) in enumerate(gains.items(), 2):
        assert abs(gain.mean() / 100 - measured(name)) < 1e-5 and len(gain) == 3
        rows.append(f"| {k} {name} | {worth(gain)} | {AUTHOR[k]} |")
    assert not missing(NAME, "ladder-text", *rows)
    each = " and ".join(f"{gain:.1f}" for gain in gains["whitening"][1:])
    assert not missing(NAME, "ladder-text", f"({gains['whitening'][0]:.1f}, {each} points:")
    for name in ("whitening", "passing on", "orthogonal steps"):
        assert not missing(NAME, "take-aways", worth(gains[name]))
        assert (gains[name] > 0).all()
    for name in ("passing on", "orthogonal steps"):
        assert gains[name].mean() > 5 * gains[name].std(ddof=1)
    assert (gains["smoothed labels"] < 0).all()
    others = ("faster offsets", "lookahead", "shifts and flips")
    assert all(0 < (gains[name] > 0).sum() < 3 for name in others)
    assert [(gains[name] > 0).sum() for name in others[1:]] == [1, 1]
    least, most = min(gains["faster offsets"]), max(gains["faster offsets"])
    assert not missing(NAME, "ladder-text", f"here they won {least:.1f} to {most:.1f} points")


def test_the_author_s_epochs_are_the_same_in_text_and_code():
    code = dict(re.findall(r'"([a-z ]+)": ([\d.]+)', cell("ladder-read").source))
    assert code == {RUNGS[k - 1]: AUTHOR[k] for k in (1, 2, 3, 4, 6, 7)}
    assert 1 - 13.5 / 18 == 0.25 and not missing(NAME, "ladder-text", "save the author a quarter")
    assert not missing(NAME, "question", f"needs {AUTHOR[1]} epochs for that")


def test_untuned_rates_are_told_as_long_as_they_are_untuned():
    tuned = any(r.get("name") == "rates tried" for r in of_main_dataset(NAME))
    for name, words in {
        "ladder-text": "that nobody tuned for them",
        "take-aways": "in that run nobody tuned the rates of the other rungs",
    }.items():
        assert bool(missing(NAME, name, words)) == tuned, f"{name}: tell the rates that were tried"


def test_trying_rates_adds_a_third_to_the_ladder():
    found = re.search(r'FACTORS = \((.*)\) if settings.profile == "full"', cell("tuning").source)
    tried, full = len(found[1].split(",")), config.PROFILES["full"]
    assert tried * 1 / (full.ablation_seeds * full.epochs["rung"]) == pytest.approx(1 / 3)
    assert not missing(NAME, "tuning-idea", "adds a third to the ladder's time")


def test_how_far_training_lies_above_validation():
    for number in range(3, 7):
        last = [h["accuracy"][-1] for h in of_rung(number, "history")]
        apart = (100 * np.array(last) - rung(number)).mean()
        assert round(apart) in (8, 9), number
    flipped = of_rung(7, "history")
    assert abs((100 * np.array([h["accuracy"][-1] for h in flipped]) - rung(7)).mean() - 1) < 0.5
    for history in published_values(NAME, FAST, "history"):
        above = 100 * (np.array(history["accuracy"]) - history["val_accuracy"])
        assert max(above[1:5]) < 1.5 < min(above[5:])
    last_two = [np.diff(h["accuracy"])[-1] for h in published_values(NAME, FAST, "history")]
    gained = [np.diff(h["val_accuracy"])[-1] for h in published_values(NAME, FAST, "history")]
    assert (round(100 * np.mean(last_two)), round(100 * np.mean(gained))) == (5, 1)


def test_what_the_text_says_about_the_whole_recipe():
    once, six = (100 * published_values(NAME, model, "test_accuracy") for model in (FAST, SIX))
    minutes = published_values(NAME, FAST, "seconds") / 60
    said = [results.percent(v / 100) for v in (once, six)] + [f"{worth(six - once)} points"]
    said.append(f"{minutes.min():.1f} to {minutes.max():.1f} minutes")
    twice = published_values("05_advanced_cnn", f"{BETTER}, asked twice", "test_accuracy")
    said.append(f"asked twice, has {100 * twice.mean():.1f} %")
    assert not missing(NAME, "test-read", *said, "nearly five times as many minutes")
    assert not missing(NAME, "take-aways", f"won {worth(six - once)} points")
    asked = [FAST, f"{FAST}, asked twice", SIX]
    once, twice, six = (100 * published_values(NAME, model, "val_accuracy") for model in asked)
    said = (f"won {worth(twice - once)} points", f"the shifts {worth(six - twice)} on top")
    assert not missing(NAME, "tta-read", *said)
    history = published_values(NAME, FAST, "history")[0]
    assert history["val_accuracy"][3] > 0.8 > history["val_accuracy"][2]


def test_what_half_the_operations_lose():
    halved = "rung 8, half the operations"
    less = rung(8)[0] - 100 * published_values(NAME, halved, "val_accuracy")[0]
    same = [published_values(NAME, m, "parameters")[0] for m in (halved, f"rung 8, {RUNGS[7]}")]
    assert same[0]["batch_size"] == same[1]["batch_size"]
    share = round(100 * 54_223_904 / 118_147_360)
    assert not missing(NAME, "worked", f"{share} % of the operations, and {less:.1f} points less")


def test_how_much_is_luck():
    away = [np.abs(rung(k) - rung(k).mean()).max() for k in range(1, 9)]
    assert 3 < away[0] < 4 and max(away[1:]) < 2
    fast = 100 * published_values(NAME, FAST, "test_accuracy")
    assert np.abs(fast - fast.mean()).max() < 1
    assert not missing(NAME, "worked", "two points are luck, for rung 1 even four")


def test_the_examples_of_the_exercises():
    adds = 4 * 5 * 3**2 * 2 * 7
    said = (f"{adds:,}", f"{6 * adds * 30:,} operations", f"counts {4 * adds * 30:,}")
    assert not missing(NAME, "ex3-text", *said)
    slow = np.array([8.0, -4.0])
    for _ in range(2):
        slow = 0.25 * slow + 0.75 * slow / 4
        assert not missing(NAME, "exercises", f"`[{slow[0]}, {slow[1]}]`")
