"""Series as data points on the wire."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from spansieve.pdata import MetricBatch, Wire, encode_pair
from spansieve.pdata.schema import CLASSES

from .cells import Cell, CounterCell, GaugeCell, HistogramCell, Shown
from .family import About

DELTA, CUMULATIVE = 1, 2
_INT64 = 2**63


class Writer:
    """Makes one request of families: an envelope a service, in it one a metric."""

    def __init__(self, scope: str, time_ns: int, *, deltas: bool) -> None:
        """Points are of `time_ns`; `deltas` tell what came since the last ones, else all since each series began."""
        self._scope = scope
        self._time_ns = time_ns
        self._deltas = deltas
        self._request = CLASSES["ExportMetricsServiceRequest"]()
        self._services: dict[str, Wire] = {}
        self._is_empty = True

    def add(self, about: About, cells: Iterable[Cell]) -> None:
        """Write `cells` of one about."""
        metrics: dict[str, Wire] = {}
        for cell in cells:
            points = metrics.get(cell.service)
            if points is None:
                points = metrics[cell.service] = self._points(about, cell.service)
            self._write(points, cell)

    def batch(self) -> Iterator[MetricBatch]:
        """All that was written; none if nothing was."""
        if not self._is_empty:
            yield MetricBatch.parse(self._request.SerializeToString())

    def _points(self, about: About, service: str) -> Wire:
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
            return metric.gauge.data_points
        data = metric.sum if about.kind == "counter" else metric.histogram
        data.aggregation_temporality = DELTA if self._deltas else CUMULATIVE
        if about.kind == "counter":
            data.is_monotonic = True
        return data.data_points

    def _write(self, points: Wire, cell: Cell) -> None:
        if isinstance(cell, CounterCell):
            self._counter(points, cell)
        elif isinstance(cell, HistogramCell):
            self._histogram(points, cell)
        elif isinstance(cell, GaugeCell) and cell.value is not None:
            point = points.add(time_unix_nano=self._time_ns, attributes=cell.pairs)
            _set(point, cell.value)
            self._is_empty = False

    def _start(self, cell: Cell) -> int:
        """When what a point tells of began; of deltas, where the series' last one ended, so that they can be added."""
        start_ns = cell.start_ns
        if self._deltas:
            cell.start_ns = self._time_ns
        return start_ns

    def _counter(self, points: Wire, cell: CounterCell) -> None:
        self._is_empty = False
        point = points.add(start_time_unix_nano=self._start(cell), time_unix_nano=self._time_ns, attributes=cell.pairs)
        _set(point, cell.value - cell.sent)
        if self._deltas:
            cell.sent = cell.value
        if cell.exemplar is not None:
            point.exemplars.append(self._exemplar(cell.exemplar))
            if self._deltas:
                cell.exemplar = None

    def _histogram(self, points: Wire, cell: HistogramCell) -> None:
        self._is_empty = False
        counts, total = cell.rounded(), cell.total
        exemplars = [self._exemplar(shown) for shown in cell.exemplars if shown is not None]
        if self._deltas:
            (old, old_total), cell.sent = cell.sent, (counts, total)
            counts, total = [now - then for now, then in zip(counts, old, strict=True)], total - old_total
            cell.exemplars = [None] * len(counts)
        points.add(
            start_time_unix_nano=self._start(cell),
            time_unix_nano=self._time_ns,
            count=sum(counts),
            sum=total,
            bucket_counts=counts,
            explicit_bounds=cell.bounds,
            attributes=cell.pairs,
            exemplars=exemplars,
        )

    def _exemplar(self, shown: Shown) -> bytes:
        """Not of a time to come: Prometheus would take no other exemplar of the series until then."""
        value, span = shown
        message = CLASSES["Exemplar"](
            time_unix_nano=min(span.time_ns, self._time_ns),
            as_double=value,
            trace_id=span.trace_id,
            span_id=span.span_id,
        )
        return message.SerializeToString()  # type: ignore[no-any-return]


def _set(point: Wire, value: float) -> None:
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        point.as_int = value
    else:
        point.as_double = value


def checked(buckets: Sequence[float]) -> tuple[float, ...]:
    """Bounds of a histogram's buckets. Raises ValueError if they don't rise."""
    bounds = tuple(float(bound) for bound in buckets)
    if any(low >= high for low, high in pairwise(bounds)):
        raise ValueError("the bounds of a histogram's buckets rise")
    return bounds
