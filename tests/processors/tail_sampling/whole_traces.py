"""Traces in a few words, for policies that look at whole ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import Shell, Span, TraceBatch, Value
from spansieve.processors.tail_sampling.facts import TraceFacts
from spansieve.processors.tail_sampling.policies.base import Now, Vote

from .spans import add

NOW = Now(time_ns=0, monotonic=0.0)
SAMPLE, NOT_SAMPLE = Vote.SAMPLE, Vote.NOT_SAMPLE
TRACE_ID = bytes(15) + b"\x01"
START_NS = 1_700_000_000_000_000_000


@dataclass(frozen=True)
class Part:
    """One span; `parent` names another by its id, which need not be there."""

    id: str = "a"
    parent: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    resource: Mapping[str, Value] = field(default_factory=dict)
    name: str = "op"
    start_ms: float = 0
    duration_ms: float = 10


def spans_of(*parts: Part, trace_id: bytes = TRACE_ID) -> list[Span]:
    """The spans of one trace."""
    request = ExportTraceServiceRequest()
    for part in parts:
        start = START_NS + round(part.start_ms * 1e6)
        request.resource_spans.add().scope_spans.add().spans.add(
            trace_id=trace_id,
            span_id=_id(part.id),
            parent_span_id=_id(part.parent),
            name=part.name,
            start_time_unix_nano=start,
            end_time_unix_nano=start + round(part.duration_ms * 1e6),
        )
    spans = list(TraceBatch.parse(request.SerializeToString()))
    for part, span in zip(parts, spans, strict=True):
        span.attributes.update(part.attributes)
        span.resource.attributes.update(part.resource)
    return spans


def _sized(content: bytes) -> bytes:
    head, size = bytearray(), len(content)
    while size > 0x7F:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes((*head, size)) + content


def _id(label: str) -> bytes:
    return label.encode().rjust(8, b"-") if label else b""


def trace_of(*parts: Part, trace_id: bytes = TRACE_ID) -> TraceFacts:
    """What is known of a trace once `parts` have arrived."""
    facts = TraceFacts(trace_id, 0.0)
    for span in spans_of(*parts, trace_id=trace_id):
        resource = b"\x0a" + _sized(span.resource.encode())
        add(facts, span, shell=Shell(resource, b""))
    return facts
