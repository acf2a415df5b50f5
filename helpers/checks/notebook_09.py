"""Checks of the exercises of notebook 09."""

from collections.abc import Callable
from functools import partial

import keras
import numpy as np

from helpers.checks import networks, shortcuts
from helpers.checks.calling import Hint
from helpers.checks.judging import Judge, by_cases

LARGEST_MODEL = 299_999
FEWEST = 8  # convolutions


def _facts(pairs, width, mistake="") -> tuple[int, int]:
    """Trained parameters and receptive field of a residual network, or with one typical mistake."""
    norm = {"moving": 4, "no_norm": 0}.get(mistake, 2)
    trained, field, jump, channels = (9 * 3 + norm) * width, 3, 1, width
    for stage, filters in enumerate((width, 2 * width, 4 * width)):
        for number in range(pairs):
            trained += 9 * (channels * filters + filters * filters) + 2 * norm * filters
            if channels != filters and mistake != "option_a":
                trained += channels * filters + (0 if mistake == "bare" else norm) * filters
            wider = stage > 0 and number == 0
            jump *= 2 if wider and mistake == "early" else 1
            field += 2 * jump
            jump *= 2 if wider and mistake not in ("early", "no_jump") else 1
            field += 2 * jump
            channels = filters
    field += {"half": -(field - 1) // 2, "stem": -2}.get(mistake, 0)
    trained += {"no_dense": 0, "no_bias": 10 * channels}.get(mistake, 10 * channels + 10)
    return trained, field


_residual_facts = by_cases(
    _facts,
    [(3, 16), (1, 16), (2, 5), (5, 12), (1, 1)],
    mistakes=[
        (hint, partial(_facts, mistake=name))
        for name, hint in {
            "moving": "Each normalisation has two trained numbers a filter; the moving averages "
            "aren't trained.",
            "no_norm": "The batch normalisations are missing: γ and β for each filter.",
            "option_a": "The projections are missing: where do channels and filters differ?",
            "bare": "A projection has a batch normalisation of its own.",
            "no_dense": "The dense layer at the end is missing.",
            "no_bias": "The dense layer has ten biases.",
            "no_jump": "Parameters right. Behind a stride the field grows faster: the jump.",
            "early": "Parameters right. The convolution with stride 2 still steps with the old "
            "jump; the new one counts behind it.",
            "stem": "Parameters right. The first convolution of the network sees 3 pixels, too.",
            "half": "Parameters right. The field has two sides.",
        }.items()
    ]
    + [
        ("Return both: the parameters first, then the field.", lambda p, w: _facts(p, w)[::-1]),
        ("You always take width 16. It is given.", lambda p, w: _facts(p, 16)),
        ("You always take 3 pairs. Their number is given.", lambda p, w: _facts(3, w)),
    ],
    steps=(
        "Take 1 pair. Write down each convolution with its channels, filters and stride.",
        "Print the field behind each convolution for 1 pair: 3, 5, 7, 9, 13, 17, 25.",
        "Kernels 9 × channels × filters; norms 2 × filters; two projections; the dense layer.",
    ),
)


def _maps(*shape: int) -> np.ndarray:
    """Numbers that bfloat16 holds exactly: a layer of Keras may round to it."""
    return np.random.default_rng(sum(shape)).integers(-8, 9, shape) / 4


_small = (np.array([[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]]]), np.array([[10.0, -1.0]]), 2)
_projected = by_cases(
    lambda maps, kernel, stride: maps[::stride, ::stride] @ kernel,
    [
        _small,
        (_maps(5, 8, 3), _maps(3, 4), 2),
        (_maps(4, 7, 2), _maps(2, 2), 1),
        (_maps(7, 6, 4), _maps(4, 1), 3),
        (_maps(1, 1, 2), _maps(2, 3), 2),
    ],
    mistakes=[
        ("All places are there: what does the stride do?", lambda m, k, s: m @ k),
        (
            "Only rows are skipped. The stride counts in both directions.",
            lambda m, k, s: m[::s] @ k,
        ),
        ("Only columns are skipped. What about rows?", lambda m, k, s: m[:, ::s] @ k),
        ("The places begin with number 0.", lambda m, k, s: m[s - 1 :: s, s - 1 :: s] @ k),
        ("Your stride is always 2. It is given.", lambda m, k, s: m[::2, ::2] @ k),
        ("These are the places; where is the kernel?", lambda m, k, s: m[::s, ::s]),
        (
            "A projection is linear: there is no ReLU in it.",
            lambda m, k, s: np.maximum(m[::s, ::s] @ k, 0),
        ),
    ],
    steps=(
        "Which places are looked at? Print their rows and columns for the example.",
        "At one place: `channels` numbers times a kernel (channels, filters). Which product is it?",
        "Take every stride-th row and column by slicing, then multiply with `@`.",
    ),
    array=True,
)


def _relu(values):
    return np.maximum(values, 0)


class _Layer:
    """A linear map of single numbers; its name is what hints tell."""

    def __init__(self, factor: float, offset: float):
        self.factor, self.offset = factor, offset

    def __call__(self, values):
        return self.factor * np.asarray(values) + self.offset

    def __repr__(self) -> str:
        return "a layer"


_BLOCKS: dict[str, Callable] = {
    "Behind `second` stands no ReLU: with it, F can only add. The ReLU comes after the sum.": (
        lambda x, first, second: x + _relu(second(_relu(first(x))))
    ),
    "The ReLU after the sum is there; the one behind `second` is one too many.": (
        lambda x, first, second: _relu(x + _relu(second(_relu(first(x)))))
    ),
    "The last ReLU is missing: it comes after the sum.": (
        lambda x, first, second: x + second(_relu(first(x)))
    ),
    "Between `first` and `second` a ReLU is missing: both together would be one linear map.": (
        lambda x, first, second: _relu(x + second(first(x)))
    ),
    "The shortcut begins before `first`, not between the two.": (
        lambda x, first, second: _relu(_relu(first(x)) + second(_relu(first(x))))
    ),
    "Where is the shortcut? Nothing is added.": (
        lambda x, first, second: _relu(second(_relu(first(x))))
    ),
    "The shortcut hands x on as it is: no ReLU on it.": (
        lambda x, first, second: _relu(_relu(x) + second(_relu(first(x))))
    ),
    "`first` comes first.": lambda x, first, second: _relu(x + first(_relu(second(x)))),
    "What goes into `first` is x itself, without a ReLU.": (
        lambda x, first, second: _relu(x + second(_relu(first(_relu(x)))))
    ),
}
_mended_block = by_cases(
    lambda x, first, second: _relu(x + second(_relu(first(x)))),
    [
        (np.array([3.0, -2.0]), _Layer(-1, 0), _Layer(-1, 0)),
        (_maps(2, 3, 4), _Layer(0.5, 0.25), _Layer(-1, 0.125)),
        (_maps(5, 3), _Layer(-1.5, 0.25), _Layer(1.5, 0.5)),
        (_maps(1, 6), _Layer(0.5, -0.25), _Layer(1.5, 0.25)),
    ],
    mistakes=list(_BLOCKS.items()),
    steps=(
        "Where in the drawing of section 3 do the two ways meet, and what comes after that?",
        "Go through the example by hand, and print x, y and the sum in yours.",
        "first, ReLU, second; then the sum with x; then one ReLU.",
    ),
    array=True,
)


def _rows(labels, classes: int) -> np.ndarray:
    return (np.asarray(labels)[:, None] == np.arange(classes)).astype(float)


def _mix(labels, others, shares, classes, partner=None):
    one, two = (
        _rows(labels, classes),
        _rows(labels[others] if partner is None else partner, classes),
    )
    return shares[:, None] * one + (1 - shares[:, None]) * two


_labels = (
    np.array([3, 1, 4, 1, 0, 2]),
    np.array([1, 3, 0, 5, 5, 2]),
    np.array([0.9, 0.35, 0.2, 0.6, 1.0, 0.45]),
)
_mixed_labels = by_cases(
    _mix,
    [
        (np.array([2, 0]), np.array([1, 0]), np.array([0.75, 0.4]), 3),
        (*_labels, 7),
        (np.array([1, 2, 0]), np.array([2, 0, 1]), np.array([0.3, 0.85, 0.15]), 4),
        (np.array([6]), np.array([0]), np.array([0.3]), 8),
    ],
    mistakes=[
        ("These rows aren't mixed yet.", lambda y, o, s, c: _rows(y, c)),
        (
            "The two shares are swapped: `shares` is what stays of the picture itself.",
            lambda y, o, s, c: _mix(y, o, 1 - s, c),
        ),
        (
            "`others` are places in the batch, not classes: whose label is at that place?",
            lambda y, o, s, c: _mix(y, o, s, c, partner=o),
        ),
        (
            "The partner's share is what is left of 1, not the partner's own share.",
            lambda y, o, s, c: s[:, None] * _rows(y, c) + s[o][:, None] * _rows(y[o], c),
        ),
        (
            "Each row must sum to 1. What does the partner get?",
            lambda y, o, s, c: s[:, None] * _rows(y, c),
        ),
        ("Both get half. The shares are given.", lambda y, o, s, c: _mix(y, o, 0 * s + 0.5, c)),
        (
            "Classes are names, not amounts: numbers of classes can't be added up.",
            lambda y, o, s, c: _rows(np.rint(s * y + (1 - s) * y[o]).astype(int), c),
        ),
    ],
    steps=(
        "Write the first row of the example: whose label is its partner's, and how much of it?",
        "First make one-hot rows of all labels. The partner's rows are the same ones, reordered.",
        "shares[:, None] times the rows, plus what is left of 1 times rows[others].",
    ),
    array=True,
    keeps="Your function changes an array that it is given. The batch needs it.",
)


def _has_shortcut(model: keras.Model) -> None:
    """Checks, in what TensorFlow computes, that a sum joins a tensor with convolutions of it.

    Raises:
        Hint: There is none.
    """
    if not shortcuts.sums(model):
        raise Hint("There is no shortcut in it: add what came in to what convolutions made of it.")


EXERCISES: dict[str, Judge] = {
    "09.1": _residual_facts,
    "09.2": _projected,
    "09.3": _mended_block,
    "09.4": _mixed_labels,
    "09.5": networks.open_ended(LARGEST_MODEL, _has_shortcut, fewest=FEWEST, widest=3),
}
