"""Opens an exported model with the runtime that it is for, without Keras."""

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from helpers.models.conversions import INPUT, OUTPUT, ExportError, quiet

NEEDED = {  # packages of the group `export`, by format
    "saved_model": (),
    "onnx": ("tf2onnx", "onnx", "onnxruntime"),
    "litert": ("ai_edge_litert",),
    "litert_int8": ("ai_edge_litert",),
}
Ask = Callable[[np.ndarray], np.ndarray]  # uint8 (n, 32, 32, 3) -> float32 (n, classes)


def missing(form: str) -> list[str]:
    """The packages that a format needs and that aren't installed."""
    return [name for name in NEEDED[form] if importlib.util.find_spec(name) is None]


def opened(form: str, path: Path) -> Ask:
    """A function that asks an exported model with its own runtime.

    Args:
        form: A key of `NEEDED`.
        path: The file; of `saved_model` the folder.

    Returns:
        A function: uint8 `(n, 32, 32, 3)` -> probabilities, float32 `(n, classes)`.

    Raises:
        ExportError: The runtime can't open it.
    """
    opener = {"saved_model": _tensorflow, "onnx": _onnxruntime}.get(form, _litert)
    try:
        with quiet():
            return opener(path)
    except Exception as error:  # runtimes raise errors of every kind
        raise ExportError(f"{path.name} can't be opened by its runtime: {error}") from error


def _tensorflow(path: Path) -> Ask:
    signature = tf.saved_model.load(str(path)).signatures["serving_default"]

    def ask(images: np.ndarray) -> np.ndarray:
        return signature(**{INPUT: tf.constant(images, tf.float32)})[OUTPUT].numpy()

    return ask


def _onnxruntime(path: Path) -> Ask:
    runtime = importlib.import_module("onnxruntime")
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return lambda images: session.run([OUTPUT], {INPUT: images.astype(np.float32)})[0]


def _litert(path: Path) -> Ask:
    module = importlib.import_module("ai_edge_litert.interpreter")
    interpreter = module.Interpreter(model_path=str(path))
    runner = interpreter.get_signature_runner()
    kind = runner.get_input_details()[INPUT]["dtype"]
    return lambda images: runner(**{INPUT: images.astype(kind)})[OUTPUT]
