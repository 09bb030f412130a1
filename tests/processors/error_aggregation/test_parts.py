"""The small parts: rings, times, chances, names."""

import json
from math import exp, factorial

from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.error_aggregation.baseline import tail
from spansieve.processors.error_aggregation.config import StormConfig
from spansieve.processors.error_aggregation.hashes import Hashes
from spansieve.processors.error_aggregation.rates import MINUTE_NS, Ring
from spansieve.processors.error_aggregation.storm import Storm
from spansieve.processors.error_aggregation.times import Times
from spansieve.processors.error_aggregation.told import lasting

SECOND = 1_000_000_000


@given(st.lists(st.integers(0, 200), max_size=40), st.integers(0, 8), st.integers(1, 60))
def test_a_crowd_is_found_whatever_the_order_of_arrival(seconds: list[int], threshold: int, window: int) -> None:
    times, found = Times(), False
    for second in seconds:
        place = times.add(second * SECOND, "x")
        found = times.crowd(place, threshold, window * SECOND, 10**18) is not None or found
    counts = [sum(end - window < one <= end for one in seconds) for end in seconds]
    assert found == any(count > threshold for count in counts)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30), st.integers(0, 5), st.integers(1, 60))
def test_a_crowd_lasts_until_too_few_are_left(seconds: list[int], threshold: int, window: int) -> None:
    times = Times()
    times.add_all(sorted(second * SECOND for second in seconds), "x")
    end = max(seconds)
    until = times.crowded_until(end * SECOND, threshold, window * SECOND)
    if times.within(end * SECOND, window * SECOND) > threshold:
        assert times.within(until - 1, window * SECOND) > threshold
        assert times.within(until, window * SECOND) <= threshold
    else:
        assert until == 0


def test_times_are_counted_exactly_at_the_edges_of_a_window() -> None:
    times = Times()
    for second in (0, 30, 60):
        times.add(second * SECOND, f"at {second}")
    assert times.within(60 * SECOND, 60 * SECOND) == 2
    assert times.within(60 * SECOND - 1, 60 * SECOND) == 2
    assert times.within(59 * SECOND, 60 * SECOND) == 2
    again = Times()
    again.load(json.loads(json.dumps(times.state())))
    assert again.within(60 * SECOND, 60 * SECOND) == 2
    again.forget(30 * SECOND)
    assert len(again) == 2


@given(st.integers(0, 30), st.floats(0.1, 20))
def test_the_tail_of_poisson(count: int, mean: float) -> None:
    expected = 1 - sum(exp(-mean) * mean**one / factorial(one) for one in range(count))
    assert abs(tail(count, mean) - expected) < 1e-9


def test_the_tail_is_exact_where_it_is_small() -> None:
    assert 7.6e-8 < tail(5, 0.1) < 7.8e-8
    assert 0 < tail(400, 100) < 1e-80


@given(st.lists(st.integers(0, 300), max_size=60))
def test_a_ring_shows_the_last_periods(minutes: list[int]) -> None:
    ring = Ring(60, MINUTE_NS)
    for minute in sorted(minutes):
        ring.add(minute * MINUTE_NS)
    now = max(minutes, default=0)
    assert ring.until(now * MINUTE_NS) == [minutes.count(at) for at in range(now - 59, now + 1)]


def test_names_are_remembered_the_first_going_first() -> None:
    names = Hashes(3)
    for at, name in enumerate("abcd"):
        names.put(name, at)
    assert ["a" in names, "d" in names, names.get("d")] == [False, True, 3]
    again = Hashes(3)
    again.load(json.loads(json.dumps(names.state())))
    assert [name in again for name in "abcd"] == [False, True, True, True]


def test_a_storm_lasts_as_long_as_the_window_that_is_full() -> None:
    storm = Storm(StormConfig.model_validate({"alerts": 2, "window": "10s"}))
    passed = [storm.admits("t", str(second), "k", second * SECOND) for second in (1, 5, 6, 10, 12, 13)]
    assert passed == [True, True, False, False, True, False]
    assert storm.count == 3
    assert not storm.is_over(22 * SECOND)
    assert storm.is_over(23 * SECOND)


def test_times_in_words() -> None:
    assert [lasting(seconds) for seconds in (1.5, 90, 120, 7200, 86400, 172800)] == [
        "1.5 s",
        "90 s",
        "2 min",
        "2 h",
        "24 h",
        "2 d",
    ]
