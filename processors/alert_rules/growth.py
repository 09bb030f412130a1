"""How much counters grew, of what any sender says of them: cumulative or since the last time, with restarts."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

MAX_SERIES: Final = 10_000
FORGET_SECONDS: Final = 3600.0
"""A series that is unseen for so long is forgotten."""


class Reading(NamedTuple):
    """A cumulative counter at one time; times are nanoseconds since the epoch."""

    value: float
    start_ns: int
    """Since when it counts; 0: unknown."""
    time_ns: int


class Growth(NamedTuple):
    """What came, and since when; 0: since the series was looked at last."""

    amount: float
    since_ns: int = 0


@dataclass(slots=True)
class _Series:
    reading: Reading
    seen: float


@dataclass(slots=True)
class _Source:
    """All series of one metric that one sender has."""

    first_ns: int
    """The time of its first points."""
    is_whole: bool = True
    """Whether no series of it was forgotten, or found no room."""
    series: dict[Hashable, _Series] = field(default_factory=dict)


class Growths:
    """The last readings of cumulative series, at most `MAX_SERIES` of them.

    A counter that begins anew is told by its start time, or by a value that is less than the last. A series that was
    not seen before counts from 0 where its start time says since when that is; and where its sender and metric
    were looked at before and it was not there, since then. Else its first value is only what later ones are compared
    with, as it may be the count of days.
    """

    def __init__(self) -> None:
        """Nothing was seen."""
        self._sources: dict[Hashable, _Source] = {}
        self._count = 0
        self._swept = 0.0
        self.refused = 0
        """Readings of series that found no room."""

    def __len__(self) -> int:
        return self._count

    def take(self, source: Hashable, series: Hashable, reading: Reading, now: float) -> Growth | None:
        """What came since the last reading; None where that can't be told. `now`: monotonic seconds."""
        of = self._sources.get(source)
        if of is None:
            of = self._sources[source] = _Source(reading.time_ns)
        known = of.series.get(series)
        if known is None:
            return self._first(of, series, reading, now)
        known.seen = now
        former = known.reading
        if reading.time_ns <= former.time_ns or 0 < _start(reading) < former.start_ns:
            return None  # sent again, or by a sender that was replaced
        known.reading = reading
        begins_anew = reading.value < former.value or (0 < former.start_ns < _start(reading))
        return Growth(reading.value if begins_anew else reading.value - former.value)

    def _first(self, of: _Source, series: Hashable, reading: Reading, now: float) -> Growth | None:
        if self._count >= MAX_SERIES:
            self.refused += 1
            of.is_whole = False
            return None
        self._count += 1
        of.series[series] = _Series(reading, now)
        if of.is_whole and reading.time_ns > of.first_ns:
            return Growth(reading.value)
        start = _start(reading)
        return Growth(reading.value, start) if start else None

    def forget(self, now: float) -> None:
        """Forget what is unseen for long; looked for once a minute."""
        if now - self._swept < 60.0:
            return
        self._swept = now
        for source, of in [*self._sources.items()]:
            gone = [series for series, one in of.series.items() if now - one.seen >= FORGET_SECONDS]
            for series in gone:
                del of.series[series]
            self._count -= len(gone)
            of.is_whole = of.is_whole and not gone
            if not of.series:
                del self._sources[source]


def _start(reading: Reading) -> int:
    """Its start time; 0 where it says none. A point that starts when it ends says so, too (OTLP, "unknown start")."""
    return 0 if reading.start_ns >= reading.time_ns else reading.start_ns
