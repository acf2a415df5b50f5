"""Checks of the exercises of notebook 02. Each returns a hint, empty if the answer is right."""

from collections.abc import Callable

import keras
import numpy as np

from helpers import convolution
from helpers.checks import judging

LARGEST_MODEL = 300_000


def _conv_parameters(answer: Callable[[int, int, int, int], int]) -> str:
    got = answer(5, 3, 4, 7)
    if got is None:
        return "The function returns nothing yet. How many numbers has one kernel?"
    if np.ndim(got) != 0:
        return "One number is asked for: all weights and biases together."
    got = float(got)
    weights = 5 * 3 * 4 * 7
    hints = {
        weights: "You counted the kernels. What else does each filter add?",
        5 * 3 * 7 + 7: "A kernel is as deep as the image has channels.",
        5 * 3 * 7: "A kernel is as deep as the image has channels. And each filter has a bias.",
        (5 * 5 * 4 + 1) * 7: "Height and width of a kernel may differ.",
        5 * 3 * 4 + 7: "Each filter has a kernel of its own: take all filters.",
        (3 * 3 * 4 + 1) * 7: "Height and width of a kernel may differ.",
        weights + 4: "Each filter has one bias, not each channel of the image.",
        weights + 1: "Each filter has a bias of its own.",
        weights + 4 * 7: "One bias for each filter, not for each channel of each kernel.",
    }
    if got in hints:
        return hints[got]
    cases = [(5, 3, 4, 7, 427), (3, 3, 3, 32, 896), (3, 3, 32, 64, 18_496), (1, 1, 1, 1, 2)]
    if all(answer(h, w, c, f) == expected for h, w, c, f, expected in cases):
        return ""
    return "Count one kernel, height × width × channels, add its bias, and take all filters."


def _vertical_edges(answer: Callable[[], np.ndarray]) -> str:
    got = answer()
    if got is None:
        return "The function returns nothing yet. Try columns of -1, 0 and 1."
    kernel = np.asarray(got, float)
    if kernel.shape != (3, 3):
        return f"The kernel has shape {kernel.shape}; expected (3, 3)."

    def answers(picture):
        columns = np.array(picture, float)[None, :, :, None]
        return convolution.conv2d(columns, kernel[:, :, None, None], padding="valid").ravel()

    upright = answers([[0, 0, 9, 9]] * 3)
    lying = answers([[0] * 3, [0] * 3, [9] * 3, [9] * 3])
    if not np.allclose(answers(np.full((3, 3), 5)), 0):
        return "On an area of one colour the answer should be 0: the nine numbers should sum to 0."
    if np.allclose(upright, 0) and not np.allclose(lying, 0):
        return "This one finds horizontal edges. Turn it: the columns should differ, not the rows."
    if not np.allclose(lying, 0):
        return "It answers to horizontal edges, too. Each row of the kernel should sum to 0."
    if (upright <= 0).all() and (upright < 0).any():
        return "It is negative where the right side is brighter. Change the signs."
    if not ((upright >= 0).all() and (upright > 0).any()):
        return "Where the picture goes from dark (left) to bright (right) it should be positive."
    return ""


def _average_pool(answer: Callable[[np.ndarray, int], np.ndarray]) -> str:
    images = np.random.default_rng(0).integers(0, 256, (2, 6, 12, 3)).astype("float32")
    got = answer(images, 3)
    if got is None:
        return "The function returns nothing yet. Max pooling by hand cut windows with reshape."
    got = np.asarray(got)
    windows = images.reshape(2, 2, 3, 4, 3, 3)
    expected = windows.mean(axis=(2, 4))
    if got.shape != expected.shape:
        return (
            f"For shape (2, 6, 12, 3) and size 3 the result is {got.shape}; expected (2, 2, 4, 3)."
        )
    if np.allclose(got, expected, rtol=1e-4):
        other, wanted = np.asarray(answer(images, 2)), images.reshape(2, 3, 2, 6, 2, 3)
        if other.shape != (2, 3, 6, 3):
            return f"With size 2 the shape is {other.shape}; expected (2, 3, 6, 3)."
        if not np.allclose(other, wanted.mean(axis=(2, 4)), rtol=1e-4):
            return "It is right for size 3, but not for size 2. Where does a 3 or a 9 stand?"
        return ""
    if np.allclose(got, images.reshape(2, 3, 2, 3, 4, 3).mean(axis=(1, 3)), rtol=1e-4):
        return (
            "In reshape, first comes which window, then the row inside: (n, rows // size, size, …)."
        )
    if np.allclose(got, windows.max(axis=(2, 4))):
        return "That is max pooling. Take the mean of each window."
    if np.allclose(got, windows.sum(axis=(2, 4))):
        return "You summed. Divide by the number of pixels in a window."
    if np.allclose(got, windows.sum(axis=(2, 4)) / 3):
        return "A window has size × size pixels, not size."
    if np.allclose(got, images[:, ::3, ::3]):
        return "You took one pixel of each window. Take the mean of all."
    return "Each number should be the mean of one window of size × size pixels of one channel."


def _smaller_network(answer: Callable[[], keras.Model]) -> str:
    return judging.model_hint(answer(), LARGEST_MODEL, fewest=1, most=1)


EXERCISES: dict[str, Callable[..., str]] = {
    "02.1": _conv_parameters,
    "02.2": _vertical_edges,
    "02.3": _average_pool,
    "02.4": _smaller_network,
}
