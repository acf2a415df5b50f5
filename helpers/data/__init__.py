"""The data ladder: `load` gives CIFAR-10 or CIFAR-100, or embedded digits where they can't be had.

`layouts` describes the two sets; `sources` finds or downloads a copy, `archives` unpacks it,
`cifar` reads it; `digits` and `pairs` make the embedded datasets.
May import photos and the rooms below, nothing else of the course.
New: another dataset is a room that makes or reads it, and a rung or a name in `ladder`.
"""

from helpers.data.archives import unpack as unpack_cifar
from helpers.data.cifar import DataError
from helpers.data.cifar import read as read_cifar
from helpers.data.digits import CLASS_NAMES as DIGIT_NAMES
from helpers.data.digits import make as make_digits
from helpers.data.download import DownloadError, fetch
from helpers.data.ladder import Dataset, fewer, fingerprint, load
from helpers.data.layouts import LAYOUTS
from helpers.data.pairs import make as make_pairs
from helpers.data.sources import EMBEDDED, NAMED, layout_of, locate

__all__ = [
    "DIGIT_NAMES",
    "EMBEDDED",
    "LAYOUTS",
    "NAMED",
    "DataError",
    "Dataset",
    "DownloadError",
    "fetch",
    "fewer",
    "fingerprint",
    "layout_of",
    "load",
    "locate",
    "make_digits",
    "make_pairs",
    "read_cifar",
    "unpack_cifar",
]
