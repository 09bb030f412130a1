"""Spans and log records for tests: ids are small numbers (0: no parent), times are seconds of one minute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import LogBatch, LogRecord, Span, TraceBatch, Value

BASE_NS = 1_700_000_000_000_000_000
SECOND_NS = 1_000_000_000
TRACE = b"T" * 16


@dataclass(frozen=True)
class Made:
    """A span in a few words."""

    number: int = 1
    parent: int = 0
    start: float = 0.0
    end: float = 1.0
    name: str = "op"
    attributes: Mapping[str, Value] = field(default_factory=dict)
    status: int = 0
    message: str = ""
    exceptions: Sequence[Mapping[str, Value]] = ()
    """The attributes of its exception events."""


def sid(number: int) -> bytes:
    """A span's id; none for 0."""
    return number.to_bytes(8, "big") if number else b""


def spans(*made: Made, resource: Mapping[str, Value] | None = None) -> list[Span]:
    """Views over a request of `made`, all of one trace."""
    request = ExportTraceServiceRequest()
    sent = request.resource_spans.add().scope_spans.add().spans
    for one in made:
        span = sent.add(
            trace_id=TRACE,
            span_id=sid(one.number),
            parent_span_id=sid(one.parent),
            name=one.name,
            start_time_unix_nano=BASE_NS + round(one.start * SECOND_NS),
            end_time_unix_nano=BASE_NS + round(one.end * SECOND_NS),
        )
        if one.status or one.message:
            span.status.code = one.status  # type: ignore[assignment]
            span.status.message = one.message
    views = list(TraceBatch.parse(request.SerializeToString()))
    for one, view in zip(made, views, strict=True):
        view.attributes.update(one.attributes)
        for number, attributes in enumerate(one.exceptions):
            view.add_event("exception", BASE_NS + number, attributes)
    if resource:
        views[0].resource.attributes.update(resource)
    return views


def span(**made: object) -> Span:
    """One span."""
    (one,) = spans(Made(**made))  # type: ignore[arg-type]
    return one


def record(severity: int = 9, **attributes: Value) -> LogRecord:
    """A log record; of the keys, `__` stands for a dot."""
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add(trace_id=TRACE, severity_number=severity)
    (one,) = LogBatch.parse(request.SerializeToString())
    one.attributes.update({key.replace("__", "."): value for key, value in attributes.items()})
    return one
