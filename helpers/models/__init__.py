"""Models as files, and what a model costs.

`saved` and `files` write, find and open models; `backbones` gives borrowed ones (`lite0`, its
weights by `torch_files`); `examined` says if Grad-CAM can look into one, `costs` counts.
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
