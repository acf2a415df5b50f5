"""Models as files, and what a model costs.

`saved` and `files` write, find and open models; `backbones` gives borrowed ones (`lite0`, weights
by `torch_files`); `examined`: can Grad-CAM look into one; `costs` counts; `exports` is for others:
`conversions`, `runtimes`, `measured_exports`, `whole_folder`, and `sagemaker`, an archive.
May import evaluation and what is below it. New: another way in, out, or to look from outside.
"""

from helpers.models.backbones import backbone
from helpers.models.costs import Cost, layer_costs, multiply_adds
from helpers.models.examined import check_examinable, examinable
from helpers.models.exports import FORMATS as EXPORT_FORMATS
from helpers.models.exports import Exported, ExportError, export, sagemaker_archive
from helpers.models.exports import check as check_export
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
    "EXPORT_FORMATS",
    "PUBLISHED",
    "BackboneError",
    "Cost",
    "ExportError",
    "Exported",
    "ModelError",
    "Saved",
    "backbone",
    "check_examinable",
    "check_export",
    "downloaded",
    "examinable",
    "export",
    "find",
    "folder",
    "in_float32",
    "layer_costs",
    "load",
    "multiply_adds",
    "sagemaker_archive",
    "save",
    "uploaded",
]
