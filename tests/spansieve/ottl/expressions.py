"""What the tests of the language share: items of each context, and an expression run on one."""

from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.config.mistakes import Mistakes
from spansieve.ottl import OF_SIGNAL, ContextName, Environment, EventAt, MetricAt, compile_group
from spansieve.pdata import LogBatch, MetricBatch, TraceBatch

NOW = 1_700_000_000_000_000_000


def traces() -> TraceBatch:
    """One resource, scope, span and event."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.schema_url = "https://schema"
    resource.resource.attributes.add(key="service.name").value.string_value = "desk"
    scope = resource.scope_spans.add()
    scope.scope.name, scope.scope.version = "lib", "1.2"
    span = scope.spans.add(
        trace_id=bytes(range(16)),
        span_id=bytes(range(8)),
        parent_span_id=bytes(range(8, 16)),
        trace_state="a=1,b=2",
        name="chat gpt",
        kind=3,
        start_time_unix_nano=NOW,
        end_time_unix_nano=NOW + 1_500_000_000,
        dropped_attributes_count=4,
        dropped_events_count=5,
        dropped_links_count=6,
        flags=257,
    )
    span.status.code, span.status.message = 2, "broke"  # type: ignore[assignment]
    span.links.add()
    event = span.events.add(name="exception", time_unix_nano=NOW + 7)
    event.attributes.add(key="exception.type").value.string_value = "ValueError"
    return TraceBatch.parse(request.SerializeToString())


def span(**attributes: Any) -> Any:  # noqa: ANN401 (a span, as items are)
    """The span of `traces`, with attributes."""
    [found] = traces()
    found.attributes.update(attributes)
    return found


def event() -> EventAt:
    """The event of `traces`."""
    [found] = traces()
    return EventAt(found.events[0], found)


def log(body: Any = None, **attributes: Any) -> Any:  # noqa: ANN401 (a log record, as items are)
    """A log record."""
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "desk"
    resource.scope_logs.add().log_records.add(
        time_unix_nano=NOW,
        observed_time_unix_nano=NOW + 1,
        severity_number=17,
        severity_text="Error",
        event_name="codex.tool_result",
        flags=1,
    )
    [found] = LogBatch.parse(request.SerializeToString())
    found.attributes.update(attributes)
    found.body = body
    return found


def metrics() -> MetricBatch:
    """A sum with an integer point, a gauge with a double, a histogram, an exponential one and a summary."""
    request = ExportMetricsServiceRequest()
    made = request.resource_metrics.add().scope_metrics.add().metrics
    total = made.add(name="tokens", unit="{token}", description="Used.")
    total.sum.is_monotonic, total.sum.aggregation_temporality = True, 2  # type: ignore[assignment]
    point = total.sum.data_points.add(as_int=5, time_unix_nano=NOW)
    point.attributes.add(key="model").value.string_value = "gpt"
    made.add(name="load").gauge.data_points.add(as_double=0.5)
    made.add(name="seconds").histogram.data_points.add(count=3, sum=4.5, bucket_counts=[1, 2], explicit_bounds=[1.0])
    exponential = made.add(name="exp").exponential_histogram.data_points.add(count=1, scale=2, zero_count=1)
    exponential.positive.offset = 3
    exponential.positive.bucket_counts.extend([1, 2])
    made.add(name="quantiles").summary.data_points.add(count=2, sum=1.0)
    return MetricBatch.parse(request.SerializeToString())


def metric(place: int = 0) -> MetricAt:
    """One of `metrics`."""
    return [MetricAt(found, points) for found, points in metrics().by_metric()][place]


def environment() -> Environment:
    """A clock that stands still."""
    return Environment(lambda: NOW)


EVERY: tuple[ContextName, ...] = ("resource", "scope", "span", "spanevent", "metric", "datapoint", "log")


def holds(condition: str, item: Any, context: ContextName = "span") -> bool:  # noqa: ANN401 (an item)
    """Whether a condition holds. Raises EvaluationError and Mistakes."""
    group = compile_group([((), condition)], [], EVERY, context, environment())
    return group.conditions[0][1](item)


def run(statement: str, item: Any, context: ContextName = "span") -> None:  # noqa: ANN401 (an item)
    """Run a statement. Raises EvaluationError and Mistakes."""
    group = compile_group([], [((), statement)], EVERY, context, environment())
    group.statements[0][1](item)


def value(expression: str, item: Any = None, context: ContextName = "span") -> Any:  # noqa: ANN401 (an item, a result)
    """What an expression gives: it is put into the cache, and read from there. Raises EvaluationError and Mistakes."""
    around = environment()
    group = compile_group([], [((), f'set(cache["value"], {expression})')], EVERY, context, around)
    group.statements[0][1](span() if item is None else item)
    return around.cache.get("value")


def said(condition: str, context: ContextName | None = "span") -> str:
    """What is said of a condition that can't be compiled: text and hint."""
    try:
        compile_group([((), condition)], [], OF_SIGNAL["traces"], context, environment())
    except Mistakes as error:
        return str(error)
    raise AssertionError(f"it compiles: {condition}")
