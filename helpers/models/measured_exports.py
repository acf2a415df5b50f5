"""What an exported model weighs, how fast it answers, and how near it is to Keras."""

import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from helpers.models.runtimes import Ask

BATCH = 32
SECONDS = 0.4  # that the calls of one size are repeated for
FEWEST, MOST = 5, 200  # calls of one size
WARM = 3


@dataclass(frozen=True)
class Measured:
    """One format of one model.

    Attributes:
        name: The format, in words.
        file: What it is called in the folder; empty for Keras itself.
        size: Bytes, of a folder all of them.
        one_ms, batch_ms: Median milliseconds for one image and for 32, in this process, with as
            many threads as each runtime takes by itself.
        accuracy: Share of right answers from 0 to 1; None if the images have other classes.
        difference: Greatest difference of a probability from Keras' own.
        same: Share of images with the same most probable class as Keras says, from 0 to 1.
    """

    name: str
    file: str
    size: int
    one_ms: float
    batch_ms: float
    accuracy: float | None
    difference: float
    same: float


def measured(
    named: tuple[str, str],
    path: Path,
    ask: Ask,
    images: np.ndarray,
    labels: np.ndarray | None,
    expected: np.ndarray,
) -> Measured:
    """Measures one format.

    Args:
        named: The format in words, and what it is called in the folder.
        path: Its file or folder.
        ask: uint8 `(n, 32, 32, 3)` -> probabilities `(n, classes)`.
        images: uint8 `(n, 32, 32, 3)`, at least one.
        labels: int64 `(n,)`, the right classes; None if they are others than the model's.
        expected: What Keras says about the images, float32 `(n, classes)`.
    """
    answers = np.concatenate([ask(part) for part in parts(images)])
    chosen = answers.argmax(1)
    return Measured(
        name=named[0],
        file=named[1],
        size=size_of(path),
        one_ms=milliseconds(ask, images[:1]),
        batch_ms=milliseconds(ask, np.resize(images, (BATCH, *images.shape[1:]))),
        accuracy=None if labels is None else float((chosen == labels).mean()),
        difference=float(np.abs(answers - expected).max()),
        same=float((chosen == expected.argmax(1)).mean()),
    )


def of_keras(
    model: keras.Model, images: np.ndarray, labels: np.ndarray | None
) -> tuple[Measured, np.ndarray]:
    """Measures Keras itself, by its compiled call for one batch; also returns its answers.

    The size is that of a `.keras` file without an optimizer.

    Args:
        model: Images -> probabilities.
        images, labels: As in `measured`.
    """
    expected = np.concatenate([model.predict_on_batch(part) for part in parts(images)])
    with tempfile.TemporaryDirectory(prefix="course-model-") as scratch:
        file = Path(scratch) / "model.keras"
        model.save(file)
        row = measured(("Keras", ""), file, model.predict_on_batch, images, labels, expected)
    return row, expected


def parts(images: np.ndarray) -> Iterable[np.ndarray]:
    """The images in batches of 32, in order; the last one may be smaller."""
    return (images[start : start + BATCH] for start in range(0, len(images), BATCH))


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def milliseconds(ask: Ask, images: np.ndarray) -> float:
    """Median time of a call after a few that aren't counted."""
    for _ in range(WARM):
        ask(images)
    times, begin = [], time.perf_counter()
    while len(times) < FEWEST or (len(times) < MOST and time.perf_counter() - begin < SECONDS):
        start = time.perf_counter()
        ask(images)
        times.append(time.perf_counter() - start)
    return 1_000 * float(np.median(times))


def table(rows: Iterable[Measured]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| Format | Size | One image | 32 images | Validation accuracy | "
        "Greatest difference from Keras | Same class as Keras |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        accuracy = "–" if row.accuracy is None else f"{row.accuracy:.1%}"
        lines.append(
            f"| {row.name} | {row.size / 1_000:,.0f} kB | {row.one_ms:.2f} ms | "
            f"{row.batch_ms:.2f} ms | {accuracy} | {row.difference:.1g} | {row.same:.1%} |"
        )
    return "\n".join(lines)
