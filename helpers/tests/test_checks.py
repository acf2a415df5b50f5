import keras
import numpy as np
import pytest

from helpers import checks


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
    ("01.4", lambda: "a model", "It returns a str"),
]


@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_right_answers_pass(exercise):
    for answer in RIGHT[exercise]:
        assert checks.verdict(exercise, answer) == ""


@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_the_stub_gets_a_hint(exercise):
    assert "returns nothing yet" in checks.verdict(exercise, STUBS[exercise])


@pytest.mark.parametrize(("exercise", "answer", "hint"), WRONG)
def test_a_wrong_answer_gets_the_hint_that_fits(exercise, answer, hint):
    assert hint in checks.verdict(exercise, answer)


def test_every_exercise_is_tried_on_three_wrong_answers():
    for exercise in checks.EXERCISES:
        assert sum(exercise == tried for tried, _, _ in WRONG) >= 3


@pytest.mark.parametrize("answer", [None, 5, lambda: None, lambda *a: 1 / 0, lambda *a: "x"])
@pytest.mark.parametrize("exercise", checks.EXERCISES)
def test_no_answer_stops_the_notebook(exercise, answer, capsys):
    checks.check(exercise, answer)
    said = capsys.readouterr().out
    assert said.startswith(f"Exercise {exercise}: not yet.") and len(said.splitlines()) == 1


def test_a_right_answer_is_told(capsys):
    checks.check("01.1", RIGHT["01.1"][0])
    assert capsys.readouterr().out == "Exercise 01.1: right.\n"

    def _solution(inputs, units):
        return inputs * units + units

    checks.check("01.1", _solution)
    assert capsys.readouterr().out == "Exercise 01.1, the course's solution: right.\n"


def test_a_prediction_is_compared(capsys):
    checks.compare_prediction(0.3, 0.55)
    assert "25.0 points apart" in capsys.readouterr().out
    checks.compare_prediction(None, 0.55)
    assert "Measured: 55.0 %" in capsys.readouterr().out
