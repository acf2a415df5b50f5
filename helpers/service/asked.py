"""What the service does with a picture, without a service: for a notebook, and to compare."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it takes seconds, and starting a service needs none of it
    from helpers.service.network import Network


def opened(path: str | Path) -> "Network":
    """A saved model, checked against its side file and ready to be asked.

    Raises:
        ModelError: It can't be opened, or isn't what its side file describes.
    """
    from helpers.service import network

    return network.opened(Path(path))


def said(network: "Network", content: bytes) -> dict:
    """What `POST /predict` answers about a picture.

    Args:
        network: What `opened` has opened.
        content: The bytes of the picture's file.

    Raises:
        ImageError: It is no picture, or is damaged or too large.
    """
    from helpers import photos
    from helpers.service.network import answer

    return answer(network, network.ask(photos.prepare(content)[None])[0])
