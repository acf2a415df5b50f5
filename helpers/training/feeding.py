"""How images reach Keras: batches in a fixed order, each epoch in another one."""

import math
from collections.abc import Callable

import numpy as np
import tensorflow as tf

EVALUATION_BATCH = 1_000

Augment = Callable[[np.ndarray, np.ndarray, int, int], np.ndarray]
Mix = Callable[[np.ndarray, np.ndarray, np.ndarray, int, int], tuple[np.ndarray, np.ndarray]]


def batches(
    images: np.ndarray,
    labels: np.ndarray | None = None,
    batch_size: int = EVALUATION_BATCH,
    *,
    seed: int | None = None,
    epochs: range = range(1),
    augment: Augment | None = None,
    mix: Mix | None = None,
) -> tf.data.Dataset:
    """Feeds arrays to Keras without tf.data's autotuner, which can stall the end of a call.

    Args:
        images: uint8 `(n, 32, 32, 3)`.
        labels: int64 `(n,)`, or float32 `(n, classes)` as `one_hot` makes them; None for images
            alone.
        batch_size: Images in a batch; the last batch of an epoch may be smaller.
        seed: Shuffles every epoch by `(seed, epoch)`; None keeps the order.
        epochs: Which epochs to feed, one after the other.
        augment: Changes the images of a batch, in NumPy: images, their places in `images` `(b,)`,
            the number of the epoch and the seed -> images of the same shape and dtype. It decides
            by these four alone, so that a training that goes on later sees the same images.
        mix: Mixes the images of a batch with each other, and their labels, after `augment`: images,
            one-hot labels float32 `(b, classes)`, places, epoch and seed -> images and labels of
            the same shapes and dtypes. It too decides by these five alone.

    Raises:
        ValueError: `augment` or `mix` returns something of another shape or dtype, or they have no
            seed, or `mix` no one-hot labels.
    """
    count = len(images)
    if augment is not None:
        _check_augment(augment, images, seed)
    if mix is not None:
        _check_mix(mix, images, labels, seed)
    arrays = tuple(tf.convert_to_tensor(a) for a in (images, labels) if a is not None)

    def order(epoch):
        indices = tf.range(count)
        if seed is not None:
            indices = tf.random.experimental.stateless_shuffle(indices, [seed, epoch])
        places = tf.data.Dataset.from_tensor_slices(indices).batch(batch_size)
        return places.map(lambda some: (some, epoch))

    def gather(indices, epoch):
        picked, *rest = (tf.gather(array, indices) for array in arrays)
        if augment is not None:
            asked = [picked, indices, epoch, seed]
            changed = tf.numpy_function(augment, asked, picked.dtype, stateful=False)
            picked = tf.ensure_shape(changed, picked.shape)
        if mix is not None:
            asked, kinds = [picked, rest[0], indices, epoch, seed], [picked.dtype, rest[0].dtype]
            mixed = tf.numpy_function(mix, asked, kinds, stateful=False)
            picked, *rest = map(tf.ensure_shape, mixed, (picked.shape, rest[0].shape))
        return (picked, *rest) if rest else picked

    steps = tf.data.Dataset.range(epochs.start, epochs.stop, output_type=tf.int32).flat_map(order)
    options = tf.data.Options()
    options.autotune.enabled = False
    fed = steps.map(gather, num_parallel_calls=2).prefetch(2).with_options(options)
    total = len(epochs) * math.ceil(count / batch_size)
    return fed.apply(tf.data.experimental.assert_cardinality(total))


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels as rows of zeros with a single 1, float32 `(n, classes)`.

    Args:
        labels: int64 `(n,)`.
        classes: How many there are.
    """
    return np.eye(classes, dtype=np.float32)[labels]


def _check_augment(augment: Augment, images: np.ndarray, seed: int | None) -> None:
    """Tries a change of images on two of them.

    Raises:
        ValueError: What comes back has another shape or dtype, or there is no seed.
    """
    if seed is None:
        raise ValueError("augment needs a seed; name one.")
    some = images[:2]
    changed = augment(some.copy(), np.arange(len(some), dtype=np.int32), 0, seed)
    found = (getattr(changed, "shape", None), getattr(changed, "dtype", type(changed)))
    if found != (some.shape, some.dtype):
        raise ValueError(
            f"augment returns {found[1]} of shape {found[0]}; expected {some.dtype} of shape "
            f"{some.shape}, as it was given."
        )


def _check_mix(mix: Mix, images: np.ndarray, labels: np.ndarray | None, seed: int | None) -> None:
    """Tries a mixture on two images.

    Raises:
        ValueError: What comes back has other shapes or dtypes; there is no seed, or the labels are
            not one-hot.
    """
    if seed is None:
        raise ValueError("mix needs a seed; name one.")
    if labels is None or labels.ndim != 2:
        raise ValueError("mix needs one-hot labels, (n, classes): integers can't be mixed.")
    some, wanted = images[:2], labels[:2]
    mixed = mix(some.copy(), wanted.copy(), np.arange(len(some), dtype=np.int32), 0, seed)
    if not isinstance(mixed, tuple) or len(mixed) != 2:
        raise ValueError(f"mix returns {type(mixed).__name__}; expected images and labels.")
    for name, got, given in zip(("images", "labels"), mixed, (some, wanted), strict=True):
        found = (getattr(got, "shape", None), getattr(got, "dtype", type(got)))
        if found != (given.shape, given.dtype):
            raise ValueError(
                f"mix returns {name} {found[1]} of shape {found[0]}; expected {given.dtype} of "
                f"shape {given.shape}, as they were given."
            )
