"""The check of exercise 12.5: a search on made-up trainings, against random search."""

from collections.abc import Callable

import numpy as np

from helpers.checks.calling import Hint, with_article

FULL, BUDGET = 9, 90  # epochs of a whole training, and of a search
PROBLEMS = 60  # searches of each kind
NOISE = 0.01  # of an accuracy, standard deviation
SPREAD = 0.8  # of how fast settings learn, in logs: the first epoch doesn't tell all
LEAD = 0.004  # by which it must be better than random search, on average


def problem(seed: int) -> tuple[Callable[[], dict], Callable[[dict, int], float], Callable]:
    """A made-up task: a function that draws, one that trains, and how good a setting is."""
    rng = np.random.default_rng(seed)
    best = rng.uniform(-0.7, 0.7, 2)
    spent: dict[tuple, int] = {}
    noise: dict[tuple, float] = {}
    slow: dict[tuple, float] = {}

    def quality(setting: dict) -> float:
        x, y = setting["x"] - best[0], setting["y"] - best[1]
        return 0.85 - 0.25 * x * x - 0.2 * abs(y)

    def draw() -> dict:
        return {"x": float(rng.uniform(-1, 1)), "y": float(rng.uniform(-1, 1))}

    def train(setting: dict, epochs: int) -> float:
        place = _place(setting)
        epochs = _whole(epochs)
        spent[place] = max(spent.get(place, 0), epochs)
        used = sum(spent.values())
        if used > BUDGET:
            raise Hint(f"It asks for {used} epochs; the budget is {BUDGET}.")
        seen = noise.setdefault((place, epochs), float(rng.normal(scale=NOISE)))
        pace = slow.setdefault(place, float(2 * np.exp(rng.normal(scale=SPREAD))))
        return quality(setting) * (1 - 0.6 * np.exp(-epochs / pace)) + seen

    return draw, train, quality


def _place(setting: object) -> tuple[float, float]:
    fits = isinstance(setting, dict) and {"x", "y"} <= set(setting)
    try:
        place = (float(setting["x"]), float(setting["y"])) if fits else None
    except (TypeError, ValueError):
        place = None
    if place is None or not all(-1 <= v <= 1 for v in place):
        found = with_article(type(setting).__name__) if not fits else repr(setting)
        raise Hint(f"A setting is a dictionary as `draw()` returns it; this is {found}.")
    return place


def _whole(epochs: object) -> int:
    if isinstance(epochs, bool) or epochs != int(epochs) or not 1 <= epochs <= FULL:
        raise Hint(f"It asks for {epochs} epochs; expected a whole number from 1 to {FULL}.")
    return int(epochs)


def by_chance(draw: Callable, train: Callable, budget: int) -> dict:
    """Random search: whole trainings until the budget is spent."""
    tried = [draw() for _ in range(budget // FULL)]
    return max(tried, key=lambda setting: train(setting, FULL))


def search(answer: Callable) -> None:
    """Judges exercise 12.5: does it find better settings than random search, on average?

    Raises:
        Hint: It spends more than the budget, returns no setting, or isn't better.
    """
    found, random = [], []
    for seed in range(PROBLEMS):
        draw, train, quality = problem(seed)
        setting = answer(draw, train, BUDGET)
        _place(setting)
        found.append(quality(setting))
        draw, train, quality = problem(seed)
        random.append(quality(by_chance(draw, train, BUDGET)))
    lead = np.mean(found) - np.mean(random)
    if lead < LEAD:
        raise Hint(
            f"Its choices are {np.mean(found):.3f} good on average, those of random search "
            f"{np.mean(random):.3f}. A whole training takes {FULL} epochs: can you tell earlier "
            "which settings aren't worth it, and try more of them?"
        )


search.praise = "ready to try."
