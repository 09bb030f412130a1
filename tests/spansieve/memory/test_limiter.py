"""A limiter with a clock that is told and a memory that is made up."""

import logging

import pytest

from spansieve.memory import Limiter, MemoryLimits
from spansieve.memory.config import MIB
from spansieve.memory.limiter import FACTOR, Level
from spansieve.memory.system import SystemMemory
from spansieve.plugin import Refused, TooLarge
from spansieve.testing import FakeClock


class MadeUp:
    """`used` MiB are in use, `free` ones are only not given back; `garbage` is found by a collection."""

    def __init__(self, used: int) -> None:
        self.used, self.free, self.garbage = used, 0, 0
        self.collected = self.given_back = self.relaxed = self.looks = 0

    def total(self) -> int:
        return 1024 * MIB

    def resident(self) -> int:
        self.looks += 1
        return (self.used + self.free + self.garbage) * MIB

    def relax(self) -> None:
        self.relaxed += 1

    def collect(self) -> None:
        self.collected += 1
        self.free, self.garbage = self.free + self.garbage, 0

    def give_back(self) -> None:
        self.given_back += 1
        self.free = 0


class Case:
    """A limiter of 100 MiB, soft 80, looked at each second."""

    def __init__(self, used: int = 20, **keys: object) -> None:
        self.memory, self.clock = MadeUp(used), FakeClock()
        settings = MemoryLimits.model_validate({"check_interval": "1s", "limit_mib": 100, **keys})
        self.limiter = Limiter(settings, self.clock, logging.LoggerAdapter(logging.getLogger("test"), {}), self.memory)

    def wait(self, seconds: float = 1.0) -> None:
        """Let time go by in the steps of a chain's tick."""
        for _ in range(round(seconds * 10)):
            self.clock.advance(seconds=0.1)
            self.limiter.check()

    def refuses(self, request_bytes: int = 128 * 1024) -> bool:
        """At the door, while nothing else is in flight."""
        try:
            self.limiter.admit(request_bytes, request_bytes)
        except Refused:
            return True
        return False


def test_above_soft_data_is_refused_until_the_memory_is_back() -> None:
    case = Case()
    case.wait()
    assert not case.refuses()
    case.limiter.refuse()

    case.memory.used = 81
    case.wait()
    assert case.refuses()
    with pytest.raises(Refused, match="data refused due to high memory usage") as refusal:
        case.limiter.refuse()
    assert 0.5 <= refusal.value.after <= 1.5

    case.memory.used = 79
    case.wait()
    assert not case.refuses()
    case.limiter.refuse()


def test_a_burst_between_two_looks_makes_it_look_again() -> None:
    case = Case(check_interval="1h")
    case.memory.used = 90
    assert not case.refuses()  # it has not looked yet
    assert any(case.refuses() for _ in range(8))  # 8 times 128 KiB are a MiB


def test_what_is_in_flight_counts_before_it_is_in_memory() -> None:
    case = Case(used=60)
    most = 40 * MIB // FACTOR
    case.limiter.admit(MIB, most)
    with pytest.raises(Refused):
        case.limiter.admit(MIB, most + 1)


def test_what_never_fits_is_refused_for_good() -> None:
    case = Case(used=60)
    size = 40 * MIB // FACTOR + 1
    with pytest.raises(TooLarge):
        case.limiter.admit(size, size)
    case.memory.used = 85  # what it had at start decides, not what it has now
    case.wait()
    with pytest.raises(Refused):
        case.limiter.admit(MIB, MIB)


def test_small_requests_come_in_to_be_counted_unless_they_are_many() -> None:
    case = Case()
    case.memory.used = 120
    case.wait()
    assert case.limiter.level is Level.HARD
    case.limiter.admit(64 * 1024, MIB)
    with pytest.raises(Refused):
        case.limiter.admit(64 * 1024, 5 * MIB)


def test_memory_that_is_only_free_is_given_back_at_the_next_look() -> None:
    case = Case()
    case.memory.used, case.memory.free = 40, 50
    case.wait()
    assert not case.refuses()
    assert case.memory.given_back == 1


def test_once_it_is_well_again_memory_works_at_full_speed_again() -> None:
    case = Case()
    case.limiter.start()
    assert case.memory.relaxed == 1
    case.memory.used = 90
    case.wait(5)
    assert case.memory.relaxed == 1
    case.memory.used = 20
    case.wait(5)
    assert case.memory.relaxed == 2


def test_free_memory_below_the_soft_limit_shuts_no_large_request_out_for_long() -> None:
    case = Case()
    case.memory.free = 50
    case.wait()
    size = 5 * MIB  # 40 MiB when it is decoded: too much beside the 70
    assert case.refuses(size)
    case.wait()
    assert not case.refuses(size)


def test_garbage_is_collected_above_soft_every_ten_seconds_and_above_hard_at_each_look() -> None:
    case = Case()
    case.memory.used, case.memory.garbage = 82, 8
    case.wait(1)
    assert case.memory.collected == 1
    case.memory.garbage = 8
    case.wait(9)
    assert case.memory.collected == 1
    case.wait(2)
    assert case.memory.collected == 2

    case.memory.used = 110
    before = case.memory.collected
    for _ in range(3):
        case.memory.garbage = 20
        case.wait(1)
    assert case.memory.collected == before + 3


def test_collections_that_free_nothing_become_rarer_up_to_the_longest_wait() -> None:
    case = Case(
        min_gc_interval_when_soft_limited="1s",
        max_gc_interval_when_soft_limited="8s",
        max_gc_interval_when_hard_limited="8s",
    )
    case.memory.used = 120
    case.wait(60)
    assert 8 <= case.memory.collected <= 11  # at 1, 3, 7 and then every 8 seconds

    case.memory.used = 20
    case.wait(1)
    case.memory.used = 120
    before = case.memory.collected
    case.wait(1)
    assert case.memory.collected == before + 1  # once it was well, it begins anew


def test_zero_keeps_collecting_at_each_look() -> None:
    case = Case(max_gc_interval_when_soft_limited="0s", max_gc_interval_when_hard_limited="0s")
    case.memory.used = 120
    case.wait(20)
    assert case.memory.collected == 20


def test_a_limit_below_what_the_empty_program_needs_is_said_loudly(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Case(used=95).limiter.start()
    [record] = caplog.records
    assert record.levelname == "ERROR"
    assert "the soft limit is 80 MiB, but the program has 95 MiB" in record.getMessage()
    assert "set limit_mib to 190 or more" in record.getMessage()


def test_a_system_that_does_not_tell_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Case(used=0).limiter.start()
    assert "does not tell how much memory the process has" in caplog.text


def test_it_says_when_it_begins_to_refuse_and_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    case = Case()
    with caplog.at_level(logging.INFO):
        case.memory.used = 85
        case.wait(5)
        case.memory.used = 30
        case.wait(30)
    assert [record.getMessage() for record in caplog.records] == [
        "memory (85 MiB) is above the soft limit, data is refused",
        "memory is back within limits (30 MiB), data is taken again",
    ]


def test_the_real_memory_grows_and_is_given_back() -> None:
    memory = SystemMemory()
    memory.give_back()  # what earlier tests left free would be used again, and nothing would grow
    memory.relax()
    before = memory.resident()
    held = [b"x" * 100_000 for _ in range(1000)]
    full = memory.resident()
    assert full - before > 80_000_000
    held.clear()
    memory.collect()
    memory.give_back()
    assert memory.resident() < full - 80_000_000
    assert memory.total() >= full
