"""A saved model that comes from elsewhere: uploaded, or from an address."""

import hashlib
from pathlib import Path

from helpers import download, models, storage
from helpers.models import ModelError


def uploaded(files: dict[str, bytes]) -> Path | None:
    """Puts an uploaded model where it can be opened; `models.load` checks it.

    Args:
        files: Content by name: a `.keras` file and its side file `.json`. The course's published
            model needs no side file. Nothing at all is fine, too.

    Returns:
        The path of the model; None if there is none, or if it is the published one, which
        `models.find` finds from now on.

    Raises:
        ModelError: It is not one model with its side file; the message says what is missing.
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
    if _is_published(content):
        storage.write_whole(models.PUBLISHED, content)
        print(f"{name} is the course's published model.")
        return None
    if not found[".json"]:
        raise ModelError(
            f"{name} came without its side file (.json), and it is not the course's published "
            "model. Choose both files; notebook 05 saves them side by side."
        )
    path = models.folder() / "uploaded.keras"
    storage.write_whole(path, content)
    storage.write_whole(path.with_suffix(".json"), files[found[".json"][0]])
    return path


def downloaded(address: str) -> None:
    """Downloads the course's published model; `models.find` finds it from now on.

    Args:
        address: Where `advanced.keras` can be had, beginning with `https://`.

    Raises:
        ModelError: The address is none, nothing can be had there, or it is another file: the
            checksum has to be that of the course's side file.
    """
    if not address.startswith("https://"):
        raise ModelError(f"{address!r} is no address; expected https://…/{models.PUBLISHED.name}.")
    try:
        download.fetch([address], models.PUBLISHED, _published_digest() or "unknown")
    except (download.DownloadError, OSError) as error:
        raise ModelError(
            f"The model could not be downloaded: {error}. Upload {models.PUBLISHED.name} instead, "
            "from the folder notebooks/models of the course."
        ) from error
    print("The course's published model is here.")


def _is_published(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == _published_digest()


def _published_digest() -> str | None:
    side = models.PUBLISHED.with_suffix(".json")
    return models.side_file(side)["sha256"] if side.is_file() else None
