"""Right and wrong answers to the exercises of notebook 10."""

import keras
import numpy as np
import tensorflow as tf

from helpers.tests.checks.answers_01 import LOSS

layers = keras.layers


def top_share(answers, labels, k):
    """As a loop over sorted rows."""
    hits = 0
    for row, label in zip(answers, labels, strict=True):
        hits += row[label] >= np.sort(row)[::-1][k - 1]
    return hits / len(labels)


def by_keras(answers, labels, k):
    hits = keras.ops.in_top_k(labels.astype("int32"), answers.astype("float32"), k)
    return float(np.mean(hits))


def sorted_places(answers, labels, k):
    """Where classes are alike, argsort takes the ones that come first or last."""
    places = np.argsort(answers, axis=1)[:, ::-1][:, :k]
    return (places == labels[:, None]).any(axis=1).mean()


def vgg(filters, side, units, classes):
    trained, channels = 0, 3
    for count in filters:
        trained += (9 * channels + 1) * count + 2 * count
        channels = count
    trained += (side * side * channels + 1) * units + 2 * units + (units + 1) * classes
    return trained, trained + 2 * (sum(filters) + units)


def built(filters, side, units, classes):
    """Right as well: from a network."""
    made = keras.Sequential([keras.Input((side, side, 3))])
    for count in filters:
        made.add(layers.Conv2D(count, 3, padding="same"))
        made.add(layers.BatchNormalization())
    made.add(layers.Flatten())
    made.add(layers.Dense(units))
    made.add(layers.BatchNormalization())
    made.add(layers.Dense(classes))
    trained = sum(int(np.prod(v.shape)) for v in made.trainable_variables)
    return trained, made.count_params()


def coarse(answers, group):
    """As a product with a table of zeros and ones."""
    return (answers @ np.eye(group.max() + 1)[group]).argmax(axis=1)


def coarse_loop(answers, group):
    found = []
    for row in answers:
        sums = np.zeros(group.max() + 1)
        np.add.at(sums, group, row)
        found.append(int(np.argmax(sums)))
    return np.array(found)


def severity(labels, answered, group):
    found = [
        1 if group[label] == group[got] else 2
        for label, got in zip(labels, answered, strict=True)
        if label != got
    ]
    return sum(found) / len(found) if found else 0


def network(width=32, classes=100, loss=LOSS, last="softmax", compiled=True, size=3):
    made = keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 64, offset=-2)])
    for step in range(3):
        made.add(layers.Conv2D(width * 2**step, size, strides=2, padding="same"))
        made.add(layers.BatchNormalization())
        made.add(layers.ReLU())
    made.add(layers.GlobalAveragePooling2D())
    made.add(layers.Dense(classes, last, dtype="float32"))
    if compiled:
        made.compile("sgd", loss, metrics=["accuracy"])
    return made


def soft(labels, answers):
    """A loss of integer labels, as in section 4."""
    rows = 0.9 * tf.one_hot(tf.cast(tf.reshape(labels, [-1]), tf.int32), 100) + 0.001
    return keras.losses.categorical_crossentropy(rows, answers)


class OwnLoss(keras.losses.Loss):
    """The same as an object."""

    def call(self, labels, answers):
        return soft(labels, answers)


def as_mean(labels, answers):
    """One number for a whole batch."""
    return keras.ops.mean(keras.losses.sparse_categorical_crossentropy(labels, answers))


def focal(labels, answers):
    """Costs `(n, 1)`, and less for what is nearly right."""
    own = tf.gather(answers, tf.cast(labels, tf.int32), batch_dims=1)[:, None]
    return -((1 - own) ** 2) * tf.math.log(own)


def ten_classes(labels, answers):
    rows = tf.one_hot(tf.cast(tf.reshape(labels, [-1]), tf.int32), 10)
    return keras.losses.categorical_crossentropy(rows, answers)


def first_ten(labels, answers):
    return keras.losses.sparse_categorical_crossentropy(tf.minimum(labels, 9), answers)


def without_slope(labels, answers):
    return soft(labels, tf.stop_gradient(answers))


def swapped(labels, answers):
    rows = tf.one_hot(tf.cast(tf.reshape(labels, [-1]), tf.int32), 100)
    return keras.losses.categorical_crossentropy(answers, rows)


def twice_softmax(labels, answers):
    return soft(labels, tf.nn.softmax(answers))


def in_numpy(labels, answers):
    return -np.log(np.asarray(answers)[np.arange(len(labels)), np.asarray(labels)])


def for_rows(labels, answers):
    """A loss of one-hot labels."""
    return keras.losses.categorical_crossentropy(labels, answers)


def upside_down(labels, answers):
    return -soft(labels, answers)


def last_of_sorted(answers, group):
    sums = answers @ np.eye(group.max() + 1)[group]
    return np.argsort(sums, axis=1)[:, -1]


RIGHT = {
    "10.1": [top_share, by_keras, lambda a, y, k: np.float32(top_share(a, y, k))],
    "10.2": [vgg, built, lambda *given: list(vgg(*given))],
    "10.3": [coarse, coarse_loop, last_of_sorted, lambda a, g: coarse(a, g).astype("int32")],
    "10.4": [severity, lambda *given: np.float64(severity(*given))],
    "10.5": [
        network,
        lambda: network(96),
        lambda: network(loss=soft),
        lambda: network(loss=OwnLoss()),
        lambda: network(loss=as_mean),
        lambda: network(loss=focal),
        lambda: network(loss=keras.losses.SparseCategoricalCrossentropy()),
    ],
}
STUBS = {
    "10.1": lambda answers, labels, k: None,
    "10.2": lambda filters, side, units, classes: None,
    "10.3": lambda answers, group: None,
    "10.4": lambda labels, answered, group: None,
    "10.5": lambda: None,
}
WRONG = [
    ("10.1", lambda a, y, k: (a.argmax(axis=1) == y).mean(), "ordinary accuracy"),
    ("10.1", lambda a, y, k: top_share(a, y, k) * len(y), "divide by the number"),
    ("10.1", lambda a, y, k: top_share(-a, y, k), "k smallest"),
    ("10.1", lambda a, y, k: np.argsort(a)[:, -k:], "one number is asked for"),
    ("10.1", lambda a, y, k: 0.5, "It is right for"),
    ("10.1", sorted_places, "more* probable"),
    ("10.2", lambda f, s, u, c: vgg(f, s, u, c)[0], "shape"),
    ("10.2", lambda f, s, u, c: vgg(f, s, u, c)[::-1], "trained ones come first"),
    ("10.2", lambda f, s, u, c: (vgg(f, s, u, c)[0],) * 2, "two for each map"),
    ("10.2", lambda f, s, u, c: vgg(f, 1, u, c), "each place of each map"),
    ("10.2", lambda f, s, u, c: (vgg(f, s, u, c)[0] + 1, vgg(f, s, u, c)[1]), "Take the example"),
    ("10.3", lambda a, g: g[a.argmax(axis=1)], "superclass of the most probable class"),
    ("10.3", lambda a, g: a @ np.eye(g.max() + 1)[g], "These are the sums"),
    ("10.3", lambda a, g: coarse(a, g).tolist(), "expected an array"),
    ("10.3", lambda a, g: a.argmax(axis=1), "superclasses are asked for"),
    ("10.3", lambda a, g: a, "expected (2,)"),
    ("10.3", lambda a, g: coarse(a, g) + 1, "numbered from 0"),
    ("10.4", lambda y, a, g: (y != a).mean(), "share of mistakes"),
    ("10.4", lambda y, a, g: severity(y, a, g) * (y != a).mean(), "mean over the mistakes"),
    ("10.4", lambda y, a, g: np.where(g[a] == g[y], 1, 2)[a != y].mean(), "Mean of empty slice"),
    ("10.4", lambda y, a, g: severity(y, a, g) or float("nan"), "Return 0 then"),
    ("10.4", lambda y, a, g: severity(y, a, g) ** 2, "In the example"),
    ("10.4", lambda y, a, g: np.where(g[a] == g[y], 1, 2).mean(), "take the mistakes alone"),
    ("10.5", lambda: network(classes=10), "expected (None, 100)"),
    ("10.5", lambda: network(width=160), "at most 1,777,636"),
    ("10.5", lambda: network(compiled=False), "not compiled"),
    ("10.5", lambda: network(loss="categorical_crossentropy"), "labels are integers"),
    ("10.5", lambda: network(loss=for_rows), "stops for integer labels"),
    ("10.5", lambda: network(loss=upside_down), "For label 0 your loss isn't lower"),
    ("10.5", lambda: network(loss=ten_classes), "stops for integer labels"),
    ("10.5", lambda: network(loss=first_ten), "For label 10 your loss isn't lower"),
    ("10.5", lambda: network(loss=without_slope), "has no gradient"),
    ("10.5", lambda: network(loss=swapped), "is no cross-entropy"),
    ("10.5", lambda: network(loss=twice_softmax), "is no cross-entropy"),
    ("10.5", lambda: network(loss=in_numpy), "stops for integer labels"),
    ("10.5", lambda: network(loss=lambda labels, answers: answers), "can't read"),
    ("10.5", lambda: network(loss="mse"), "labels are integers"),
    ("10.5", lambda: network(last=None), "sum to 1"),
    ("10.5", lambda: network(size=1), "1 × 1"),
]
