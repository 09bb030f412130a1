"""What a component measures with: it makes families, and sends what is in them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from spansieve.pdata import MetricBatch
from spansieve.plugin import Host

from .cells import CounterCell, GaugeCell, HistogramCell
from .config import MetricsOut
from .family import About, CellT, Family
from .labels import LIMITS, MAX_SERIES, Overflow
from .points import Writer, checked
from .recent import STEP_S, Labels


def _nothing() -> None:
    pass


class Meter:
    """The metrics of one component, on the chain thread alone.

    Every `interval` all that is known leaves in one batch of OTLP; series that nobody updated for `series_ttl` are
    left out, and begin anew when they come back.
    """

    def __init__(
        self,
        host: Host,
        config: MetricsOut,
        scope: str,
        *,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        """`scope` is the name of the instrumentation scope; `limits` are distinct values of labels that differ from
        the usual ones.
        """
        self._host = host
        self._config = config
        self._scope = scope
        self._limits = {**LIMITS, **(limits or {})}
        self._overflown = host.counter(
            "spansieve_metric_overflow",
            description="Values of labels that had no room, each once, by metric and label.",
        )
        self._families: dict[str, Family[Any]] = {}
        self._pending: MetricBatch | None = None
        self._due = host.clock.monotonic() + config.interval
        self._step = 0
        self.refresh: Callable[[], None] = _nothing
        """Called before all is collected: who sets gauges only then, sets them now."""

    def counter(
        self,
        name: str,
        description: str,
        *,
        unit: str = "",
        labels: Sequence[str] = (),
        windowed: bool = False,
        max_series: int = MAX_SERIES,
    ) -> Family[CounterCell]:
        """A family of sums that only grow. `name` is OTLP's, as Prometheus shows it; `windowed` keeps what came lately
        (`Family.increase`). Raises ValueError for a name that there is already, as the other two.
        """
        return self._add(CounterCell, About("counter", name, description, unit, tuple(labels), max_series, windowed))

    def gauge(
        self, name: str, description: str, *, unit: str = "", labels: Sequence[str] = (), max_series: int = MAX_SERIES
    ) -> Family[GaugeCell]:
        """A family of values that go up and down."""
        return self._add(GaugeCell, About("gauge", name, description, unit, tuple(labels), max_series))

    def histogram(
        self,
        name: str,
        description: str,
        *,
        buckets: Sequence[float],
        unit: str = "",
        labels: Sequence[str] = (),
        windowed: bool = False,
        max_series: int = MAX_SERIES,
    ) -> Family[HistogramCell]:
        """A family of distributions; `buckets` are the upper bounds, rising, without the infinite one."""
        make = partial(HistogramCell, bounds=checked(buckets))
        return self._add(make, About("histogram", name, description, unit, tuple(labels), max_series, windowed))

    def _add(self, make: Callable[[list[CellT], str, Labels], CellT], about: About) -> Family[CellT]:
        if about.name in self._families:
            raise ValueError(f"the metric {about.name} exists already")
        overflow = Overflow(about.name, self._overflown)
        family = Family(about, make, self._host.clock, overflow, self._limits)
        self._families[about.name] = family
        return family

    def tick(self) -> None:
        """Send what is due; while there is no room, on a later tick: cumulative numbers as they are by then, deltas as
        they were, with the next ones behind them.
        """
        now = self._host.clock.monotonic()
        step = int(now // STEP_S)
        if step != self._step:
            self._step = step
            for family in self._families.values():
                family.gather()
        if now >= self._due and (self._pending is None or self._config.temporality == "cumulative"):
            self._due = now + self._config.interval
            self._pending = self.collect()
        self._send()

    def flush(self) -> bool:
        """Send all there is now, as at a stop; whether it was taken."""
        if not self._send():
            return False
        self._pending = self.collect()
        return self._send()

    def _send(self) -> bool:
        if self._pending is not None and self._host.emit("metrics", self._pending, holds_up=False):
            self._pending = None
        return self._pending is None

    def collect(self) -> MetricBatch | None:
        """All points that there are now; of deltas those that were not collected before. None where there is none."""
        self.refresh()
        is_delta = self._config.temporality == "delta"
        writer = Writer(self._scope, self._host.clock.time_ns(), deltas=is_delta)
        for family in self._families.values():
            self._write(writer, family, is_delta=is_delta)
        return writer.batch()

    def _write(self, writer: Writer, family: Family[Any], *, is_delta: bool) -> None:
        family.gather()
        changed = family.take_changed()
        family.expire(self._config.series_ttl)
        writer.add(family.about, changed if is_delta and family.about.kind != "gauge" else family.cells())
