"""How many a minute and an hour: counts of the last 60 minutes and 24 hours, in rings."""

from array import array
from collections.abc import Sequence

MINUTE_NS = 60_000_000_000
_MINUTES, _HOURS, _RECENT = 60, 24, 10


class Ring:
    """Counts of the last periods of `width_ns`."""

    __slots__ = ("_counts", "_newest", "_width_ns")

    def __init__(self, size: int, width_ns: int) -> None:
        """All are zero."""
        self._counts = array("Q", bytes(8 * size))
        self._width_ns = width_ns
        self._newest = 0

    def add(self, time_ns: int, count: int = 1) -> None:
        """Count what happened at `time_ns`; what is too old to be shown is left out."""
        counts, period = self._counts, time_ns // self._width_ns
        ahead = period - self._newest
        if ahead > 0:
            size = len(counts)
            for place in range(min(ahead, size)):
                counts[(period - place) % size] = 0
            self._newest = period
        elif -ahead >= len(counts):
            return
        counts[period % len(counts)] += count

    def until(self, now_ns: int) -> list[int]:
        """The counts up to now, the oldest first."""
        now, size = now_ns // self._width_ns, len(self._counts)
        known = range(self._newest - size + 1, self._newest + 1)
        return [self._counts[at % size] if at in known else 0 for at in range(now - size + 1, now + 1)]

    def join(self, other: "Ring") -> None:
        """Add what the other counted."""
        for back, count in enumerate(reversed(other.until(other._newest * self._width_ns))):
            if count:
                self.add((other._newest - back) * self._width_ns, count)

    def state(self) -> list[int]:
        """What to save."""
        return [self._newest, *self._counts]

    def load(self, state: Sequence[int]) -> None:
        """Take over what `state` gave."""
        self._newest = state[0]
        self._counts[:] = array("Q", state[1:])


class Rates:
    """The rings of one pattern."""

    __slots__ = ("hours", "minutes")

    def __init__(self) -> None:
        """Nothing was counted."""
        self.minutes = Ring(_MINUTES, MINUTE_NS)
        self.hours = Ring(_HOURS, 60 * MINUTE_NS)

    def add(self, time_ns: int) -> None:
        """Count one."""
        self.minutes.add(time_ns)
        self.hours.add(time_ns)

    def join(self, other: "Rates") -> None:
        """Add what the other counted."""
        self.minutes.join(other.minutes)
        self.hours.join(other.hours)


def per_minute(rates: Sequence[Rates], since_ns: int, now_ns: int) -> float:
    """How many a minute there were lately: in the last ten minutes, or since `since_ns`, a minute at least."""
    counted = sum(sum(one.minutes.until(now_ns)[-_RECENT:]) for one in rates)
    return round(counted / min(_RECENT, max(1.0, (now_ns - since_ns) / MINUTE_NS)), 2)
