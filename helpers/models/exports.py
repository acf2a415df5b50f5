"""A saved model for other runtimes, in one folder: each format, measured, and an archive."""

import contextlib
import importlib.metadata
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from helpers import config, storage, training
from helpers.data import Dataset
from helpers.models import conversions, measured_exports, runtimes, sagemaker
from helpers.models.conversions import FORMATS, ExportError
from helpers.models.measured_exports import Measured
from helpers.models.saved import Saved
from helpers.models.whole_folder import told_plainly, whole

ARCHIVE, TABLES = "model.tar.gz", ("table.md", "table.json")
KNOWN = {Path(name).parts[0] for _, name in FORMATS.values()} | {ARCHIVE, *TABLES}
RUNTIMES = ("onnxruntime", "ai-edge-litert")
INSTALL = "make setup EXTRAS=export"


@dataclass(frozen=True)
class Exported:
    """What an export has made.

    Attributes:
        folder: `saved_model/1/`, `model.onnx`, `model.tflite`, `model_int8.tflite`, `model.tar.gz`,
            `table.md` and `table.json`; without the formats that were left out.
        rows: Keras itself, then one row a format.
        notes: What a reader of the table should know, a line each.
    """

    folder: Path
    rows: tuple[Measured, ...]
    notes: tuple[str, ...]

    @property
    def table(self) -> str:
        """The rows and the notes in Markdown."""
        return "\n\n".join([measured_exports.table(self.rows), *self.notes])


def export(
    saved: Saved,
    data: Dataset,
    out: str | os.PathLike,
    formats: Sequence[str] = tuple(FORMATS),
) -> Exported:
    """Writes a model in several formats, opens each with its own runtime and measures it.

    A format whose packages are missing is left out, and a note says so. The folder appears whole
    or not at all; an older export in it is replaced when the new one is whole.

    Args:
        saved: What `models.load` opened.
        data: Its training images quantise the int8 file, its validation images measure. If it has
            other classes than the model, there is no accuracy, only the agreement with Keras.
        out: The folder; new, empty, or an older export.
        formats: Keys of `FORMATS`. The archive is made of the SavedModel.

    Raises:
        ExportError: There is no such format, the folder can't be written or holds something else,
            or the model can't be converted.
    """
    out = config.named_path(out)
    check(out, formats)
    lacking = {form: runtimes.missing(form) for form in formats}
    wanted = [form for form in FORMATS if form in formats and not lacking[form]]
    notes = [*_left_out(lacking), *_about(saved, data, "litert_int8" in wanted)]
    known = tuple(saved.about["classes"]) == data.class_names
    labels = data.y_val if known else None
    with whole(out) as scratch:
        first, expected = measured_exports.of_keras(saved.model, data.x_val, labels)
        rows = [first]
        for form in wanted:
            path = conversions.written(form, saved.model, data.x_train, scratch)
            ask = runtimes.opened(form, path)
            with conversions.quiet():  # a runtime may speak with its first answer
                asked = (path, ask, data.x_val, labels, expected)
                rows.append(measured_exports.measured(FORMATS[form], *asked))
        if "saved_model" in wanted:
            model = scratch / FORMATS["saved_model"][1]
            sagemaker.pack(model, saved.about["classes"], scratch / ARCHIVE)
        made = Exported(out, tuple(rows), tuple(notes))
        told = json.dumps(_told(saved, data, made), indent=1)
        for name, content in zip(TABLES, (made.table, told), strict=True):
            storage.write_whole(scratch / name, content + "\n")
    return made


def sagemaker_archive(saved: Saved, path: str | os.PathLike) -> Path:
    """Writes the archive alone, as Amazon SageMaker's TensorFlow Serving container takes it.

    Args:
        saved: What `models.load` opened.
        path: The archive, `model.tar.gz`.

    Raises:
        ExportError: It can't be written, or the model can't be converted.
    """
    path = config.named_path(path)
    if path.is_dir():
        raise ExportError(f"{path} is a folder; name the archive, as in {path / ARCHIVE}.")
    with told_plainly(path), tempfile.TemporaryDirectory(prefix="course-model-") as folder:
        made = conversions.written("saved_model", saved.model, np.empty(0), Path(folder))
        sagemaker.pack(made, saved.about["classes"], path)
    return path


def check(out: str | os.PathLike, formats: Sequence[str], strict: bool = False) -> None:
    """Checks what can be known before anything is computed.

    Args:
        out: The folder that is asked for.
        formats: Keys of `FORMATS`.
        strict: Whether missing packages are an error, too.

    Raises:
        ExportError: As in `export`.
    """
    out = config.named_path(out)
    unknown = [form for form in formats if form not in FORMATS]
    if unknown or not formats or isinstance(formats, str):
        raise ExportError(f"formats is {formats!r}; expected some of: {', '.join(FORMATS)}.")
    if out.exists() and not out.is_dir():
        raise ExportError(f"{out} is a file; name a folder.")
    with told_plainly(out):
        strange = sorted(set(os.listdir(out)) - KNOWN) if out.is_dir() else []
    if strange:
        raise ExportError(
            f"{out} holds {strange[0]}, which is of no export; name a new folder, or empty it."
        )
    why = storage.refusal(out.parent)
    if why:
        raise ExportError(f"{out} can't be written ({why}); name another folder.")
    lines = _left_out({form: runtimes.missing(form) for form in formats}) if strict else []
    if lines:
        raise ExportError(f"{' '.join(lines)} The SavedModel alone needs no more packages.")


def _left_out(lacking: dict[str, list[str]]) -> list[str]:
    """One line if formats are left out because packages are missing."""
    names = [FORMATS[form][0] for form, packages in lacking.items() if packages]
    packages = dict.fromkeys(name for found in lacking.values() for name in found)
    if not names:
        return []
    listed = ", ".join(names)
    return [f"Left out: {listed}; not installed: {', '.join(packages)}. Run: {INSTALL}"]


def _about(saved: Saved, data: Dataset, quantised: bool) -> list[str]:
    """On which images was measured, and what of it isn't as it was when the model was saved."""
    about, count = saved.about, len(data.x_val)
    if tuple(about["classes"]) != data.class_names:
        ranges = " The int8 file has its ranges from these images, too." if quantised else ""
        return [
            f"The images at hand ({data.name}) have other classes than the model: no accuracy, "
            f"and the agreement with Keras is on {count:,} images it wasn't made for.{ranges}"
        ]
    lines = [f"Measured on {count:,} validation images of {data.name}."]
    if about.get("dataset_fingerprint") != data.fingerprint:
        lines[0] += (
            f" The model was trained on another selection ({about['dataset']}, profile "
            f"{about['profile']}), so its record has another accuracy."
        )
    return lines


def _told(saved: Saved, data: Dataset, made: Exported) -> dict:
    """What `table.json` says."""
    kept = ("classes", "dataset", "dataset_fingerprint", "profile", "sha256")
    return {
        "model": {key: saved.about.get(key) for key in kept},
        "measured_on": {"dataset": data.name, "fingerprint": data.fingerprint},
        "hardware": str(training.machine()),
        "versions": config.versions() | _versions(),
        "rows": [asdict(row) for row in made.rows],
        "notes": list(made.notes),
    }


def _versions() -> dict[str, str]:
    """Versions of the runtimes that are installed."""
    found = {}
    for name in RUNTIMES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found
