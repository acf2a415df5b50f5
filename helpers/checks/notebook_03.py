"""Checks of the exercises of notebook 03. Each returns a hint, empty if the answer is right."""

from collections.abc import Callable

import keras
import numpy as np

from helpers.checks import judging

LARGEST_MODEL = 100_000


def _layers_needed(answer: Callable[[int], int]) -> str:
    pixels = [3, 5, 6, 7, 10, 31, 32]
    got = [answer(n) for n in pixels]
    if got[0] is None:
        return "The function returns nothing yet. One layer sees 3 pixels. And two?"
    expected = [n // 2 for n in pixels]
    if got == expected:
        return "" if answer(1) == 0 else "One pixel needs no layer at all: expected 0."
    if got == [-(-n // 3) for n in pixels]:
        return "The second layer's patches overlap: it adds 2 pixels, not 3."
    if got == [(n - 1) // 2 for n in pixels]:
        return "Round up: for 6 pixels two layers are not enough."
    if got == [n // 3 for n in pixels]:
        return "The second layer's patches overlap: it adds 2 pixels, not 3. And round up."
    if got == [(n - 3) // 2 for n in pixels] or got == [-(-(n - 3) // 2) for n in pixels]:
        return "The first layer counts as well: for 3 pixels the answer is 1."
    if np.allclose(np.array(got, float), [(n - 1) / 2 for n in pixels]):
        return "There is no half layer: round up to a whole number."
    return "Begin with 1 pixel; each 3×3 layer adds one on the left and one on the right."


def _precision_and_recall(answer: Callable[[np.ndarray], tuple]) -> str:
    counts = np.array([[6, 2, 2], [1, 5, 0], [4, 1, 9]])
    got = answer(counts)
    if got is None:
        return "The function returns nothing yet. The right answers are np.diag(counts)."
    try:
        precision, recall = (np.asarray(part, float) for part in got)
    except (TypeError, ValueError):
        return "Return two arrays: precision, recall."
    if precision.shape != (3,) or recall.shape != (3,):
        return f"Shapes {precision.shape} and {recall.shape}; expected one number for each class."
    right, answered, true = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    if np.allclose(precision, right / answered) and np.allclose(recall, right / true):
        return ""
    if np.allclose(precision, right / true) and np.allclose(recall, right / answered):
        return "The two are swapped. Rows are the right classes, columns the answers."
    if np.allclose(precision, right / counts.sum()) or np.allclose(recall, right / counts.sum()):
        return "Divide by the sum of a row or a column, not by the number of all images."
    if np.allclose(precision, right / answered):
        return "Precision is right. Recall: of all images of a class, how many were found?"
    if np.allclose(recall, right / true):
        return "Recall is right. Precision: of all answers 'class c', how many were right?"
    return "Precision divides the diagonal by the columns' sums, recall by the rows' sums."


def _top_accuracy(answer: Callable[[np.ndarray, np.ndarray, int], float]) -> str:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(6), size=40)
    labels = rng.integers(0, 6, 40)
    got = [answer(probabilities.copy(), labels.copy(), k) for k in (1, 2, 3, 6)]
    if got[0] is None:
        return "The function returns nothing yet. argsort puts the least probable class first."
    if any(np.shape(g) != () for g in got):
        return f"The result has shape {np.shape(got[0])}; one number is asked for: a share."
    order = probabilities.argsort(axis=1)
    place = (order == labels[:, None]).argmax(axis=1)  # 5: the most probable

    def shares(rule):
        return [rule(k).mean() for k in (1, 2, 3, 6)]

    expected = shares(lambda k: place >= 6 - k)
    got = np.array(got, float)
    if np.allclose(got, expected):
        return ""
    if np.allclose(got, 40 * np.array(expected)):
        return "You counted the images. The share is the count, divided by the number of images."
    if np.allclose(got, shares(lambda k: place < k)):
        return "You took the k least probable classes. argsort begins with the smallest."
    if np.allclose(got, shares(lambda k: place == 6 - k)):
        return "The right class may be anywhere among the first k, not only at place k."
    if np.allclose(got, expected[0]):
        return "k makes no difference in your function: it looks at the first class alone."
    return "For k = 1 it is the accuracy; for k = 6 of 6 classes it is 1."


def _small_network(answer: Callable[[], keras.Model]) -> str:
    return judging.model_hint(answer(), LARGEST_MODEL, fewest=2)


EXERCISES: dict[str, Callable[..., str]] = {
    "03.1": _layers_needed,
    "03.2": _precision_and_recall,
    "03.3": _top_accuracy,
    "03.4": _small_network,
}
