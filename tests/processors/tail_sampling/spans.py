"""Traces of a few words, for tail sampling."""

import hashlib
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import NO_SHELL, Shell, Span, TraceBatch
from spansieve.processors.tail_sampling.facts import TraceFacts


def trace_id(label: str) -> bytes:
    return hashlib.sha256(label.encode()).digest()[:16]


def span_id(label: str) -> bytes:
    return hashlib.sha256(label.encode()).digest()[:8]


def request(*spans: dict[str, Any]) -> bytes:
    """A request of spans by `trace`, `span`, `parent`, `start_ms`, `ms`, `name`, `state`, `attributes`, `error`."""
    made = ExportTraceServiceRequest()
    inside = made.resource_spans.add().scope_spans.add()
    for number, one in enumerate(spans):
        start = 1_700_000_000_000_000_000 + one.get("start_ms", 0) * 1_000_000
        span = inside.spans.add(
            trace_id=trace_id(one.get("trace", "t")),
            span_id=span_id(one.get("span", str(number))),
            parent_span_id=span_id(one["parent"]) if one.get("parent") else b"",
            name=one.get("name", "op"),
            start_time_unix_nano=start,
            end_time_unix_nano=start + one.get("ms", 10) * 1_000_000,
            trace_state=one.get("state", ""),
        )
        span.status.code = 2 if one.get("error") else 0  # type: ignore[assignment]
        for key, value in one.get("attributes", {}).items():
            span.attributes.add(key=key).value.string_value = value
    return made.SerializeToString()


def batch(*spans: dict[str, Any]) -> TraceBatch:
    return TraceBatch.parse(request(*spans))


def add(trace: TraceFacts, span: Span, bits: int = 0, shell: Shell = NO_SHELL) -> None:
    """One span more of a trace, in a request of its own."""
    arrived = TraceFacts(trace.trace_id, trace.first_seen)
    arrived.gather(shell, [span.encode()], span.start_time_unix_nano, span.end_time_unix_nano, bits)
    arrived.sampled_before(span.trace_state)
    trace.join(arrived)


def trace(label: str = "t", first_seen: float = 0.0, spans: int = 1) -> TraceFacts:
    """A trace with some spans."""
    made = TraceFacts(trace_id(label), first_seen)
    for span in batch(*({"trace": label, "span": f"{label}{number}"} for number in range(spans))):
        add(made, span)
    return made
