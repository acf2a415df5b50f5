"""Profiles, settings of a notebook run, folders and versions."""

import ast
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DATASETS = ("auto", "cifar10", "digits")


@dataclass(frozen=True)
class Profile:
    """How much of everything one profile uses.

    Attributes:
        train, val, test: Images in the three parts of the dataset.
        part: Training images of an experiment that needs many trainings.
        seeds: Training seeds, one training each.
        repeats: Seeds of an experiment that compares seeds.
        ablation_seeds: Seeds of an experiment whose single trainings are long.
        epochs: Passes over the training images, by kind of model.
    """

    train: int
    val: int
    test: int
    part: int
    seeds: tuple[int, ...]
    repeats: int
    ablation_seeds: int
    epochs: dict[str, int]


# passes over the training images in smoke, class and full, by kind of experiment
EPOCHS = {
    "dense": (2, 8, 40),
    "one_conv": (2, 6, 16),
    "two_conv": (2, 5, 16),
    "kernel": (1, 2, 16),
    "advanced": (2, 2, 35),
    "better": (2, 2, 32),
    "unregularised": (1, 1, 32),
    "part": (1, 2, 8),
    "ablation": (1, 1, 8),
    "fast": (1, 2, 6),
    "rung": (1, 1, 3),
    "digits": (1, 3, 2),
    "depth": (1, 5, 15),
    "mix_short": (1, 2, 6),
    "mix_long": (1, 6, 40),
    "residual": (1, 3, 40),
}
PROFILES = {
    "smoke": Profile(  # tests: seconds
        train=1_000,
        val=200,
        test=200,
        part=400,
        seeds=(0, 1),
        repeats=2,
        ablation_seeds=1,
        epochs={kind: numbers[0] for kind, numbers in EPOCHS.items()},
    ),
    "class": Profile(  # a lesson: minutes
        train=5_000,
        val=1_000,
        test=1_000,
        part=1_500,
        seeds=(0, 1, 2),
        repeats=6,
        ablation_seeds=1,
        epochs={kind: numbers[1] for kind, numbers in EPOCHS.items()},
    ),
    "full": Profile(  # the published numbers
        train=45_000,
        val=5_000,
        test=10_000,
        part=6_000,
        seeds=(0, 1, 2),
        repeats=8,
        ablation_seeds=3,
        epochs={kind: numbers[2] for kind, numbers in EPOCHS.items()},
    ),
}


@dataclass(frozen=True)
class Settings:
    """What one run of a notebook uses: every choice resolved, nothing left open.

    Attributes:
        notebook: Name of the notebook, for its records.
        dataset: `"auto"`, `"cifar10"` or `"digits"`.
        profile: A key of `PROFILES`.
        data_dir: Folder or archive with CIFAR-10, or None.
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
) -> Settings:
    """Fills the open parameters of a notebook: parameter, else environment, else default.

    The environment variables are `COURSE_DATASET`, `COURSE_PROFILE` and `CIFAR10_DIR`; the
    defaults are `"auto"`, `"class"` and no folder. Seeds and epochs come from the profile.

    Args:
        notebook: Name of the notebook, as in `01_dense_baseline`.
        kind: Which entry of the profile's `epochs` counts here.
        dataset, profile, data_dir, seeds, epochs, use_cache: The notebook's parameters; None
            leaves the choice to the environment or the default.

    Raises:
        ValueError: A parameter has a value that is not allowed.
    """
    profile = profile if profile is not None else os.environ.get("COURSE_PROFILE") or "class"
    dataset = dataset if dataset is not None else os.environ.get("COURSE_DATASET") or "auto"
    table = PROFILES[choose("profile", profile, list(PROFILES))]
    seeds = table.seeds if seeds is None else whole_numbers("seeds", seeds)
    epochs = table.epochs[kind] if epochs is None else epochs
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs is {epochs!r}; expected a whole number, 1 or more.")
    if use_cache is not None and not isinstance(use_cache, bool):
        raise ValueError(f"use_cache is {use_cache!r}; expected True or False.")
    return Settings(
        notebook=notebook,
        dataset=choose("dataset", dataset, DATASETS),
        profile=profile,
        data_dir=data_dir if data_dir is not None else os.environ.get("CIFAR10_DIR") or None,
        seeds=seeds,
        epochs=epochs,
        use_cache=use_cache is not False,
        shortened=epochs < table.epochs[kind],
    )


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


def versions() -> dict[str, str]:
    """Versions of the libraries that decide a training's result, and of Python."""
    packages = {p: importlib.metadata.version(p) for p in ("tensorflow", "keras", "numpy")}
    return {"python": platform.python_version()} | packages
