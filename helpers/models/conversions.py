"""A saved model in the files of other runtimes: SavedModel, ONNX, LiteRT in float32 and in int8.

All take `image`, `(n, 32, 32, 3)`, values 0 to 255, and give `probabilities`, float32
`(n, classes)`. `image` is float32, in the int8 file uint8. Sources: https://keras.io/api/models/,
https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/post_training_quantization.
"""

import contextlib
import errno
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from helpers.errors import PlainError

FORMATS = {  # in words, and the name in a folder
    "saved_model": ("SavedModel", "saved_model/1"),
    "onnx": ("ONNX", "model.onnx"),
    "litert": ("LiteRT float32", "model.tflite"),
    "litert_int8": ("LiteRT int8", "model_int8.tflite"),
}
INPUT, OUTPUT, BYTES = "image", "probabilities", "image_bytes"
BYTES_SIGNATURE = "serve_image_bytes"
CALIBRATING = 300  # training images that the ranges of the int8 file come from


class ExportError(PlainError):
    """A model can't be exported; the message says why, and what to do."""


def written(form: str, model: keras.Model, images: np.ndarray, folder: Path) -> Path:
    """Writes one format.

    Args:
        form: A key of `FORMATS`.
        model: Images `(n, rows, columns, 3)`, values 0 to 255 -> probabilities `(n, classes)`.
        images: uint8 training images, for `litert_int8`.
        folder: Gets the file, or the folder, as `FORMATS` names it.

    Returns:
        The file, or the folder.

    Raises:
        ExportError: The model can't be converted.
        OSError: Nothing can be written there.
    """
    words, name = FORMATS[form]
    path = folder / name
    try:
        if form == "litert_int8":
            litert_int8(model, path, images)
        else:
            {"saved_model": saved_model, "onnx": onnx, "litert": litert}[form](model, path)
    except OSError:
        raise
    except Exception as error:  # converters raise errors of every kind
        if "No space left" in str(error):  # TensorFlow has an error of its own for a full disk
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        line = " ".join(f"{type(error).__name__}: {error}".split())[:400]
        raise ExportError(f"The model can't be written as {words} ({line}).") from error
    return path


def saved_model(model: keras.Model, folder: Path) -> None:
    """Writes a TensorFlow SavedModel with two signatures.

    `serving_default` takes pictures as numbers; `serve_image_bytes` takes `image_bytes`, strings
    `(n,)`, each a whole JPEG or PNG file, made small as `in_graph` says; a damaged one is an
    error.

    Args:
        model: Images `(n, rows, columns, 3)` -> probabilities.
        folder: Is made; it gets `saved_model.pb` and `variables/`.
    """
    rows, columns = model.input_shape[1:3]
    pixels = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32, name=INPUT)
    files = tf.TensorSpec((None,), tf.string, name=BYTES)

    def serve(image: tf.Tensor) -> dict[str, tf.Tensor]:
        return {OUTPUT: model(image, training=False)}

    def serve_image_bytes(image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        return serve(in_graph(image_bytes, rows, columns))

    archive = keras.export.ExportArchive()
    archive.add_endpoint("serve", serve, input_signature=[pixels])
    archive.add_endpoint(BYTES_SIGNATURE, serve_image_bytes, input_signature=[files])
    archive.write_out(str(folder), verbose=False)


def in_graph(files: tf.Tensor, rows: int = 32, columns: int = 32) -> tf.Tensor:
    """Pictures made small by TensorFlow alone, nearly as `helpers.photos.prepare` makes them.

    The middle square, bicubic weights over all pixels that they cover, whole numbers from 0 to 255.
    `prepare` rounds between columns and rows, too: on photos the two mostly differ by 0 or 1, at a
    few sharp edges by 5. What only `prepare` does: turning a picture upright by its EXIF note,
    laying transparency on white, refusing a huge picture and reading other formats.

    Args:
        files: Strings `(n,)`, each a whole JPEG or PNG file.
        rows, columns: Of the results.

    Returns:
        float32 `(n, rows, columns, 3)`.

    Raises:
        tf.errors.InvalidArgumentError: A picture is damaged, or none.
    """

    def small(content: tf.Tensor) -> tf.Tensor:
        picture = tf.cond(
            tf.io.is_jpeg(content),
            lambda: tf.io.decode_jpeg(content, channels=3, dct_method="INTEGER_ACCURATE"),
            lambda: tf.io.decode_png(content, channels=3),
        )
        height, width = tf.shape(picture)[0], tf.shape(picture)[1]
        side = tf.minimum(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = picture[top : top + side, left : left + side]
        made = tf.image.resize(square, (rows, columns), "bicubic", antialias=True)
        return tf.clip_by_value(tf.round(made), 0.0, 255.0)

    shape = tf.TensorSpec((rows, columns, 3), tf.float32)
    return tf.map_fn(small, files, fn_output_signature=shape)


def onnx(model: keras.Model, path: Path) -> None:
    """Writes an ONNX file; the number of images in a call is open."""
    _export(model, path, "onnx")


def litert(model: keras.Model, path: Path) -> None:
    """Writes a LiteRT (TFLite) file in float32; the number of images in a call is open."""
    kinds = {"target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}}
    _export(model, path, "litert", **kinds)


def litert_int8(model: keras.Model, path: Path, images: np.ndarray, seed: int = 0) -> None:
    """Writes a LiteRT file that computes with whole numbers of 8 bits, weights and maps alike.

    It takes uint8, a picture as it is: its scale is 1 and its zero is 0. It gives float32, so that
    nobody has to know a scale, in steps of 1/256, because the last layer computes in 8 bits, too.

    Args:
        model: Images -> probabilities.
        path: The file, which ends in `.tflite`.
        images: uint8 training images `(n, rows, columns, 3)`; `CALIBRATING` of them are drawn.
        seed: Of the draw.
    """
    drawn = np.random.default_rng(seed).permutation(len(images))[:CALIBRATING]
    chosen = images[drawn].astype(np.float32)
    chosen[0, 0, 0], chosen[0, 0, 1] = 0, 255  # so that the scale of the input is 1
    kinds = {
        "optimizations": [tf.lite.Optimize.DEFAULT],
        "representative_dataset": lambda: ([image[None]] for image in chosen),
        "target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]},
        "inference_input_type": tf.uint8,
    }
    _export(model, path, "litert", **kinds)


def _export(model: keras.Model, path: Path, form: str, **options) -> None:
    """Keras' own export, with the course's names, whatever the model's layers are called."""
    image = keras.Input(model.input_shape[1:], name=INPUT)
    named = keras.Model({INPUT: image}, {OUTPUT: model(image, training=False)})
    taken = keras.InputSpec(shape=model.input_shape, dtype="float32", name=INPUT)
    options |= {"verbose": False, "input_signature": [{INPUT: taken}]}
    with quiet():
        named.export(str(path), format=form, **options)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """A block in which converters and runtimes say nothing; what they raise is raised.

    Their native code writes to the streams of the process, so for this block all of it is silent.
    """
    loggers = [logging.getLogger(name) for name in ("tf2onnx", "absl", "tensorflow")]
    levels = [logger.level for logger in loggers]
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {number: os.dup(number) for number in (1, 2)}
    with warnings.catch_warnings(), open(os.devnull, "w") as nowhere:
        warnings.simplefilter("ignore")
        for number in kept:
            os.dup2(nowhere.fileno(), number)
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
                yield
        finally:
            for number, copy in kept.items():
                os.dup2(copy, number)
                os.close(copy)
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
