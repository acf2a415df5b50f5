"""What a notebook writes down: measurements, tables and claims of one run on one dataset."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.config import Settings
from helpers.data import Dataset
from helpers.results import records


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

    def claim(self, statement: str, holds: bool) -> None:
        """Checks a statement next to the text that makes it, see `records.claim`."""
        records.claim(statement, holds, self.settings)

    def _saved(self, name: str, values: float | Iterable[float]) -> list[float]:
        listed = _listed(values)
        self.measurement(name, listed)
        return listed


def _listed(values: float | Iterable[float]) -> list[float]:
    return np.atleast_1d(np.asarray(values, float)).tolist()
