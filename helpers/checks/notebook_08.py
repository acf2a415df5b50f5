"""Checks of the exercises of notebook 08."""

from collections.abc import Callable
from functools import partial

import keras
import numpy as np

from helpers import models
from helpers.checks import networks
from helpers.checks.calling import Hint, numbers
from helpers.checks.judging import Judge, Unrecognised, by_cases

MOST_MULTIPLY_ADDS = 60_000_000
FEWEST = 4  # convolutions
FIRST_KERNEL = (2, 2, 3, 24)  # what `whiten` sets
ROUGH = 2e-3  # room for the 0.0005 of rung 2; half of what n - 1 for n changes


def _looked_ahead(start, step, count, every, keep, mistake=""):
    """Lookahead's slow copy after `count` steps, or with one typical mistake."""
    slow, fast = start, start
    keep = {"swapped": 1 - keep, "jumps": 0, "alone": 0, "never": 1}.get(mistake, keep)
    every = {"always": 1, "at_the_end": count}.get(mistake, every)
    for number in range(1, count + 1):
        fast = step(fast)
        if (number - (mistake == "first")) % every == 0:
            slow = keep * slow + (1 - keep) * fast
            fast = fast if mistake == "apart" else slow
    return fast if mistake in ("rest", "alone") else slow


class _Step:
    """A step of SGD down a valley; its name is what hints tell."""

    def __init__(self, factors: list[float], push: float):
        self.factors, self.push = np.array(factors, "float32"), push

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        return weights * self.factors + self.push

    def __repr__(self) -> str:
        return "a step"


_MISTAKES = {
    "swapped": "The two shares are swapped: `keep` is what the slow copy keeps of itself.",
    "apart": "After a meeting the fast weights go on from the slow copy; yours go on alone.",
    "rest": "Steps after the last meeting are dropped: which of the two do you return?",
    "first": "The first meeting is after `every` steps, not after the first one.",
    "always": "They meet after each step. When should they?",
    "at_the_end": "They meet once, at the end. When should they?",
    "jumps": "At a meeting your slow copy takes over all of the fast weights. What is `keep` for?",
    "never": "The slow copy never moves. When do the two meet?",
    "alone": "This is where the fast weights end alone. When does the slow copy come in?",
}
_lookahead = by_cases(
    _looked_ahead,
    [
        (np.array([8.0, -4.0]), _Step([0.5, 0.5], 0), 5, 2, 0.25),
        (np.array([3.0, -1.0, 0.5]), _Step([0.9, 0.4, -0.7], 0.3), 7, 3, 0.6),
        (np.array([2.0]), _Step([-0.8], 0.1), 4, 1, 0.3),
        (np.array([1.0, 5.0], "float32"), _Step([0.8, -0.6], -0.2), 11, 5, 0.15),
    ],
    mistakes=[(text, partial(_looked_ahead, mistake=name)) for name, text in _MISTAKES.items()],
    steps=(
        "Walk through the example with a pencil. Where are slow and fast after two steps?",
        "Print slow and fast after each step of the example. Which line is the first wrong one?",
        "After each step, ask whether its number can be divided by `every`; if so, they meet.",
    ),
    array=True,
)


def _rows(n: int, columns: int, dtype: str = "float64") -> np.ndarray:
    rng = np.random.default_rng(n)
    mixing = np.linspace(-1, 2, columns**2).reshape(columns, columns) + 2 * np.eye(columns)
    return (rng.normal(0.7, 1, (n, columns)) @ mixing).astype(dtype)


_ROWS = (
    _rows(60, 4),
    _rows(37, 3),
    _rows(50, 2, "float32"),
    np.array([[3.0], [-1.0], [1.0], [1.0]]),
)
_WHITE_STEPS = (
    "Print the moments of your result. Which are wrong: those of the diagonal, or the others?",
    "Do it in two moves. After the first one, columns no longer go together: print the moments.",
    "Turn by the eigenvectors of the moments of `rows`, then look at the mean square of a column.",
)


def _white(answer: Callable[[np.ndarray], np.ndarray]) -> None:
    first, *others, again = (numbers(answer(r), array=True) for r in (*_ROWS, _ROWS[0]))
    for rows, got in zip(_ROWS, (first, *others), strict=True):
        if got.shape != rows.shape:
            raise Hint(f"The result has shape {got.shape}; expected that of rows, {rows.shape}.")
        _look_at_moments(rows.astype("float64"), got)
    if not np.allclose(first, again):
        raise Hint("Called twice alike, it gives two results. What is left of the first call?")


def _look_at_moments(rows: np.ndarray, got: np.ndarray) -> None:
    n = len(rows)
    variances, directions = np.linalg.eigh(rows.T @ rows / n)
    moments, one = got.T @ got / n, np.eye(rows.shape[1])
    squares = np.diag(moments)
    if np.allclose(moments, one, atol=ROUGH):
        if np.allclose(rows @ np.linalg.lstsq(rows, got, rcond=None)[0], got, atol=ROUGH):
            return
        if np.allclose(got.mean(axis=0), 0, atol=ROUGH):
            raise Hint("You subtracted the mean first; here it stays, as in rung 2.")
        raise Hint("Each row has to come from the same row of `rows`, times one matrix for all.")
    if np.allclose(moments, one / n, atol=ROUGH / n):
        raise Hint("Those are sums of products. The moments are their means: where is n?")
    if np.allclose(moments, one * (n - 1) / n, atol=ROUGH):
        raise Hint("Nearly: n is the number of rows, not one less.")
    if np.allclose(moments, np.diag(squares), atol=1e-4 * squares.max()):
        if np.allclose(np.sort(squares), variances, rtol=1e-3):
            raise Hint("Turned, not yet scaled: what is the mean square of each column?")
        if np.allclose(np.sort(squares), np.sort(1 / variances), rtol=1e-2):
            raise Hint("You divided by the mean square of a column. Is that its size?")
        raise Hint("The columns don't go together any more, but their mean squares are not 1.")
    if np.allclose(squares, 1, atol=ROUGH):
        raise Hint("The mean squares are 1, but columns still go together: turn them first.")
    if np.allclose(got, rows @ directions.T / np.sqrt(variances), rtol=1e-2):
        raise Hint("Where do the eigenvectors stand in what `eigh` returns: in rows or in columns?")
    raise Unrecognised(_WHITE_STEPS)


def _operations(layers, images, epochs, times=6, power=2, places=lambda r, c: r * c, counted=all):
    """`times` the multiply-adds of some layers, for all images and epochs."""
    chosen = {"first": layers[:1], "last": layers[-1:]}.get(counted, layers)
    adds = sum(places(r, c) * k**power * inside * out for r, c, k, inside, out in chosen)
    return times * adds * images * epochs


def _exactly(layers, images, epochs):
    """Without the gradient of the first layer's input, which nobody needs."""
    return _operations(layers, images, epochs) - 2 * _operations(layers[:1], images, epochs, 1)


_TRAININGS = [
    ([(4, 5, 3, 2, 7)], 10, 3),
    ([(31, 28, 3, 3, 16), (16, 14, 5, 16, 8), (1, 1, 1, 512, 10)], 1_000, 4),
    ([(7, 9, 2, 6, 5), (1, 1, 1, 11, 13)], 70, 8),
    ([(2, 3, 1, 4, 1)], 1, 1),
]
_SQUARE = "Rows times columns: a map needn't be square."
_roughly = by_cases(
    _operations,
    _TRAININGS,
    mistakes=[
        (hint, partial(_operations, **other))
        for hint, other in (
            ("These are multiply-adds: how many operations is one?", {"times": 1}),
            ("Asking is counted. What else does a training step compute?", {"times": 2}),
            ("A multiply-add is two operations.", {"times": 3}),
            ("Answer and gradients together: are there one or two kinds of them?", {"times": 4}),
            ("A kernel of side k has more than k places.", {"power": 1}),
            (_SQUARE, {"places": lambda r, c: r * r}),
            (_SQUARE, {"places": lambda r, c: c * c}),
            ("Only the first layer is counted: a `return` in the loop?", {"counted": "first"}),
            ("Only the last layer is counted.", {"counted": "last"}),
        )
    ]
    + [
        ("The epochs are missing.", lambda layers, n, e: _operations(layers, n, 1)),
        ("The images are missing.", lambda layers, n, e: _operations(layers, 1, e)),
        ("That is one image, seen once.", lambda layers, n, e: _operations(layers, 1, 1)),
    ],
    steps=(
        "Take one layer and one image. How many multiplications has it, at one place, at all?",
        "Print the multiply-adds of an answer, its operations, those of a step. Which is off?",
        "Section 7 says it all: two operations each, gradients that cost twice the answer.",
    ),
)


def _training_cost(answer: Callable[[list, int, int], float]) -> None:
    try:
        _precise(answer)
    except Hint:
        _roughly(answer)


_precise = by_cases(_exactly, _TRAININGS, steps=("",))
_training_cost.mistakes = _roughly.mistakes


def _cheaper_layers(answer: Callable[[], list]) -> None:
    layers = answer()
    if not isinstance(layers, list | tuple):
        raise Hint(f"It returns a {type(layers).__name__}; expected a list, as fast_layers does.")
    try:
        network = keras.Sequential(list(layers))
    except Exception as error:
        raise Hint(f"Keras can't stack these layers: {error}") from error
    if not network.built:
        raise Hint("It has no input shape yet: begin the list with keras.Input((32, 32, 3)).")
    first, last = network.input_shape, network.output_shape
    if (first, last) != ((None, 32, 32, 3), (None, 10)):
        raise Hint(f"It maps {first} to {last}; expected (None, 32, 32, 3) to (None, 10).")
    _fits_the_recipe(network)
    _is_cheap(network)
    networks.check_answers(network)
    seen = keras.ops.convert_to_numpy(network(_PICTURES, training=True)).astype("float64")
    if not np.allclose(seen.sum(1), 1, atol=networks.CLOSE):
        raise Hint("While it trains its answers don't sum to 1. What stands behind the softmax?")


_cheaper_layers.praise = "ready to train."
_PICTURES = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype("uint8")


def _fits_the_recipe(network: keras.Sequential) -> None:
    """Checks that `whiten` and `pass_on` of the notebook can work with a network."""
    first = network.layers[1].get_weights() if len(network.layers) > 1 else []
    if [weights.shape for weights in first] != [FIRST_KERNEL]:
        raise Hint("Begin as fast_layers does, up to its first convolution: `whiten` sets that.")
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == (3, 3):
            kernel, *biases = layer.get_weights()
            if biases or kernel.shape[2] > kernel.shape[3]:
                raise Hint("`pass_on` needs 3 × 3 convolutions without bias that don't narrow.")


def _is_cheap(network: keras.Sequential) -> None:
    kernels = networks.kernels(network)
    if len(kernels) < FEWEST:
        raise Hint(f"It has {networks.counted(len(kernels))}; keep {FEWEST} or more.")
    if max(map(max, kernels[1:])) < 2:
        raise Hint("Behind the first one all kernels are 1 × 1: they see no neighbours.")
    try:
        cost = models.multiply_adds(network)
    except ValueError as error:
        raise Hint(f"Its cost can't be counted: {error}") from error
    if cost > MOST_MULTIPLY_ADDS:
        raise Hint(f"{cost:,} multiply-adds an image; stay under {MOST_MULTIPLY_ADDS:,}.")


EXERCISES: dict[str, Judge] = {
    "08.1": _lookahead,
    "08.2": _white,
    "08.3": _training_cost,
    "08.4": _cheaper_layers,
}
