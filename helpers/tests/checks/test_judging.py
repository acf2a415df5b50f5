import numpy as np
import pytest

from helpers.checks.calling import Hint, guarded
from helpers.checks.judging import Unrecognised, by_cases

JUDGE = by_cases(
    lambda values, times: (values * times).sum(),
    [(np.array([1.0, -2.0, 4.0]), 3), (np.array([5.0]), 2), (np.zeros(0), 4)],
    mistakes=[("The mean.", lambda v, t: (v * t).mean()), ("Once.", lambda v, t: v.sum())],
    steps=("A question?", "More.", "Nearly all."),
)
PAIR = by_cases(
    lambda n: (n + 1, np.full((n, 2), 7.0)), [(3,), (1,)], steps=("?",), mistakes=[("!", len)]
)


def judged(judge, answer):
    with pytest.raises(Hint) as raised:
        judge(guarded(answer))
    return str(raised.value)


@pytest.mark.parametrize(
    "answer",
    [
        lambda v, t: (v * t).sum(),
        lambda v, t: t * sum(v),
        lambda v, t: np.float32(t * v.sum()),
        lambda v, t: np.array(t * v.sum()),
    ],
)
def test_what_gives_the_same_on_all_cases_is_right(answer):
    assert JUDGE(guarded(answer)) is None


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda v, t: v.sum(), "Once."),
        (lambda v, t: v * t, "The result has shape (3,); one number is asked for."),
        (lambda v, t: 9.0, "It is right for [1.0, -2.0, 4.0], 3, and wrong for [5.0], 2."),
        (lambda v, t: 1.0, "A question?"),
        (lambda v, t: np.nan, "A question?"),
        (lambda v, t: str(t), "It returns a str; expected numbers"),
    ],
)
def test_a_wrong_answer_is_told_the_first_thing_that_fits(answer, hint):
    assert judged(JUDGE, answer).startswith(hint)


def test_a_mistake_that_fails_on_a_case_is_no_hint_for_others():
    with np.errstate(invalid="ignore"):
        assert judged(PAIR, lambda n: (n, np.full((n, 2), 7.0))) == "?"


def test_steps_are_handed_on():
    with pytest.raises(Unrecognised) as raised:
        JUDGE(guarded(lambda v, t: 1.0))
    assert raised.value.steps == ("A question?", "More.", "Nearly all.")


def test_what_is_left_of_a_call_is_found():
    seen = []

    def counts(values, times):
        seen.append(times)
        return (values * times).sum() + len(seen) - 1

    assert judged(JUDGE, counts).startswith("Called twice alike")


def test_an_argument_that_is_changed_harms_nobody():
    def spoils(values, times):
        values *= times
        return values.sum()

    assert JUDGE(guarded(spoils)) is None


def test_several_results_are_compared_one_by_one():
    assert PAIR(guarded(lambda n: (n + 1, [[7, 7]] * n))) is None
    assert judged(PAIR, lambda n: n + 1).startswith("It returns 1 result(s); expected 2")
    assert judged(PAIR, lambda n: (n + 1, np.ones((2, n)))).startswith("For 3 the shape is")


def test_a_tuple_of_one_is_an_array_of_one():
    ones = by_cases(np.arange, [(3,), (1,)], steps=("?",))
    assert ones(guarded(lambda n: tuple(range(n)))) is None
    assert judged(ones, lambda n: 7) == "For 3 the shape is (); expected (3,)."


def test_what_an_answer_may_not_change_is_told():
    def spoils(values):
        values += 1
        return values.sum()

    may, must_not = (
        by_cases(lambda v: v.sum() + v.size, [(np.ones(2),)], steps=("?",), keeps=keeps)
        for keeps in ("", "Work on a copy.")
    )
    assert may(guarded(spoils)) is None
    assert judged(must_not, spoils) == "Work on a copy."


def test_what_is_right_now_and_then_is_told_in_steps_too():
    with pytest.raises(Unrecognised) as raised:
        JUDGE(guarded(lambda v, t: 9.0))
    ends = [step.rsplit(". ", 1)[1] for step in raised.value.steps]
    assert ends == ["A question?", "More.", "Nearly all."]
