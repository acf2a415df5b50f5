"""Right and wrong answers to the exercises of notebook 01."""

import keras
import numpy as np

LOSS = "sparse_categorical_crossentropy"
LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def dense_model(
    units=16,
    outputs=10,
    compiled=True,
    shape=(32, 32, 3),
    last="softmax",
    hidden="relu",
    loss=LOSS,
    rate=0.01,
):
    model = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(units, activation=hidden),
            keras.layers.Dense(outputs, activation=last),
        ]
    )
    if compiled:
        model.compile(keras.optimizers.SGD(rate), loss, metrics=["accuracy"])
    return model


def convolution_model():
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(2, 3),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    model.compile("sgd", "mse", metrics=["accuracy"])
    return model


def right_class(p, y):
    return p[np.arange(len(y)), y]


class Own(keras.Model):
    """A subclassed network, with or without a convolution that no layer of Keras shows."""

    def __init__(self, convolved=False):
        super().__init__()
        self.first = keras.layers.Dense(16, activation="relu")
        self.last = keras.layers.Dense(10, activation="softmax")
        self.kernel = self.add_weight(shape=(3, 3, 3, 2)) if convolved else None

    def call(self, images):
        x = keras.ops.cast(images, "float32")
        if self.kernel is not None:
            x = keras.ops.conv(x, self.kernel)
        return self.last(self.first(keras.ops.reshape(x, (keras.ops.shape(x)[0], -1))))


def own_model(**how):
    model = Own(**how)
    model(np.zeros((1, 32, 32, 3), np.uint8))
    model.compile("adam", [LOSS], metrics=["accuracy"])
    return model


def frozen_model():
    model = dense_model()
    model.trainable = False
    return model


_SEEN = []


def remembered(inputs, units):
    _SEEN.append(inputs)
    return inputs * units + units + len(_SEEN) - 1


def endless(inputs, units):
    while inputs:
        units += 1


def printed(inputs, units):
    print(inputs * units + units)


RIGHT = {
    "01.1": [
        lambda i, u: i * u + u,
        lambda i, u: (i + 1) * u,
        lambda i, u: float(i * u + u),
        lambda i, u: np.array(i * u + u),
    ],
    "01.2": [lambda y, c: np.eye(c)[y], keras.utils.to_categorical],
    "01.3": [
        lambda p, y: -np.log(right_class(p, y)).mean(),
        lambda p, y: round(float(-np.log(right_class(p, y)).mean()), 4),
        lambda p, y: sum(-np.log(row[k]) for row, k in zip(p, y, strict=True)) / len(y),
        lambda p, y: keras.ops.mean(keras.losses.sparse_categorical_crossentropy(y, p)),
    ],
    "01.4": [
        dense_model,
        own_model,
        lambda: dense_model(last=None, loss=LOGITS),
        lambda: dense_model(loss=keras.losses.SparseCategoricalCrossentropy()),
    ],
}
STUBS = {
    "01.1": lambda inputs, units: None,
    "01.2": lambda labels, classes: None,
    "01.3": lambda probabilities, labels: None,
    "01.4": lambda: None,
}


def without_last(labels, classes):
    rows = np.zeros((len(labels), classes))
    for k in range(classes - 1):
        rows[labels == k, k] = 1
    return rows


WRONG = [
    ("01.1", lambda i, u: i * u, "What else does each unit add"),
    ("01.1", lambda i, u: i * u + i, "Whom do the biases belong to"),
    ("01.1", lambda i, u: i + u, "Is that a sum"),
    ("01.1", lambda i, u: 24, "It is right for 7, 3, and wrong for 3072, 256"),
    ("01.1", lambda i, u: 25, "Draw a layer"),
    ("01.1", lambda i, u: [i * u, u], "one number is asked for"),
    ("01.1", lambda i, u: str(i * u + u), "It returns a str; expected numbers"),
    ("01.1", 24, "Expected a function"),
    ("01.1", remembered, "Called twice alike"),
    ("01.1", printed, "end it with `return`"),
    ("01.2", lambda y, c: y, "give each label a row"),
    ("01.2", lambda y, c: np.eye(c)[y].T, "swapped"),
    ("01.2", lambda y, c: np.eye(c)[y - 1], "Which column is class 0"),
    ("01.2", lambda y, c: 1 - np.eye(c)[y], "Ones and zeros"),
    ("01.2", lambda y, c: np.eye(5)[y % 5], "expected (2, 4)"),
    ("01.2", lambda y, c: np.eye(c + 1)[y], "expected (5, 5)"),
    ("01.2", lambda y, c: np.zeros((len(y), c)), "all are zeros"),
    ("01.2", without_last, "The last class never"),
    ("01.2", lambda y, c: np.eye(c)[y] if c > 4 else np.zeros((len(y), c)), "wrong for [3, 1]"),
    ("01.2", lambda y, c: np.eye(c)[y].tolist(), "expected an array"),
    ("01.2", lambda y, c: np.eye(c)[y].astype(str), "an array of"),
    ("01.3", lambda p, y: np.log(right_class(p, y)).mean(), "sign"),
    ("01.3", lambda p, y: -np.log(right_class(p, y)).sum(), "summed"),
    ("01.3", lambda p, y: -np.log10(right_class(p, y)).mean(), "natural logarithm"),
    ("01.3", lambda p, y: -np.log2(right_class(p, y)).mean(), "natural logarithm"),
    ("01.3", lambda p, y: -np.log(p).mean(), "over all classes"),
    ("01.3", lambda p, y: -np.log(p.max(1)).mean(), "largest probability"),
    ("01.3", lambda p, y: -np.log(right_class(p, y).mean()), "before the mean"),
    ("01.3", lambda p, y: -np.log(right_class(p, y)), "one number"),
    ("01.3", lambda p, y: -np.log(np.diag(p)).mean(), "diagonal"),
    ("01.3", lambda p, y: -np.log(p[y, y]).mean(), "stopped with IndexError"),
    ("01.3", lambda p, y: -np.log(p[y, np.arange(len(y))]).mean(), "stopped with IndexError"),
    ("01.3", lambda p, y: -np.log(right_class(p, y)).sum() / p.shape[1], "not of classes"),
    ("01.3", lambda p, y: 0.1, "one of its probabilities"),
    ("01.4", lambda: dense_model(compiled=False), "not compiled"),
    ("01.4", lambda: dense_model(units=400), "at most 1,000,000"),
    ("01.4", lambda: dense_model(outputs=9), "expected (None, 10)"),
    ("01.4", lambda: dense_model(shape=(28, 28, 1)), "expected (None, 32, 32, 3)"),
    ("01.4", lambda: dense_model(last=lambda x: x * 0), "sum to 1"),
    ("01.4", lambda: dense_model(last=None), "sum to 1"),
    ("01.4", lambda: dense_model(loss=LOGITS), "one of the two is too much"),
    ("01.4", lambda: dense_model(rate=0.0), "The learning rate is 0"),
    ("01.4", lambda: dense_model(hidden=None), "one linear map"),
    ("01.4", frozen_model, "Nothing in it is trainable"),
    ("01.4", lambda: own_model(convolved=True), "next notebook"),
    ("01.4", convolution_model, "next notebook"),
    ("01.4", lambda: keras.Sequential([convolution_model()]), "next notebook"),
    ("01.4", lambda: "a model", "It returns a str"),
]
