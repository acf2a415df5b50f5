"""Which set of pictures a run is about, and what the dataset of a grid means there."""

from collections.abc import Mapping

from helpers import config
from helpers.tools import execution


def about(notebook: str, parameters: Mapping) -> str:
    """The set that a run is about: what its `target` says, else the notebook's own.

    Args:
        notebook: Name of the course's notebook that it is; any other name is about CIFAR-10.
        parameters: Value by name.

    Returns:
        A key of `config.EMBEDDED`.
    """
    target, path = parameters.get("target"), execution.NOTEBOOKS / f"{notebook}.ipynb"
    if isinstance(target, str) and target in config.EMBEDDED:
        return target
    return execution.about(path) if path.is_file() else "cifar10"


def meant(notebook: str, parameters: Mapping) -> dict:
    """Parameters in which `dataset` is the notebook's own of its kind, real or embedded.

    A grid is for many notebooks: as with `COURSE_DATASET`, `digits` means `digits100` in one that
    is about CIFAR-100. What no notebook knows stays, and the notebook says so.
    """
    dataset = parameters.get("dataset")
    if not isinstance(dataset, str) or dataset not in config.DATASETS:
        return dict(parameters)
    return {**parameters, "dataset": config.meant(dataset, about(notebook, parameters))}
