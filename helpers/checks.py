"""Instant feedback on exercises: right, or a hint that fits the mistake."""

from collections.abc import Callable

import keras
import numpy as np

from helpers import results, training

LARGEST_MODEL = 1_000_000


def check(exercise: str, answer: object) -> None:
    """Prints whether an answer is right, or a hint. Never stops the notebook.

    A function whose name begins with `_` is announced as the course's solution.

    Args:
        exercise: Number of the exercise, for example `"01.1"`.
        answer: What the exercise asks for, mostly a function.
    """
    hint = verdict(exercise, answer)
    ours = getattr(answer, "__name__", "").startswith("_")
    title = f"Exercise {exercise}" + (", the course's solution" if ours else "")
    print(f"{title}: not yet. {hint}" if hint else f"{title}: right.")


def verdict(exercise: str, answer: object) -> str:
    """The hint for an answer; empty if it is right.

    Raises:
        KeyError: There is no exercise of this number.
    """
    judge = EXERCISES[exercise]
    try:
        return judge(answer)
    except Exception as error:
        return f"Your code stopped with {type(error).__name__}: {error}"


def compare_prediction(predicted: float | None, measured: float) -> None:
    """Prints how far a written-down prediction was from what was measured.

    Args:
        predicted: The student's guess, 0 to 1; None if there is none.
        measured: The result, 0 to 1.
    """
    result = results.percent(measured)
    if predicted is None:
        print(f"Measured: {result}. Write your guess into the cell above, then compare.")
    else:
        apart = results.points(abs(predicted - measured))
        print(f"You guessed {results.percent(predicted)}, measured was {result}: {apart} apart.")


def _dense_parameters(answer: Callable[[int, int], int]) -> str:
    inputs, units = 7, 3
    got = answer(inputs, units)
    if got is None:
        return "The function returns nothing yet. Count the weights first, then the biases."
    hints = {
        inputs * units: "You counted the weights. What else does each unit add?",
        inputs * units + inputs: "Whom do the biases belong to: the inputs or the units?",
        inputs + units: "Every input is connected to every unit. Is that a sum?",
        inputs + units + units: "Every input is connected to every unit. Is that a sum?",
    }
    if got in hints:
        return hints[got]
    cases = [(7, 3, 24), (3072, 256, 786_688), (256, 10, 2_570), (1, 1, 2)]
    if all(answer(i, u) == expected for i, u, expected in cases):
        return ""
    return "Draw a layer with 7 inputs and 3 units, and count the arrows and the biases."


def _one_hot(answer: Callable[[np.ndarray, int], np.ndarray]) -> str:
    labels = np.array([2, 0, 1, 2])
    got = answer(labels, 4)
    if got is None:
        return "The function returns nothing yet. Begin with an array of zeros."
    got = np.asarray(got, float)
    expected = (labels[:, None] == np.arange(4)).astype(float)
    if got.shape == (4, 4) and np.array_equal(got, expected):
        other = np.asarray(answer(np.array([0, 1, 2]), 5))
        if other.shape == (3, 5):
            return ""
        return f"For 3 labels and 5 classes the shape is {other.shape}; expected (3, 5)."
    if got.shape == labels.shape:
        return "One number for each label is not one-hot: one row for each label is asked for."
    if got.shape != (4, 4):
        return f"For 4 labels and 4 classes the shape is {got.shape}; expected (4, 4)."
    if np.array_equal(got, expected.T):
        return "Rows and columns are swapped: one row for each label, one column for each class."
    if np.array_equal(got, 1 - expected):
        return "Ones and zeros are swapped: a single 1 stands in each row."
    if np.array_equal(got.sum(1), np.ones(4)):
        return "One 1 in each row is right, but not where it stands. Which column is class 0?"
    return "Each row should hold a single 1, in the column of its label, and zeros elsewhere."


def _cross_entropy(answer: Callable[[np.ndarray, np.ndarray], float]) -> str:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.5, 0.25]])
    labels = np.array([0, 1, 2])
    got = answer(probabilities, labels)
    if got is None:
        return "The function returns nothing yet. First pick each row's probability of its label."
    if np.shape(got) != ():
        return f"The result has shape {np.shape(got)}; one number is asked for: the mean."
    right = probabilities[np.arange(3), labels]
    expected = -np.log(right).mean()
    if np.isclose(got, expected, rtol=1e-3):
        return ""
    mistakes = {
        "The sign is wrong: the logarithm of a probability is negative, a loss is not.": -expected,
        "You summed over the images. The loss is their mean.": 3 * expected,
        "Use the natural logarithm, np.log.": expected / np.log(2),
        "Use the natural logarithm, np.log. ": expected / np.log(10),
        "You averaged over all classes. Only the probability of the right class counts.": (
            -np.log(probabilities).mean()
        ),
        "You took the largest probability. The label says which one counts.": (
            -np.log(probabilities.max(1)).mean()
        ),
        "The logarithm comes before the mean: a mean of logarithms.": -np.log(right.mean()),
    }
    for hint, value in mistakes.items():
        if np.isclose(got, value, rtol=1e-3):
            return hint.strip()
    return "For one image it is minus the logarithm of the probability of the right class."


def _dense_model(answer: Callable[[], keras.Model]) -> str:
    model = answer()
    if model is None:
        return "The function returns nothing yet. Copy dense_network and change one thing."
    if not isinstance(model, keras.Model):
        return f"It returns a {type(model).__name__}; expected a Keras model."
    if model.input_shape != (None, 32, 32, 3):
        return f"The input shape is {model.input_shape}; expected (None, 32, 32, 3)."
    if model.output_shape != (None, 10):
        return f"The output shape is {model.output_shape}; expected (None, 10), one for each class."
    if any("Conv" in type(layer).__name__ for layer in model.layers):
        return "No convolutions yet: they come in the next notebook."
    if model.count_params() > LARGEST_MODEL:
        return f"{model.count_params():,} parameters; stay under {LARGEST_MODEL:,}."
    if not model.compiled:
        return "The model is not compiled. Give it an optimizer, a loss and metrics=['accuracy']."
    if not training.reports_accuracy(model):
        return "The model doesn't report its accuracy. Compile it with metrics=['accuracy']."
    answers = model.predict(np.zeros((2, 32, 32, 3), np.uint8), verbose=0)
    if not np.allclose(answers.astype(float).sum(1), 1, atol=0.02):
        return "The ten outputs don't sum to 1. Which activation makes probabilities?"
    return ""


EXERCISES: dict[str, Callable[..., str]] = {
    "01.1": _dense_parameters,
    "01.2": _one_hot,
    "01.3": _cross_entropy,
    "01.4": _dense_model,
}
