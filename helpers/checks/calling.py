"""How a check calls what a student wrote: with copies, within ten seconds; results as numbers."""

import _thread
import contextlib
import copy
import functools
import io
import re
import threading
import time
from collections.abc import Callable, Iterator

import keras
import numpy as np

SECONDS = 10.0
NOTHING = "The function returns nothing yet."
SOMETIMES_NOTHING = (
    "For some arguments it returns nothing: does each way through it end with `return`?"
)
ONLY_PRINTED = "The function prints its result and returns nothing: end it with `return`."


class Hint(Exception):  # noqa: N818 (no error: what a check says)
    """What a student is told; ends a check at once, wherever it is raised."""


def guarded(answer: object, seconds: float | None = None) -> Callable:
    """A function as a check may call it: each call gets copies of its arguments, and limited time.

    Args:
        answer: What the student handed in.
        seconds: Time for each call; None is `SECONDS`.

    Returns:
        A function of the same arguments. It raises `Hint` if the student's function returns
        nothing, fails, or doesn't end. Its attribute `changed` says whether a call has changed an
        array that it was given.

    Raises:
        Hint: It is no function.
    """
    if not callable(answer) or isinstance(answer, keras.Model | keras.Layer):
        found = "None" if answer is None else f"{with_article(type(answer).__name__)}"
        raise Hint(f"Expected a function, by its name and without brackets; this is {found}.")

    gave = False

    @functools.wraps(answer, updated=())
    def call(*arguments):
        nonlocal gave
        given, printed = [_copied(argument) for argument in arguments], io.StringIO()
        try:
            with _limited(seconds or SECONDS), contextlib.redirect_stdout(printed):
                got = answer(*given)
        except Hint:
            raise
        except (Exception, SystemExit) as error:
            raise Hint(f"Your code stopped with {type(error).__name__}: {told(error)}") from error
        call.changed |= not all(map(_alike, given, arguments))
        if got is None:
            nothing = SOMETIMES_NOTHING if gave else NOTHING
            raise Hint(ONLY_PRINTED if printed.getvalue().strip() else nothing)
        gave = True
        return got

    call.changed = False
    return call


def _alike(given: object, argument: object) -> bool:
    return not isinstance(argument, np.ndarray) or np.array_equal(given, argument)


def told(error: BaseException) -> str:
    """What an error says, in one line: of Keras' own the line with the reason, without colours."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("Exception encountered when calling"):
        lines = lines[1:]
    return lines[0][:200] if lines else type(error).__name__


def _copied(argument: object) -> object:
    return argument if callable(argument) else copy.deepcopy(argument)


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Interrupts what runs in the main thread after some seconds, as the stop button does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    late, done = threading.Event(), threading.Event()

    def interrupt():
        wait = seconds
        while not done.wait(wait):  # again and again: an `except` in a loop swallows some
            late.set()
            _thread.interrupt_main()
            wait = min(seconds, 0.1)

    watch, hit = threading.Thread(target=interrupt, daemon=True), False
    watch.start()
    try:
        try:
            yield
        finally:
            hit = _ended(watch, done)
    except KeyboardInterrupt:
        _ended(watch, done)  # one more may have come on the way there
        if not late.is_set():
            raise
        raise _late(seconds) from None
    if late.is_set():
        raise _late(seconds)
    if hit:
        raise KeyboardInterrupt


def _ended(watch: threading.Thread, done: threading.Event) -> bool:
    """Ends a watch that may interrupt this meanwhile; whether anything did."""
    hit = False
    while watch.is_alive():
        try:
            done.set()
            watch.join()
        except KeyboardInterrupt:
            hit = True
    return hit


def _late(seconds: float) -> Hint:
    with contextlib.suppress(KeyboardInterrupt):
        time.sleep(0.1)  # an interrupt that is still on its way must not hit what follows
    return Hint(f"It ran for {seconds:g} seconds without an end. Does each loop end?")


def numbers(got: object, *, array: bool = False) -> np.ndarray:
    """A student's result as float64 numbers.

    Args:
        got: A number, an array or tensor of numbers, or lists and tuples of them.
        array: Whether only an array or a tensor will do, because later cells need one.

    Raises:
        Hint: These are no numbers, or no array.
    """
    if isinstance(got, list | tuple):
        if array:
            raise Hint(
                f"It returns {with_article(type(got).__name__)}; expected an array: np.array(…)."
            )
        parts = [numbers(part) for part in got]
        if len({part.shape for part in parts}) > 1:
            raise Hint("The parts of the result have different shapes; expected numbers alike.")
        return np.array(parts)
    if keras.ops.is_tensor(got):
        got = keras.ops.convert_to_numpy(got)
    if not isinstance(got, np.ndarray | np.generic | bool | int | float):
        raise Hint(f"It returns {with_article(type(got).__name__)}; expected numbers.")
    found = np.asarray(got)
    if found.dtype.name != "bfloat16" and found.dtype.kind not in "biuf":
        raise Hint(f"It returns an array of {found.dtype.name}; expected numbers.")
    if array and found.ndim == 0:
        raise Hint("It returns a single number; expected an array.")
    return found.astype("float64")


def precision(got: object) -> float:
    """How far a right result may be off, as a share: what its type can hold, with some room."""
    if isinstance(got, list | tuple):
        return max(map(precision, got), default=1e-4)
    name = getattr(getattr(got, "dtype", None), "name", "float64")
    return {"bfloat16": 2e-2, "float16": 2e-3}.get(name, 1e-4)


def with_article(word: str) -> str:
    """A word with the article that fits."""
    return f"{'an' if word[0] in 'aeiouAEIOU' else 'a'} {word}"
