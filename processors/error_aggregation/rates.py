"""How many a minute and an hour: counts of the last 60 minutes and 24 hours."""

from collections.abc import Mapping, Sequence

MINUTE_NS = 60_000_000_000
_MINUTES, _HOURS, _RECENT = 60, 24, 10


class Ring:
    """Counts of the last `size` periods of `width_ns`."""

    __slots__ = ("_counts", "_size", "_width_ns")

    def __init__(self, size: int, width_ns: int) -> None:
        """All are zero."""
        self._counts: dict[int, int] = {}
        self._size = size
        self._width_ns = width_ns

    def add(self, time_ns: int, count: int = 1) -> None:
        """Count what happened at `time_ns`."""
        period = time_ns // self._width_ns
        counts = self._counts
        counts[period] = counts.get(period, 0) + count
        if len(counts) > self._size:
            del counts[min(counts)]

    def until(self, now_ns: int) -> list[int]:
        """The counts up to now, the oldest first."""
        now = now_ns // self._width_ns
        return [self._counts.get(at, 0) for at in range(now - self._size + 1, now + 1)]

    def join(self, other: "Ring") -> None:
        """Add what the other counted."""
        for period, count in other._counts.items():
            self.add(period * self._width_ns, count)

    def state(self) -> list[list[int]]:
        """What to save."""
        return [[*self._counts], [*self._counts.values()]]

    def load(self, state: Sequence[Sequence[int]]) -> None:
        """Take over what `state` gave."""
        self._counts = dict(zip(*state, strict=True))


class Rates:
    """The rings of one pattern."""

    __slots__ = ("hours", "minutes")

    def __init__(self) -> None:
        """Nothing was counted."""
        self.minutes = Ring(_MINUTES, MINUTE_NS)
        self.hours = Ring(_HOURS, 60 * MINUTE_NS)

    def add(self, by_minute: Mapping[int, int]) -> None:
        """Count so many by the minutes in which they were."""
        for minute, count in by_minute.items():
            self.minutes.add(minute * MINUTE_NS, count)
            self.hours.add(minute * MINUTE_NS, count)

    def join(self, other: "Rates") -> None:
        """Add what the other counted."""
        self.minutes.join(other.minutes)
        self.hours.join(other.hours)


def per_minute(rates: Sequence[Rates], since_ns: int, now_ns: int) -> float:
    """How many a minute there were lately: in the last ten minutes, or since `since_ns`, a minute at least."""
    counted = sum(sum(one.minutes.until(now_ns)[-_RECENT:]) for one in rates)
    return round(counted / min(_RECENT, max(1.0, (now_ns - since_ns) / MINUTE_NS)), 2)
