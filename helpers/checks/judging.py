"""The judge of most exercises: a student's function is called on cases, and compared.

What is right is a function, and so is each mistake that students make: the first one that gives
the same results on all cases names the hint.
"""

import warnings
from collections.abc import Callable, Sequence

import numpy as np

from helpers.checks.calling import Hint, numbers, precision

FEW = 6  # numbers of an array that a hint shows
COUNTED = 1e-4  # the precision of float32 and better
Steps = tuple[str, ...]
Judge = Callable[[Callable], None]


class Unrecognised(Hint):
    """A mistake that no hint fits: told in steps, one more with each try."""

    def __init__(self, steps: Steps, seen: str = ""):
        super().__init__(seen + steps[0])
        self.steps = tuple(seen + step for step in steps)


def by_cases(
    right: Callable,
    cases: Sequence[tuple],
    *,
    mistakes: Sequence[tuple[str, Callable]] = (),
    steps: Steps,
    array: bool = False,
    keeps: str = "",
) -> Judge:
    """A judge that calls an answer on each case, on the first one twice, and compares.

    Args:
        right: The solution: the cases' arguments to a number, an array, or several of them.
        cases: Arguments of each call; the exercise's own example is one of them.
        mistakes: Hints, each with a function that makes the mistake.
        steps: What is told, one more with each try, if no hint fits: from a question to nearly
            all of it.
        array: Whether an answer must be an array, because later cells need one.
        keeps: What is told if an answer changes an array that it is given; empty: it may.

    Returns:
        A function of a guarded answer. It raises `Hint` (`Unrecognised` if no mistake fits) unless
        the answer is right. Its attributes `right` and `mistakes` are what was given: tests try
        them all.
    """
    expected = [_parts(right(*case)) for case in cases]
    wrong = [(hint, _results(function, cases)) for hint, function in mistakes]

    def judge(answer: Callable) -> None:
        raw = [answer(*case) for case in (*cases, cases[0])]
        got = [_parts(one, array) for one in raw]
        rough = max(map(precision, raw))
        fits = [_same(one, wanted, rough) for one, wanted in zip(got, expected, strict=False)]
        if not _same(got[0], got[-1], rough):
            raise Hint("Called twice alike, it gives two results. What is left of the first call?")
        if all(fits):
            if keeps and answer.changed:
                raise Hint(keeps)
            return
        for hint, results in wrong:
            if results and all(map(_same, got, results, [rough] * len(results))):
                raise Hint(hint)
        _tell_shapes(cases, got, expected)
        if any(fits):
            good, bad = (_told(cases[fits.index(fit)]) for fit in (True, False))
            raise Unrecognised(steps, f"It is right for {good}, and wrong for {bad}. ")
        raise Unrecognised(steps)

    judge.right, judge.mistakes = right, mistakes
    return judge


def _parts(got: object, array: bool = False) -> list[np.ndarray]:
    """A result as a list of arrays: several results are compared one by one."""
    if isinstance(got, tuple) and not array:
        return [numbers(part) for part in got]
    return [numbers(got, array=array)]


def _results(function: Callable, cases: Sequence[tuple]) -> list[list[np.ndarray]]:
    """What a mistake gives on all cases; empty if it fails on one."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return [_parts(function(*case)) for case in cases]
    except Exception:  # then it is not this mistake
        return []


def _same(got: list[np.ndarray], wanted: list[np.ndarray], rough: float) -> bool:
    if _shapes(got) != _shapes(wanted):
        if _shapes(_stacked(got)) == _shapes(wanted):
            got = _stacked(got)
        elif len(wanted) > 1 and _shapes(got) == _shapes(_stacked(wanted)):
            wanted = _stacked(wanted)
        else:
            return False
    if rough <= COUNTED and all((np.rint(p) == p).all() for p in (*got, *wanted)):
        return all(map(np.array_equal, got, wanted))  # counts: nearly right is wrong
    return all(
        np.allclose(a, b, rtol=rough, atol=rough * _largest(b), equal_nan=True)
        for a, b in zip(got, wanted, strict=True)
    )


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values[np.isfinite(values)]).max(initial=1e-9))


def _stacked(parts: list[np.ndarray]) -> list[np.ndarray]:
    """Results as one array, which is how some students hand several in; as they are if unlike."""
    return [np.stack(parts)] if len(set(_shapes(parts))) == 1 else parts


def _shapes(parts: list[np.ndarray]) -> list[tuple[int, ...]]:
    return [part.shape for part in parts]


def _tell_shapes(cases: Sequence[tuple], got: list, expected: list) -> None:
    for case, one, wanted in zip(cases, got, expected, strict=False):
        shapes, right = _shapes(one), _shapes(wanted)
        alike = len(set(right)) == 1
        if len(one) != len(wanted) and len(wanted) > 1 and not alike:
            raise Hint(f"It returns {len(one)} result(s); expected {len(wanted)}.")
        several = _shapes(_stacked(wanted)) if len(wanted) > 1 else right
        if shapes not in (right, several) and _shapes(_stacked(one)) != right:
            if set(right) == {()}:
                words = (
                    "one number is asked for"
                    if len(right) == 1
                    else f"{len(right)} numbers are asked for"
                )
                raise Hint(f"The result has shape {_joined(shapes)}; {words}.")
            raise Hint(
                f"For {_told(case)} the shape is {_joined(shapes)}; expected {_joined(right)}."
            )


def _joined(shapes: Sequence[tuple]) -> str:
    return ", ".join(map(str, shapes))


def _told(case: tuple) -> str:
    """The arguments of a call in words: numbers as they are, arrays by their shapes."""
    return ", ".join(_array(a) if isinstance(a, np.ndarray) else _short(a) for a in case)


def _array(values: np.ndarray) -> str:
    return str(values.tolist()) if values.size <= FEW else f"an array of shape {values.shape}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__} of {len(value)}"
