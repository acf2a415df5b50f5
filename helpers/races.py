"""Accuracy against minutes: every model of the course on one chart, with its operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from helpers import config, results, tables
from helpers.config import Settings
from helpers.data import Dataset
from helpers.style import STYLE, show


@dataclass(frozen=True)
class Entry:
    """One model in the race.

    Attributes:
        model: What the chart calls it.
        minutes: Minutes of training of one seed, validation included.
        accuracies: Validation accuracy after each epoch, 0 to 1; the last one alone if the
            record holds no history.
        petaflop: Operations of the training, in units of 10¹⁵.
    """

    model: str
    minutes: float
    accuracies: tuple[float, ...]
    petaflop: float


def entries(settings: Settings, data: Dataset, multiply_adds: Mapping[str, int]) -> list[Entry]:
    """The models of this run, and from the published run those that were not trained here.

    Args:
        settings, data: What the notebook runs with.
        multiply_adds: For each model that takes part, for one image.

    Returns:
        One entry a model, of the first seed with the recipe that was run last, lowest accuracy at
        the end first; a model without a record is left out. Those that are of the published run,
        on another dataset or in another profile, say so in their name.
    """
    same = {"dataset_fingerprint": data.fingerprint, "profile": settings.profile}
    here = [r for r in results.load_records(results.records_dir()) if same.items() <= r.items()]
    here = [r for r in here if r["kind"] == "training" and tables.counts(r, settings)]
    here = tables.of_last_recipe(here)
    whole = [r for r in results.published() if not r.get("shortened")]
    found = []
    for model, adds in multiply_adds.items():
        record = first_seed(here, model) or first_seed(whole, model)
        if record is not None:
            images = config.PROFILES[record["profile"]].train * _epochs(record)
            origin = "" if same.items() <= record.items() else " (published)"
            found.append(entry(record, petaflop(adds, images), origin))
    return sorted(found, key=lambda entry: entry.accuracies[-1])


def first_seed(records: list[dict], model: str) -> dict | None:
    """The training of a model with the lowest seed; None if there is none."""
    kinds = {"kind": "training", "model": model}
    trained = [r for r in records if kinds.items() <= r.items()]
    return min(trained, key=lambda r: r["seed"], default=None)


def entry(record: dict, petaflop: float, origin: str = "") -> Entry:
    """A training in the race.

    Args:
        record: Of a training.
        petaflop: What it costs.
        origin: Where it comes from, for its name.
    """
    history = record.get("history", {}).get("val_accuracy") or [record["val_accuracy"]]
    return Entry(record["model"] + origin, record["seconds"] / 60, tuple(history), petaflop)


def _epochs(record: dict) -> int:
    """Epochs that were run; those that were asked for if the record holds no history."""
    return len(record.get("history", {}).get("loss", ())) or record["epochs"]


def petaflop(multiply_adds: int, images: int) -> float:
    """Operations of a training, in units of 10¹⁵.

    A multiply-add is two operations. The gradients cost twice as much as the answer, so a training
    step costs three times as much as asking.

    Args:
        multiply_adds: For one image.
        images: Images in all steps together: of the training set, times epochs.
    """
    return 6 * multiply_adds * images / 1e15


def race(some: Sequence[Entry], *, title: str) -> None:
    """Shows a line for each model: validation accuracy over minutes, which are on a log scale."""
    show(*drawn_race(some, title=title))


def drawn_race(some: Sequence[Entry], *, title: str) -> tuple[Figure, str]:
    """The figure that `race` shows, and its alt text."""
    told = []
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 4.6), layout="constrained")
        axes = figure.add_subplot()
        for one in some:
            shares = 100 * np.array(one.accuracies)
            minutes = one.minutes * np.arange(1, len(shares) + 1) / len(shares)
            label = f"{one.model}: {_short(one.petaflop)}"
            (line,) = axes.plot(minutes, shares, label=label)
            axes.plot(minutes[-1], shares[-1], "o", color=line.get_color())
            told.append(
                f"{one.model} {shares[-1]:.1f} after {one.minutes:.1f} minutes and "
                f"{_short(one.petaflop)} · 10¹⁵ operations"
            )
        axes.set(title=title, xlabel="minutes of training (log scale)", xscale="log")
        axes.set(ylabel="validation accuracy in per cent", ylim=(0, 100))
        axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda x, _: f"{x:g}"))
        axes.legend(title="10¹⁵ operations", loc="lower right", fontsize=9)
    return figure, f"Line chart, {title}. Validation accuracy in per cent: {'; '.join(told)}."


def _short(petaflop: float) -> str:
    return f"{petaflop:.2g}"
