"""A running exporter, and batches of a few words."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, ScopeMetrics

from spansieve.exporters.prometheus import Prometheus, PrometheusConfig
from spansieve.pdata import MetricBatch
from spansieve.testing import LoopHost
from tests.e2e.program import free_ports

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND
DELTA, CUMULATIVE = 1, 2
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"


class Shown:
    """An exporter and what it shows."""

    def __init__(self, host: LoopHost, exporter: Prometheus, port: int) -> None:
        self.host = host
        self.exporter = exporter
        self.port = port

    def get(self, accept: str = "", path: str = "/metrics") -> tuple[str, str]:
        """Media type and body."""
        request = Request(f"http://127.0.0.1:{self.port}{path}", headers={"Accept": accept})
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.headers["Content-Type"], answer.read().decode()

    def packed(self, accept: str = "") -> str:
        """The page, which came as gzip."""
        headers = {"Accept": accept, "Accept-Encoding": "gzip"}
        with urlopen(Request(f"http://127.0.0.1:{self.port}/metrics", headers=headers), timeout=10) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            return gzip.decompress(answer.read()).decode()

    def text(self) -> list[str]:
        """The lines of the text format, without comments."""
        return [line for line in self.get()[1].splitlines() if not line.startswith("#")]

    def openmetrics(self) -> list[str]:
        """All lines of OpenMetrics."""
        return self.get(OPENMETRICS)[1].splitlines()


@pytest.fixture
def started() -> Iterator[Callable[..., Shown]]:
    """Starts exporters with the settings that it is given."""
    made: list[Shown] = []

    def make(**settings: Any) -> Shown:  # noqa: ANN401
        host, [port] = LoopHost("prometheus"), free_ports(1)
        config = PrometheusConfig.model_validate({"endpoint": f"127.0.0.1:{port}", **settings})
        shown = Shown(host, Prometheus(config, host), port)
        made.append(shown)
        shown.exporter.start()
        return shown

    yield make
    for shown in made:
        shown.exporter.shutdown()
        shown.host.close()


def batch(*metrics: Metric, scope: str = "lib", scope_attributes: Any = None, **resource: str) -> MetricBatch:  # noqa: ANN401
    """Metrics of one scope; the resource's attributes have underscores for dots."""
    request = ExportMetricsServiceRequest()
    envelope = request.resource_metrics.add()
    for key, value in resource.items():
        envelope.resource.attributes.add(key=key.replace("_", ".")).value.string_value = value
    inner: ScopeMetrics = envelope.scope_metrics.add()
    inner.scope.name = scope
    for key, value in (scope_attributes or {}).items():
        inner.scope.attributes.add(key=key).value.string_value = value
    inner.metrics.extend(metrics)
    return MetricBatch.parse(request.SerializeToString())


def labelled(point: Any, labels: dict[str, str]) -> None:  # noqa: ANN401
    for key, value in labels.items():
        point.attributes.add(key=key).value.string_value = value


def counter(
    name: str, value: float, at: int = 1, *, kind: int = CUMULATIVE, start: int = 0, rises: bool = True, **labels: str
) -> Metric:
    metric = Metric(name=name, description="Some.")
    metric.sum.aggregation_temporality = kind  # type: ignore[assignment]
    metric.sum.is_monotonic = rises
    point = metric.sum.data_points.add(start_time_unix_nano=T0 + start * SECOND, time_unix_nano=T0 + at * SECOND)
    point.as_double = value
    labelled(point, labels)
    return metric


def gauge(name: str, value: float, at: int = 1, *, unit: str = "", **labels: str) -> Metric:
    metric = Metric(name=name, unit=unit)
    point = metric.gauge.data_points.add(time_unix_nano=T0 + at * SECOND, as_double=value)
    labelled(point, labels)
    return metric


def histogram(
    name: str,
    counts: list[int],
    bounds: list[float],
    total: float,
    at: int = 1,
    *,
    kind: int = CUMULATIVE,
    start: int = 0,
) -> Metric:
    metric = Metric(name=name, unit="s")
    metric.histogram.aggregation_temporality = kind  # type: ignore[assignment]
    metric.histogram.data_points.add(
        start_time_unix_nano=T0 + start * SECOND,
        time_unix_nano=T0 + at * SECOND,
        bucket_counts=counts,
        explicit_bounds=bounds,
        count=sum(counts),
        sum=total,
    )
    return metric
