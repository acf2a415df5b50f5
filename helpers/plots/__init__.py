"""Every figure of the course: one house style, alt text on each.

Numbers: `charts`, `races`, `confidence`, `maps`, `evidence`, `spectra`, `searches`. Images:
`pictures`, `heat`, `kernels`. Drawings: `drawing` (networks), `sliding` (on numbers), `fields`.
May import results, data, photos and the rooms below them; it is handed values, not models.
New: a function that draws and one that shows it; figures of the README take the drawn one.
"""

from helpers.plots import quiet as quiet  # first: before Matplotlib

# isort: split
from helpers.plots.charts import bars, dots, drawn_bars, drawn_dots, drawn_lines, lines
from helpers.plots.confidence import confusion, drawn_confusion, histograms, reliability
from helpers.plots.drawing import drawn_network, network
from helpers.plots.evidence import drawn_forest, forest, paired, sign_flips
from helpers.plots.fields import receptive_field
from helpers.plots.heat import heat_rows, overlays
from helpers.plots.kernels import kernel_pairs, kernels_compared
from helpers.plots.maps import confusion_map
from helpers.plots.pictures import boxes, grey_levels, images, predictions
from helpers.plots.races import curves, drawn_race, race
from helpers.plots.searches import (
    drawn_landscape,
    drawn_parallel,
    drawn_trials,
    landscape,
    parallel,
    trials,
)
from helpers.plots.sliding import kernel_channels, pooling, sliding_kernel
from helpers.plots.spectra import spectrum
from helpers.plots.style import COLOURS, STYLE, show, svg

__all__ = [
    "COLOURS",
    "STYLE",
    "bars",
    "boxes",
    "confusion",
    "confusion_map",
    "curves",
    "dots",
    "drawn_bars",
    "drawn_confusion",
    "drawn_dots",
    "drawn_forest",
    "drawn_landscape",
    "drawn_lines",
    "drawn_network",
    "drawn_parallel",
    "drawn_race",
    "drawn_trials",
    "forest",
    "grey_levels",
    "heat_rows",
    "histograms",
    "images",
    "kernel_channels",
    "kernel_pairs",
    "kernels_compared",
    "landscape",
    "lines",
    "network",
    "overlays",
    "paired",
    "parallel",
    "pooling",
    "predictions",
    "race",
    "receptive_field",
    "reliability",
    "show",
    "sign_flips",
    "sliding_kernel",
    "spectrum",
    "svg",
    "trials",
]
