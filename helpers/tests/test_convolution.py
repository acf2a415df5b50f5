"""The NumPy convolution against Keras, TensorFlow and its gradient tape."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import convolution

# rows, columns, channels, kernel height, kernel width, filters, stride
SHAPES = [
    (8, 8, 3, 3, 3, 4, 1),
    (8, 8, 3, 2, 2, 4, 1),
    (9, 7, 1, 4, 3, 2, 1),
    (9, 7, 2, 3, 5, 1, 2),
    (10, 6, 3, 4, 4, 2, 2),
    (7, 11, 2, 2, 5, 3, 3),
    (11, 8, 1, 1, 1, 2, 2),
    (6, 9, 2, 6, 2, 2, 4),
    (5, 5, 1, 5, 5, 1, 1),
]
CASES = list(itertools.product(SHAPES, convolution.PADDINGS))


@pytest.fixture(params=CASES, ids=str)
def case(request):
    (rows, columns, channels, height, width, filters, stride), padding = request.param
    rng = np.random.default_rng(rows * columns + stride)
    images = rng.normal(size=(2, rows, columns, channels)).astype("float32")
    kernels = rng.normal(size=(height, width, channels, filters)).astype("float32")
    bias = rng.normal(size=filters).astype("float32")
    return images, kernels, bias, stride, padding


def test_both_versions_equal_keras(case):
    images, kernels, bias, stride, padding = case
    expected = np.asarray(keras.ops.conv(images, kernels, stride, padding)) + bias
    for function in (convolution.conv2d_loops, convolution.conv2d):
        got = function(images, kernels, bias, stride, padding)
        assert got.shape == expected.shape and got.dtype == np.float32
        np.testing.assert_allclose(got, expected, atol=2e-5, rtol=1e-5)


def test_random_shapes_equal_keras():
    rng = np.random.default_rng(1)
    for _ in range(60):
        rows, columns = rng.integers(5, 14, 2)
        height, width = rng.integers(1, 6, 2)
        channels, filters, stride = rng.integers(1, 5, 3)
        padding = str(rng.choice(convolution.PADDINGS))
        images = rng.normal(size=(2, rows, columns, channels)).astype("float32")
        kernels = rng.normal(size=(height, width, channels, filters)).astype("float32")
        expected = keras.ops.conv(images, kernels, int(stride), padding)
        got = convolution.conv2d(images, kernels, None, stride, padding)
        np.testing.assert_allclose(got, expected, atol=2e-5, rtol=1e-5)
        loops = convolution.conv2d_loops(images, kernels, None, stride, padding)
        np.testing.assert_allclose(loops, expected, atol=2e-5, rtol=1e-5)


def test_the_gradient_equals_the_tape(case):
    images, kernels, bias, stride, padding = case
    variables = [tf.Variable(a) for a in (images, kernels, bias)]
    with tf.GradientTape() as tape:
        result = tf.nn.conv2d(variables[0], variables[1], stride, padding.upper()) + variables[2]
        upstream = np.random.default_rng(2).normal(size=result.shape).astype("float32")
        loss = tf.reduce_sum(result * upstream)
    expected = tape.gradient(loss, variables)
    got = convolution.conv2d_gradient(upstream, images, kernels, stride, padding)
    for ours, theirs in zip(got, expected, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("stride", [None, 1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("padding", convolution.PADDINGS)
def test_pooling_equals_keras(size, stride, padding):
    images = np.random.default_rng(3).normal(size=(2, 9, 8, 3)).astype("float32") - 5
    expected = keras.ops.max_pool(images, size, stride, padding)
    got = convolution.max_pool2d(images, size, stride, padding)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, expected)


def test_pooling_takes_what_a_bfloat16_network_answers():
    images = np.eye(4)[None, :, :, None].astype(tf.bfloat16.as_numpy_dtype)
    assert convolution.max_pool2d(images).astype(float).ravel().tolist() == [1, 0, 0, 1]


def test_pooling_keeps_whole_numbers():
    images = np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1)
    pooled = convolution.max_pool2d(images)
    assert pooled.dtype == np.uint8 and pooled.ravel().tolist() == [5, 7, 13, 15]


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "places", "border"),
    [
        (32, 3, 1, "same", 32, (1, 1)),
        (32, 3, 1, "valid", 30, (0, 0)),
        (32, 2, 1, "same", 32, (0, 1)),
        (32, 4, 1, "same", 32, (1, 2)),
        (32, 3, 2, "same", 16, (0, 1)),
        (33, 3, 2, "same", 17, (1, 1)),
        (32, 1, 2, "same", 16, (0, 0)),
        (32, 5, 3, "valid", 10, (0, 0)),
    ],
)
def test_sizes_and_borders(size, kernel, stride, padding, places, border):
    assert convolution.output_size(size, kernel, stride, padding) == places
    assert convolution.border(size, kernel, stride, padding) == border


def test_the_fixed_kernels():
    assert (np.full((3, 3), 1 / 9) == convolution.SMOOTHING).all()
    assert convolution.EDGES.tolist() == [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]
    assert convolution.SHARPEN.tolist() == [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    for kernel in (convolution.SMOOTHING, convolution.EDGES, convolution.SHARPEN):
        with pytest.raises(ValueError, match="read-only"):
            kernel[0, 0] = 1


def test_a_kernel_per_channel_leaves_the_others_alone():
    images = np.zeros((1, 5, 5, 3))
    images[..., 1] = np.random.default_rng(4).random((5, 5))
    filtered = convolution.conv2d(images, convolution.per_channel(convolution.EDGES))
    alone = convolution.conv2d(images[..., 1:2], convolution.per_channel(convolution.EDGES, 1))
    np.testing.assert_allclose(filtered[..., 1:2], alone)
    assert not filtered[..., [0, 2]].any() and filtered[..., 1].any()


def test_whole_numbers_are_not_cut_off_at_255():
    images = np.full((1, 3, 3, 1), 200, np.uint8)
    kernels = np.ones((3, 3, 1, 1), np.int64)
    assert convolution.conv2d(images, kernels, padding="valid").ravel() == [1800]


IMAGES, KERNELS = np.zeros((1, 5, 5, 3)), np.zeros((3, 3, 3, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: convolution.conv2d(IMAGES[0], KERNELS), r"images: the shape is \(5, 5, 3\)"),
        (lambda: convolution.conv2d(IMAGES, KERNELS[0]), r"kernels: the shape is \(3, 3, 2\)"),
        (lambda: convolution.conv2d(IMAGES[..., :1], KERNELS), "1 channels, the kernels .* 3"),
        (lambda: convolution.conv2d(IMAGES, KERNELS, np.zeros(3)), r"expected \(2,\)"),
        (lambda: convolution.conv2d(IMAGES, KERNELS, stride=0), "stride is 0"),
        (lambda: convolution.conv2d(IMAGES, KERNELS, stride=1.5), r"stride is 1\.5"),
        (lambda: convolution.conv2d(IMAGES, KERNELS, padding="SAME"), "'same' or 'valid'"),
        (lambda: convolution.conv2d(IMAGES[:, :2], KERNELS, padding="valid"), "doesn't fit"),
        (lambda: convolution.conv2d_gradient(IMAGES, IMAGES, KERNELS), r"expected \(1, 5, 5, 2\)"),
        (lambda: convolution.max_pool2d(IMAGES[0]), "images: the shape"),
        (lambda: convolution.max_pool2d(IMAGES, 6), "doesn't fit"),
        (lambda: convolution.per_channel(KERNELS), r"expected \(height, width\)"),
        (lambda: convolution.per_channel(convolution.EDGES, 0), "channels is 0"),
    ],
)
def test_what_does_not_fit_is_told(call, message):
    with pytest.raises(ValueError, match=message):
        call()
