"""Time as the data says it: for what has to hold in a replay as well as live."""

from typing import Final

from spansieve.plugin import Clock

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
HOUR_NS: Final = 60 * MINUTE_NS
DAY_NS: Final = 24 * HOUR_NS
AHEAD_NS: Final = MINUTE_NS
"""What is said to lie further ahead of the clock than this, lies so far ahead."""


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
