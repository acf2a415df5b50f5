"""Models as files, and what a model costs.

`saved` writes, finds and opens a model with its side file; `files` takes uploads and downloads;
`backbones` gives networks that others have trained, `lite0` with the weights of a Python package,
which `torch_files` reads; `examined` says whether Grad-CAM can look into a model, `costs` counts.
May import evaluation, training, plots, results, data, photos and the rooms below them.
New: another way that a model comes into the course, or is looked at from outside.
"""

from helpers.models.backbones import backbone
from helpers.models.costs import Cost, layer_costs, multiply_adds
from helpers.models.examined import check_examinable
from helpers.models.files import downloaded, uploaded
from helpers.models.lite0 import BackboneError
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
    "BackboneError",
    "Cost",
    "ModelError",
    "Saved",
    "backbone",
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
