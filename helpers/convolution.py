"""Convolution and max pooling in NumPy: once in loops, to read, and once fast.

Shapes and the rule for `"same"` padding are TensorFlow's, so that the results equal those of
`keras.ops.conv` and `keras.ops.max_pool`. As in every deep-learning library the kernel is not
flipped: what is called a convolution is, in mathematics, a cross-correlation.

Sources: V. Dumoulin and F. Visin, *A guide to convolution arithmetic for deep learning*,
https://arxiv.org/abs/1603.07285; TensorFlow's notes on padding,
https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2.
"""

import operator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

PADDINGS = ("same", "valid")


SMOOTHING = np.full((3, 3), 1 / 9)
EDGES = np.array([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]])
SHARPEN = np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]])
for _kernel in (SMOOTHING, EDGES, SHARPEN):
    _kernel.setflags(write=False)


def output_size(size: int, kernel_size: int, stride: int = 1, padding: str = "same") -> int:
    """Rows (or columns) of the result, for one direction.

    Args:
        size: Rows (or columns) of the image.
        kernel_size: Rows (or columns) of the kernel or of the pooling window.
        stride: Pixels from one place of the kernel to the next, 1 or more.
        padding: `"same"` adds zeros at the border, so that a stride of 1 keeps the size; `"valid"`
            adds none.

    Raises:
        ValueError: A number is no whole number from 1 up, the padding has another name, or the
            kernel doesn't fit into an image without padding.
    """
    size, kernel_size = _whole("size", size), _whole("kernel_size", kernel_size)
    stride = _whole("stride", stride)
    if padding not in PADDINGS:
        raise ValueError(f"padding is {padding!r}; expected 'same' or 'valid'.")
    if padding == "same":
        return -(-size // stride)
    if kernel_size > size:
        hint = "take a smaller kernel, or padding='same'."
        raise ValueError(f"a kernel of {kernel_size} doesn't fit into {size} pixels; {hint}")
    return (size - kernel_size) // stride + 1


def border(size: int, kernel_size: int, stride: int = 1, padding: str = "same") -> tuple[int, int]:
    """Pixels that padding adds before and after, for one direction.

    TensorFlow adds no more than the last place of the kernel needs. If that number is odd, the
    extra pixel comes after: below and on the right. Arguments and errors are as in `output_size`.
    """
    places = output_size(size, kernel_size, stride, padding)
    missing = max(0, (places - 1) * stride + kernel_size - size) if padding == "same" else 0
    return missing // 2, missing - missing // 2


def conv2d_loops(
    images: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int = 1,
    padding: str = "same",
) -> np.ndarray:
    """The convolution of `conv2d`, written to be read: one output number at a time."""
    images, kernels, bias = _prepared(images, kernels, bias)
    count, rows, columns, _ = images.shape
    height, width, _, filters = kernels.shape
    padded = _padded(images, (height, width), stride, padding)
    out_rows = output_size(rows, height, stride, padding)
    out_columns = output_size(columns, width, stride, padding)
    result = np.zeros((count, out_rows, out_columns, filters), images.dtype)
    for image in range(count):
        for row in range(out_rows):
            for column in range(out_columns):
                top, left = row * stride, column * stride
                patch = padded[image, top : top + height, left : left + width]
                for f in range(filters):
                    result[image, row, column, f] = (patch * kernels[..., f]).sum() + bias[f]
    return result


def conv2d(
    images: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int = 1,
    padding: str = "same",
) -> np.ndarray:
    """Moves each kernel over each image; every place gives the sum of products, plus a bias.

    All patches are one array, without a copy (`sliding_window_view`); one matrix product does the
    rest. Equal to `keras.ops.conv(images, kernels, stride, padding) + bias`.

    Args:
        images: `(n, rows, columns, channels)`, any number type.
        kernels: `(height, width, channels, filters)`.
        bias: `(filters,)`; None adds nothing.
        stride: Pixels from one place of the kernel to the next, in both directions.
        padding: `"same"` or `"valid"`, see `output_size`.

    Returns:
        `(n, out_rows, out_columns, filters)`, float32, or float64 if an argument needs it.

    Raises:
        ValueError: Shapes don't fit together, or `stride` or `padding` is not allowed.
    """
    images, kernels, bias = _prepared(images, kernels, bias)
    patches = _patches(images, kernels.shape[:2], stride, padding)
    return np.tensordot(patches, kernels, axes=((3, 4, 5), (2, 0, 1))) + bias


def conv2d_gradient(
    upstream: np.ndarray,
    images: np.ndarray,
    kernels: np.ndarray,
    stride: int = 1,
    padding: str = "same",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient of a loss with respect to all that went into `conv2d`.

    An output number is a sum of products: its gradient flows to the pixels, times the kernel, and
    to the kernel, times the pixels.

    Args:
        upstream: Gradient of the loss with respect to the result of `conv2d`, of its shape.
        images, kernels, stride, padding: What `conv2d` was called with.

    Returns:
        Gradients with respect to images, kernels and bias, each of the shape of its own.

    Raises:
        ValueError: As `conv2d`; or `upstream` has another shape than its result.
    """
    images, kernels, bias = _prepared(images, kernels, None)
    window = height, width = kernels.shape[:2]
    patches = _patches(images, window, stride, padding)
    expected = (*patches.shape[:3], len(bias))
    upstream = np.asarray(upstream, images.dtype)
    if upstream.shape != expected:
        raise ValueError(f"upstream has shape {upstream.shape}; expected {expected}.")
    to_kernels = np.tensordot(patches, upstream, axes=((0, 1, 2), (0, 1, 2))).transpose(1, 2, 0, 3)
    padded = np.zeros_like(_padded(images, window, stride, padding))
    rows, columns = (stride * places for places in expected[1:3])
    for k in range(height):
        for m in range(width):
            reached = padded[:, k : k + rows : stride, m : m + columns : stride]
            reached += upstream @ kernels[k, m].T
    top, left = (border(images.shape[1 + i], window[i], stride, padding)[0] for i in (0, 1))
    to_images = padded[:, top : top + images.shape[1], left : left + images.shape[2]]
    return to_images, to_kernels, upstream.sum(axis=(0, 1, 2))


def max_pool2d(
    images: np.ndarray, size: int = 2, stride: int | None = None, padding: str = "valid"
) -> np.ndarray:
    """The largest number of each window, for each channel on its own.

    Equal to `keras.ops.max_pool(images, size, stride, padding)`.

    Args:
        images: `(n, rows, columns, channels)`.
        size: Rows and columns of a window.
        stride: Pixels from one window to the next; None takes `size`, so that windows don't
            overlap.
        padding: `"valid"` leaves out a border that fills no window, `"same"` keeps it.

    Returns:
        `(n, out_rows, out_columns, channels)`, dtype as the images.

    Raises:
        ValueError: The images are not 4-D, or a window doesn't fit or is not allowed.
    """
    images = _checked("images", images, "(n, rows, columns, channels)")
    stride = size if stride is None else stride
    lowest = np.iinfo(images.dtype).min if images.dtype.kind in "iu" else -np.inf
    return _patches(images, (size, size), stride, padding, lowest).max(axis=(4, 5))


def per_channel(kernel: np.ndarray, channels: int = 3) -> np.ndarray:
    """The 4-D kernel that filters each channel on its own with the same 2-D kernel.

    Args:
        kernel: `(height, width)`.
        channels: Channels of the images, and of the result.

    Returns:
        `(height, width, channels, channels)`: filter `c` looks at channel `c` alone.

    Raises:
        ValueError: The kernel is not 2-D, or `channels` is no whole number from 1 up.
    """
    kernel = _checked("kernel", kernel, "(height, width)")
    return kernel[:, :, None, None] * np.eye(_whole("channels", channels), dtype=kernel.dtype)


def _whole(name: str, value: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"{name} is {value!r}; expected a whole number, 1 or more.")
    return number


def _checked(name: str, values: np.ndarray, expected: str) -> np.ndarray:
    values = np.asarray(values)
    if values.ndim != expected.count(",") + 1:
        raise ValueError(f"{name}: the shape is {values.shape}; expected {expected}.")
    return values


def _prepared(images, kernels, bias) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three as floating-point arrays of one type, their shapes checked."""
    images = _checked("images", images, "(n, rows, columns, channels)")
    kernels = _checked("kernels", kernels, "(height, width, channels, filters)")
    if images.shape[3] != kernels.shape[2]:
        raise ValueError(
            f"the images have {images.shape[3]} channels, the kernels are made for "
            f"{kernels.shape[2]}; kernels are (height, width, channels, filters)."
        )
    bias = np.zeros(kernels.shape[3], kernels.dtype) if bias is None else np.asarray(bias)
    if bias.shape != kernels.shape[3:]:
        raise ValueError(f"bias has shape {bias.shape}; expected {kernels.shape[3:]}.")
    dtype = np.result_type(images, kernels, bias, np.float32)
    return images.astype(dtype), kernels.astype(dtype), bias.astype(dtype)


def _padded(images, window, stride, padding, value=0) -> np.ndarray:
    sides = [border(images.shape[1 + i], window[i], stride, padding) for i in (0, 1)]
    return np.pad(images, [(0, 0), *sides, (0, 0)], constant_values=value)


def _patches(images, window, stride, padding, value=0) -> np.ndarray:
    """A view of all patches that a kernel sees, `(n, out_rows, out_columns, channels, *window)`."""
    padded = _padded(images, window, stride, padding, value)
    return sliding_window_view(padded, window, axis=(1, 2))[:, ::stride, ::stride]
