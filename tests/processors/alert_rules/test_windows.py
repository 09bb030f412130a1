"""Windows and growth: sums over time, whatever comes, and counters that begin anew."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.alert_rules.growth import (
    FORGET_SECONDS,
    MAX_SENDERS,
    MAX_SERIES,
    ONE_EXPORT_NS,
    Growth,
    Growths,
    Reading,
)
from spansieve.processors.alert_rules.window import STEPS, Window, step_seconds

SECOND = 10**9


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 20))
def test_a_window_has_what_came_within_its_last_steps(amounts: list[int], steps: int) -> None:
    window = Window(steps * 10.0, 10.0)
    for at, amount in enumerate(amounts, 1):
        window.add(amount)
        window.mark(at * 10.0)
        assert window.increase == sum(amounts[max(0, at - steps) : at])
        assert window.is_idle == (window.increase == 0)


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0.1, 5000)), max_size=200), st.integers(1, 5000))
def test_a_window_is_off_by_one_of_its_steps_at_most(given: list[tuple[int, float]], seconds: int) -> None:
    window, now, came = Window(seconds, 1.0), 0.0, list[tuple[float, int]]()
    step = step_seconds(seconds, 1.0)
    for amount, later in given:
        now += later
        window.add(amount)
        window.mark(now)
        came.append((now, amount))
        least = sum(one for at, one in came if at > now - seconds + 0.001)
        most = sum(one for at, one in came if at > now - seconds - step - 0.001)
        assert least <= window.increase <= most
        assert len(window._marks) <= STEPS + 3


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(0, 300))
def test_a_window_that_was_saved_goes_on_as_if_time_had_passed(amounts: list[int], gap: int) -> None:
    one, other = Window(100.0, 10.0), Window(100.0, 10.0)
    for at, amount in enumerate(amounts, 1):
        one.add(amount)
        one.mark(at * 10.0)
    now = len(amounts) * 10.0
    other.load(one.state(now), 5000.0 + gap, gap)
    one.mark(now + gap)
    assert other.increase == one.increase


def test_steps_are_whole_intervals_and_few_enough() -> None:
    assert [step_seconds(seconds, 10.0) for seconds in (60, 1800, 1801, 3600, 21_600)] == [10, 10, 20, 20, 120]


def met(*senders: str, time_ns: int = 0) -> Growths:
    growths = Growths()
    for sender in senders:
        growths.meet(sender, time_ns, 0.0)
    return growths


def counted(readings: list[Reading]) -> list[float | None]:
    growths = met("agent", time_ns=readings[0].time_ns)
    found = [growths.take("agent", "metric", "series", reading, 0.0) for reading in readings]
    return [growth and growth.amount for growth in found]


@given(st.lists(st.integers(0, 100), min_size=2, max_size=20))
def test_without_start_times_a_value_that_is_less_than_the_last_begins_anew(values: list[int]) -> None:
    found = counted([Reading(value, 0, at) for at, value in enumerate(values, 1)])
    assert found == [None, *(after if after < before else after - before for before, after in pairwise(values))]


@given(st.lists(st.lists(st.integers(0, 100), min_size=1, max_size=5), min_size=1, max_size=5))
def test_with_start_times_all_that_several_lives_of_a_counter_counted_is_counted(lives: list[list[int]]) -> None:
    readings: list[Reading] = []
    for life in lives:
        start = len(readings) * SECOND + 1
        for value in sorted(life):
            readings.append(Reading(value, start, (len(readings) + 1) * SECOND))
    assert sum(amount or 0 for amount in counted(readings)) == sum(max(life) for life in lives)


def test_what_is_sent_again_or_by_a_sender_that_was_replaced_is_not_counted() -> None:
    found = counted(
        [Reading(5, 10, 20), Reading(5, 10, 20), Reading(6, 25, 30), Reading(9, 10, 40), Reading(8, 25, 50)]
    )
    assert found == [5, None, 6, None, 2]


def test_a_start_that_is_no_earlier_than_the_point_says_nothing() -> None:
    assert counted([Reading(5, 20, 20), Reading(7, 30, 30)]) == [None, 2]


def test_a_series_that_was_not_there_before_counts_from_nothing() -> None:
    growths = met("agent", "other")
    first, later = ONE_EXPORT_NS - 1, ONE_EXPORT_NS
    assert growths.take("agent", "m", "a", Reading(100, 0, first), 0.0) is None
    assert growths.take("agent", "n", "a", Reading(100, 0, first), 0.0) is None, "it came with the first"
    assert growths.take("agent", "m", "b", Reading(100, 0, later), 0.0) == Growth(100)
    assert growths.take("agent", "o", "b", Reading(100, 0, later), 0.0) == Growth(100), "its sender was known"
    assert growths.take("other", "m", "b", Reading(100, 0, first), 0.0) is None


def test_series_are_bounded_and_those_unseen_for_an_hour_make_room() -> None:
    growths = met("agent")
    for at in range(MAX_SERIES + 1):
        growths.take("agent", "m", at, Reading(1, 0, 10), 0.0)
    assert (len(growths), growths.refused) == (MAX_SERIES, 1)
    growths.meet("agent", 20, 1800.0)
    growths.take("agent", "m", 0, Reading(2, 0, 20), 1800.0)
    growths.forget(FORGET_SECONDS)
    assert len(growths) == 1
    late = Reading(900, 0, 2 * ONE_EXPORT_NS)
    assert growths.take("agent", "m", 7, late, FORGET_SECONDS) is None, "it may be one that was forgotten"
    growths.forget(3 * FORGET_SECONDS)
    assert len(growths) == 0


def test_senders_are_bounded() -> None:
    growths = met(*map(str, range(MAX_SENDERS)), "one more")
    assert growths.take("one more", "m", "a", Reading(1, 0, 10), 0.0) is None
    assert growths.refused == 1
