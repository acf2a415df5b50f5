"""Checks of the exercises of notebook 08. Each returns a hint, empty if the answer is right."""

from collections.abc import Callable

import keras
import numpy as np

from helpers import models
from helpers.checks import judging

MOST_MULTIPLY_ADDS = 60_000_000
FEWEST_CONVOLUTIONS = 4


def _alternating(answer: Callable[[np.ndarray, int], np.ndarray]) -> str:
    first = np.array([True, False, False, True, True])
    got = [answer(first.copy(), epoch) for epoch in range(4)]
    if any(mirrored is None for mirrored in got):
        return "The function returns nothing yet. In epoch 0 it is `first` itself."
    got = [np.asarray(mirrored) for mirrored in got]
    for epoch, mirrored in enumerate(got):
        if mirrored.shape != first.shape:
            return f"In epoch {epoch} the shape is {mirrored.shape}; expected {first.shape}."
    if any(mirrored.dtype != bool for mirrored in got):
        return "Expected True and False, not numbers: as indices, 0 and 1 pick two images."
    expected = [first, ~first, first, ~first]
    if all(np.array_equal(a, b) for a, b in zip(got, expected, strict=True)):
        return ""
    if all(np.array_equal(a, first) for a in got):
        return "It is the same in every epoch: half of the mirror images are never seen."
    if all(np.array_equal(a, ~b) for a, b in zip(got, expected, strict=True)):
        return "It begins with the opposite: in epoch 0 the images in `first` are mirrored."
    if all(len(set(a.tolist())) == 1 for a in got[1:]):
        return "In an epoch all images are alike; only those that weren't mirrored before change."
    return "An image is mirrored in every other epoch: in 0, 2, 4 … if `first`, else in 1, 3, 5 …"


def _whitened(answer: Callable[[np.ndarray], np.ndarray]) -> str:
    rng = np.random.default_rng(0)
    rows = rng.normal(0.5, 1, (500, 4)) @ rng.normal(0, 1, (4, 4))
    got = answer(rows.copy())
    if got is None:
        return "The function returns nothing yet. Begin with np.linalg.eigh(rows.T @ rows / n)."
    got = np.asarray(got, float)
    if got.shape != rows.shape:
        return f"The result has shape {got.shape}; expected that of rows, {rows.shape}."
    variances, directions = np.linalg.eigh(rows.T @ rows / len(rows))
    moment = got.T @ got / len(got)
    turn = np.linalg.lstsq(rows, got, rcond=None)[0]
    if np.allclose(moment, np.eye(4), atol=1e-6):
        if np.allclose(rows @ turn, got, atol=1e-6):
            return ""
        if np.allclose(got.mean(axis=0), 0, atol=1e-6):
            return "You subtracted the mean first; here it stays: rows.T @ rows / n, as it is."
        return "Each row has to come from the same row of `rows`, times one matrix for all."
    if np.allclose(moment, np.diag(np.diag(moment)), atol=1e-6):
        if np.allclose(np.sort(np.diag(moment)), variances):
            return "Turned, not yet scaled: divide each column by the root of its eigenvalue."
        if np.allclose(np.sort(np.diag(moment)), np.sort(1 / variances)):
            return "Divide by the *root* of the eigenvalue; you divided by the eigenvalue."
        return "The columns are independent, but their squares don't have the mean 1."
    if np.allclose(np.diag(moment), 1):
        return "The squares have the mean 1, but columns still go together: turn them first."
    turned = rows @ directions.T / np.sqrt(variances)
    if np.allclose(got, turned):
        return "The eigenvectors are the columns of `directions`: no transpose."
    return "Turn: rows @ directions. Then divide the columns by the roots of the eigenvalues."


def _training_cost(answer: Callable[[list, int, int], float]) -> str:
    layers = [(32, 32, 3, 3, 16), (16, 16, 5, 16, 8), (1, 1, 1, 512, 10)]
    got = answer(list(layers), 1_000, 4)
    if got is None:
        return "The function returns nothing yet. Multiply the five numbers of a layer, k twice."
    got = np.asarray(got, float)
    if got.shape != ():
        return f"The result has shape {got.shape}; expected one number."
    sums = {k: sum(r * c * s**k * i * f for r, c, s, i, f in layers) for k in (1, 2)}
    if np.isclose(got, 6 * sums[2] * 4_000):
        return ""
    hints = {
        sums[2] * 4_000: "These are multiply-adds: two operations each, and gradients cost, too.",
        2 * sums[2] * 4_000: "The gradients are missing: they cost twice as much as the answers.",
        3 * sums[2] * 4_000: "A multiply-add is two operations.",
        4 * sums[2] * 4_000: "Answer and gradients together: three times the answer, not twice.",
        6 * sums[2] * 1_000: "The epochs are missing.",
        6 * sums[2]: "That is one image; multiply by images and epochs.",
        6 * sums[1] * 4_000: "A kernel of side k has k × k places.",
    }
    for wrong, hint in hints.items():
        if np.isclose(got, wrong):
            return hint
    return "rows · columns · k² · channels · filters, summed; times 2, times 3, images and epochs."


def _cheaper_layers(answer: Callable[[], list]) -> str:
    layers = answer()
    if layers is None:
        return "The function returns nothing yet. Copy fast_layers and make it cheaper."
    if not isinstance(layers, list):
        return f"It returns a {type(layers).__name__}; expected a list of layers, as fast_layers."
    network = keras.Sequential(layers)
    if not network.built:
        return "It has no input shape yet: begin the list with keras.Input((32, 32, 3))."
    shapes = (network.input_shape, network.output_shape)
    if shapes != ((None, 32, 32, 3), (None, 10)):
        return f"It maps {shapes[0]} to {shapes[1]}; expected (None, 32, 32, 3) to (None, 10)."
    if judging.convolutions(network) < FEWEST_CONVOLUTIONS:
        return f"Keep {FEWEST_CONVOLUTIONS} convolution layers or more."
    hint = _fits_the_recipe(network)
    if hint:
        return hint
    cost = models.multiply_adds(network)
    if cost > MOST_MULTIPLY_ADDS:
        return f"{cost:,} multiply-adds an image; stay under {MOST_MULTIPLY_ADDS:,}."
    answers = network.predict(np.zeros((2, 32, 32, 3), np.uint8), verbose=0)
    if not np.allclose(answers.astype(float).sum(1), 1, atol=0.02):
        return "The ten outputs don't sum to 1. End with a softmax."
    return ""


def _fits_the_recipe(network: keras.Sequential) -> str:
    """A hint if `whiten` or `pass_on` of the notebook can't work with a network; else empty."""
    if not _begins_white(network.layers):
        return (
            "Begin as fast_layers does, up to its first convolution (2 × 2, 24 filters, no bias): "
            "`whiten` sets that one."
        )
    others = [layer for layer in network.layers[2:] if "Conv" in type(layer).__name__]
    for layer in others:
        if type(layer) is not keras.layers.Conv2D:
            return f"A {type(layer).__name__} isn't counted here; use plain Conv2D layers."
        if layer.groups != 1:
            return "A Conv2D with groups isn't counted here; leave `groups` at 1."
        narrower = layer.filters < layer.input.shape[-1]
        if layer.kernel_size == (3, 3) and (layer.use_bias or narrower):
            return (
                "`pass_on` needs 3 × 3 convolutions without bias, with no fewer filters than "
                "channels come in."
            )
    if any(isinstance(layer, keras.Model) for layer in network.layers):
        return "Put the layers into the list themselves, without models inside."
    return ""


def _begins_white(layers: list[keras.Layer]) -> bool:
    """Whether a network begins with what `whiten` can set."""
    kinds = (keras.layers.Rescaling, keras.layers.Conv2D)
    if len(layers) < 2 or not all(map(isinstance, layers, kinds)):
        return False
    first = layers[1]
    shape = (first.kernel_size, first.filters, first.groups)
    return shape == ((2, 2), 24, 1) and not first.use_bias


EXERCISES: dict[str, Callable[..., str]] = {
    "08.1": _alternating,
    "08.2": _whitened,
    "08.3": _training_cost,
    "08.4": _cheaper_layers,
}
