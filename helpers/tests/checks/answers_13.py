"""Right and wrong answers to the exercises of notebook 13."""

import json
import tracemalloc

import numpy as np

from helpers.checks import handling


def searched(bounds, counts, share):
    place = np.searchsorted(counts, share * counts[-1])
    low, before = np.concatenate([[0], bounds])[place], np.concatenate([[0], counts])[place]
    inside = (share * counts[-1] - before) / (counts[place] - before)
    return low + inside * (bounds[place] - low)


def walked(bounds, counts, share):
    low = before = 0
    for bound, count in zip(bounds, counts, strict=True):
        if count >= share * counts[-1]:
            return low + (share * counts[-1] - before) / (count - before) * (bound - low)
        low, before = bound, count
    return low


def careful(text, shape, check=lambda array: True):
    try:
        wish = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    if type(wish) is not dict or type(wish.get("instances")) is not list:
        raise ValueError("no instances")
    if not wish["instances"]:
        raise ValueError("no picture")
    flat = np.array(wish["instances"], dtype=object).ravel().tolist()
    if not all(type(value) is int and 0 <= value <= 255 for value in flat):
        raise ValueError("no whole numbers from 0 to 255")
    array = np.array(wish["instances"])
    if array.shape[1:] != tuple(shape):
        raise ValueError("another shape")
    return array.astype("uint8")


def trusting(text, shape):
    return np.array(json.loads(text)["instances"], "uint8").reshape(-1, *shape)


def no_range(text, shape):
    try:
        wish = json.loads(text)
        array = np.array(wish["instances"])
        if not isinstance(wish["instances"], list) or array.shape[1:] != shape or not len(array):
            raise ValueError
        return array.astype("uint8")
    except (KeyError, TypeError, OverflowError, RecursionError):
        raise ValueError from None


def first_only(text, shape):
    return careful(text, shape)[0]


def as_floats(text, shape):
    return careful(text, shape).astype("float32")


def marked(handle, contents):
    marks = []
    for content in contents:
        handle(content)
        marks.append(tracemalloc.get_traced_memory()[0])
    half = len(contents) // 2
    return (marks[-1] - marks[half - 1]) / (len(contents) - half)


def middle(handle, contents):
    marks = np.zeros(len(contents) + 1)
    for place, content in enumerate(contents):
        handle(content)
        marks[place + 1] = tracemalloc.get_traced_memory()[0]
    return np.median(np.diff(marks)[len(contents) // 2 :])


def stays(handle, contents):
    half = len(contents) // 2
    marks = []
    for number, content in enumerate(contents):
        if number == half:
            marks.append(tracemalloc.get_traced_memory()[0])
        handle(content)
    marks.append(tracemalloc.get_traced_memory()[0])
    return (marks[1] - marks[0]) / (len(contents) - half)


def mistaken(name):
    return lambda handle, contents: handling._stay(handle, contents, name)


def backwards(handle, contents):
    return stays(handle, contents[::-1])


def float16(kernel):
    small = kernel.astype(np.float16)
    return [small], small.astype(np.float32)


def int8(kernel):
    largest = np.abs(kernel).max((0, 1, 2), keepdims=True)
    scale = (np.maximum(largest, 1e-9) / 127).astype(np.float32)
    steps = np.rint(kernel / scale).astype(np.int8)
    return (steps, scale), (steps * scale).astype(np.float32)


def one_scale(kernel):
    scale = np.float32(np.abs(kernel).max() / 127)
    steps = np.rint(kernel / scale).astype(np.int8)
    return [steps, scale], steps * scale


def zero_divided(kernel):
    scale = (np.abs(kernel).max((0, 1, 2)) / 127).astype(np.float32)
    with np.errstate(all="ignore"):
        steps = kernel / scale
        return [np.nan_to_num(steps).astype(np.int8), scale], np.rint(steps) * scale


def four_bits(kernel):
    scale = (np.maximum(np.abs(kernel).max((0, 1, 2)), 1e-9) / 7).astype(np.float32)
    steps = np.rint(kernel / scale).astype(np.int8)
    return [steps, scale], (steps * scale).astype(np.float32)


RIGHT = {
    "13.1": [searched, walked],
    "13.2": [careful],
    "13.3": [stays, marked],
    "13.4": [float16, int8],
}


def stub_1(bounds, counts, share):
    """Nothing yet."""


def stub_2(text, shape):
    """Nothing yet."""


def stub_3(handle, contents):
    """Nothing yet."""


def stub_4(kernel):
    """Nothing yet."""


STUBS = {"13.1": stub_1, "13.2": stub_2, "13.3": stub_3, "13.4": stub_4}

WRONG = [
    ("13.1", lambda b, c, s: c, "shape"),
    ("13.1", lambda b, c, s: np.mean(b), "which request is in the middle"),
    ("13.1", lambda b, c, s: walked(b, c, s / 2), "which request is in the middle"),
    ("13.2", trusting, "JSON that is a list"),
    ("13.2", no_range, "The number 256 was taken"),
    ("13.2", first_only, "All pictures of the list"),
    ("13.2", as_floats, "expected uint8"),
    ("13.2", lambda t, s: json.loads(t)["instances"], "yours returns a list"),
    ("13.2", lambda t, s: 255 - careful(t, s), "which of them do you expect where"),
    ("13.3", mistaken("whole"), "while it fills up"),
    ("13.3", mistaken("total"), "For each request"),
    ("13.3", mistaken("count"), "divide by its number"),
    ("13.3", backwards, "in order"),
    ("13.3", middle, "after the first half"),
    ("13.3", lambda h, c: [h(x) for x in c] and 5.0, "after the first half"),
    ("13.3", lambda h, c: 0.0, "called it 0 times"),
    ("13.4", one_scale, "a scale of its own"),
    ("13.4", lambda k: (int8(k)[0][:1], int8(k)[1]), "twice as large"),
    ("13.4", lambda k: ([np.zeros(1)], k * np.float32(1.00001)), "twice as large"),
    ("13.4", zero_divided, "all 0"),
    ("13.4", four_bits, "How many bytes has a number"),
    ("13.4", lambda k: ([k], k), "bytes yours stores"),
    ("13.4", lambda k: ([k[:1, :1, :1].astype("int8")], k), "the kernel itself"),
    ("13.4", lambda k: k.astype("float16"), "Two things are asked for"),
    ("13.4", lambda k: (float16(k)[0], float16(k)[0][0]), "holds float16"),
]
