"""Saved models: a `.keras` file and a side file that says what it is for."""

import copy
import hashlib
import io
import json
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import keras

from helpers import config, results, storage
from helpers.config import Settings
from helpers.data import Dataset
from helpers.errors import PlainError
from helpers.training import Training

PUBLISHED = config.published_model()
PREPROCESSING = (
    "RGB pictures of 32 x 32 pixels, values 0 to 255, shape (n, 32, 32, 3), uint8 or float32; the "
    "model scales them itself. helpers.photos.prepare makes them from any picture."
)
_RECENT = {  # settings since Keras 3.14, with their defaults
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
    "input_axes": None,
    "output_axes": None,
}
_KEPT = ("notebook", "model", "seed", "epochs", "recipe", "parameter_count")
_KEPT += ("val_accuracy", "test_accuracy", "seconds", "versions")


class ModelError(PlainError):
    """A saved model can't be used; the message says why, and what to do."""


@dataclass(frozen=True)
class Saved:
    """A model that was opened; the functions of `evaluation` take it like a training.

    Attributes:
        model: Not compiled: images `(n, 32, 32, 3)` with values 0 to 255 -> probabilities
            `(n, classes)`.
        about: What the side file says: `classes, preprocessing, dataset, dataset_fingerprint,
            profile, record, sha256`.
        settings: The settings of the notebook that opened it.
    """

    model: keras.Model
    about: dict
    settings: Settings


def folder() -> Path:
    """Where this run saves its models."""
    return config.runs_dir() / "models"


def saved_path(name: str, dataset: str, profile: str, shortened: bool = False) -> Path:
    """Where a model is saved; dataset and profile are part of the name.

    Args:
        name: What the model is called, for example `"advanced"`.
        dataset: Name of the dataset, as in `Dataset.name`.
        profile: Name of the profile.
        shortened: Whether it was trained for fewer epochs than the profile has.
    """
    words = f"{name} {dataset} {profile}" + (" shortened" if shortened else "")
    words = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    return folder() / f"{words}.keras"


def save(trained: Training, data: Dataset, name: str, temperature: float | None = None) -> Path:
    """Saves a trained model, without its optimizer and in float32, with a side file beside it.

    float32 runs everywhere at a fair speed; a model of bfloat16 layers doesn't.

    Args:
        trained: A finished training.
        data: The dataset it was trained on.
        name: What the model is called in the file's name.
        temperature: What makes its confidences honest, see `evaluation.fit_temperature`.

    Returns:
        The path of the `.keras` file. The side file has the same name with `.json` and is written
        last; between the two, `load` refuses the pair.
    """
    settings = trained.settings
    path = saved_path(name, data.name, settings.profile, settings.shortened)
    with tempfile.TemporaryDirectory(prefix="course-model-") as scratch:
        file = Path(scratch) / "model.keras"
        in_float32(trained.model).save(file)
        content = portable(file.read_bytes())
    record = results.read(trained.record)
    about = {
        "classes": list(data.class_names),
        "preprocessing": PREPROCESSING,
        "dataset": data.name,
        "dataset_fingerprint": data.fingerprint,
        "profile": settings.profile,
        "record": {key: record[key] for key in _KEPT},
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    if temperature is not None:
        about["temperature"] = temperature
    storage.write_whole(path, content)
    storage.write_whole(path.with_suffix(".json"), json.dumps(about, indent=1) + "\n")
    return path


def in_float32(model: keras.Model) -> keras.Model:
    """A copy of a model with the same weights whose layers all compute in float32."""

    def plain(node: object) -> object:
        if isinstance(node, dict):
            if node.get("class_name") == "DTypePolicy":
                return node | {"config": {"name": "float32"}}
            return {key: plain(value) for key, value in node.items()}
        return [plain(value) for value in node] if isinstance(node, list) else node

    twin = type(model).from_config(plain(copy.deepcopy(model.get_config())))
    twin.set_weights(model.get_weights())
    for layer in twin.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # it computes with what it derives from its weights
    return twin


def portable(content: bytes) -> bytes:
    """A `.keras` file without the settings that older versions of Keras 3 refuse.

    Newer versions write down settings that say nothing, because they have their default; older
    ones, as Colab's 3.13, don't know them. The weights stay as they are.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename == "config.json":
                part = json.dumps(_without_defaults(json.loads(part))).encode()
            new.writestr(entry, part)
    return buffer.getvalue()


def _without_defaults(node: object) -> object:
    if isinstance(node, dict):
        kept = {k: v for k, v in node.items() if k not in _RECENT or v != _RECENT[k]}
        return {key: _without_defaults(value) for key, value in kept.items()}
    return [_without_defaults(value) for value in node] if isinstance(node, list) else node


def load(path: str | Path, settings: Settings) -> Saved:
    """Opens a saved model after checking it against its side file.

    Args:
        path: A `.keras` file with a side file of the same name beside it.
        settings: The notebook's settings.

    Raises:
        ModelError: A file is missing, they don't belong together, or the model can't be opened.
            Code inside a file is never run (Keras' safe mode).
    """
    path = Path(path)
    if path.suffix != ".keras":
        raise ModelError(f"{path.name} is not a .keras file; name one that notebook 05 has saved.")
    side = path.with_suffix(".json")
    for file in (path, side):
        if not file.is_file():
            raise ModelError(
                f"{file.name} is missing; a model is two files, {path.name} and {side.name}. "
                "Notebook 05 makes both."
            )
    content = path.read_bytes()
    about = side_file(side)
    if hashlib.sha256(content).hexdigest() != about["sha256"]:
        raise ModelError(
            f"{path.name} is not the file that {side.name} describes (another SHA-256): it is "
            "damaged or was replaced. Copy both files again."
        )
    wanted = (None, 32, 32, 3), (None, len(about["classes"]))
    try:
        with tempfile.TemporaryDirectory(prefix="course-model-") as scratch:
            checked = Path(scratch) / path.name  # what is opened is what was checked
            checked.write_bytes(content)
            model = keras.models.load_model(checked, compile=False, safe_mode=True)
        shapes = (model.input_shape, model.output_shape)
    except Exception as error:
        raise ModelError(f"{path.name} can't be opened as a Keras model: {error}") from error
    if shapes != wanted:
        raise ModelError(
            f"{path.name} maps {shapes[0]} to {shapes[1]}; expected {wanted[0]} to {wanted[1]}."
        )
    _begin_draws(model)
    return Saved(model, about, settings)


def _begin_draws(model: keras.Model) -> None:
    """Lets random layers begin at a fixed place; Keras opens a file with another one each time.

    So the answers of a saved model are found in the cache again.
    """
    states = [v for v in model.variables if v.path.endswith("/seed_generator_state")]
    for number, state in enumerate(states):
        state.assign([number, 0])


def side_file(side: Path) -> dict:
    """What a side file says.

    Raises:
        ModelError: It isn't one.
    """
    try:
        about = json.loads(side.read_text(encoding="utf-8"))
        kinds = {"sha256": str, "classes": list, "dataset": str, "profile": str, "record": dict}
        if not all(isinstance(about[key], kind) for key, kind in kinds.items()):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{side.name} is no side file of this course: it should be JSON with classes, "
            "dataset, profile, record and sha256. Notebook 05 makes one."
        ) from error
    return about


def find(settings: Settings, data: Dataset, name: str = "advanced") -> Path | None:
    """The saved model for a dataset: for CIFAR-10 the published one, else one that was saved here.

    Args:
        settings: The notebook's settings; a model that was saved here has the same profile.
        data: The dataset whose classes it should know.
        name: What the model is called in the file's name.

    Returns:
        Its path, or None if there is none.
    """
    if data.name.partition(" (")[0] == "CIFAR-10" and PUBLISHED.is_file():
        return PUBLISHED
    here = saved_path(name, data.name, settings.profile)
    whole = here.is_file() and here.with_suffix(".json").is_file()
    return here if whole else None
