"""Models as files, and what a model costs.

`saved` writes, finds and opens a model with its side file; `files` takes uploads and downloads;
`examined` says whether Grad-CAM can look into one, `costs` counts, layer by layer.
May import evaluation, training, plots, results, data, photos and the rooms below them.
New: another way that a model comes into the course, or is looked at from outside.
"""

from helpers.models.costs import Cost, layer_costs, multiply_adds
from helpers.models.examined import check_examinable
from helpers.models.files import downloaded, uploaded
from helpers.models.saved import (
    PUBLISHED,
    ModelError,
    Saved,
    find,
    folder,
    in_float32,
    load,
    save,
)

__all__ = [
    "PUBLISHED",
    "Cost",
    "ModelError",
    "Saved",
    "check_examinable",
    "downloaded",
    "find",
    "folder",
    "in_float32",
    "layer_costs",
    "load",
    "multiply_adds",
    "save",
    "uploaded",
]
