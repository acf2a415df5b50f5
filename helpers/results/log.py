"""What a notebook writes down: measurements, tables and claims of one run on one dataset."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.config import Settings
from helpers.data import Dataset
from helpers.results import records, stored


@dataclass(frozen=True)
class Log:
    """Saves what a notebook measures, and gives the words for it.

    Attributes:
        settings: The notebook's settings.
        data: The dataset that is measured on.
    """

    settings: Settings
    data: Dataset

    def percent(self, name: str, values: float | Iterable[float]) -> str:
        """Saves shares from 0 to 1, and returns them as `records.percent` does."""
        return records.percent(self._saved(name, values))

    def points(self, name: str, values: float | Iterable[float]) -> str:
        """Saves differences of shares, and returns them as `records.points` does."""
        return records.points(self._saved(name, values))

    def measurement(
        self, name: str, values: float | Iterable[float], unit: str = "share"
    ) -> tuple[float, float]:
        """Saves something measured; returns its mean and spread, see `records.save_measurement`."""
        return records.save_measurement(self.settings, self.data, name, _listed(values), unit)

    def table(
        self,
        name: str,
        rows: np.ndarray,
        labels: Sequence[str] | None = None,
        row_labels: Sequence[str] | None = None,
    ) -> None:
        """Saves a table of numbers, see `records.save_table`."""
        records.save_table(self.settings, self.data, name, rows, labels, row_labels)

    def published(self, *names: str) -> list[float] | None:
        """Values that this notebook's published run measured, to draw beside one's own.

        They are of the same dataset if it was published, else of the course's own.

        Args:
            names: Of measurements.

        Returns:
            A value for each name, nan where there is none; None if there are none at all. In the
            profile `full` there are none: that run is as long as the published one.
        """
        known = {r["name"]: r["value"] for r in self._stored("measurement")}
        return [known.get(name, math.nan) for name in names] if known.keys() & set(names) else None

    def published_accuracies(self, model: str, metric: str = "val_accuracy") -> list[float]:
        """The accuracies at the end of a model's published trainings, one a seed; see `published`.

        Args:
            model: The name that `training.fit` was given.
            metric: `val_accuracy` or `accuracy` (on training images).
        """
        found = [r for r in self._stored("training") if r["model"] == model]
        return [r["history"][metric][-1] for r in found]

    def _stored(self, kind: str) -> list[dict]:
        if self.settings.profile == "full":
            return []
        own = [r for r in stored.published() if r["notebook"] == self.settings.notebook]
        return [r for r in stored.of_one_dataset(own, self.data.name) if r["kind"] == kind]

    def claim(self, statement: str, holds: bool) -> None:
        """Checks a statement next to the text that makes it, see `claim`."""
        claim(statement, holds, self.settings)

    def _saved(self, name: str, values: float | Iterable[float]) -> list[float]:
        listed = _listed(values)
        self.measurement(name, listed)
        return listed


def claim(statement: str, holds: bool, settings: Settings) -> None:
    """Checks a statement next to the text that makes it.

    The smoke profile, or fewer epochs than the profile's, trains too little for any claim about
    accuracy, so nothing is asserted there.

    Raises:
        AssertionError: The statement doesn't hold in the profile `class` or `full`.
    """
    if settings.profile == "smoke" or settings.shortened:
        print(f"Not checked, the training is too short: {statement}.")
        return
    if not holds:
        raise AssertionError(
            f"This run doesn't show it: {statement}. Did you change the model, the recipe or the "
            "data? If so, go on with the next cell: the text describes the model as it was."
        )
    print(f"Holds in this run: {statement}.")


def _listed(values: float | Iterable[float]) -> list[float]:
    return np.atleast_1d(np.asarray(values, float)).tolist()
