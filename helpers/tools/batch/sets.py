"""Which set of pictures a run is about, and what the dataset of a grid means there."""

import re
from collections.abc import Mapping

from helpers import config
from helpers.tools import execution

_TARGET = re.compile(r'"target = \\*["\'](\w+)')  # a line of a stored notebook


def about(notebook: str, parameters: Mapping, text: str) -> str:
    """The set that a run is about: what its `target` says, else the notebook's own.

    Args:
        notebook: Name of the course's notebook that it is, or any other one.
        parameters: Value by name.
        text: The run's notebook as it is stored, where its parameter may have another value.

    Returns:
        A key of `config.EMBEDDED`.
    """
    written, path = _TARGET.search(text), execution.NOTEBOOKS / f"{notebook}.ipynb"
    target = parameters.get("target") or (written and written[1])
    if isinstance(target, str) and target in config.EMBEDDED:
        return target
    return execution.about(path) if path.is_file() else execution.about_in(text)


def meant(notebook: str, parameters: Mapping, text: str) -> dict:
    """Parameters in which `dataset` is the notebook's own of its kind, real or embedded.

    A grid is for many notebooks: as with `COURSE_DATASET`, `digits` means `digits100` in one that
    is about CIFAR-100. What no notebook knows stays, and the notebook says so.
    """
    dataset = parameters.get("dataset")
    if not isinstance(dataset, str) or dataset not in config.DATASETS:
        return dict(parameters)
    return {**parameters, "dataset": config.meant(dataset, about(notebook, parameters, text))}
