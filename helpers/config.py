"""Settings of a notebook run, folders and versions."""

import ast
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.profiles import PROFILES as PROFILES
from helpers.profiles import Profile as Profile

EMBEDDED = {"cifar10": "digits", "cifar100": "digits100"}  # what stands in for each set
DATASETS = ("auto", *(name for pair in EMBEDDED.items() for name in pair))

TRACKING = {  # what `COURSE_TRACKING` can be
    "": "records are files only",
    "mlflow": "records also go to MLflow as they are written",
    "later": "records are kept for MLflow, and sent by a command",
}


@dataclass(frozen=True)
class Settings:
    """What one run of a notebook uses: every choice resolved, nothing left open.

    Attributes:
        notebook: Name of the notebook, for its records.
        dataset: `"auto"`, `"cifar10"` or `"digits"`; in a notebook on CIFAR-100 `"auto"`,
            `"cifar100"` or `"digits100"`.
        profile: A key of `PROFILES`.
        data_dir: Folder or archive with that set, or None.
        seeds: Training seeds, at least one.
        epochs: Passes over the training images.
        use_cache: Whether trainings are served from and kept in the cache.
        shortened: Whether there are fewer epochs than the profile has.
    """

    notebook: str
    dataset: str
    profile: str
    data_dir: str | None
    seeds: tuple[int, ...]
    epochs: int
    use_cache: bool
    shortened: bool

    @property
    def budget(self) -> Profile:
        """How much of everything the profile uses."""
        return PROFILES[self.profile]

    @property
    def runs_dir(self) -> Path:
        """Where records and files of this run go."""
        return runs_dir()


def choose(name: str, value: str, allowed: Sequence[str]) -> str:
    """Returns `value` if it is allowed; the error names what is.

    Raises:
        ValueError: `value` is not in `allowed`.
    """
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; expected one of: {', '.join(allowed)}.")
    return value


def resolve(
    notebook: str,
    kind: str,
    dataset: str | None = None,
    profile: str | None = None,
    data_dir: str | None = None,
    seeds: Sequence[int] | str | None = None,
    epochs: int | None = None,
    use_cache: bool | None = None,
    about: str = "cifar10",
) -> Settings:
    """Fills the open parameters of a notebook: parameter, else environment, else default.

    The environment variables are `COURSE_DATASET`, `COURSE_PROFILE` and `CIFAR10_DIR` (or
    `CIFAR100_DIR`); the defaults are `"auto"`, `"class"` and no folder. Seeds and epochs come from
    the profile. `COURSE_DATASET` is for all notebooks: where it names a set that this notebook
    isn't about, it means the notebook's own, real or embedded alike.

    Args:
        notebook: Name of the notebook, as in `01_dense_baseline`.
        kind: Which entry of the profile's `epochs` counts here.
        dataset, profile, data_dir, seeds, epochs, use_cache: The notebook's parameters; None
            leaves the choice to the environment or the default.
        about: The set that the notebook is about, a key of `EMBEDDED`.

    Raises:
        ValueError: A parameter has a value that is not allowed.
    """
    profile = profile if profile is not None else os.environ.get("COURSE_PROFILE") or "class"
    own = ("auto", about, EMBEDDED[choose("about", about, list(EMBEDDED))])
    if dataset is None:
        dataset = meant(os.environ.get("COURSE_DATASET") or "auto", about)
    variable = f"{about.upper()}_DIR"
    table = PROFILES[choose("profile", profile, list(PROFILES))]
    seeds = table.seeds if seeds is None else whole_numbers("seeds", seeds)
    epochs = table.epochs[kind] if epochs is None else epochs
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs is {epochs!r}; expected a whole number, 1 or more.")
    if use_cache is not None and not isinstance(use_cache, bool):
        raise ValueError(f"use_cache is {use_cache!r}; expected True or False.")
    return Settings(
        notebook=notebook,
        dataset=choose("dataset", dataset, own),
        profile=profile,
        data_dir=data_dir if data_dir is not None else os.environ.get(variable) or None,
        seeds=seeds,
        epochs=epochs,
        use_cache=use_cache is not False,
        shortened=epochs < table.epochs[kind],
    )


def meant(dataset: str, about: str) -> str:
    """What a dataset, named for all notebooks, means in one that is about the set `about`.

    Args:
        dataset: One of `DATASETS`.
        about: A key of `EMBEDDED`.

    Raises:
        ValueError: `dataset` is not known.
    """
    choose("dataset", dataset, DATASETS)
    return dataset if dataset == "auto" else about if dataset in EMBEDDED else EMBEDDED[about]


def origin(name: str) -> tuple[str, str]:
    """Which set a dataset is of, by its name, and what asks for it.

    Args:
        name: As in `Dataset.name`, for example `"CIFAR-10 (JPEG copy)"` or `"digits, 5 classes"`.

    Returns:
        A key of `EMBEDDED`, and one of `DATASETS`: `"cifar10"` and `"digits"` for the second.
    """
    about = "cifar100" if name.startswith(("CIFAR-100", EMBEDDED["cifar100"])) else "cifar10"
    return about, about if name.startswith("CIFAR") else EMBEDDED[about]


def whole_numbers(name: str, values: Sequence[int] | str, least: int = 0) -> tuple[int, ...]:
    """A parameter that is a list of numbers, as a tuple.

    Args:
        name: The parameter's name, for the error.
        values: Whole numbers; or their text as papermill's `-p` passes it, like `"[0, 1]"`.
        least: The smallest number that is allowed.

    Raises:
        ValueError: It is no list of whole numbers, it is empty, or a number is too small.
    """
    try:
        read = ast.literal_eval(values) if isinstance(values, str) else values
        numbers = (read,) if isinstance(read, int) else tuple(read)
        if not numbers or any(type(n) is not int or n < least for n in numbers):
            raise ValueError
    except (ValueError, SyntaxError, TypeError):
        raise ValueError(
            f"{name} is {values!r}; expected a list of whole numbers from {least} up, as in "
            f"{list(range(least, least + 3))}."
        ) from None
    return numbers


def course_root() -> Path:
    """The folder that holds `helpers/` and `notebooks/`."""
    return Path(__file__).resolve().parents[1]


def published_model() -> Path:
    """The course's published model; its side file lies beside it, with the suffix `.json`."""
    return course_root() / "notebooks" / "models" / "advanced.keras"


def cache_dir() -> Path:
    """Where downloads, generated data and trained models are kept between runs.

    `COURSE_CACHE` names it; else it is `cnn-course` in the user's cache folder.
    """
    named = os.environ.get("COURSE_CACHE")
    if named:
        return named_path(named)
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or named_path("~/AppData/Local")
    elif platform.system() == "Darwin":
        base = named_path("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or named_path("~/.cache")
    return Path(base) / "cnn-course"


def named_path(named: str | os.PathLike) -> Path:
    """A path that somebody has named, whole; `~` is the home. Without one, no file can be there."""
    try:
        return Path(named).expanduser().resolve()
    except RuntimeError:  # in some containers a user has no home
        return Path(os.devnull) / named


def runs_dir() -> Path:
    """Where records and executed notebooks go: `COURSE_RUNS`, else `runs/` of the course."""
    named = os.environ.get("COURSE_RUNS")
    return named_path(named) if named else course_root() / "runs"


def tracking() -> str:
    """Whether records go to a tracking server: `COURSE_TRACKING`, a key of `TRACKING`.

    Raises:
        ValueError: It is something else.
    """
    return choose("COURSE_TRACKING", os.environ.get("COURSE_TRACKING") or "", list(TRACKING))


def versions() -> dict[str, str]:
    """Versions of the libraries that decide a training's result, and of Python."""
    packages = {p: importlib.metadata.version(p) for p in ("tensorflow", "keras", "numpy")}
    return {"python": platform.python_version()} | packages
