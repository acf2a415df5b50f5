"""The data ladder: `load` gives CIFAR-10 where it can be had, the embedded digits elsewhere.

`sources` finds or downloads a copy, `archives` unpacks it, `cifar` reads it, `digits` makes the
embedded dataset.
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
from helpers.data.sources import EMBEDDED, NAMED, locate

__all__ = [
    "DIGIT_NAMES",
    "EMBEDDED",
    "NAMED",
    "DataError",
    "Dataset",
    "DownloadError",
    "fetch",
    "fewer",
    "fingerprint",
    "load",
    "locate",
    "make_digits",
    "read_cifar",
    "unpack_cifar",
]
