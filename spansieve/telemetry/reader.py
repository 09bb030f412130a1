"""A reader of the OpenTelemetry SDK that hands a snapshot over when asked, and its text for Prometheus."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from opentelemetry.sdk.metrics.export import Histogram, MetricReader, MetricsData, Sum
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

_GO_COUNTER = re.compile(rb"^# (HELP|TYPE) (otelcol_\w+?)_total ", re.MULTILINE)


class PullReader(MetricReader):
    """Collects on demand."""

    def __init__(self) -> None:
        """Cumulative everything, as Prometheus wants."""
        super().__init__()
        self._data: MetricsData | None = None

    def _receive_metrics(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **_: Any) -> None:  # noqa: ANN401
        self._data = metrics_data

    def snapshot(self) -> MetricsData:
        """Everything as it is now."""
        self.collect()
        return self._data or MetricsData([])

    def shutdown(self, timeout_millis: float = 30_000, **_: Any) -> None:  # noqa: ANN401
        """Nothing is open."""


class _Snapshot(Collector):
    def __init__(self, data: MetricsData) -> None:
        self._data = data

    def collect(self) -> Iterable[Metric]:
        for resource in self._data.resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    yield _family(metric.name, metric.description or "", metric.data)


def _family(name: str, description: str, data: Any) -> Metric:  # noqa: ANN401 (the SDK's union of four kinds)
    if isinstance(data, Histogram):
        family = Metric(name, description, "histogram")
        for point in data.data_points:
            for suffix, labels, value in _histogram(point):
                family.add_sample(name + suffix, labels, value)
        return family
    counter = isinstance(data, Sum)
    family = Metric(name, description, "counter" if counter else "gauge")
    suffix = "_total" if counter and not name.startswith("otelcol_") else ""
    for point in data.data_points:
        labels = {key: str(value) for key, value in (point.attributes or {}).items()}
        family.add_sample(name + suffix, labels, point.value)
    return family


def _histogram(point: Any) -> Iterator[tuple[str, dict[str, str], float]]:  # noqa: ANN401
    labels = {key: str(value) for key, value in (point.attributes or {}).items()}
    seen = 0
    bounds = [*(f"{bound:g}" for bound in point.explicit_bounds), "+Inf"]
    for bound, count in zip(bounds, point.bucket_counts, strict=True):
        seen += count
        yield "_bucket", {**labels, "le": bound}, seen
    yield "_count", labels, point.count
    yield "_sum", labels, point.sum


def exposition(data: MetricsData) -> bytes:
    """The Prometheus text format (version 0.0.4) of `data`.

    Names that the Go Collector has (`otelcol_...`) carry no `_total`, as in its default reader; ours do.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(data))
    return _GO_COUNTER.sub(rb"# \1 \2 ", generate_latest(registry))
