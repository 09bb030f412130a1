"""Comparisons as contrib's table has them (pkg/ottl/LANGUAGE.md, "Comparison Rules"), and arithmetic."""

import operator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.ottl import EvaluationError
from spansieve.ottl.arithmetic import calculate
from spansieve.ottl.compare import compare, comparing, comparing_with, mirrored
from spansieve.ottl.nodes import Comparing
from spansieve.ottl.values import Duration, Id, Time, wrapped

WORDS: dict[Comparing, Any] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SIMPLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-2, 2),
    st.floats(),
    st.sampled_from(["", "a", "1", "true"]),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.binary(min_size=8, max_size=8).map(Id),
    st.integers(-3, 3).map(Time),
    st.integers(-3, 3).map(Duration),
)
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


def table(left: Any, word: Comparing, right: Any) -> bool:  # noqa: ANN401 (any value)
    """The table, said as plainly as can be."""
    numbers = (int, float)
    if left is None and right is None:
        return word in {"==", "<=", ">="}
    if type(left) in numbers and type(right) in numbers:
        if type(left) is type(right):
            return bool(WORDS[word](left, right))
        return bool(WORDS[word](float(left), float(right)))
    for sort in (bool, str, bytes, Time, Duration):
        if isinstance(left, sort) and isinstance(right, sort):
            return bool(WORDS[word](left, right))
    if word in {"==", "!="}:
        return deep(left, right) is (word == "==")
    return False


def deep(left: Any, right: Any) -> bool:  # noqa: ANN401 (any value)
    """Go's reflect.DeepEqual."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(deep(one, other) for one, other in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return set(left) == set(right) and all(deep(left[key], right[key]) for key in left)
    return type(left) is type(right) and bool(left == right)


@settings(deadline=None)
@given(VALUES, st.sampled_from(sorted(WORDS)), VALUES)
def test_the_table_holds_for_all_values_and_ways_to_compare(left: Any, word: Comparing, right: Any) -> None:  # noqa: ANN401
    right_answer = table(left, word, right)
    assert compare(left, word, right) is right_answer
    assert comparing(lambda _: left, word, lambda _: right)(None) is right_answer
    assert bool(comparing_with(lambda _: left, word, right)(None)) is right_answer
    assert bool(comparing_with(lambda _: right, mirrored(word), left)(None)) is right_answer


@pytest.mark.parametrize(
    ("left", "word", "right", "answer"),
    [
        (1, "==", 1.0, True),
        (1, "==", True, False),
        (1, "!=", "1", True),
        (1, "<", "2", False),
        (2**53 + 1, "==", float(2**53), True),  # compared as doubles, as Go does
        (False, "<", True, True),
        (b"\x01", "<", b"\x02", True),
        (b"", "==", None, False),
        (None, "<=", None, True),
        (None, "<", None, False),
        (None, "!=", 0, True),
        ([1], "==", [1.0], False),
        ([1, {"a": True}], "==", [1, {"a": True}], True),
        ({"a": 1}, "==", {"a": True}, False),
        ({"a": 1}, "<", {"a": 2}, False),
        (Time(1), "<", Time(2), True),
        (Time(1, 3600), "==", Time(1), True),
        (Duration(2), ">=", Duration(2), True),
        (Time(1), "==", Duration(1), False),
        (Id(bytes(8)), "==", bytes(8), True),
        (float("nan"), "==", float("nan"), False),
    ],
)
def test_cases_that_people_ask_about(left: Any, word: Comparing, right: Any, answer: bool) -> None:  # noqa: ANN401
    assert compare(left, word, right) is answer


def test_arithmetic_is_that_of_go() -> None:
    assert calculate(2**63 - 1, "+", 1) == -(2**63)
    assert calculate(-(2**63), "/", -1) == -(2**63)
    assert calculate(-7, "/", 2) == -3
    assert calculate(7, "/", -2) == -3
    assert calculate(1.0, "/", 4.0) == 0.25
    assert calculate(Time(10), "-", Time(4)) == Duration(6)
    assert calculate(Time(10, 60), "-", Duration(4)) == Time(6, 60)
    assert calculate(Duration(1), "+", Time(2)) == Time(3)
    assert calculate(Duration(1), "-", Duration(3)) == Duration(-2)


@pytest.mark.parametrize(
    ("left", "operator", "right", "told"),
    [
        (1, "/", 0, "a division by zero"),
        (1.0, "/", 0.0, "a division by zero"),
        (1, "+", 1.0, "a whole number \\+ a double can't be calculated"),
        (None, "+", 1, "nil \\+ a whole number"),
        ("a", "+", "b", "a text \\+ a text"),
        (True, "+", 1, "true or false \\+ a whole number"),
        (Time(1), "+", Time(1), "a time \\+ a time"),
        (Duration(1), "*", Duration(1), "a duration \\* a duration"),
    ],
)
def test_what_can_t_be_calculated_is_an_error(left: Any, operator: str, right: Any, told: str) -> None:  # noqa: ANN401
    with pytest.raises(EvaluationError, match=told):
        calculate(left, operator, right)


@given(st.integers(-(2**130), 2**130))
def test_whole_numbers_wrap_at_64_bits(number: int) -> None:
    assert wrapped(number) == int.from_bytes((number % 2**64).to_bytes(8, "big"), "big", signed=True)
