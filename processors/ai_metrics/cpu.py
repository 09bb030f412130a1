"""The CPU seconds that agents say they used.

Source: METRICS.md section 6, `cpuPerRequest`; `process.cpu.time` of OpenTelemetry's conventions for processes.
"""

from collections import defaultdict
from collections.abc import Iterator
from hashlib import blake2b
from typing import Final, NamedTuple

from spansieve.pdata import DataPoint, MetricBatch

from .senders import service_of

CPU_TIME: Final = "process.cpu.time"
MAX_AGE: Final = 600.0
"""Seconds after which agents are no longer expected to say it."""
MAX_SERIES: Final = 2000
"""Series, and services, that are remembered; those that came first are forgotten."""
_DELTA: Final = 1


class Said(NamedTuple):
    """What a series said last."""

    start_ns: int
    seconds: float


class AgentCpu:
    """What each service used by its own count. Seconds of the clock are monotonic."""

    def __init__(self) -> None:
        """Nobody said anything."""
        self._said: dict[bytes, Said] = {}
        self._first_ns: dict[str, int] = {}
        """When a service was first heard."""
        self._heard: float | None = None

    def hear(self, batch: MetricBatch, now: float, now_ns: int) -> dict[str, float]:
        """The seconds that services used since they said so last; all that they used, when they say it first."""
        used: dict[str, float] = defaultdict(float)
        for service, point in _points(batch):
            seconds = float(point.value or 0)
            if point.metric.aggregation_temporality != _DELTA:
                seconds = self._growth(_identity(point), seconds, point, self._first_ns.get(service, 0))
            used[service] += seconds
        for service in used:
            self._heard = now
            self._first_ns.setdefault(service, now_ns)
        _shorten(self._said)
        _shorten(self._first_ns)
        return used

    def is_heard(self, now: float) -> bool:
        """Whether any agent says what it uses."""
        return self._heard is not None and now <= self._heard + MAX_AGE

    def _growth(self, key: bytes, seconds: float, point: DataPoint, first_ns: int) -> float:
        """By how much a series grew. All of it, if it began after its service was first heard: a process that was there
        before, and is heard for the first time, tells nothing of lately.
        """
        start_ns = point.start_time_unix_nano
        last = self._said.get(key)
        self._said[key] = Said(start_ns, seconds)
        if last is None:
            return seconds if start_ns >= first_ns else 0.0
        has_restarted = start_ns > last.start_ns or seconds < last.seconds
        return seconds if has_restarted else seconds - last.seconds


def _points(batch: MetricBatch) -> Iterator[tuple[str, DataPoint]]:
    """The points of this name, and whose they are."""
    for metric, points in batch.by_metric():
        if metric.is_monotonic and metric.name == CPU_TIME:
            service = service_of(metric.resource)
            yield from ((service, point) for point in points if isinstance(point.value, int | float))


def _identity(point: DataPoint) -> bytes:
    """What tells a series from others."""
    parts = sorted([*point.resource.attributes.every(), *point.attributes.every()])
    return blake2b(b"\0".join(parts), digest_size=16).digest()


def _shorten(known: dict[bytes, Said] | dict[str, int]) -> None:
    while len(known) > MAX_SERIES:
        del known[next(iter(known))]  # type: ignore[arg-type]  # a key of its own
