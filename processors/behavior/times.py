"""Time as the data says it: for what has to hold in a replay as well as live."""

from typing import Final

from spansieve.plugin import Clock

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
HOUR_NS: Final = 60 * MINUTE_NS
DAY_NS: Final = 24 * HOUR_NS
AHEAD_NS: Final = MINUTE_NS
"""What is said to lie further ahead of the clock than this, lies so far ahead."""
_MOST_AHEAD_NS: Final = 10 * MINUTE_NS
_MOST_SKEWED: Final = 1000


class EventClock:
    """The latest time that spans told of, going on with the clock: of live data it is now, of a recording that is sent
    at once the time in the recording. It never runs back.
    """

    def __init__(self, clock: Clock) -> None:
        """Nothing was told of: it is now."""
        self._clock = clock
        self.lag_ns: int | None = None
        """How far it is behind the clock; None: nothing was told of."""

    def heard(self, when_ns: int) -> None:
        """Something happened at `when_ns`."""
        lag = max(self._clock.time_ns() - when_ns, -AHEAD_NS)
        if self.lag_ns is None or lag < self.lag_ns:
            self.lag_ns = lag

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch."""
        return self._clock.time_ns() - (self.lag_ns or 0)


class Skews:
    """By how much the clocks of senders are ahead of ours, where that is beyond reason: what they tell of is brought
    back by it. By service, at most 1000 of them.
    """

    def __init__(self, clock: Clock) -> None:
        """All clocks are right."""
        self._clock = clock
        self._ahead_ns: dict[str, int] = {}

    def of(self, service: str, when_ns: int) -> int:
        """How far ahead the clock of a service is, that tells of `when_ns`. What one span said holds for those that are
        ahead as well, but neither for those that are not, nor where it would bring them back by far too much.
        """
        now = self._clock.time_ns()
        if when_ns <= now + _MOST_AHEAD_NS:
            return 0
        ahead = self._ahead_ns.get(service, 0)
        if not now - DAY_NS <= when_ns - ahead <= now + _MOST_AHEAD_NS:
            ahead = self._ahead_ns[service] = when_ns - now
            if len(self._ahead_ns) > _MOST_SKEWED:
                del self._ahead_ns[next(iter(self._ahead_ns))]
        return ahead
