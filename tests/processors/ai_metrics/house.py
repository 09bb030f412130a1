"""What the tests of ai_metrics share: requests of a few words, and the numbers that leave."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import DataPoint, MetricBatch
from spansieve.testing import FakeHost


class Row(NamedTuple):
    """The ids of a span, as numbers; a parent 0 is none."""

    trace: int
    span: int
    parent: int = 0


def request(*rows: Row) -> bytes:
    """Spans that say nothing but who they are."""
    made = ExportTraceServiceRequest()
    spans = made.resource_spans.add().scope_spans.add().spans
    for trace, span, parent in rows:
        parent_id = parent.to_bytes(8, "big") if parent else b""
        spans.add(trace_id=trace.to_bytes(16, "big"), span_id=span.to_bytes(8, "big"), parent_span_id=parent_id)
    return made.SerializeToString()


def sum_request(
    name: str, value: float, service: str = "agent", *, start_ns: int = 0, is_delta: bool = False, **attributes: str
) -> bytes:
    """A monotonic sum with one point."""
    made = ExportMetricsServiceRequest()
    resource = made.resource_metrics.add()
    resource.resource.attributes.add(key="service.name").value.string_value = service
    metric = resource.scope_metrics.add().metrics.add(name=name)
    metric.sum.aggregation_temporality = 1 if is_delta else 2  # type: ignore[assignment]
    metric.sum.is_monotonic = True
    point = metric.sum.data_points.add(as_double=value, start_time_unix_nano=start_ns)
    for key, text in attributes.items():
        point.attributes.add(key=key).value.string_value = text
    return made.SerializeToString()


def series_of(points: Iterable[DataPoint]) -> dict[str, float]:
    """Values (of histograms the counts) by name and labels, services added up."""
    found: dict[str, float] = defaultdict(float)
    for point in points:
        labels = ",".join(f"{key}={value!s}" for key, value in sorted(point.attributes.items()))
        value = point.count if point.metric.type == "histogram" else point.value
        found[f"{point.metric.name}{{{labels}}}"] += value or 0
    return dict(found)


def emitted(host: FakeHost) -> dict[str, float]:
    """The series of the last batch that left."""
    _, batch = host.emitted[-1]
    return series_of(MetricBatch.parse(batch.encode()))
