"""What `speed` swaps in equals what Keras does, and goes away again."""

import dataclasses
import types
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.tests.tiny import needs_bfloat16
from helpers.training import hardware, speed


@pytest.fixture(autouse=True)
def on_a_cpu(monkeypatch):
    cpu = dataclasses.replace(hardware.look(), device="CPU")
    monkeypatch.setattr(hardware, "look", lambda: cpu)


def _inputs(shape, dtype="float32"):
    rng = np.random.default_rng(0)
    return tf.cast(rng.normal(2, 3, shape).astype(np.float32), dtype)


def _run(layer, x, training):
    """Output, gradients and variables after one call, as float32 arrays."""
    weights = [variable.value for variable in layer.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=training)
        total = tf.reduce_sum(y * tf.random.stateless_normal(y.shape, [1, 2]))
    found = [y, *tape.gradient(total, [x, *weights]), *(v.value for v in layer.variables)]
    return [np.asarray(tf.cast(value, tf.float32)) for value in found]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(6, 8, 8, 4), (1, 5, 3, 2), (16, 5)])
@pytest.mark.parametrize(
    "options",
    [{}, {"scale": False}, {"center": False, "momentum": 0.6}, {"epsilon": 1e-12}, {"axis": 1}],
)
def test_batch_normalisation_equals_that_of_keras(options, shape, training):
    results = []
    for fused in (False, True):
        layer = keras.layers.BatchNormalization(**options)
        layer.build(shape)
        model = keras.Sequential([keras.Input(shape[1:]), layer])
        for number, variable in enumerate(layer.variables):
            variable.assign(0.5 + number + 0.1 * np.arange(variable.shape[0]))
        if fused:
            with speed.fused(model):
                assert ("call" in vars(layer)) == (options.get("axis", -1) in (-1, len(shape) - 1))
                results.append(_run(layer, _inputs(shape), training))
        else:
            results.append(_run(layer, _inputs(shape), training))
    for stock, fused in zip(*results, strict=True):
        assert np.allclose(stock, fused, rtol=1e-4, atol=1e-4 * np.abs(stock).max())


@needs_bfloat16
def test_batch_normalisation_in_bfloat16_has_statistics_in_float32():
    results = []
    for fused in (False, True):
        layer = keras.layers.BatchNormalization(dtype="mixed_bfloat16")
        model = keras.Sequential([keras.Input((8, 8, 4)), layer])
        with speed.fused(model) if fused else speed.fused(keras.Sequential()):
            y = layer(_inputs((6, 8, 8, 4), "bfloat16"), training=True)
        assert y.dtype == tf.bfloat16 and layer.moving_mean.dtype == "float32"
        results.append([np.asarray(tf.cast(y, tf.float32)), *map(np.asarray, layer.variables)])
    (y, *variables), (fused_y, *fused_variables) = results
    assert np.abs(y - fused_y).max() <= 2**-7 * np.abs(y).max()
    for one, other in zip(variables, fused_variables, strict=True):
        assert np.allclose(one, other, rtol=1e-4)


def test_frozen_batch_normalisation_keeps_its_statistics():
    layer = keras.layers.BatchNormalization()
    model = keras.Sequential([keras.Input((4, 4, 3)), layer])
    layer.trainable = False
    x = _inputs((2, 4, 4, 3))
    stock = _run(layer, x, True)
    with speed.fused(model):
        fused = _run(layer, x, True)
    for one, other in zip(stock, fused, strict=True):
        assert np.allclose(one, other, rtol=1e-4, atol=1e-4)
    assert (np.asarray(layer.moving_mean) == 0).all()


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5])
def test_dropout_drops_its_share_and_scales_the_rest(rate, dtype):
    layer = keras.layers.Dropout(rate, seed=1, dtype=dtype)
    model = keras.Sequential([keras.Input((31, 33)), layer])
    x = tf.ones((301, 31, 33), dtype)
    with speed.fused(model):
        y = layer(x, training=True)
        again = layer(x, training=True)
        assert layer(x) is x
    assert not np.array_equal(y, again)
    values = np.asarray(tf.cast(y, tf.float32))
    assert len(np.unique(values)) == 2 and values.min() == 0
    assert values.max() == pytest.approx(1 / (1 - rate), rel=2**-8)
    assert (values == 0).mean() == pytest.approx(rate, abs=0.004)
    for axis in range(3):  # no stripes: the share is right along every axis
        others = tuple(a for a in range(3) if a != axis)
        assert np.abs((values == 0).mean(others) - rate).max() < 0.06


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_dropout_hands_back_the_slopes_of_what_it_kept(dtype):
    layer, rng = keras.layers.Dropout(0.3, seed=1, dtype=dtype), np.random.default_rng(0)
    model = keras.Sequential([keras.Input((31, 33)), layer])
    x, slopes = (tf.cast(rng.uniform(1, 2, (301, 31, 33)), dtype) for _ in range(2))
    with speed.fused(model), tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True)
    gradient = tape.gradient(y, x, output_gradients=slopes)
    left, right = (
        np.asarray(tf.cast(a, tf.float32)) * np.asarray(tf.cast(b, tf.float32))
        for a, b in ((gradient, x), (y, slopes))
    )
    assert np.abs(left - right).max() <= 2**-7 * right.max()


@pytest.mark.parametrize(("dtype", "error"), [("float32", 1e-5), ("bfloat16", 2**-8)])
def test_gelu_equals_that_of_keras(dtype, error):
    layer = keras.layers.Activation("gelu", dtype=dtype)
    model = keras.Sequential([keras.Input((1,)), layer])
    x = tf.cast(tf.reshape(tf.linspace(-4.0, 4.0, 801), (-1, 1)), dtype)
    exact = tf.cast(x, tf.float32)
    with speed.fused(model), tf.GradientTape() as tape, tf.GradientTape() as exact_tape:
        assert "call" in vars(layer)
        tape.watch(x)
        exact_tape.watch(exact)
        y, right = layer(inputs=x), keras.activations.gelu(exact)
    assert y.dtype == x.dtype
    slopes = tf.cast(np.random.default_rng(0).normal(0, 1, x.shape), dtype)
    slope = tf.cast(tape.gradient(y, x, output_gradients=slopes), tf.float32)
    expected = exact_tape.gradient(right, exact, output_gradients=tf.cast(slopes, tf.float32))
    assert np.allclose(tf.cast(y, tf.float32), right, rtol=2 * error, atol=error / 20)
    assert np.allclose(slope, expected, rtol=4 * error, atol=2 * error)


def test_layers_that_have_no_kernel_stay_those_of_keras():
    unbuilt = keras.layers.BatchNormalization()
    pure = keras.layers.BatchNormalization(dtype="bfloat16")
    rows = keras.layers.BatchNormalization()
    noise = keras.layers.Dropout(0.5, noise_shape=(None, 1, 3))
    keras.Sequential([keras.Input((4, 3)), pure, rows, noise])
    holder = types.SimpleNamespace(_flatten_layers=lambda: [unbuilt, pure, rows, noise])
    holder.optimizer = None
    with speed.fused(holder):
        assert not any("call" in vars(layer) for layer in holder._flatten_layers())


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.05, momentum=0.9),
    "nesterov": lambda: keras.optimizers.SGD(
        keras.optimizers.schedules.CosineDecay(0.05, 20), 0.9, nesterov=True, weight_decay=0.1
    ),
    "adam": lambda: keras.optimizers.Adam(0.01, epsilon=1e-4, clipnorm=1.0),
    "adamw": lambda: keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(0.01, 20), weight_decay=0.1, use_ema=True
    ),
    "plain sgd": lambda: keras.optimizers.SGD(0.05),
    "amsgrad": lambda: keras.optimizers.Adam(0.01, amsgrad=True),
}


def _apply(optimizer, variables, *gradients):
    optimizer.apply(gradients, variables)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_twenty_steps_of_an_optimizer_equal_those_of_keras(name):
    ends = []
    for fused in (False, True):
        rng = np.random.default_rng(0)
        optimizer = OPTIMIZERS[name]()
        variables = [keras.Variable(rng.normal(size=shape)) for shape in ((3, 4), (5,))]
        optimizer.build(variables)
        holder = types.SimpleNamespace(_flatten_layers=list, optimizer=optimizer)
        with speed.fused(holder if fused else keras.Sequential()):
            swapped = "update_step" in vars(optimizer)
            assert swapped == (fused and name not in ("plain sgd", "amsgrad"))
            decays = "_apply_weight_decay" in vars(optimizer)
            assert decays == (fused and name in ("nesterov", "adamw"))
            step = tf.function(partial(_apply, optimizer, variables))
            for _ in range(20):
                step(*[tf.constant(rng.normal(size=v.shape), "float32") for v in variables])
        ends.append([np.asarray(v) for v in (*variables, *optimizer.variables)])
    for stock, fused in zip(*ends, strict=True):
        assert np.allclose(stock, fused, rtol=1e-4, atol=1e-6)
