"""What an intake process counts, carried to the parent, which adds it up.

A child tells what its counters gained since it last told, so that the parent's never go back when a child is gone.
Levels (gauges) are told as they are, and get the label `worker`. Of a histogram's values those of one bucket are told
as their number and mean, and come in as so many times that: buckets and sum stay what they are.
"""

import os
import threading
from bisect import bisect_left
from typing import Any, NamedTuple

from spansieve import pdata
from spansieve.telemetry.instruments import Instruments, Labels, Level, Spread, Sum
from spansieve.telemetry.process import resident_bytes

Report = dict[str, Any]


class ChildInstruments(Instruments):
    """Instruments whose histograms remember what came in until it is told."""

    def __init__(self) -> None:
        """Empty."""
        super().__init__()
        self.told: dict[str, Told] = {}

    def spread(self, name: str, description: str, buckets: tuple[float, ...]) -> Spread:
        """The histogram called `name`."""
        known = self.told.get(name)
        if known is None:
            known = self.told[name] = Told(description, buckets)
        return known


class _Bucket(NamedTuple):
    number: int
    total: float
    least: float
    most: float

    @property
    def mean(self) -> float:
        """Rounding must not take it out of the bucket."""
        return min(self.most, max(self.least, self.total / self.number))


class Told(Spread):
    """A histogram as it is told: values by labels and bucket."""

    def __init__(self, description: str, buckets: tuple[float, ...]) -> None:
        """Empty."""
        self.description = description
        self.buckets = buckets
        self._values: dict[tuple[Labels, int], _Bucket] = {}
        self._lock = threading.Lock()

    def record(self, labels: Labels, value: float) -> None:
        """Count `value` in."""
        key = labels, bisect_left(self.buckets, value)
        with self._lock:
            number, total, least, most = self._values.get(key, _Bucket(0, 0.0, value, value))
            self._values[key] = _Bucket(number + 1, total + value, min(least, value), max(most, value))

    def take(self) -> list[tuple[Labels, int, float]]:
        """Labels, number and mean of what came in since the last time, a bucket each."""
        with self._lock:
            values, self._values = self._values, {}
        return [(labels, bucket.number, bucket.mean) for (labels, _), bucket in values.items()]


class Growth:
    """What a process's instruments gained."""

    def __init__(self, instruments: ChildInstruments) -> None:
        """From nothing."""
        self._instruments = instruments
        self._sums: dict[tuple[str, Labels], float] = {}
        self._process = (0.0, 0)

    def take(self) -> Report:
        """The gain since the last time, ready for JSON."""
        sums: dict[str, Any] = {}
        levels: dict[str, Any] = {}
        for name, (description, made) in self._instruments.made().items():
            if isinstance(made, Sum):
                gained = [(labels, self._gained(name, labels, value)) for labels, value in made.items()]
                if series := [[labels, gain] for labels, gain in gained if gain is not None]:
                    sums[name] = [description, series]
            elif isinstance(made, Level):
                levels[name] = [description, made.items()]
        spreads = {
            name: [told.description, told.buckets, told.take()] for name, told in list(self._instruments.told.items())
        }
        return {"sums": sums, "levels": levels, "spreads": spreads, "process": self._own()}

    def _gained(self, name: str, labels: Labels, value: float) -> float | None:
        """None: it was told and has not changed."""
        before = self._sums.get((name, labels))
        self._sums[name, labels] = value
        return None if before == value else value - (before or 0)

    def _own(self) -> list[float]:
        """CPU seconds and repaired strings gained, and resident bytes."""
        times = os.times()
        cpu, repaired = times.user + times.system, pdata.repaired_strings()
        before, self._process = self._process, (cpu, repaired)
        return [cpu - before[0], repaired - before[1], resident_bytes()]


class Family:
    """What all intake processes cost, for the metrics of the program as a whole."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._lock = threading.Lock()
        self._resident: dict[int, float] = {}
        self.cpu_seconds = 0.0
        self.repaired_strings = 0

    def grew(self, worker: int, cpu_seconds: float, repaired_strings: int, resident: float) -> None:
        """Take a report of `worker`."""
        with self._lock:
            self.cpu_seconds += cpu_seconds
            self.repaired_strings += repaired_strings
            self._resident[worker] = resident

    def gone(self, worker: int) -> None:
        """It takes no memory any more."""
        with self._lock:
            self._resident.pop(worker, None)

    @property
    def resident_bytes(self) -> float:
        """Memory of all that run."""
        return self.resident_beside(0)

    def resident_beside(self, worker: int) -> float:
        """Memory of all that run but `worker`."""
        with self._lock:
            return sum(size for number, size in self._resident.items() if number != worker)


class Account:
    """The parent's account of one worker's reports."""

    def __init__(self, instruments: Instruments, family: Family, worker: int) -> None:
        """`worker` is its number."""
        self._instruments = instruments
        self._family = family
        self._worker = worker
        self._levels: set[tuple[str, Labels]] = set()

    def add(self, report: Report) -> None:
        """Add a report to the parent's instruments. Raises what a report that is none leads to."""
        for name, (description, series) in report["sums"].items():
            counter = self._instruments.sum(name, description)
            for labels, gained in series:
                counter.add(_labels(labels), gained)
        for name, (description, series) in report["levels"].items():
            level = self._instruments.level(name, description)
            for labels, value in series:
                own = tuple(sorted((*_labels(labels), ("worker", str(self._worker)))))
                level.set(own, value)
                self._levels.add((name, own))
        for name, (description, buckets, series) in report["spreads"].items():
            spread = self._instruments.spread(name, description, tuple(buckets))
            for labels, count, mean in series:
                for _ in range(count):
                    spread.record(_labels(labels), mean)
        cpu, repaired, resident = report["process"]
        self._family.grew(self._worker, cpu, int(repaired), resident)

    def close(self) -> None:
        """The process is gone, and its levels with it."""
        for name, labels in self._levels:
            self._instruments.level(name).forget(labels)
        self._levels.clear()
        self._family.gone(self._worker)


def _labels(pairs: list[list[str]]) -> Labels:
    return tuple((key, value) for key, value in pairs)
