"""The door: bytes in flight are counted from when they are known until the answer."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.admission import Admission, Guard, retry_seconds
from spansieve.pdata import Signal
from spansieve.plugin import Busy, Refused


class Watchman:
    """Remembers what it was asked, and refuses above `most`."""

    def __init__(self, most: int = 1 << 40) -> None:
        self.most = most
        self.asked: list[tuple[str, int, int]] = []

    def admit(self, signal: Signal, request_bytes: int, in_flight_bytes: int) -> None:
        self.asked.append((signal, request_bytes, in_flight_bytes))
        if request_bytes > self.most:
            raise Refused("no")


def test_what_would_be_too_much_is_busy_until_another_request_is_over() -> None:
    door = Admission()
    first = door.admit("otlp", "traces", 60, 100)
    with pytest.raises(Busy) as refusal:
        door.admit("otlp/2", "logs", 41, 100)
    assert 0.5 <= refusal.value.after <= 1.5
    assert door.in_flight_bytes == 60  # who was refused counts no more

    first.close()
    first.close()
    with door.admit("otlp/2", "logs", 41, 100):
        assert door.in_flight_bytes == 41
    assert door.in_flight_bytes == 0


def test_growing_counts_and_may_be_refused_too() -> None:
    door = Admission()
    with door.admit("otlp", "traces", 10, 100), door.admit("otlp", "traces", 1, 100) as growing:
        growing.grow(59)
        growing.shrink(1)
        assert door.in_flight_bytes == 69
        with pytest.raises(Busy):
            growing.grow(32)
        assert door.in_flight_bytes == 69
    assert door.in_flight_bytes == 0


def test_a_request_that_is_alone_is_never_busy() -> None:
    with Admission().admit("otlp", "traces", 1000, 100) as alone:
        alone.grow(1000)


def test_guards_of_the_receivers_pipelines_are_asked_at_each_step() -> None:
    door, guard, other = Admission(), Watchman(most=100), Watchman()
    door.guards = {("otlp", "traces"): (guard,), ("otlp", "logs"): (other,)}
    with door.admit("otlp", "logs", 7), door.admit("otlp", "traces", 60) as request:
        with pytest.raises(Refused, match="no"):
            request.grow(41)
        assert guard.asked == [("traces", 60, 67), ("traces", 101, 108)]
        assert other.asked == [("logs", 7, 7)]
    with pytest.raises(Refused):
        door.admit("otlp", "traces", 101)
    assert door.in_flight_bytes == 0


def test_hints_to_come_again_are_spread() -> None:
    hints = {retry_seconds() for _ in range(200)}
    assert min(hints) >= 0.5
    assert max(hints) <= 1.5
    assert 5 < len(hints) <= 11  # few answers to encode


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=20))
def test_after_all_nothing_is_in_flight(requests: list[tuple[int, int]]) -> None:
    door = Admission()
    guard: Guard = Watchman(most=60)
    door.guards = {("otlp", "traces"): (guard,)}
    kept = []
    for size, more in requests:
        try:
            kept.append(door.admit("otlp", "traces", size, 200))
            kept[-1].grow(more)
        except Refused:
            assert door.in_flight_bytes <= 260
    for one in kept:
        one.close()
    assert door.in_flight_bytes == 0


def test_threads_do_not_lose_count() -> None:
    door = Admission()

    def work() -> None:
        for _ in range(2000):
            with door.admit("otlp", "traces", 3) as request:
                request.grow(4)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert door.in_flight_bytes == 0
