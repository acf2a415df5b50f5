"""Packs a SavedModel and the code beside it, the same bytes each time.

Layout: https://docs.aws.amazon.com/sagemaker/latest/dg/adapt-inference-container.html and
https://github.com/aws/sagemaker-tensorflow-serving-container (README, pre- and post-processing).
"""

import gzip
import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

from helpers import storage

VERSION = "1"  # TensorFlow Serving serves the highest number that it finds
PACKED = ("inference.py", "requirements.txt")


def pack(saved_model: Path, classes: Sequence[str], path: Path) -> None:
    """Writes `model.tar.gz`, whole or not at all.

    In it: `1/` with the SavedModel, and `code/` with `inference.py`, `requirements.txt` and
    `classes.json`. Sorted by name, without times, owners, links and absolute names.

    Args:
        saved_model: The folder that holds `saved_model.pb`; its name doesn't matter.
        classes: Names of the classes, in the order of the probabilities.
        path: The archive.

    Raises:
        FileNotFoundError: There is no SavedModel.
        OSError: The archive can't be written.
    """
    if not (saved_model / "saved_model.pb").is_file():
        raise FileNotFoundError(f"{saved_model} holds no saved_model.pb; export the model first.")
    here = Path(__file__).parent
    contents = {f"code/{name}": (here / name).read_bytes() for name in PACKED}
    contents["code/classes.json"] = (json.dumps(list(classes)) + "\n").encode()
    for file in saved_model.rglob("*"):
        if file.is_file():
            name = f"{VERSION}/{file.relative_to(saved_model).as_posix()}"
            contents[name] = file.read_bytes()
    storage.write_whole(path, _packed(contents))


def _packed(contents: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as packer,
        tarfile.open(fileobj=packer, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name in sorted(contents):
            entry = tarfile.TarInfo(name)  # owner 0, time 0
            entry.size, entry.mode = len(contents[name]), 0o644
            archive.addfile(entry, io.BytesIO(contents[name]))
    return buffer.getvalue()
