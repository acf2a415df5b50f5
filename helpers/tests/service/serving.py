"""A small saved model with fixed filters, a service in a thread, a client that can misbehave."""

import contextlib
import io
import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
import uvicorn
from PIL import Image

from helpers import config, convolution, data, evaluation, models, training
from helpers.service import app, network, server
from helpers.service.choices import Choices

CLASSES = ("zero", "one", "two", "three", "four")
BOUNDARY = "a-boundary-of-the-tests"


def filtered(classes: int = 5, seed: int = 0, units: int = 16) -> keras.Model:
    """Fixed filters, a convolution, a dense layer; compiled."""
    kernels = (convolution.SMOOTHING, convolution.EDGES, convolution.SHARPEN)
    keras.utils.set_random_seed(seed)
    fixed = keras.layers.DepthwiseConv2D(
        3, depth_multiplier=3, padding="same", use_bias=False, trainable=False
    )
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Rescaling(1 / 127.5, offset=-1),
            fixed,
            keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(4),
            keras.layers.Flatten(),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(classes, activation="softmax", dtype="float32"),
        ]
    )
    fixed.set_weights([np.stack([np.repeat(k[:, :, None], 3, 2) for k in kernels], -1)])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def saved_model(folder: Path) -> Path:
    """A model of five digits, trained for one epoch in the profile smoke, saved below a folder."""
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setenv("COURSE_CACHE", str(folder / "cache"))
        patch.setenv("COURSE_RUNS", str(folder / "runs"))
        settings = config.resolve("13_service", "service", "digits", "smoke")
        images = data.load("digits", "smoke", classes=CLASSES)
        run = training.fit(filtered(), images, settings, name="service", seed=0)
        answers = evaluation.probabilities(run, images.x_val)
        temperature = evaluation.fit_temperature(answers, images.y_val)
        return models.save(run, images, "service", temperature=temperature)


@contextlib.contextmanager
def served(
    served_by: network.Network | None, log: io.StringIO | None = None, **choices: object
) -> Iterator[int]:
    """A service in a thread of this process; gives its port."""
    chosen = Choices(port=0, **choices)
    where = server.listening(chosen)
    built = app.create_app(chosen, served_by, log=log or io.StringIO())
    running: list[uvicorn.Server] = []
    arguments = (built, chosen, where, running.append)
    thread = threading.Thread(target=server.serve, args=arguments, daemon=True)
    port = where.getsockname()[1]
    thread.start()
    try:
        yield port
    finally:
        until = time.monotonic() + 20
        while not (running and running[0].started) and time.monotonic() < until:
            time.sleep(0.01)
        running[0].should_exit = True
        thread.join(120)
        assert not thread.is_alive()


def picture(kind: str = "PNG", side: int = 40, seed: int = 0) -> bytes:
    """A picture of noise as the bytes of a file."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def form(*contents: bytes, field: str = "file", name: str = "photo.png") -> bytes:
    """A form with files in one field, as the body of a request."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    head = f"{head}Content-Type: image/png\r\n\r\n".encode()
    return (
        b"".join(head + content + b"\r\n" for content in contents) + f"--{BOUNDARY}--\r\n".encode()
    )


def headed(path: str, body: bytes = b"", method: str = "POST", **headers: str) -> bytes:
    """A whole request as bytes."""
    lines = {"Host": "127.0.0.1", "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    lines |= {"Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value != "")
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def heard(connection: socket.socket) -> tuple[int, dict | bytes]:
    """The status and the content of an answer, whose length its head has to say."""
    head, content, length = b"", b"", None
    while length is None or len(content) < length:
        part = connection.recv(65536)
        if not part:
            break
        content += part
        if length is None and b"\r\n\r\n" in content:
            head, _, content = content.partition(b"\r\n\r\n")
            found = re.search(rb"content-length: (\d+)", head.lower())
            length = int(found[1]) if found else None
    kind = b"application/json" in head
    return int(head.split()[1]), json.loads(content) if kind else content


def ask(port: int, request: bytes) -> tuple[int, dict | bytes]:
    """Sends a whole request; the status and the content of the answer."""
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(request)
        return heard(connection)


def processes_of_mine() -> set[int]:
    """Identifiers of all processes that this one has started, and of theirs."""
    import psutil

    return {process.pid for process in psutil.Process(os.getpid()).children(recursive=True)}
