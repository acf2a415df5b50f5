"""Two checks of notebook 11: what learns in a network, and a classifier of few labels."""

from collections.abc import Callable

import keras
import numpy as np

from helpers.checks.calling import Hint, numbers, with_article
from helpers.checks.judging import Unrecognised

WIDTH, EACH = 256, 20  # features, and labelled rows of a class, of the made-up problems
_STEPS = (
    "Which variables learn? `network.trainable_variables` tells, once each layer is set.",
    "Go through all layers with their places: `trainable` is True for one of the last `last` "
    "that is no batch normalisation, and False for all others.",
    "Count the sizes of network.trainable_variables: np.prod(variable.shape), and their sum.",
)


def _networks() -> list[tuple[keras.Sequential, int]]:
    """Networks and how many of their last layers shall learn; some layers are frozen before."""
    layers = keras.layers
    dense = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(2)]
    )
    other = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(5, 3, name="batch_normalization_conv"),
            layers.BatchNormalization(name="block0_bn"),
            layers.Conv2D(6, 3, use_bias=False),
            layers.BatchNormalization(name="block1_bn"),
            layers.ReLU(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(7),
        ]
    )
    frozen = keras.models.clone_model(other)
    for layer in frozen.layers:
        layer.trainable = False
    clones = [keras.models.clone_model(other) for _ in range(2)]
    return [(other, 4), (dense, 2), (frozen, 3), (clones[0], 1), (clones[1], 7)]


def _size(variables: list) -> int:
    return sum(int(np.prod(variable.shape)) for variable in variables)


def freeze(answer: Callable) -> None:
    """Judges exercise 11.2: what learns then, and whether it was counted.

    Raises:
        Hint: Something learns that should not, or the other way round, or the count is another.
    """
    for network, last in _networks():
        was_frozen = not network.trainable_variables
        got = answer(network, last)
        wanted = _wanted(network, last)
        _tell_layers(network, last, wanted, was_frozen)
        learns = _size([v for layer in wanted for v in layer.trainable_variables])
        counted = numbers(got)
        if counted.ndim:
            raise Hint(f"It returns an array of shape {counted.shape}; expected one number.")
        if counted == learns:
            continue
        if counted == network.count_params():
            raise Hint("That is the number of all parameters. Only some of them learn.")
        if counted == network.count_params() - learns:
            raise Hint("That is how many are frozen; how many learn?")
        if counted == len(network.trainable_variables):
            raise Hint("That is the number of arrays. How many numbers are in them?")
        raise Unrecognised(_STEPS, "The right layers learn, but the number is another. ")


def _wanted(network: keras.Model, last: int) -> list[keras.Layer]:
    norm = keras.layers.BatchNormalization
    return [layer for layer in network.layers[-last:] if not isinstance(layer, norm)]


def _tell_layers(
    network: keras.Model, last: int, wanted: list[keras.Layer], was_frozen: bool
) -> None:
    """Raises a hint unless just the wanted layers learn, of those that have weights."""
    if not network.trainable:
        raise Hint(
            "The network as a whole is frozen: while network.trainable is False, nothing in it "
            "learns. Set the layers' own `trainable`."
        )
    learning = {layer.name for layer in network.layers if layer.trainable_variables}
    norm = keras.layers.BatchNormalization
    right = {layer.name for layer in wanted if layer.weights}
    norms = {layer.name for layer in network.layers if isinstance(layer, norm)}
    open_norms = {x.name for x in network.layers if isinstance(x, norm) and x.trainable}
    if open_norms and learning - norms == right:
        raise Hint(
            "A batch normalisation isn't frozen: `trainable` of the layer itself must be False, "
            "wherever it stands. (A name tells nothing: ask isinstance(layer, "
            "keras.layers.BatchNormalization).)"
        )
    if learning == right:
        return
    plain = [layer for layer in network.layers if not isinstance(layer, norm)]
    if learning == {layer.name for layer in plain[-last:] if layer.weights}:
        raise Hint("Batch normalisation counts among the last layers, too; it only doesn't learn.")
    first = {layer.name for layer in network.layers[:last] if layer.weights}
    if learning - norms == first - norms and first - norms != right:
        raise Hint("The first layers learn. The *last* ones shall.")
    if learning < right and was_frozen:
        raise Hint(
            "A layer that was frozen before stays so. Set its own trainable to True: "
            "network.trainable = True changes nothing while it is True already."
        )
    if learning < right:
        raise Hint(f"Fewer layers learn than those among the last {last}.")
    raise Unrecognised(_STEPS)


def _easy(seed: int, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features in clear clusters, labels, and more of the same kind to ask about."""
    rng = np.random.default_rng(seed)
    middles = 3 * np.abs(rng.normal(size=(classes, WIDTH)))
    labels, asked = (rng.permutation(np.repeat(np.arange(classes), EACH)) for _ in range(2))
    noisy = (middles[y] + 0.3 * rng.normal(size=(len(y), WIDTH)) for y in (labels, asked))
    features, questions = (np.abs(part).astype("float32") for part in noisy)
    return features, labels, questions[:-1], asked[:-1]


def classifier(answer: Callable) -> None:
    """Judges exercise 11.5: does it answer easy questions, each with a class?

    Raises:
        Hint: The answers have another shape, are no classes, or are wrong.
    """
    for seed, classes in ((0, 5), (1, 4)):
        features, labels, questions, right = _easy(seed, classes)
        got = answer(features, labels, questions)
        found = numbers(got)
        if found.shape == (len(questions), classes):
            raise Hint("It returns a number for each class; return the class of the largest.")
        if found.shape != (len(questions),):
            raise Hint(
                f"It returns {with_article(type(got).__name__)} of shape {found.shape}; expected "
                f"{(len(questions),)}, a class for each question."
            )
        if not np.isin(found, np.arange(classes)).all():
            raise Hint("Some answers are no class: expected whole numbers, as the labels are.")
        share = (found == right).mean()
        if share < 0.9:
            raise Hint(
                f"On made-up features in clear clusters {share:.0%} of its answers are right; "
                f"guessing would give {1 / classes:.0%}. Does it learn from `labels`, and for long "
                f"enough? ({len(labels)} rows are two batches of 64.)"
            )


classifier.praise = "ready to try."
