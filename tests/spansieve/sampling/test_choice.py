"""A share of all traces: the rule of consistent probability sampling."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.sampling import chosen

RATIOS = st.floats(0, 1)
IDS = st.binary(min_size=16, max_size=16)


def trace_id(randomness: int) -> bytes:
    return bytes(9) + randomness.to_bytes(7, "big")


@pytest.mark.parametrize(("ratio", "first"), [(1, 0), (0.5, 2**55), (0.25, 3 * 2**54), (2**-56, 2**56 - 1)])
def test_a_trace_is_chosen_from_2_to_the_56_times_1_minus_the_ratio_on(ratio: float, first: int) -> None:
    assert chosen(trace_id(first), "", ratio)
    assert first == 0 or not chosen(trace_id(first - 1), "", ratio)


def test_the_randomness_of_the_tracestate_wins_over_the_id() -> None:
    assert chosen(trace_id(0), "vendor=x,ot=th:8;rv:ffffffffffffff", 0.01)
    assert not chosen(trace_id(2**56 - 1), "ot=rv:00000000000000", 0.01)


@pytest.mark.parametrize("tracestate", ["rv:1", "ot=rv:12", "ot=rv:xyz", "vendor=rv:00000000000000", "=;=,rv:"])
def test_a_tracestate_that_says_nothing_of_it_leaves_the_id(tracestate: str) -> None:
    assert chosen(trace_id(2**56 - 1), tracestate, 0.01)
    assert not chosen(trace_id(0), tracestate, 0.01)


def test_only_the_last_seven_bytes_count_so_ids_that_begin_with_the_time_are_no_worse() -> None:
    draw = random.Random(1)
    ids = [b"\x65\x00\x00\x00" + draw.randbytes(12) for _ in range(20_000)]
    assert 140 < sum(chosen(one, "", 0.01) for one in ids) < 260


@given(IDS, RATIOS, RATIOS)
def test_larger_ratios_contain_smaller_ones(one: bytes, first: float, second: float) -> None:
    small, large = sorted((first, second))
    assert chosen(one, "", large) or not chosen(one, "", small)


@given(IDS)
def test_nothing_is_chosen_by_0_and_everything_by_1(one: bytes) -> None:
    assert not chosen(one, "", 0)
    assert chosen(one, "", 1)


@pytest.mark.parametrize("one", [b"", bytes(16), b"\xff" * 20])
def test_what_has_no_trace_is_chosen_by_1_alone(one: bytes) -> None:
    assert not chosen(one, "", 0.99)
    assert chosen(one, "", 1)
