"""What came in the last day, by the hour: sums, and the lengths of sessions."""

from collections import deque
from typing import Final, NamedTuple

from .times import DAY_NS, HOUR_NS

_HOURS: Final = 24
_SESSIONS: Final = 5_000
"""Sessions that are kept; of more, the last ones."""


class DaySum:
    """A sum of the last 23 to 24 hours. Times are nanoseconds since the Unix epoch."""

    def __init__(self) -> None:
        """Nothing came."""
        self._hours: dict[int, float] = {}

    def add(self, amount: float, when_ns: int) -> None:
        """Something came."""
        hour = when_ns // HOUR_NS
        self._hours[hour] = self._hours.get(hour, 0) + amount
        if len(self._hours) > 2 * _HOURS:
            del self._hours[min(self._hours)]

    def total(self, now_ns: int) -> float:
        """All that came in the day before `now_ns`."""
        return sum(amount for hour, amount in self._hours.items() if hour > now_ns // HOUR_NS - _HOURS)


class Lengths(NamedTuple):
    """How long sessions lasted, in seconds; None where there was none."""

    mean: float | None
    median: float | None


class Sessions:
    """Sessions that were over in the last day."""

    def __init__(self) -> None:
        """There was none."""
        self._over: deque[tuple[int, float]] = deque(maxlen=_SESSIONS)

    def add(self, seconds: float, when_ns: int) -> None:
        """One was over."""
        self._over.append((when_ns, seconds))

    def lengths(self, now_ns: int) -> Lengths:
        """How long they lasted."""
        lengths = sorted(seconds for when, seconds in self._over if now_ns - when < DAY_NS)
        if not lengths:
            return Lengths(None, None)
        return Lengths(sum(lengths) / len(lengths), lengths[(len(lengths) - 1) // 2])
