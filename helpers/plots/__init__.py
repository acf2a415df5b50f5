"""Every figure of the course: one house style, alt text on each.

`charts` draws numbers, `pictures` and `heat` images, `confidence` and `races` one kind each.
May import results, data, photos and the rooms below them; it is handed values, not models.
New: a function that draws and one that shows it; figures of the README take the drawn one.
"""

from helpers.plots.charts import (
    bars,
    confusion,
    curves,
    dots,
    drawn_confusion,
    drawn_dots,
    drawn_lines,
    lines,
)
from helpers.plots.confidence import histograms, reliability
from helpers.plots.heat import overlays
from helpers.plots.pictures import boxes, grey_levels, images, predictions
from helpers.plots.races import drawn_race, race
from helpers.plots.style import COLOURS, STYLE, show, svg

__all__ = [
    "COLOURS",
    "STYLE",
    "bars",
    "boxes",
    "confusion",
    "curves",
    "dots",
    "drawn_confusion",
    "drawn_dots",
    "drawn_lines",
    "drawn_race",
    "grey_levels",
    "histograms",
    "images",
    "lines",
    "overlays",
    "predictions",
    "race",
    "reliability",
    "show",
    "svg",
]
