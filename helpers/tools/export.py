"""Writes a saved model for other runtimes, measures each format, and packs it for SageMaker.

    python -m helpers.tools.export [--model FILE.keras] [--out build/export]
        [--formats "saved_model onnx litert litert_int8"] [--profile class] [--dataset auto]
        [--cifar10-dir FOLDER] [--cifar100-dir FOLDER]

Nothing is sent anywhere. Formats but `saved_model` need `make setup EXTRAS=export`. Without a
dataset, a model of the embedded digits is measured on these, another one on what can be had.
"""

import argparse
import os
import sys
from pathlib import Path

from helpers import config, errors
from helpers.tools import endings, setup

OUT = config.course_root() / "build" / "export"


def main() -> None:
    """Checks the arguments, then opens the model, exports and prints the table."""
    options = _options()
    try:
        config.choose("PROFILE", options.profile, list(config.PROFILES))
        if options.dataset:
            config.choose("DATASET", options.dataset, config.DATASETS)
        path = config.named_path(options.model) if options.model else default_model()
    except (ValueError, errors.PlainError) as error:
        sys.exit(str(error))
    for variable in ("CIFAR10_DIR", "CIFAR100_DIR"):
        named = vars(options)[variable.lower()]
        if named and not config.named_path(named).exists():
            sys.exit(f"{variable}={named} does not exist; name a folder or a .tar.gz.")
    with endings.clean("Interrupted; what lay in the folder before still does."):
        setup.ensure()
        try:
            print(run(path, options), flush=True)
        except (ValueError, OSError, errors.PlainError) as error:
            sys.exit(str(error))


def default_model() -> Path:
    """The model that is exported if none is named.

    Raises:
        PlainError: There is none.
    """
    from helpers import service

    found = service.newest()
    if found is None:
        raise errors.PlainError("There is no model; name one, as in MODEL=runs/models/name.keras")
    return found


def run(path: Path, options: argparse.Namespace) -> str:
    """Exports a model; what to print about it.

    Args:
        path: A `.keras` file with its side file beside it.
        options: The command's.

    Raises:
        PlainError: The model can't be opened or exported, or there is no such dataset.
    """
    from helpers import training  # noqa: F401 (it starts TensorFlow without its log lines)

    # isort: split
    from helpers import models

    formats = options.formats.split() if options.formats else list(models.EXPORT_FORMATS)
    models.check_export(options.out, formats, strict=True)
    saved = models.load(path, config.resolve("export", "service", profile=options.profile))
    data = dataset_for(saved.about, options)
    print(f"Exporting {path.name} as {', '.join(formats)} …", flush=True)
    made = models.export(saved, data, options.out, formats)
    return f"\n{made.table}\n\nIn {made.folder}"


def dataset_for(about: dict, options: argparse.Namespace):
    """The dataset that a model is measured on, with the model's classes if it has them.

    Args:
        about: What the model's side file says.
        options: The command's.

    Returns:
        A `data.Dataset`.

    Raises:
        DataError: The dataset that was asked for can't be had.
    """
    from helpers import data

    kind, own = config.origin(about["dataset"])
    own = "auto" if own == kind else own
    wanted = config.meant(options.dataset, kind) if options.dataset else own
    folder = {"cifar10": options.cifar10_dir, "cifar100": options.cifar100_dir}[kind]
    where = {"data_dir": folder, "auto": kind}
    try:
        return data.load(wanted, options.profile, **where, classes=about["classes"])
    except ValueError:  # it has other classes
        return data.load(wanted, options.profile, **where)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m helpers.tools.export", description=__doc__)
    parser.add_argument("--model", help="a .keras file with its side file .json beside it")
    parser.add_argument("--out", default=str(OUT))
    parser.add_argument("--formats")
    parser.add_argument("--profile", default=os.environ.get("COURSE_PROFILE") or "class")
    parser.add_argument("--dataset", default=os.environ.get("COURSE_DATASET") or None)
    parser.add_argument("--cifar10-dir", default=os.environ.get("CIFAR10_DIR") or None)
    parser.add_argument("--cifar100-dir", default=os.environ.get("CIFAR100_DIR") or None)
    return parser.parse_args()


if __name__ == "__main__":
    main()
