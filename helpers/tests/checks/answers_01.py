"""Right and wrong answers to the exercises of notebook 01."""

import keras
import numpy as np


def dense_model(units=16, outputs=10, compiled=True, shape=(32, 32, 3), last="softmax"):
    model = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(units),
            keras.layers.Dense(outputs, activation=last),
        ]
    )
    if compiled:
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
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


RIGHT = {
    "01.1": [lambda i, u: i * u + u, lambda i, u: (i + 1) * u, lambda i, u: float(i * u + u)],
    "01.2": [
        lambda y, c: np.eye(c)[y],
        keras.utils.to_categorical,
        lambda y, c: (y[:, None] == np.arange(c)).tolist(),
    ],
    "01.3": [
        lambda p, y: -np.log(right_class(p, y)).mean(),
        lambda p, y: round(float(-np.log(right_class(p, y)).mean()), 4),
    ],
    "01.4": [dense_model],
}
STUBS = {
    "01.1": lambda inputs, units: None,
    "01.2": lambda labels, classes: None,
    "01.3": lambda probabilities, labels: None,
    "01.4": lambda: None,
}
WRONG = [
    ("01.1", lambda i, u: i * u, "What else does each unit add"),
    ("01.1", lambda i, u: i * u + i, "Whom do the biases belong to"),
    ("01.1", lambda i, u: i + u, "Is that a sum"),
    ("01.1", lambda i, u: 24, "count the arrows"),
    ("01.2", lambda y, c: y, "one row for each label"),
    ("01.2", lambda y, c: np.eye(c)[y].T, "swapped"),
    ("01.2", lambda y, c: np.eye(c)[y - 1], "Which column is class 0"),
    ("01.2", lambda y, c: 1 - np.eye(c)[y], "single 1"),
    ("01.2", lambda y, c: np.eye(4)[y], "expected (3, 5)"),
    ("01.2", lambda y, c: np.eye(c + 1)[y], "expected (4, 4)"),
    ("01.3", lambda p, y: np.log(right_class(p, y)).mean(), "sign"),
    ("01.3", lambda p, y: -np.log(right_class(p, y)).sum(), "summed"),
    ("01.3", lambda p, y: -np.log10(right_class(p, y)).mean(), "natural logarithm"),
    ("01.3", lambda p, y: -np.log2(right_class(p, y)).mean(), "natural logarithm"),
    ("01.3", lambda p, y: -np.log(p).mean(), "over all classes"),
    ("01.3", lambda p, y: -np.log(p.max(1)).mean(), "largest probability"),
    ("01.3", lambda p, y: -np.log(right_class(p, y).mean()), "before the mean"),
    ("01.3", lambda p, y: -np.log(right_class(p, y)), "one number"),
    ("01.3", lambda p, y: 0.1, "minus the logarithm"),
    ("01.4", lambda: dense_model(compiled=False), "not compiled"),
    ("01.4", lambda: dense_model(units=400), "stay under 1,000,000"),
    ("01.4", lambda: dense_model(outputs=9), "expected (None, 10)"),
    ("01.4", lambda: dense_model(shape=(28, 28, 1)), "expected (None, 32, 32, 3)"),
    ("01.4", lambda: dense_model(last=lambda x: x * 0), "sum to 1"),
    ("01.4", convolution_model, "next notebook"),
    ("01.4", lambda: keras.Sequential([convolution_model()]), "next notebook"),
    ("01.4", lambda: "a model", "It returns a str"),
]
