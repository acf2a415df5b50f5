"""Accuracy against minutes: what each model of the course has cost, from records."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpers import config
from helpers.config import Settings
from helpers.data import Dataset
from helpers.results import records, stored, tables


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
        on another dataset or in another profile, say so in their name, with the dataset.
    """
    same = {"dataset_fingerprint": data.fingerprint, "profile": settings.profile}
    here = [r for r in records.load_records(records.records_dir()) if same.items() <= r.items()]
    here = [r for r in here if r["kind"] == "training" and tables.counts(r, settings)]
    here = tables.of_last_recipe(here)
    whole = [r for r in stored.published() if r.get("model") in multiply_adds]
    whole = stored.of_one_dataset((r for r in whole if not r.get("shortened")), data.name)
    found = []
    for model, adds in multiply_adds.items():
        record = first_seed(here, model) or first_seed(whole, model)
        if record is not None:
            images = config.PROFILES[record["profile"]].train * _epochs(record)
            own = same.items() <= record.items()
            origin = "" if own else f" ({record['dataset']}, published)"
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
