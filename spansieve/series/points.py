"""Series as data points on the wire."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from spansieve.pdata import MetricBatch, Wire, encode_pair
from spansieve.pdata.schema import CLASSES

from .cells import Cell, CounterCell, GaugeCell, HistogramCell, Shown
from .family import About
from .wire import distribution, exemplar, number, point, times

DELTA, CUMULATIVE = 1, 2


class Writer:
    """Makes one request of families: an envelope a service, in it one a metric."""

    def __init__(self, scope: str, time_ns: int, *, deltas: bool) -> None:
        """Points are of `time_ns`; `deltas` tell what came since the last ones, else all since each series began."""
        self._scope = scope
        self._time_ns = time_ns
        self._deltas = deltas
        self._request = CLASSES["ExportMetricsServiceRequest"]()
        self._services: dict[str, Wire] = {}

    def add(self, about: About, cells: Iterable[Cell]) -> None:
        """Write `cells` of one about."""
        by_service: dict[str, list[bytes]] = {}
        for cell in cells:
            point = self._point(cell)
            if point is not None:
                by_service.setdefault(cell.service, []).append(point)
        for service, points in by_service.items():
            self._data(about, service).MergeFromString(b"".join(points))

    def batch(self) -> Iterator[MetricBatch]:
        """All that was written; none if nothing was."""
        if self._services:
            yield MetricBatch.parse(self._request.SerializeToString())

    def _data(self, about: About, service: str) -> Wire:
        """What holds the points of a metric."""
        scope = self._services.get(service)
        if scope is None:
            resource = self._request.resource_metrics.add()
            resource.resource.attributes.append(encode_pair("service.name", service))
            scope = self._services[service] = resource.scope_metrics.add()
            scope.scope.name = self._scope.encode()
        metric = scope.metrics.add(
            name=about.name.encode(), description=about.description.encode(), unit=about.unit.encode()
        )
        if about.kind == "gauge":
            return metric.gauge
        data = metric.sum if about.kind == "counter" else metric.histogram
        data.aggregation_temporality = DELTA if self._deltas else CUMULATIVE
        if about.kind == "counter":
            data.is_monotonic = True
        return data

    def _point(self, cell: Cell) -> bytes | None:
        """What a cell says; None: nothing is known. A cumulative one says the same until it is updated."""
        if isinstance(cell, GaugeCell):
            return None if cell.value is None else point(cell.fixed, times(0, self._time_ns), number(cell.value))
        said = cell.said
        if said is None or self._deltas:
            said = cell.said = self._said(cell)
        start_ns = cell.start_ns
        if self._deltas:  # each begins where the last one ended, so that they can be added
            cell.start_ns = self._time_ns
        return point(cell.fixed, times(start_ns, self._time_ns), said)

    def _said(self, cell: Cell) -> bytes:
        if isinstance(cell, HistogramCell):
            return self._distribution(cell)
        return self._number(cell) if isinstance(cell, CounterCell) else b""

    def _number(self, cell: CounterCell) -> bytes:
        new = cell.value - cell.sent
        exemplars = [] if cell.exemplar is None else [self._exemplar(cell.exemplar)]
        if self._deltas:
            cell.sent, cell.exemplar = cell.value, None
        return number(new, exemplars)

    def _distribution(self, cell: HistogramCell) -> bytes:
        counts, total = cell.rounded(), cell.total
        exemplars = [self._exemplar(shown) for shown in cell.exemplars if shown is not None]
        if self._deltas:
            (old, old_total), cell.sent = cell.sent, (counts, total)
            counts, total = [now - then for now, then in zip(counts, old, strict=True)], total - old_total
            cell.exemplars = [None] * len(counts)
        return distribution(counts, total, exemplars)

    def _exemplar(self, shown: Shown) -> bytes:
        """Not of a time to come: Prometheus would take no other exemplar of the series until then."""
        value, span = shown
        return exemplar(value, min(span.time_ns, self._time_ns), span.trace_id, span.span_id)


def checked(buckets: Sequence[float]) -> tuple[float, ...]:
    """Bounds of a histogram's buckets. Raises ValueError if they don't rise."""
    bounds = tuple(float(bound) for bound in buckets)
    if any(low >= high for low, high in pairwise(bounds)):
        raise ValueError("the bounds of a histogram's buckets rise")
    return bounds
