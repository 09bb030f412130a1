"""The service's own metrics: cheap to add to on the data path, read by the OpenTelemetry SDK when somebody asks.

A synchronous counter of the SDK costs microseconds a call; ours is a dictionary behind a lock, which the SDK observes.
"""

import threading
from collections.abc import Callable, Iterable, Set
from typing import TypeVar

from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricsData
from opentelemetry.sdk.resources import Resource

from .reader import PullReader

Labels = tuple[tuple[str, str], ...]

Read = Callable[[], Iterable[tuple[Labels, float]]]

MAX_SERIES = 2_000
"""Label sets of one instrument; what comes on top is summed under `otel_metric_overflow="true"`, as the SDKs do."""

_OVERFLOW: Labels = (("otel_metric_overflow", "true"),)
_UNIT_SUFFIXES = {"s": "_seconds", "ms": "_milliseconds", "By": "_bytes", "1": "_ratio"}


class _Series:
    """The values of one instrument by their labels; safe to use from any thread."""

    def __init__(self) -> None:
        self._values: dict[Labels, float] = {}
        self._lock = threading.Lock()

    def _key(self, labels: Labels) -> Labels:
        return labels if labels in self._values or len(self._values) < MAX_SERIES else _OVERFLOW

    def observe(self, _: CallbackOptions) -> Iterable[Observation]:
        """All values, for the SDK."""
        with self._lock:
            values = list(self._values.items())
        return [Observation(value, dict(labels)) for labels, value in values]

    def value(self, labels: Labels) -> float:
        """The value of exactly these labels; 0 if they were never seen."""
        return self._values.get(labels, 0)

    def items(self) -> list[tuple[Labels, float]]:
        """All label sets with their values."""
        with self._lock:
            return list(self._values.items())

    def sum(self, labels: Set[tuple[str, str]] = frozenset()) -> float | None:
        """All values that have these labels added up; None where there is none."""
        values = [value for pairs, value in self.items() if labels <= {*pairs}]
        return sum(values) if values else None

    def forget(self, labels: Labels) -> None:
        """Show the series of `labels` no more."""
        with self._lock:
            self._values.pop(labels, None)


class Sum(_Series):
    """A counter."""

    def add(self, labels: Labels, amount: float) -> None:
        """Add `amount` to the series of `labels` (sorted pairs)."""
        with self._lock:
            key = self._key(labels)
            self._values[key] = self._values.get(key, 0) + amount


class Level(_Series):
    """A gauge."""

    def set(self, labels: Labels, value: float) -> None:
        """Set the series of `labels` (sorted pairs)."""
        with self._lock:
            self._values[self._key(labels)] = value


class _Observed(Level):
    """A gauge that is read from elsewhere."""

    read: Read = staticmethod(lambda: ())

    def items(self) -> list[tuple[Labels, float]]:
        return list(self.read())

    def observe(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(value, dict(labels)) for labels, value in self.items()]


class Spread:
    """A histogram of the SDK's."""

    def __init__(self, record: Callable[[float, dict[str, str]], None]) -> None:
        """Pass on to `record`."""
        self._record = record

    def record(self, labels: Labels, value: float) -> None:
        """Count `value` into the series of `labels`."""
        self._record(value, dict(labels))


def full_name(kind: str, name: str, unit: str) -> str:
    """The name that Prometheus shows, without the counters' `_total`: the Go Collector's stays as it is, ours gets
    its unit.
    """
    if name.startswith(("otelcol_", "spansieve_")):
        return name
    suffix = _UNIT_SUFFIXES.get(unit, "")
    return f"spansieve_{kind}_{name}" + ("" if name.endswith(suffix) else suffix)


def _nothing() -> None:
    pass


InstrumentT = TypeVar("InstrumentT")


def _as(kind: type[InstrumentT], made: object, name: str) -> InstrumentT:
    if not isinstance(made, kind):
        raise ValueError(f"the metric {name} exists already as another kind of instrument")
    return made


class Instruments:
    """All instruments of the process, each made once however often it is asked for."""

    def __init__(self) -> None:
        """Empty."""
        self._reader = PullReader()
        self._provider = MeterProvider([self._reader], resource=Resource({}), shutdown_on_exit=False)
        self._meter = self._provider.get_meter("spansieve")
        self._made: dict[str, Sum | Level | Spread] = {}
        self._described: dict[str, str] = {}
        self._lock = threading.Lock()
        self.refresh: Callable[[], None] = _nothing
        """Called before a snapshot is taken: who counts elsewhere brings it up to date."""

    def sum(self, name: str, description: str = "") -> Sum:
        """The counter called `name`."""
        with self._lock:
            made = self._made.get(name)
            if made is None:
                made = self._made[name] = Sum()
                self._described[name] = description
                self._meter.create_observable_counter(name, [made.observe], description=description)
        return _as(Sum, made, name)

    def level(self, name: str, description: str = "") -> Level:
        """The gauge called `name`."""
        with self._lock:
            made = self._made.get(name)
            if made is None:
                made = self._made[name] = Level()
                self._described[name] = description
                self._meter.create_observable_gauge(name, [made.observe], description=description)
        return _as(Level, made, name)

    def observed(self, name: str, read: Read, description: str = "", *, total: bool = False) -> None:
        """A gauge (or, with `total`, a counter) that is read when somebody asks; made again, it reads the new one."""
        with self._lock:
            made = self._made.get(name)
            if made is None:
                make = self._meter.create_observable_counter if total else self._meter.create_observable_gauge
                made = self._made[name] = observed = _Observed()
                make(name, [observed.observe], description=description)
        _as(_Observed, made, name).read = read

    def spread(self, name: str, description: str, buckets: tuple[float, ...]) -> Spread:
        """The histogram called `name`."""
        with self._lock:
            made = self._made.get(name)
            if made is None:
                instrument = self._meter.create_histogram(
                    name, description=description, explicit_bucket_boundaries_advisory=list(buckets)
                )
                made = self._made[name] = Spread(instrument.record)
        return _as(Spread, made, name)

    def reading(self, name: str, **labels: str) -> float | None:
        """What the gauge or counter `name` says now, all its series with these labels added up; None where it has
        none.
        """
        with self._lock:
            made = self._made.get(name)
        return made.sum(labels.items()) if isinstance(made, _Series) else None

    def made(self) -> dict[str, tuple[str, "Sum | Level"]]:
        """Counters and gauges that were set, by name, each with its description; not those that are read elsewhere."""
        with self._lock:
            return {
                name: (self._described[name], made)
                for name, made in self._made.items()
                if isinstance(made, (Sum, Level)) and not isinstance(made, _Observed)
            }

    def collect(self) -> MetricsData:
        """A snapshot of everything."""
        self.refresh()
        return self._reader.snapshot()

    def close(self) -> None:
        """Shut the SDK's provider down."""
        self._provider.shutdown()
