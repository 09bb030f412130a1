"""costs: sums that do not drift, and periods of the calendar."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.costs.calendar import Per, named, period_of
from spansieve.processors.costs.money import dollars, is_cost, units, written
from spansieve.testing import FakeClock

TIMES = st.integers(0, 2**64 - 1)
PERS: st.SearchStrategy[Per] = st.sampled_from(["hour", "day", "month"])


@given(st.lists(st.integers(0, 10**9), max_size=50), st.integers(1, 10_000))
def test_a_sum_of_calls_is_what_the_price_list_says_to_the_last_digit(tokens: list[int], micros: int) -> None:
    """A price is so many millionths of a dollar for a million tokens: finer than any list states."""
    costs = [count * micros / 1e12 for count in tokens]
    whole = Fraction(sum(tokens) * micros, 10**12)
    assert abs(Fraction(sum(map(units, costs)), 10**12) - whole) <= Fraction(len(tokens), 10**12)


@given(st.integers(1, 10**6))
def test_a_million_calls_of_a_tenth_of_a_cent_are_what_they_are(calls: int) -> None:
    assert dollars(units(0.001) * calls) == calls / 1000


def test_what_is_no_amount_of_money_is_no_cost() -> None:
    assert [is_cost(usd) for usd in (None, float("nan"), float("inf"), -0.01, 1e7)] == [False] * 5
    assert is_cost(0.0)
    assert is_cost(12.5)


def test_money_is_written_with_digits_that_say_something() -> None:
    assert [written(usd) for usd in (0.0, 0.00012345, 0.5, 1.0, 12345.678)] == [
        "0",
        "0.000123",
        "0.5",
        "1.00",
        "12,345.68",
    ]


@given(PERS, TIMES)
def test_every_moment_is_in_one_period_and_periods_join(per: Per, time_ns: int) -> None:
    period = period_of(per, time_ns)
    following = period_of(per, period.end_ns)
    assert period == period_of(per, period.start_ns) == period_of(per, period.end_ns - 1)
    assert period.start_ns <= time_ns < period.end_ns or time_ns > 250_000_000_000 * 10**9
    assert following.start_ns == period.end_ns or following == period
    assert named(per, period.start_ns)


def test_periods_are_those_of_the_calendar_in_utc() -> None:
    now = FakeClock().time_ns()  # 2023-11-14 22:13:20
    assert named("hour", period_of("hour", now).start_ns) == "2023-11-14 22h"
    assert named("day", period_of("day", now).start_ns) == "2023-11-14"
    assert named("month", period_of("month", now).start_ns) == "2023-11"
    assert named("month", period_of("month", now).end_ns) == "2023-12"
    assert named("month", period_of("month", period_of("month", now).end_ns).end_ns) == "2024-01"
