"""An order of images that comes from the images themselves, not from the files they lie in."""

import hashlib

import numpy as np

# SHA-256 over the sorted digests of one part; fine labels where there are two kinds.
KNOWN = {
    "CIFAR-10": {
        "train": "d59acf989e068e709ce686cda292672c7b212c08d29d3d3e6d8c3aa99eba6a85",
        "test": "899683d46c3a8c66fd56e1af12202e69fe5a4517be10b0f68e04c78fe585c57c",
    },
    "CIFAR-100": {
        "train": "36ce7a701fbea47796e570c34382aad50f2539687cfcbc6ae96e2f56530d29b6",
        "test": "d3cd5d87a1b9317a0982c8ef5535fe3b86da8da90b13ce5e9b23ea06400dd5eb",
    },
}


def digests(images: np.ndarray, labels: np.ndarray) -> list[bytes]:
    """SHA-256 of each image with its label: one byte of label, then the pixels.

    Args:
        images: uint8 `(n, rows, columns, channels)`.
        labels: `(n,)`, from 0 to 255.

    Raises:
        ValueError: The images are not uint8, or the labels don't fit.
    """
    if images.dtype != np.uint8 or len(images) != len(labels):
        raise ValueError(
            f"{len(images)} images of {images.dtype} with {len(labels)} labels; "
            "expected uint8, and a label for each."
        )
    first = labels.astype(np.uint8)
    if (first != labels).any():
        raise ValueError("a label doesn't fit into one byte; expected 0 to 255.")
    rows = np.hstack([first[:, None], images.reshape(len(images), -1)])
    return [hashlib.sha256(row).digest() for row in rows]


def of_content(digested: list[bytes]) -> np.ndarray:
    """The indices that bring images into the order of their digests, int64 `(n,)`."""
    return np.array(sorted(range(len(digested)), key=digested.__getitem__), np.int64)


def of_set(digested: list[bytes]) -> str:
    """SHA-256 over the sorted digests, in hexadecimal: the same for a set in any order."""
    return hashlib.sha256(b"".join(sorted(digested))).hexdigest()
