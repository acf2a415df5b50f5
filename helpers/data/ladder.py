"""The data ladder: CIFAR where it can be had, the embedded digits where it can't."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np

from helpers import config
from helpers.data import archives, cifar, digits, pairs, sources
from helpers.data.cifar import DataError as DataError
from helpers.data.layouts import Layout

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
        name: `"CIFAR-10"`, `"CIFAR-10 (JPEG copy)"`, `"CIFAR-10 (unverified copy)"` or `"digits"`;
            `"CIFAR-100"` with the same copies, or `"digits100"`. With some of the classes only, it
            says how many, as in `"digits, 5 classes"`.
        superclass_names: Name of each superclass; empty if there are none.
        superclass_of: The superclass of each class index; empty if there are none.
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
    superclass_names: tuple[str, ...] = ()
    superclass_of: tuple[int, ...] = ()
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
    auto: str = "cifar10",
) -> Dataset:
    """Loads the course's images, in three parts, and prints where they come from.

    Rungs of the ladder, the first that answers wins: a folder or archive you name (`data_dir` or
    the environment variable `CIFAR10_DIR`, or `CIFAR100_DIR`), an earlier download in Keras' cache,
    a download, the embedded dataset.

    Args:
        dataset: `"auto"` climbs the whole ladder, `"cifar10"` and `"cifar100"` fail instead of
            taking an embedded dataset, `"digits"` and `"digits100"` take the embedded one at once.
        profile: `"smoke"`, `"class"` or `"full"`; sets the number of images.
        data_dir: Folder or archive (tar or ZIP) with the set's Python version, or a folder that
            holds the archive.
        seed: Fixes the split, in whatever order the images lie in their files. It stays 0 in the
            course, so that everybody has the same images in each part; of CIFAR-10, a smaller
            profile's parts lie inside the full profile's.
        classes: Keep only these classes, by name, renumbered in this order.
        auto: What `"auto"` looks for: `"cifar10"`, or `"cifar100"` with its embedded stand-in.

    Returns:
        A `Dataset`; every class has the same number of images in each part.

    Raises:
        DataError: The source that was named fails, or a CIFAR set was asked for and can't be had.
        ValueError: An argument has a value that is not allowed.
    """
    size = config.PROFILES[config.choose("profile", profile, list(config.PROFILES))]
    source = sources.locate(dataset, data_dir, auto)
    if source.rung == sources.EMBEDDED:
        whole = _embedded(source.layout)
        arrays = _made(source.layout, size, seed)
    else:
        whole = _read_cifar(source)
        arrays = _split(whole.arrays, size, seed)
    names = {"class_names": whole.class_names, "superclass_of": whole.superclass_of}
    if classes is not None:
        arrays, chosen = _keep_classes(arrays, whole.class_names, classes)
        names = {
            "class_names": tuple(classes),
            "superclass_of": tuple(whole.superclass_of[c] for c in chosen if whole.superclass_of),
        }
    count, name = len(names["class_names"]), whole.name
    names["name"] = name if count == len(whole.class_names) else f"{name}, {count} classes"
    data = Dataset(**arrays, **names, superclass_names=whole.superclass_names)
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
    pair = "pairs of " if data.name == "digits100" else ""
    lines = [
        f"EMBEDDED DATASET: {pair}handwritten digits on photo patches.",
        f"The numbers below are not {source.layout.name} numbers.",
        f"{counts}.",
        *source.tried,
    ]
    rule = "=" * min(100, max(map(len, lines)))
    return "\n".join([rule, *lines, rule])


def _read_cifar(source: sources.Source) -> cifar.Copy:
    path, layout = source.path, source.layout
    if path.is_dir():
        return cifar.read(path, layout)
    with tempfile.TemporaryDirectory(prefix=f"{layout.stem}-") as scratch:
        folder = archives.unpack(path, Path(scratch), layout)
        try:
            return cifar.read(folder, layout)
        except DataError as error:
            raise DataError(str(error).replace(str(folder), str(path))) from None


def _split(whole: dict[str, np.ndarray], size: config.Profile, seed: int) -> dict[str, np.ndarray]:
    """Balanced parts: of each class, the first of a seeded order validate, the rest train."""
    rng = np.random.default_rng(seed)
    n = 1 + int(whole["y_train"].max())
    orders = [rng.permutation(np.flatnonzero(whole["y_train"] == c)) for c in range(n)]
    test_orders = [rng.permutation(np.flatnonzero(whole["y_test"] == c)) for c in range(n)]
    held = config.PROFILES["full"].val // n
    parts = {
        "train": ("train", [order[held : held + size.train // n] for order in orders]),
        "val": ("train", [order[: size.val // n] for order in orders]),
        "test": ("test", [order[: size.test // n] for order in test_orders]),
    }
    arrays = {}
    for part, (origin, chosen) in parts.items():
        indices = np.sort(np.concatenate(chosen))
        arrays[f"x_{part}"] = whole[f"x_{origin}"][indices]
        arrays[f"y_{part}"] = whole[f"y_{origin}"][indices]
    return arrays


def _embedded(layout: Layout) -> cifar.Copy:
    """The names of the dataset that stands in for one of the two sets."""
    if not layout.superclasses:
        return cifar.Copy({}, digits.CLASS_NAMES, "digits")
    superclasses = (pairs.SUPERCLASS_NAMES, pairs.SUPERCLASS_OF)
    return cifar.Copy({}, pairs.CLASS_NAMES, "digits100", *superclasses)


def _made(layout: Layout, size: config.Profile, seed: int) -> dict[str, np.ndarray]:
    room, arrays = pairs if layout.superclasses else digits, {}
    for part in digits.PARTS:
        made = room.load(getattr(size, part), part, seed=seed)
        arrays[f"x_{part}"], arrays[f"y_{part}"] = made
    return arrays


def _keep_classes(
    arrays: dict[str, np.ndarray], class_names: tuple[str, ...], classes: Sequence[str]
) -> tuple[dict[str, np.ndarray], list[int]]:
    """The images of the named classes, renumbered in the order of the names; the old numbers."""
    unknown = [name for name in classes if name not in class_names]
    if isinstance(classes, str) or unknown or len(set(classes)) != len(classes) or not classes:
        raise ValueError(
            f"classes is {classes!r}; expected a list of different names out of: "
            f"{', '.join(class_names)}."
        )
    renumber = np.full(len(class_names), -1)
    chosen = [class_names.index(name) for name in classes]
    renumber[chosen] = np.arange(len(classes))
    kept = {}
    for part in digits.PARTS:
        labels = renumber[arrays[f"y_{part}"]]
        kept[f"x_{part}"] = arrays[f"x_{part}"][labels >= 0]
        kept[f"y_{part}"] = labels[labels >= 0]
    return kept, chosen
