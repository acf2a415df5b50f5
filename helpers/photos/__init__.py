"""Pictures from outside, made into what a network has seen: 32×32 pixels, RGB.

`images` prepares them, `decoding` makes 8 bits and three channels of whatever a file holds,
`uploads` is the upload button. May import only the rooms without a wing.
New: another kind of file, another place that pictures come from.
"""

from helpers.photos.decoding import shown
from helpers.photos.images import (
    ImageError,
    prepare,
    prepare_all,
    prepare_folder,
    sorted_out,
)
from helpers.photos.uploads import ask, received

__all__ = [
    "ImageError",
    "ask",
    "prepare",
    "prepare_all",
    "prepare_folder",
    "received",
    "shown",
    "sorted_out",
]
