"""Thresholds and randomness: texts there and back, exactness, and that a greater share keeps all of a smaller one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.sampling import (
    ALL_RANDOMNESS,
    ALWAYS,
    MIN_PROBABILITY,
    NEVER,
    adjusted_count,
    parse_rvalue,
    parse_tvalue,
    probability_of,
    randomness_of,
    rvalue_of,
    threshold_of,
    tvalue_of,
)

THRESHOLDS = st.integers(ALWAYS, NEVER - 1)
RANDOMNESS = st.integers(0, ALL_RANDOMNESS)
PROBABILITIES = st.floats(MIN_PROBABILITY, 1)
PRECISIONS = st.integers(1, 14)


@given(THRESHOLDS)
def test_a_threshold_s_text_reads_back(threshold: int) -> None:
    text = tvalue_of(threshold)
    assert parse_tvalue(text) == parse_tvalue(text.upper()) == parse_tvalue(text.ljust(14, "0")) == threshold
    assert text == "0" or not text.endswith("0")


@given(RANDOMNESS)
def test_a_randomness_s_text_reads_back_and_is_a_trace_id_s_end(randomness: int) -> None:
    text = rvalue_of(randomness)
    assert parse_rvalue(text) == randomness_of(bytes(9) + bytes.fromhex(text)) == randomness


@pytest.mark.parametrize("text", ["", "g", "0x1", " 1", "1_0", "+1", "-1", "1" * 15, "٣", "8\n"])
def test_what_is_no_t_value_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="a T-value is 1 to 14 hex digits"):
        parse_tvalue(text)


@pytest.mark.parametrize("text", ["", "1", "1" * 13, "1" * 15, "1" * 13 + "g", " " + "1" * 13])
def test_what_is_no_r_value_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="an R-value is 14 hex digits"):
        parse_rvalue(text)


@given(THRESHOLDS)
def test_a_threshold_s_share_leads_back_to_it(threshold: int) -> None:
    assert abs(Fraction(probability_of(threshold)) - Fraction(NEVER - threshold, NEVER)) <= Fraction(1, 2**54)
    assert abs(threshold_of(probability_of(threshold)) - threshold) <= 4  # what a double of 53 bits can tell apart


@given(PROBABILITIES, PROBABILITIES, RANDOMNESS)
def test_what_a_smaller_share_keeps_a_greater_one_keeps(one: float, other: float, randomness: int) -> None:
    small, great = threshold_of(min(one, other)), threshold_of(max(one, other))
    assert great <= small
    assert small > randomness or great <= randomness


@given(PROBABILITIES, PRECISIONS)
def test_precision_bounds_the_digits_and_the_error(probability: float, precision: int) -> None:
    threshold = threshold_of(probability, precision)
    share = Fraction(NEVER - threshold, NEVER)
    assert abs(share - Fraction(probability)) <= max(Fraction(probability) / 2, Fraction(1, 2**55))
    if 1 / 16 <= probability <= 15 / 16:
        assert len(tvalue_of(threshold)) <= precision


@pytest.mark.parametrize("probability", [0, -1, 1.0000001, MIN_PROBABILITY / 2, float("nan"), float("inf")])
def test_what_is_no_share_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="between 2"):
        threshold_of(probability)


def test_an_item_stands_for_those_that_were_dropped() -> None:
    counts = [
        adjusted_count(threshold) for threshold in (ALWAYS, parse_tvalue("8"), parse_tvalue("c"), NEVER - 1, NEVER)
    ]
    assert counts == [1, 2, 4, 2**56, 0]
    assert tvalue_of(NEVER) == ""
