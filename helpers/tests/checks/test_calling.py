import time

import keras
import ml_dtypes
import numpy as np
import pytest

from helpers.checks import calling
from helpers.checks.calling import Hint


def hint_of(answer, *arguments, seconds=60.0):
    with pytest.raises(Hint) as raised:
        calling.guarded(answer, seconds)(*arguments)
    return str(raised.value)


def test_a_call_gets_copies_and_gives_back_what_is_returned():
    given = np.arange(3)

    def spoils(values, listed):
        values[:] = 0
        listed.clear()
        return 7

    listed = [1]
    assert calling.guarded(spoils)(given, listed) == 7
    assert given.tolist() == [0, 1, 2] and listed == [1]


def test_a_function_among_the_arguments_is_the_same_one():
    def asked():
        return 3

    assert calling.guarded(lambda ask: ask is asked)(asked)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "this is None"),
        (5, "this is an int"),
        ("f", "this is a str"),
        (keras.layers.Dense(1), "this is a Dense"),
        (lambda: None, "The function returns nothing yet."),
        (lambda: print("4"), "prints its result"),
        (lambda: print(" "), "The function returns nothing yet."),
        (lambda: 1 / 0, "stopped with ZeroDivisionError: division by zero"),
        (lambda: exit(3), "stopped with SystemExit"),
        (lambda missing: 1, "stopped with TypeError"),
    ],
)
def test_what_is_no_answer_is_told_in_words(answer, words, capsys):
    assert words in hint_of(answer)
    assert capsys.readouterr().out == ""


def test_what_does_not_end_is_stopped_and_the_next_call_runs():
    def endless():
        while True:
            pass

    for _ in range(2):
        assert "ran for 0.2 seconds" in hint_of(endless, seconds=0.2)
        assert calling.guarded(lambda: 1)() == 1


def test_a_user_who_interrupts_is_no_endless_loop():
    def stopped():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calling.guarded(stopped)()


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (3, 3.0),
        (np.float32(0.5), 0.5),
        (True, 1.0),
        ([1, 2], [1, 2]),
        (((1, 2), (3, 4)), [[1, 2], [3, 4]]),
        (np.array([1, 2], np.uint8), [1, 2]),
        (keras.ops.ones((2, 1)), [[1], [1]]),
        (np.array([1.5], ml_dtypes.bfloat16), [1.5]),
        (keras.ops.cast([1.5], "bfloat16"), [1.5]),
    ],
)
def test_numbers_of_all_kinds_are_float64(got, expected):
    found = calling.numbers(got)
    assert found.dtype == np.float64 and np.array_equal(found, expected)


@pytest.mark.parametrize(
    ("got", "words"),
    [
        ("3", "a str; expected numbers"),
        (["3"], "a str; expected numbers"),
        ({1: 2}, "a dict; expected numbers"),
        (1j, "a complex; expected numbers"),
        (np.array(["3"]), "expected numbers"),
        (np.array([None]), "an array of object; expected numbers"),
        ([[1], [1, 2]], "different shapes"),
    ],
)
def test_what_holds_no_numbers_is_no_result(got, words):
    with pytest.raises(Hint, match=words):
        calling.numbers(got)


@pytest.mark.parametrize("got", [3, np.float32(3), [1, 2], (1, 2)])
def test_where_an_array_is_asked_for_nothing_else_will_do(got):
    with pytest.raises(Hint, match="expected an array"):
        calling.numbers(got, array=True)


def test_a_result_may_be_as_rough_as_its_type():
    rough = [calling.precision(np.ones(1, d)) for d in ("float64", "float32", ml_dtypes.bfloat16)]
    assert rough == [1e-4, 1e-4, 2e-2]
    assert calling.precision((1, np.ones(1, "float16"))) == 2e-3


def test_a_loop_that_swallows_the_interrupt_is_stopped_too():
    def endless():
        while True:
            try:
                sum(range(100))
            except:  # noqa: E722 (this is what students write)
                continue

    assert hint_of(endless, seconds=0.2).startswith("It ran for 0.2 seconds without an end")


def test_the_next_call_is_not_hit_by_an_interrupt():
    for _ in range(5):
        hint_of(lambda: time.sleep(0.25) or 1, seconds=0.2)
        assert calling.guarded(lambda: sum(range(10)))() == 45


def test_that_a_call_changes_its_array_is_noted():
    def spoils(values):
        values[0] = 7
        return 1

    spoiling, reading = calling.guarded(spoils), calling.guarded(len)
    spoiling(np.zeros(2)), reading(np.zeros(2))
    assert spoiling.changed and not reading.changed


def test_nothing_now_and_then_is_told():
    some = calling.guarded(lambda n: n or None)
    assert some(3) == 3
    with pytest.raises(Hint, match="For some arguments it returns nothing"):
        some(0)


def test_of_keras_own_errors_the_reason_is_told_without_colours():
    text = "Exception encountered when calling Sub.call().\n\n\x1b[1mcan't divide\x1b[0m\n\nmore"
    assert calling.told(ValueError(text)) == "can't divide"
    assert calling.told(ValueError("first\nsecond")) == "first"
    assert calling.told(ValueError()) == "ValueError"
