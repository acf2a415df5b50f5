"""Right and wrong answers to the exercises of notebook 11."""

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression

layers = keras.layers


def pipelines(lists, low, high):
    """As matrices would be multiplied: one factor and one offset for each list."""
    found = []
    for steps in lists:
        scale, shift = 1.0, 0.0
        for factor, offset in steps:
            scale, shift = scale * factor, shift * factor + offset
        ends = np.array([shift, 255 * scale + shift])
        found.append(bool((np.abs(ends - (low, high)) < 0.01).all()))
    return found


def bounded(low_side, high_side):
    """Only one of the two differences is looked at from both sides."""

    def answer(lists, low, high):
        found = []
        for steps in lists:
            x, y = 0.0, 255.0
            for factor, offset in steps:
                x, y = factor * x + offset, factor * y + offset
            black = abs(x - low) < 0.01 if low_side else x - low < 0.01
            white = abs(y - high) < 0.01 if high_side else high - y < 0.01
            found.append(black and white)
        return found

    return answer


def freeze(network, last):
    layers_ = network.layers
    for layer in layers_:
        layer.trainable = False
    for layer in layers_[-last:]:
        layer.trainable = not isinstance(layer, layers.BatchNormalization)
    return sum(np.prod(v.shape, dtype=int) for v in network.trainable_weights)


def freezing(norms=False, first=False, everything=False, result=None, whole=False):
    """A function with one of the usual mistakes."""

    def answer(network, last):
        chosen = network.layers[:last] if first else network.layers[-last:]
        for layer in network.layers:
            is_norm = isinstance(layer, layers.BatchNormalization)
            layer.trainable = (everything or layer in chosen) and (norms or not is_norm)
        if whole:
            network.trainable = False
        learns = sum(int(np.prod(v.shape)) for v in network.trainable_variables)
        return result(network, learns) if result else learns

    return answer


def by_name(network, last):
    for place, layer in enumerate(network.layers[::-1]):
        layer.trainable = place < last and "batch_normalization" not in layer.name
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def frozen_variables(network, last):
    """The layer isn't frozen, only what it learns."""
    for place, layer in enumerate(network.layers[::-1]):
        layer.trainable = place < last
        if isinstance(layer, layers.BatchNormalization):
            layer.gamma.trainable = layer.beta.trainable = False
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def skipping_norms(network, last):
    plain = [x for x in network.layers if not isinstance(x, layers.BatchNormalization)]
    for layer in network.layers:
        layer.trainable = layer in plain[-last:]
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def one_too_few(network, last):
    for place, layer in enumerate(network.layers[::-1]):
        is_norm = isinstance(layer, layers.BatchNormalization)
        layer.trainable = place < last - 1 and not is_norm
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def only_freezes(network, last):
    """Layers that were frozen before stay so."""
    for layer in network.layers[:-last]:
        layer.trainable = False
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def nearest(features, labels, questions):
    """As a loop, with both lengths divided out."""
    classes = sorted(set(labels.tolist()))
    means = [features[labels == c].mean(0) for c in classes]
    found = []
    for row in questions:
        cosines = [row @ m / (np.linalg.norm(row) * np.linalg.norm(m)) for m in means]
        found.append(classes[int(np.argmax(cosines))])
    return found


def separable(rows, columns, kernel, channels, filters):
    count = 0
    for _ in range(rows * columns):
        count += channels * kernel * kernel + filters * channels
    return [rows * columns * filters * channels * kernel * kernel, count]


def regression(features, labels, questions):
    return LogisticRegression(max_iter=300).fit(features, labels).predict(questions)


def short_head(features, labels, questions):
    """A linear head, trained as students do."""
    keras.utils.set_random_seed(0)
    dense = layers.Dense(int(labels.max()) + 1, activation="softmax")
    network = keras.Sequential([keras.Input(features.shape[1:]), dense])
    network.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy")
    network.fit(features, labels, batch_size=64, epochs=20, verbose=0)
    return network.predict(questions, verbose=0).argmax(axis=1)


def distances(features, labels, questions):
    gaps = ((questions[:, None] - features[None]) ** 2).sum(-1)
    return labels[gaps.argmin(1)]


RIGHT = {
    "11.1": [pipelines],
    "11.2": [freeze, freezing()],
    "11.3": [nearest],
    "11.4": [separable],
    "11.5": [regression, distances, nearest, short_head],
}


def stub_1(pipelines, low, high):
    """Nothing yet."""


def stub_2(network, last):
    """Nothing yet."""


def stub_3(features, labels, questions):
    """Nothing yet."""


def stub_4(rows, columns, kernel, channels, filters):
    """Nothing yet."""


STUBS = {"11.1": stub_1, "11.2": stub_2, "11.3": stub_3, "11.4": stub_4, "11.5": stub_3}

WRONG = [
    ("11.1", lambda p, low, high: [bool(steps) for steps in p], "What becomes of 255"),
    ("11.1", lambda p, low, high: True, "shape"),
    ("11.1", lambda p, low, high: [len(steps) == 1 for steps in p], "What becomes of 255"),
    ("11.2", freezing(norms=True), "A batch normalisation isn't frozen"),
    ("11.2", by_name, "A name tells nothing"),
    ("11.2", frozen_variables, "`trainable` of the layer itself"),
    ("11.2", skipping_norms, "counts among the last layers"),
    ("11.2", one_too_few, "Fewer layers learn"),
    ("11.2", freezing(first=True), "The *last* ones shall"),
    ("11.2", freezing(whole=True), "The network as a whole is frozen"),
    ("11.2", only_freezes, "A layer that was frozen before"),
    ("11.2", freezing(everything=True), "Which variables learn"),
    ("11.2", freezing(result=lambda n, k: n.count_params()), "number of all parameters"),
    ("11.2", freezing(result=lambda n, k: n.count_params() - k), "how many are frozen"),
    ("11.2", freezing(result=lambda n, k: len(n.trainable_variables)), "number of arrays"),
    ("11.2", freezing(result=lambda n, k: k + 1), "the number is another"),
    ("11.2", freezing(result=lambda n, k: np.array([k])), "expected one number"),
    ("11.3", lambda f, y, q: np.zeros(len(q), int), "which way does it point"),
    ("11.3", lambda f, y, q: nearest(f, y, q)[:-1], "shape"),
    ("11.4", lambda r, c, k, a, b: r * c * k * k * a * b, "result"),
    ("11.4", lambda r, c, k, a, b: (r * c * k * k * a * b, r * c * k * k * a), "`filters` maps"),
    ("11.4", lambda r, c, k, a, b: (r * c * k * a * b, r * c * (k * a + a * b)), "kernel × kernel"),
    ("11.3", lambda f, y, q: y[distances(f, y, q)], "which way does it point"),
    ("11.1", bounded(True, False), "It is right for"),
    ("11.1", bounded(False, True), "It is right for"),
    ("11.5", lambda f, y, q: np.zeros(len(q), int), "Does it learn from"),
    ("11.5", lambda f, y, q: np.full(len(q), 99), "Some answers are no class"),
    ("11.5", lambda f, y, q: regression(f, y, q) + 0.5, "Some answers are no class"),
    ("11.5", lambda f, y, q: np.eye(y.max() + 1)[regression(f, y, q)], "class of the largest"),
    ("11.5", lambda f, y, q: regression(f, y, q)[:-1], "a class for each question"),
    ("11.5", lambda f, y, q: regression(f, y[::-1], q), "Does it learn from"),
]
