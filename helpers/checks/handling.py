"""Two checks of notebook 13: a handler that refuses bad input, and one that finds a memory leak."""

import collections
import json
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np

from helpers.checks.calling import Hint, numbers, with_article
from helpers.checks.judging import Unrecognised

_READING = (
    "`json.loads(text)` gives dictionaries, lists and numbers; which of them do you expect where?",
    'Check in this order: a dictionary, a list under "instances", an array of it, its shape '
    "behind the first axis, its kind of numbers, the smallest and the largest.",
    "np.array(list) of whole numbers has dtype.kind 'i'; `.astype(np.uint8)` comes last, for "
    "before it 256 is still 256.",
)
_GOOD = [
    ('{"instances": [[[1, 2], [3, 4]]]}', (2, 2)),
    ('{"instances": [[[[0, 255, 7]], [[9, 8, 6]]], [[[5, 4, 3]], [[2, 1, 0]]]]}', (2, 1, 3)),
    ('{"name": "mine", "instances": [[13], [200], [47]]}', (1,)),
]
_BAD = [
    ("no JSON at all {", (1,), "A text that is no JSON"),
    ("", (1,), "An empty text"),
    ("[[1]]", (1,), "JSON that is a list, and no dictionary,"),
    ("5", (1,), "JSON that is a number, and no dictionary,"),
    ('{"pictures": [[1]]}', (1,), 'A dictionary without "instances"'),
    ('{"instances": 5}', (1,), 'A number under "instances"'),
    ('{"instances": {"0": [1]}}', (1,), 'A dictionary under "instances"'),
    ('{"instances": []}', (1,), "A list without pictures"),
    ('{"instances": [[1, 2]]}', (3,), "A picture of another shape"),
    ('{"instances": [[[1, 2, 3], [4, 5, 6]]]}', (3, 2), "A picture with rows and columns changed"),
    ('{"instances": [1, 2, 3]}', (3,), "A picture without the list around it"),
    ('{"instances": [[1, 2], [3]]}', (2,), "Pictures of different shapes"),
    ('{"instances": [[0, 256]]}', (2,), "The number 256"),
    ('{"instances": [[-1, 9]]}', (2,), "The number -1"),
    ('{"instances": [[0.5, 9]]}', (2,), "The number 0.5"),
    ('{"instances": [["1", "2"]]}', (2,), "A text in the place of a number"),
    ('{"instances": [[null, 1]]}', (2,), "null in the place of a number"),
    ('{"instances": [[true, false]]}', (2,), "true in the place of a number"),
    ('{"instances": [[true, 3]]}', (2,), "true among numbers"),
    ('{"instances": ' + "[" * 100_000, (1,), "A text with 100,000 open brackets"),
    ('{"instances": [[1000000000000000000000000000000]]}', (1,), "A number of 31 digits"),
]


def pictures_in(answer: Callable) -> None:
    """Judges exercise 13.2: what is good becomes an array, what is bad a `ValueError`."""
    for text, shape in _GOOD:
        wanted = np.array(json.loads(text)["instances"])
        got = answer(text, shape)
        if not isinstance(got, np.ndarray):
            kind = with_article(type(got).__name__)
            raise Hint(f"An array is asked for; yours returns {kind}.")
        if got.shape == wanted.shape[1:]:
            raise Hint("All pictures of the list are asked for, not one: the first axis is theirs.")
        if got.shape != wanted.shape:
            raise Hint(f"For {text} the shape is {got.shape}; expected {wanted.shape}.")
        if got.dtype != np.uint8:
            raise Hint(f"The array holds {got.dtype}; expected uint8.")
        if not np.array_equal(got, wanted):
            raise Unrecognised(_READING)
    for text, shape, words in _BAD:
        found = _what_came_of(answer, text, shape)
        if found:
            raise Hint(f"{words} {found}; expected a ValueError.")


def _what_came_of(answer: Callable, text: str, shape: tuple[int, ...]) -> str:
    """What bad input led to, in words; empty if it was refused as it should be."""
    try:
        answer(text, shape)
    except Hint as hint:
        cause = hint.__cause__
        if cause is None:  # it returned nothing, or ran for too long
            raise Hint(f"For bad input: {hint} Raise a ValueError.") from None
        kind = type(cause).__name__
        return "" if isinstance(cause, ValueError) else f"led to {with_article(kind)}"
    return "was taken"


_MEASURING = (
    "What does Python hold after the first half, and what after the second?",
    "Call `handle` with the first half; then measure; then with the second half; measure again.",
    "The difference of the two, divided by the number of requests in the second half.",
)
COUNT = 200  # requests of a case


def _requests(size: int) -> list[bytes]:
    rng = np.random.default_rng(size)
    return [bytes(rng.integers(0, 256, size, np.uint8)) for _ in range(COUNT)]


def _handlers() -> Iterator[tuple[Callable, int]]:
    """New handlers, and the bytes of a request; some keep something, some don't."""
    kept, few, many, seen = [], collections.deque(maxlen=10), {}, set()
    half = collections.deque(maxlen=COUNT // 2)
    yield lambda content: kept.append(np.frombuffer(content, np.uint8) + 1), 1_000
    yield lambda content: few.append(np.frombuffer(content, np.uint8) + 1), 1_000
    yield lambda content: half.append(np.frombuffer(content, np.uint8) + 1), 700
    yield len, 400
    yield lambda content: many.update({content[:8]: content[::-1]}), 3_000
    yield lambda content: seen.add(content[:20]), 600
    yield lambda content: content[0] % 4 or kept.append(np.frombuffer(content, np.uint8) + 1), 2_000


def _stay(handle: Callable, contents: list[bytes], mistake: str = "") -> float:
    half = 0 if mistake == "whole" else len(contents) // 2
    for content in contents[:half]:
        handle(content)
    before = tracemalloc.get_traced_memory()[0]
    for content in contents[half:]:
        handle(content)
    stayed = tracemalloc.get_traced_memory()[0] - before
    if mistake == "total":
        return stayed
    return stayed / (len(contents) if mistake == "count" else len(contents) - half)


_MISTAKES = {
    "whole": "What a cache takes while it fills up is no leak: measure the second half alone.",
    "total": "For each request: divide by the number of requests in the second half.",
    "count": "Only the second half is measured, so divide by its number of requests.",
}


def _results(function: Callable) -> list[float]:
    """What a function says of each handler, which is new each time."""
    return [float(function(handle, _requests(size))) for handle, size in _handlers()]


def _alike(some: list[float], others: list[float], atol: float = 60) -> bool:
    return bool(np.allclose(some, others, rtol=0.1, atol=atol))


def bytes_that_stay(answer: Callable) -> None:
    """Judges exercise 13.3 by handlers that keep nothing, few things, or something of all."""
    was_on = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        expected = _results(_stay)
        got = []
        for handle, size in _handlers():
            contents = _requests(size)
            called, times = np.zeros(COUNT, np.int64), np.zeros(1, np.int64)  # nothing grows

            def counted(content: bytes, handle=handle, called=called, times=times) -> None:
                if times[0] < COUNT:
                    called[times[0]] = hash(content)
                times[0] += 1
                handle(content)

            got.append(float(numbers(answer(counted, contents)).reshape(())))
            if times[0] != COUNT or called.tolist() != [hash(content) for content in contents]:
                raise Hint(
                    f"`handle` is to be called once with each of the {COUNT} requests, in order; "
                    f"yours called it {times[0]} times."
                )
        if _alike(got, expected):
            return
        for mistake, hint in _MISTAKES.items():
            several = COUNT // 2 if mistake == "total" else 1
            results = _results(lambda h, c, m=mistake: _stay(h, c, m))
            if _alike(got, results, 60 * several):
                raise Hint(hint)
        raise Unrecognised(_MEASURING)
    finally:
        if not was_on:
            tracemalloc.stop()
