"""A saved model that comes from elsewhere: uploaded, or from an address."""

import hashlib
import tempfile
from pathlib import Path

from helpers import data, storage
from helpers.models import saved
from helpers.models.saved import ModelError


def uploaded(files: dict[str, bytes]) -> Path | None:
    """Checks an uploaded model and puts it where it can be opened.

    Args:
        files: Content by name: a `.keras` file and its side file `.json`. The course's published
            model needs no side file. Nothing at all is fine, too.

    Returns:
        The path of the model, its side file beside it; None if nothing was uploaded, or if it is
        the published model, which `models.find` finds from now on.

    Raises:
        ModelError: It is not one model with its side file, or they don't belong together; nothing
            is written then.
    """
    if not files:
        print("No model was uploaded.")
        return None
    found = {s: [name for name in files if name.endswith(s)] for s in (".keras", ".json")}
    if len(found[".keras"]) != 1 or len(found[".json"]) > 1:
        raise ModelError(
            f"Uploaded were: {', '.join(sorted(files))}. Choose one model: its .keras file and "
            "its .json file, both made by notebook 05."
        )
    (name,) = found[".keras"]
    content = files[name]
    if _digest(content) == _published_digest():
        storage.write_whole(saved.PUBLISHED, content)
        print(f"{name} is the course's published model.")
        return None
    if not found[".json"]:
        raise ModelError(
            f"{name} came without its side file (.json), and it is not the course's published "
            "model. Choose both files; notebook 05 saves them side by side."
        )
    (side_name,) = found[".json"]
    about = _about(side_name, files[side_name])
    if about["sha256"] != _digest(content):
        raise ModelError(
            f"{side_name} doesn't describe {name} (another SHA-256): the two are not of the same "
            "training, or one is damaged. Choose both files again."
        )
    path = saved.folder() / "uploaded.keras"
    storage.write_whole(path, content)
    storage.write_whole(path.with_suffix(".json"), files[side_name])
    print(f"{name}: {about['record'].get('model')}, {about['dataset']}, {about['profile']}")
    return path


def downloaded(address: str) -> None:
    """Downloads the course's published model, unless it is here; `models.find` finds it then.

    Args:
        address: Where `advanced.keras` can be had, beginning with `https://`.

    Raises:
        ModelError: The address is none, nothing can be had there, or it is another file: the
            checksum has to be that of the course's side file.
    """
    wanted, target = _published_digest(), saved.PUBLISHED
    if wanted is None:
        raise ModelError(f"{target.with_suffix('.json').name} is missing: nothing to compare with.")
    if not (target.is_file() and _digest(target.read_bytes()) == wanted):
        address = address.strip()
        if not address.startswith("https://"):
            raise ModelError(f"{address!r} is no address; expected https://…/{target.name}.")
        try:
            data.fetch([address], target, wanted)
        except (data.DownloadError, OSError, ValueError) as error:
            raise ModelError(
                f"The model could not be downloaded: {error}. It has to be the address of the file "
                f"itself, not of a page that shows it. Or upload {target.name} instead."
            ) from error
    print("The course's published model is here.")


def _about(name: str, content: bytes) -> dict:
    with tempfile.TemporaryDirectory(prefix="course-model-") as scratch:
        side = Path(scratch) / Path(name).name
        side.write_bytes(content)
        return saved.side_file(side)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _published_digest() -> str | None:
    side = saved.PUBLISHED.with_suffix(".json")
    return saved.side_file(side)["sha256"] if side.is_file() else None
