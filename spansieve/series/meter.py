"""What a component measures with: it makes families, and sends what is in them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import ceil
from sys import maxsize
from typing import Any, Final

from spansieve.pdata import MetricBatch
from spansieve.plugin import Host

from .cells import Cell, CounterCell, GaugeCell, HistogramCell
from .config import MetricsOut
from .family import About, CellT, Family
from .labels import LIMITS, MAX_SERIES, Overflow
from .points import Writer, checked
from .recent import STEP_S, Labels

PART: Final = 500
"""Series that leave in one tick, so that nobody waits long for the others; more only where a round would not end."""
SPREAD_SECONDS: Final = 5.0
"""A round takes at most so long, and at most half of `interval`."""
TICKS_A_SECOND: Final = 10


def _nothing() -> None:
    pass


class Meter:
    """The metrics of one component, on the chain thread alone.

    Every `interval` all that is known leaves: in one batch of OTLP, or, of more than `PART` series, in parts, tick by
    tick, each with its own time. Series that nobody updated for `series_ttl` are left out, and begin anew when they
    come back.
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
        self._round: Iterator[MetricBatch] = iter(())
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
        """Send what is due, or a part of it. Who has no room for cumulative numbers hears the next ones; deltas wait
        until all that they go to have room, with the next ones behind them.
        """
        now = self._host.clock.monotonic()
        step = int(now // STEP_S)
        if step != self._step:
            self._step = step
            for family in self._families.values():
                family.gather()
        if self._part() is None and now >= self._due:
            self._due = now + self._config.interval
            self._round = self._parts(self._part_size())
        self._send()

    def flush(self) -> bool:
        """Send all there is now, as at a stop; whether it was taken."""
        while self._part() is not None:
            if not self._send():
                return False
        self._pending = self.collect()
        return self._send()

    def collect(self) -> MetricBatch | None:
        """All points that there are now; of deltas those that were not collected before. None where there is none."""
        return next(self._parts(maxsize), None)

    def _part_size(self) -> int:
        ticks = min(SPREAD_SECONDS, self._config.interval / 2) * TICKS_A_SECOND
        return max(PART, ceil(sum(family.size for family in self._families.values()) / ticks))

    def _part(self) -> MetricBatch | None:
        """What is to be sent next of the round that has begun."""
        if self._pending is None:
            self._pending = next(self._round, None)
        return self._pending

    def _send(self) -> bool:
        part = self._part()
        if part is not None and not self._host.emit("metrics", part, holds_up=False, repeatable=not self._is_delta):
            return False
        self._pending = None
        return True

    def _parts(self, most: int) -> Iterator[MetricBatch]:
        """All that there is, in batches of at most `most` series, each as it is when it is asked for."""
        self.refresh()
        writer, room = self._writer(), most
        for family in [*self._families.values()]:
            cells = self._due_of(family)
            while cells:
                part, cells = cells[:room], cells[room:]
                writer.add(family.about, [cell for cell in part if cell.is_live])
                room -= len(part)
                if not room:
                    yield from writer.batch()
                    writer, room = self._writer(), most
        yield from writer.batch()

    def _due_of(self, family: Family[Any]) -> Sequence[Cell]:
        family.gather()
        family.expire(self._config.series_ttl)
        changed = family.take_changed()  # also where all leaves: nothing of it is news any more
        return changed if self._is_delta and family.about.kind != "gauge" else family.cells()

    @property
    def _is_delta(self) -> bool:
        return self._config.temporality == "delta"

    def _writer(self) -> Writer:
        return Writer(self._scope, self._host.clock.time_ns(), deltas=self._is_delta)
