"""Measures one row of `make bench` in a process of its own: Keras, one way of feeding it.

    python -m helpers.tools.bench.with_keras NETWORK WAY PRECISION

Ways: `course` as the notebooks train, `whole` with all that a notebook adds (own training step,
optimizer, callbacks, augmentation), `stock` as Keras does by default, `eigen` the same in a process
that is started without oneDNN, `pipeline` with the usual tf.data pipeline that maps after batching,
`limit` for the network's convolutions alone. The last line of what is printed is the result, as
JSON.
"""

import contextlib
import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import keras
import numpy as np
import tensorflow as tf

from helpers import training
from helpers.tools.bench.networks import NETWORKS, Network
from helpers.tools.bench.process import CALLS, peak_memory

LIMIT_CALLS = 7
OURS = ("course", "whole")


class Clock(keras.callbacks.Callback):
    """Notes the seconds of every call of the training function, and when the last one ended."""

    def on_train_begin(self, logs=None):
        self.seconds = []

    def on_train_batch_begin(self, batch, logs=None):
        self.began = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        self.ended = time.perf_counter()
        self.seconds.append(self.ended - self.began)


def main() -> None:
    """Measures what the command line names."""
    name, way, precision = sys.argv[1:]
    keras.config.set_dtype_policy(precision)
    measure = {"limit": limit, "augmentation": augmentations}.get(way, fit_and_predict)
    result = measure(NETWORKS[name], way)
    print(json.dumps(result))


def fit_and_predict(network: Network, way: str) -> dict:
    """Seconds of steps, of whole calls of `fit` and `predict`, and of what follows the last step.

    Args:
        network: What to measure.
        way: `"course"`, `"whole"`, `"stock"`, `"eigen"` or `"pipeline"`.
    """
    keras.utils.set_random_seed(0)
    batch, rng = network.batch_size, np.random.default_rng(0)
    images = rng.integers(0, 256, (network.steps * batch, 32, 32, 3), np.uint8)
    labels = rng.integers(0, 10, len(images))
    pictures = rng.integers(0, 256, (network.images, 32, 32, 3), np.uint8)
    model, options = network.whole(images) if way == "whole" else (network.make(), {})
    callbacks, augment = options.get("callbacks", []), options.get("augment")
    clock, steps, calls, ends = Clock(), [], [], []
    with contextlib.ExitStack() as stack:
        if way in OURS:
            stack.enter_context(training.fused(model))
            stack.enter_context(training.steps_a_call(model, network.steps, batch, callbacks))
        together = model.steps_per_execution
        for _ in range(CALLS + 1):
            began = time.perf_counter()
            fed = _fed(way, images, labels, batch, augment)
            model.fit(**fed, epochs=1, verbose=0, callbacks=[*callbacks, clock])
            calls.append(time.perf_counter() - began)
            ends.append(time.perf_counter() - clock.ended)
            steps.append(statistics.median(clock.seconds) / together)
    peak = peak_memory()
    predictions = [_predict(model, pictures, way) for _ in range(CALLS + 1)]
    return {
        "step_seconds": statistics.median(steps[1:]),
        "call_seconds": calls[1:],
        "end_seconds": ends[1:],
        "predict_seconds": statistics.median(predictions[1:]),
        "peak_memory": peak,
    }


def _fed(way: str, images: np.ndarray, labels: np.ndarray, batch: int, augment=None) -> dict:
    """What `fit` is given."""
    if way in OURS:
        fed = training.batches(images, labels, batch, seed=0, augment=augment)
        return {"x": fed, "steps_per_epoch": math.ceil(len(images) / batch), "shuffle": False}
    if way in ("stock", "eigen"):
        return {"x": images, "y": labels, "batch_size": batch}
    fed = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images)).batch(batch)
    fed = fed.map(lambda x, y: (tf.cast(x, tf.float32), y), num_parallel_calls=tf.data.AUTOTUNE)
    return {"x": fed.prefetch(tf.data.AUTOTUNE)}


def _predict(model: keras.Model, pictures: np.ndarray, way: str) -> float:
    began = time.perf_counter()
    if way in OURS:
        with training.fused(model):
            model.predict(training.batches(pictures), verbose=0)
    else:
        model.predict(pictures, verbose=0)
    return time.perf_counter() - began


def limit(network: Network, way: str) -> dict:
    """Seconds that the convolutions of a network take alone, in a step and in a prediction.

    Args:
        network: Whose convolutions are measured, each by itself, forward and backward.
        way: Not used.
    """
    layers = [layer for layer in network.make().layers if isinstance(layer, keras.layers.Conv2D)]
    if any(layer.dilation_rate != (1, 1) for layer in layers):
        raise ValueError("the limit is measured for convolutions without dilation only.")
    learning = [number for number, layer in enumerate(layers) if layer.trainable]
    step = predicting = 0.0
    for number, layer in enumerate(layers):
        forward, weights, pictures = _kernels(layer, network.batch_size)
        step += _seconds(forward)
        step += _seconds(weights) if layer.trainable else 0.0
        step += _seconds(pictures) if number > learning[0] else 0.0
        predicting += _seconds(_kernels(layer, training.EVALUATION_BATCH)[0])
    calls = network.images / training.EVALUATION_BATCH
    return {"step_seconds": step, "predict_seconds": predicting * calls}


def _kernels(layer: keras.layers.Conv2D, batch: int) -> tuple[Callable, Callable, Callable]:
    """The convolution of a layer, its gradient for the kernel, and that for the images."""
    shape, dtype = (batch, *layer.input.shape[1:]), layer.compute_dtype
    images, kernel = tf.random.normal(shape), tf.cast(layer.kernel.value, dtype)
    images = tf.cast(images, dtype)
    fixed = {"strides": [1, *layer.strides, 1], "padding": layer.padding.upper()}
    slope = tf.ones((batch, *layer.output.shape[1:]), dtype)

    def forward():
        return tf.raw_ops.Conv2D(input=images, filter=kernel, **fixed)

    def weights():
        return tf.raw_ops.Conv2DBackpropFilter(
            input=images, filter_sizes=kernel.shape, out_backprop=slope, **fixed
        )

    def pictures():
        return tf.raw_ops.Conv2DBackpropInput(
            input_sizes=shape, filter=kernel, out_backprop=slope, **fixed
        )

    return tf.function(forward), tf.function(weights), tf.function(pictures)


def _seconds(function: Callable) -> float:
    """Median of several calls, after two that don't count."""
    seconds = []
    for _ in range(LIMIT_CALLS + 2):
        began = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds[2:])


def augmentations(network: Network, way: str) -> dict:
    """Seconds that Keras' augmentation layers take for one batch of a training step.

    Args:
        network: Whose batch is taken.
        way: Not used.
    """
    layers = keras.layers
    ways = {
        "flip": [layers.RandomFlip("horizontal")],
        "rotation 0.1": [layers.RandomRotation(0.1)],
        "zoom 0.1": [layers.RandomZoom(0.1)],
        "shift 0.1": [layers.RandomTranslation(0.1, 0.1)],
    }
    ways["flip, rotation 0.1 and zoom 0.1"] = [ways[name][0] for name in list(ways)[:3]]
    images = tf.random.uniform((network.batch_size, 32, 32, 3), 0, 255)
    seconds = {}
    for name, chain in ways.items():
        function = keras.Sequential([keras.Input((32, 32, 3), dtype="float32"), *chain])
        seconds[name] = _seconds(tf.function(partial(function, images, training=True)))
    return {"augmentation_seconds": seconds}


if __name__ == "__main__":
    main()
