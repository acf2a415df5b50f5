"""The data ladder: CIFAR-10 where it can be had, the embedded digits where it can't."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np

from helpers import config
from helpers.data import archives, cifar, digits, sources
from helpers.data.cifar import DataError as DataError

_WORDS = {
    sources.NAMED: "read from the folder or archive you named",
    sources.CACHED: "read from an earlier download",
    sources.DOWNLOADED: "downloaded just now, checksum right",
}


@dataclass(frozen=True)
class Dataset:
    """Images and labels in three parts. The arrays are read-only.

    Attributes:
        x_train, x_val, x_test: uint8 `(n, 32, 32, 3)`, values 0 to 255, rows, columns, channels; a
            dataset that a notebook builds itself may have other shapes.
        y_train, y_val, y_test: int64 `(n,)`, class indices.
        class_names: Name of each class index.
        name: `"CIFAR-10"`, `"CIFAR-10 (JPEG copy)"`, `"CIFAR-10 (unverified copy)"` or `"digits"`.
        fingerprint: SHA-256 of all pixels and labels, in hexadecimal.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    name: str
    fingerprint: str = field(init=False)

    def __post_init__(self):
        names = [f.name for f in fields(self) if f.name.startswith(("x_", "y_"))]
        for name in names:
            array = getattr(self, name)
            if array.flags.writeable:
                array = array.copy()
                array.flags.writeable = False
            object.__setattr__(self, name, array)
        arrays = [getattr(self, name) for name in names]
        object.__setattr__(self, "fingerprint", fingerprint(*arrays))


def fingerprint(*arrays: np.ndarray) -> str:
    """SHA-256 of the arrays' dtypes, shapes and contents, in hexadecimal."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


def load(
    dataset: str = "auto",
    profile: str = "class",
    *,
    data_dir: str | os.PathLike | None = None,
    seed: int = 0,
    classes: Sequence[str] | None = None,
) -> Dataset:
    """Loads the course's images, in three parts, and prints where they come from.

    Rungs of the ladder, the first that answers wins: a folder or archive you name (`data_dir` or
    the environment variable `CIFAR10_DIR`), an earlier download in Keras' cache, a download, the
    embedded dataset.

    Args:
        dataset: `"auto"` climbs the whole ladder, `"cifar10"` fails instead of taking the embedded
            dataset, `"digits"` takes the embedded dataset at once.
        profile: `"smoke"`, `"class"` or `"full"`; sets the number of images.
        data_dir: Folder or archive (tar or ZIP) with CIFAR-10's Python version, or a folder that
            holds the archive.
        seed: Fixes the split, in whatever order the images lie in their files. It stays 0 in the
            course, so that everybody has the same images in each part; of CIFAR-10, a smaller
            profile's parts lie inside the full profile's.
        classes: Keep only these classes, by name, renumbered in this order.

    Returns:
        A `Dataset`; every class has the same number of images in each part.

    Raises:
        DataError: The source that was named fails, or CIFAR-10 was asked for and can't be had.
        ValueError: An argument has a value that is not allowed.
    """
    size = config.PROFILES[config.choose("profile", profile, list(config.PROFILES))]
    source = sources.locate(dataset, data_dir)
    if source.rung == sources.EMBEDDED:
        arrays, class_names, name = _load_digits(size, seed), digits.CLASS_NAMES, "digits"
    else:
        whole, class_names, name = _read_cifar(source.path)
        arrays = _split(whole, size, seed)
    if classes is not None:
        arrays = _keep_classes(arrays, class_names, classes)
        class_names = tuple(classes)
    data = Dataset(**arrays, class_names=class_names, name=name)
    print(describe(data, source))
    return data


def fewer(data: Dataset, images: int) -> Dataset:
    """The same dataset with fewer training images, for an experiment of many trainings.

    Args:
        data: A dataset; its validation and test images stay.
        images: How many training images to keep: of each class the first ones, as many as of every
            other class.

    Raises:
        ValueError: `images` is not a multiple of the number of classes, or there are not so many.
    """
    classes = len(data.class_names)
    of_class = [np.flatnonzero(data.y_train == c) for c in range(classes)]
    each, rest = divmod(images, classes)
    if each < 1 or rest or each > min(map(len, of_class)):
        raise ValueError(
            f"{images} images are asked for; expected a multiple of {classes}, "
            f"{classes * min(map(len, of_class)):,} at most."
        )
    kept = np.sort(np.concatenate([indices[:each] for indices in of_class]))
    return replace(data, x_train=data.x_train[kept], y_train=data.y_train[kept])


def describe(data: Dataset, source: sources.Source) -> str:
    """What was loaded and from where, in words; a banner for the embedded dataset."""
    counts = (
        f"{len(data.x_train):,} training, {len(data.x_val):,} validation and "
        f"{len(data.x_test):,} test images of {len(data.class_names)} classes"
    )
    if source.rung != sources.EMBEDDED:
        return f"{data.name}, {_WORDS[source.rung]}: {counts}."
    lines = [
        "EMBEDDED DATASET: handwritten digits on photo patches.",
        "The numbers below are not CIFAR-10 numbers.",
        f"{counts}.",
        *source.tried,
    ]
    rule = "=" * min(100, max(map(len, lines)))
    return "\n".join([rule, *lines, rule])


def _read_cifar(path: Path) -> tuple[dict[str, np.ndarray], tuple[str, ...], str]:
    if path.is_dir():
        return cifar.read(path)
    with tempfile.TemporaryDirectory(prefix="cifar10-") as scratch:
        folder = archives.unpack(path, Path(scratch))
        try:
            return cifar.read(folder)
        except DataError as error:
            raise DataError(str(error).replace(str(folder), str(path))) from None


def _split(whole: dict[str, np.ndarray], size: config.Profile, seed: int) -> dict[str, np.ndarray]:
    """Balanced parts: of each class, the first 500 of a seeded order validate, the rest train."""
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(np.flatnonzero(whole["y_train"] == c)) for c in range(10)]
    test_orders = [rng.permutation(np.flatnonzero(whole["y_test"] == c)) for c in range(10)]
    held = config.PROFILES["full"].val // 10
    parts = {
        "train": ("train", [order[held : held + size.train // 10] for order in orders]),
        "val": ("train", [order[: size.val // 10] for order in orders]),
        "test": ("test", [order[: size.test // 10] for order in test_orders]),
    }
    arrays = {}
    for part, (origin, chosen) in parts.items():
        indices = np.sort(np.concatenate(chosen))
        arrays[f"x_{part}"] = whole[f"x_{origin}"][indices]
        arrays[f"y_{part}"] = whole[f"y_{origin}"][indices]
    return arrays


def _load_digits(size: config.Profile, seed: int) -> dict[str, np.ndarray]:
    arrays = {}
    for part in digits.PARTS:
        made = digits.load(getattr(size, part), part, seed=seed)
        arrays[f"x_{part}"], arrays[f"y_{part}"] = made
    return arrays


def _keep_classes(
    arrays: dict[str, np.ndarray], class_names: tuple[str, ...], classes: Sequence[str]
) -> dict[str, np.ndarray]:
    """The images of the named classes, labels renumbered in the order of the names."""
    unknown = [name for name in classes if name not in class_names]
    if isinstance(classes, str) or unknown or len(set(classes)) != len(classes) or not classes:
        raise ValueError(
            f"classes is {classes!r}; expected a list of different names out of: "
            f"{', '.join(class_names)}."
        )
    renumber = np.full(len(class_names), -1)
    renumber[[class_names.index(name) for name in classes]] = np.arange(len(classes))
    kept = {}
    for part in digits.PARTS:
        labels = renumber[arrays[f"y_{part}"]]
        kept[f"x_{part}"] = arrays[f"x_{part}"][labels >= 0]
        kept[f"y_{part}"] = labels[labels >= 0]
    return kept
