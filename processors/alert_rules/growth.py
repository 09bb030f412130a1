"""How much counters grew, of what any sender says of them: cumulative or since the last time, with restarts."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

MAX_SERIES: Final = 10_000
MAX_SENDERS: Final = 10_000
FORGET_SECONDS: Final = 3600.0
"""What is unseen for so long is forgotten."""

ONE_EXPORT_NS: Final = 10_000_000_000
"""Points of one export may differ by less than this in their times; one of many series may come in parts."""


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
class _Metric:
    series: dict[Hashable, _Series] = field(default_factory=dict)
    is_whole: bool = True
    """Whether no series of it was forgotten, or found no room."""


@dataclass(slots=True)
class _Sender:
    first_ns: int
    """The time of its first points, of whatever metric."""
    seen: float
    metrics: dict[Hashable, _Metric] = field(default_factory=dict)


class Growths:
    """The last readings of cumulative series, at most `MAX_SERIES` of them.

    A counter that begins anew is told by its start time, or by a value that is less than the last. A series that was
    not seen before counts from 0 where its start time says since when that is; and where its sender was heard before
    and it was not there, since then. Else its first value is only what later ones are compared with, as it may be the
    count of days.
    """

    def __init__(self) -> None:
        """Nothing was seen."""
        self._senders: dict[Hashable, _Sender] = {}
        self._count = 0
        self._swept = 0.0
        self.refused = 0
        """Readings of series that found no room."""

    def __len__(self) -> int:
        return self._count

    def meet(self, sender: Hashable, time_ns: int, now: float) -> None:
        """Points of a sender came, of `time_ns`. `now`: monotonic seconds."""
        known = self._senders.get(sender)
        if known is not None:
            known.seen = now
        elif len(self._senders) < MAX_SENDERS:
            self._senders[sender] = _Sender(time_ns, now)

    def take(self, sender: Hashable, metric: Hashable, series: Hashable, reading: Reading, now: float) -> Growth | None:
        """What came since the last reading, of a sender that was met; None where that can't be told."""
        of = self._senders.get(sender)
        if of is None:
            self.refused += 1
            return None
        one = of.metrics.get(metric)
        if one is None:
            one = of.metrics[metric] = _Metric()
        known = one.series.get(series)
        if known is None:
            return self._first(one, of.first_ns, series, reading, now)
        known.seen = now
        former = known.reading
        if reading.time_ns <= former.time_ns or 0 < _start(reading) < former.start_ns:
            return None  # sent again, or by a sender that was replaced
        known.reading = reading
        begins_anew = reading.value < former.value or (0 < former.start_ns < _start(reading))
        return Growth(reading.value if begins_anew else reading.value - former.value)

    def _first(self, of: _Metric, first_ns: int, series: Hashable, reading: Reading, now: float) -> Growth | None:
        if self._count >= MAX_SERIES:
            self.refused += 1
            of.is_whole = False
            return None
        self._count += 1
        of.series[series] = _Series(reading, now)
        if of.is_whole and reading.time_ns >= first_ns + ONE_EXPORT_NS:
            return Growth(reading.value)
        start = _start(reading)
        return Growth(reading.value, start) if start else None

    def forget(self, now: float) -> None:
        """Forget what is unseen for long; looked for once a minute."""
        if now - self._swept < 60.0:
            return
        self._swept = now
        for name, sender in [*self._senders.items()]:
            for metric in sender.metrics.values():
                self._sweep(metric, now)
            if now - sender.seen >= FORGET_SECONDS:
                del self._senders[name]

    def _sweep(self, metric: _Metric, now: float) -> None:
        gone = [series for series, one in metric.series.items() if now - one.seen >= FORGET_SECONDS]
        for series in gone:
            del metric.series[series]
        self._count -= len(gone)
        metric.is_whole = metric.is_whole and not gone


def _start(reading: Reading) -> int:
    """Its start time; 0 where it says none. A point that starts when it ends says so, too (OTLP, "unknown start")."""
    return 0 if reading.start_ns >= reading.time_ns else reading.start_ns
