"""Lets a model train and predict faster, with the same layers.

Keras writes batch normalisation and the optimizers' steps as several operations each, every one a
pass over the whole tensor, and batch normalisation in float32 even where the rest is bfloat16. On
a CPU such passes are slow. TensorFlow has single kernels for them. GELU and dropout become one pass
forward and one back, compiled by XLA, and dropout's draws become cheaper. `fused` puts all that in
while a model trains or predicts. The model stays what it was: its layers are Keras' own, and so is
what is saved. (XLA is for chains of operations on single numbers; its convolutions are slower.)

Kernel: `FusedBatchNormV3`, https://www.tensorflow.org/api_docs/python/tf/raw_ops
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial

import keras
import tensorflow as tf

from helpers.training import hardware, updates

IMAGES_PER_CALL = 2_048
DRAWS = 2**16  # dropout draws whole numbers below this one


@contextmanager
def fused(model: keras.Model) -> Iterator[None]:
    """Within the `with` block, what a model computes takes cheaper kernels, if it runs on a CPU.

    That goes for `BatchNormalization` over the last axis, `Dropout`, `Activation("gelu")` and the
    optimizers `SGD` with momentum, `Adam` and `AdamW`; all else stays Keras' own. The results are
    the same but for rounding, except that dropout takes other units, as many of them.

    Args:
        model: Built. After the block it is as it was before, also after an error; Keras traces it
            anew where layers were swapped.
    """
    swaps = _swaps(model) if hardware.look().device == "CPU" else []
    before = [vars(owner).get(method) for owner, method, _ in swaps]
    anew = any(method == "call" for _, method, _ in swaps)
    if any(function in (_drop_out, _gelu) for *_, function in swaps):
        _begin_compiling()
    try:
        if anew:
            _forget_traces(model)
        for owner, method, function in swaps:
            object.__setattr__(owner, method, partial(function, owner))
        yield
    finally:
        for (owner, method, _), old in zip(swaps, before, strict=True):
            object.__delattr__(owner, method)
            if old is not None:
                object.__setattr__(owner, method, old)
        if anew:
            _forget_traces(model)


@contextmanager
def steps_a_call(
    model: keras.Model,
    steps: int,
    batch_size: int,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Iterator[None]:
    """Within the `with` block, TensorFlow takes several steps before Python has its turn.

    In a small network Python's turn takes as long as a step. The number of steps is the largest
    that divides the epoch and takes at most `IMAGES_PER_CALL` images, so that a training can be
    interrupted within seconds; it is one if a callback looks at every batch.

    Args:
        model: Compiled; traced anew within the block and after it.
        steps: Steps of an epoch.
        batch_size: Images in a step.
        callbacks: What is handed to `fit`.
    """
    before = model.steps_per_execution
    most = 1 if any(map(_sees_batches, callbacks)) else max(1, IMAGES_PER_CALL // batch_size)
    count = max(number for number in range(1, most + 1) if steps % number == 0)
    try:
        model.steps_per_execution = count
        _forget_traces(model)
        yield
    finally:
        model.steps_per_execution = before
        _forget_traces(model)


def _forget_traces(model: keras.Model) -> None:
    model.train_function = model.test_function = model.predict_function = None


def _sees_batches(callback: keras.callbacks.Callback) -> bool:
    if type(callback) is keras.callbacks.ModelCheckpoint and callback.save_freq == "epoch":
        return False
    names = [
        f"on_{part}batch_{end}" for part in ("train_", "test_", "") for end in ("begin", "end")
    ]
    own = [getattr(getattr(callback, name), "__func__", None) for name in names]
    return own != [getattr(keras.callbacks.Callback, name) for name in names]


@cache
def _begin_compiling() -> None:
    """Compiles something small: XLA says once, past TensorFlow's log level, that it compiles."""
    with hardware.silent():
        _gelu_values(tf.constant([0.0]))


def _swaps(model: keras.Model) -> list[tuple[object, str, Callable]]:
    """What to swap, as (layer or optimizer, name of its method, function)."""
    layers = [(layer, "call", _function_of(layer)) for layer in model._flatten_layers()]
    optimizer = getattr(model, "optimizer", None)
    swaps = [*layers, (optimizer, "update_step", updates.step_of(optimizer))]
    swaps += [(optimizer, "_apply_weight_decay", updates.decay_of(optimizer))]
    return [swap for swap in swaps if swap[-1] is not None]


def _function_of(layer: keras.Layer) -> Callable | None:
    if not layer.built or layer.compute_dtype not in ("float32", "bfloat16"):
        return None
    if type(layer) is keras.layers.BatchNormalization and layer.variable_dtype == "float32":
        last = layer.axis in (-1, layer.input_spec.ndim - 1) and layer.input_spec.ndim in (2, 4)
        plain = not getattr(layer, "renorm", False) and not layer.synchronized  # new in Keras 3.14
        return _normalise if last and plain else None
    if type(layer) is keras.layers.Dropout:
        possible = 0 < round(layer.rate * DRAWS) < DRAWS and layer.noise_shape is None
        return _drop_out if possible else None
    if type(layer) is keras.layers.Activation:
        return _gelu if layer.activation is keras.activations.gelu else None
    return None


def _normalise(layer, inputs, training=None, mask=None):
    """Batch normalisation of `(n, channels)` or `(n, height, width, channels)`."""
    if mask is not None:
        return type(layer).call(layer, inputs, training=training, mask=mask)
    channels, learns = inputs.shape[-1], bool(training and layer.trainable)
    moving = (layer.moving_mean, layer.moving_variance)
    result = tf.raw_ops.FusedBatchNormV3(
        x=inputs if len(inputs.shape) == 4 else inputs[:, None, None, :],
        scale=layer.gamma.value if layer.scale else tf.ones(channels),
        offset=layer.beta.value if layer.center else tf.zeros(channels),
        mean=[] if learns else moving[0].value,
        variance=[] if learns else moving[1].value,
        epsilon=layer.epsilon,
        is_training=learns,
    )
    if learns:
        count = tf.cast(tf.size(inputs) // channels, tf.float32)
        # The kernel's variance is the unbiased one, Keras keeps the biased one.
        batch = (result.batch_mean, result.batch_variance * (count - 1) / count)
        for kept, new in zip(moving, batch, strict=True):
            kept.assign(kept * layer.momentum + new * (1 - layer.momentum))
    return result.y if len(inputs.shape) == 4 else result.y[:, 0, 0, :]


def _drop_out(layer, inputs, training=False):
    """Dropout; each draw is a number of 16 bits, two of them from one 32-bit random number."""
    if not training:
        return inputs
    threshold, count = round(layer.rate * DRAWS), tf.size(inputs)
    pairs = tf.random.stateless_uniform(
        [(count + 1) // 2], layer.seed_generator.next(), None, None, tf.int32
    )
    draws = tf.reshape(tf.bitcast(pairs, tf.uint16), [-1])[:count]
    draws = tf.reshape(draws, tf.shape(inputs))

    @tf.custom_gradient
    def drop(values):
        return _kept(values, draws, threshold), lambda slopes: _kept(slopes, draws, threshold)

    return tf.ensure_shape(drop(inputs), inputs.shape)


@tf.function(jit_compile=True)
def _kept(values, draws, threshold):
    """Values that the draws keep, made larger in turn; 0 for the others."""
    scaled = values * tf.cast(DRAWS / (DRAWS - threshold), values.dtype)
    return tf.where(draws >= tf.constant(threshold, tf.uint16), scaled, 0)


def _gelu(layer, inputs):
    """Exact GELU, x · Φ(x), with Φ the distribution function of the normal distribution."""

    @tf.custom_gradient
    def gelu(x):
        return _gelu_values(x), lambda slopes: _gelu_slopes(x, slopes)

    return tf.ensure_shape(gelu(inputs), inputs.shape)


@tf.function(jit_compile=True)
def _gelu_values(inputs):
    x = tf.cast(inputs, tf.float32)  # in bfloat16, 1 + erf would lose the negative tail
    return tf.cast(x * _normal_share(x), inputs.dtype)


@tf.function(jit_compile=True)
def _gelu_slopes(inputs, slopes):
    x = tf.cast(inputs, tf.float32)
    density = tf.exp(-0.5 * x * x) * (2 * math.pi) ** -0.5
    return tf.cast((_normal_share(x) + x * density) * tf.cast(slopes, tf.float32), inputs.dtype)


def _normal_share(x):
    """Φ(x), through erf, which has a fast kernel, where Keras goes through erfc."""
    return 0.5 * (1 + tf.math.erf(x * 0.5**0.5))
