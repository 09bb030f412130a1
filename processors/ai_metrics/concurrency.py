"""How many tools run at once: their intervals, looked at from a moment that lies behind.

Source: METRICS.md section 2. A span is seen when it ends, so the present can't be counted: what is swept is a time that
lies far enough behind for nearly all spans of then to have come.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

Interval = tuple[int, int, float]
"""From when a tool ran until before when, in nanoseconds since the Unix epoch, and for how many runs it stands."""

MAX_INTERVALS: Final = 20_000
"""Runs that are remembered, over all services; what comes on top is not counted."""


AHEAD_NS: Final = 3_600_000_000_000
"""What is said to end later than this from now is not counted: it would be remembered until then."""


class Swept(NamedTuple):
    """How many ran at the end of a stretch of time, and at most within it."""

    at_end: float
    most: float


def sweep(intervals: Iterable[Interval], begin_ns: int, end_ns: int) -> Swept:
    """How many intervals hold `end_ns`, and how many at most hold one moment from `begin_ns` to it."""
    steps = sorted(_steps(intervals, begin_ns, end_ns))
    running = most = 0.0
    for at_ns, is_start, weight in steps:
        running += weight if is_start else -weight
        if is_start and at_ns <= end_ns:
            most = max(most, running)
    return Swept(running, most)


def _steps(intervals: Iterable[Interval], begin_ns: int, end_ns: int) -> Iterator[tuple[int, bool, float]]:
    """Starts and ends within the stretch. At one moment ends come first, since an interval does not hold its end."""
    for start_ns, stop_ns, weight in intervals:
        if stop_ns > begin_ns and start_ns <= end_ns and start_ns < stop_ns:
            yield max(start_ns, begin_ns), True, weight
            if stop_ns <= end_ns:
                yield stop_ns, False, weight


class Concurrency:
    """The tool runs of each service, swept from time to time."""

    def __init__(self, now_ns: int) -> None:
        """Nothing ran; the first sweep begins at `now_ns`."""
        self._begin_ns = now_ns
        self._running: dict[str, list[Interval]] = {}
        self._idle: set[str] = set()
        self._count = 0
        self.left_out = 0
        """Runs that were not counted, because too many are remembered, or they are of a time to come."""

    def add(self, service: str, intervals: Sequence[Interval]) -> None:
        """Tools of `service` ran."""
        kept = intervals[: MAX_INTERVALS - self._count]
        if kept:
            self._running.setdefault(service, []).extend(kept)
        self._count += len(kept)
        self.left_out += len(intervals) - len(kept)

    def sweep(self, now_ns: int) -> dict[str, Swept]:
        """What ran from the last sweep to `now_ns`, of services with runs; once more of those that have none left."""
        swept = {service: sweep(intervals, self._begin_ns, now_ns) for service, intervals in self._running.items()}
        swept |= dict.fromkeys(self._idle - swept.keys(), Swept(0, 0))
        left = {service: self._later(intervals, now_ns) for service, intervals in self._running.items()}
        self._running = {service: intervals for service, intervals in left.items() if intervals}
        self._idle = left.keys() - self._running.keys()
        self._count = sum(map(len, self._running.values()))
        self._begin_ns = now_ns
        return swept

    def _later(self, intervals: Sequence[Interval], now_ns: int) -> list[Interval]:
        """Those that are to be swept once more."""
        later = [one for one in intervals if one[1] > now_ns]
        kept = [one for one in later if one[1] <= now_ns + AHEAD_NS]
        self.left_out += len(later) - len(kept)
        return kept
