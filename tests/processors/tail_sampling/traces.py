"""Traces to judge, of a few words each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.failures import Failure
from spansieve.pdata import Span, TraceBatch, Value
from spansieve.processors.tail_sampling.config import TailSamplingConfig
from spansieve.processors.tail_sampling.decide import Outcome, decide
from spansieve.processors.tail_sampling.facts import TraceFacts
from spansieve.processors.tail_sampling.policies import BuildContext, Now, Policies, Verdict, build
from spansieve.testing import FakeClock

from .spans import add

MS = 1_000_000
TRACE_ID = bytes(range(16))


@dataclass(frozen=True)
class Spec:
    """A span; times in milliseconds, events by name with their attributes."""

    attributes: Mapping[str, Value] = field(default_factory=dict)
    resource: Mapping[str, Value] = field(default_factory=dict)
    start: float = 0
    end: float = 10
    name: str = "op"
    status: int = 0
    trace_state: str = ""
    flags: int = 0
    is_root: bool = True
    events: Sequence[tuple[str, Mapping[str, Value]]] = ()


def spans_of(*specs: Spec, trace_id: bytes = TRACE_ID) -> list[Span]:
    """Each as a span of a resource of its own."""
    request = ExportTraceServiceRequest()
    for at, spec in enumerate(specs):
        request.resource_spans.add().scope_spans.add().spans.add(
            trace_id=trace_id,
            span_id=bytes([at + 1]) * 8,
            parent_span_id=b"" if spec.is_root else b"p" * 8,
            name=spec.name,
            start_time_unix_nano=10**18 + int(spec.start * MS),
            end_time_unix_nano=10**18 + int(spec.end * MS),
            trace_state=spec.trace_state,
            flags=spec.flags,
        ).status.code = spec.status  # type: ignore[assignment]
    spans = list(TraceBatch.parse(request.SerializeToString()))
    for spec, span in zip(specs, spans, strict=True):
        span.attributes.update(spec.attributes)
        span.resource.attributes.update(spec.resource)
        for name, attributes in spec.events:
            span.add_event(name, 10**18, attributes)
    return spans


class Sampler:
    """The policies of a configuration, a clock that is told, and what was warned about."""

    def __init__(self, *policies: Mapping[str, Any], **keys: Any) -> None:  # noqa: ANN401
        self.config = TailSamplingConfig.model_validate({"policies": [*policies], **keys})
        self.clock = FakeClock()
        self.warnings: list[str] = []
        context = BuildContext(self.clock, self.config.errors, warn=self.warnings.append)
        self.policies: Policies = build(self.config.policies, context)

    def facts(self, *specs: Spec, trace_id: bytes = TRACE_ID, is_error: bool = False) -> TraceFacts:
        """A trace as it stands at its decision."""
        facts = TraceFacts(trace_id, self.clock.monotonic())
        for span in spans_of(*specs, trace_id=trace_id):
            add(facts, span, self.bits(span))
        facts.errors = [Failure("status")] if is_error else []
        return facts

    def bits(self, span: Span) -> int:
        """What the watchers say, those that the wire bytes rule out not asked."""
        wire, bits = span.encode(), 0
        for at, watcher in enumerate(self.policies.watchers):
            seen = watcher.span(span)
            assert watcher.needle in wire or not seen
            bits |= (seen or watcher.resource(span.resource)) << at
        return bits

    def judge(self, trace: TraceFacts, *, late: bool = False) -> Outcome:
        """The decision now."""
        return decide(self.policies, trace, Now(self.clock.time_ns(), self.clock.monotonic(), late), self.config)

    def decide(self, *specs: Spec, late: bool = False, **more: Any) -> Outcome:  # noqa: ANN401
        """The decision on a trace of these spans."""
        return self.judge(self.facts(*(specs or (Spec(),)), **more), late=late)

    def verdict(self, *specs: Spec, late: bool = False, **more: Any) -> Verdict:  # noqa: ANN401
        """What the first policy votes."""
        trace = self.facts(*(specs or (Spec(),)), **more)
        first, *_ = [*self.policies.drops, *self.policies.others]
        return first.vote(trace, Now(self.clock.time_ns(), self.clock.monotonic(), late))

    def keeps(self, *specs: Spec, **more: Any) -> bool:  # noqa: ANN401
        """Whether the decision is to keep."""
        return self.decide(*specs, **more).kept


def policy(kind: str, name: str = "p", /, **section: Any) -> dict[str, Any]:  # noqa: ANN401
    """A policy as it is written."""
    return {"name": name, "type": kind, **({kind: section} if section else {})}


def text(name: str = "s", key: str = "k", *values: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A string_attribute policy."""
    return policy("string_attribute", name, key=key, values=list(values or ("v",)), **more)
