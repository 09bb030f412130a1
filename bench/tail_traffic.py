"""Traces as they come in life, for tail sampling: spans one after the other, the root last, errors of each kind, some
long after their trace was decided.
"""

import random
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, SeverityNumber
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spansieve.pdata import Signal

SHARES: Mapping[str, float] = {
    **dict.fromkeys(("status", "exception", "attributes", "agent", "log"), 0.004),
    **dict.fromkeys(("late_status", "late_exception", "late_log"), 0.004),
    "late_root": 0.01,
    "slow_root": 0.05,
}
"""Of all traces those with an error that each source sees, in time or late; those of a tenant that a root tells which
comes late; and those whose root comes late and tells nothing. The rest is plain.
"""
_MANY = (1, 12)
"""Spans of a trace, at least and at most."""
_SPREAD = 1.0
"""Seconds over which the spans of a trace come."""


class Traced(NamedTuple):
    """A trace that was begun: what it is, and how many spans it has."""

    kind: str
    spans: int


class Traffic:
    """Makes traces, and says what of them is due. `late` are the seconds after which what is late comes, at least."""

    def __init__(self, late: float, seed: int = 1) -> None:
        """Nothing was made yet."""
        self._late = late
        self._chance = random.Random(seed)  # noqa: S311 (test data)
        self._due: list[tuple[float, int, Signal, bytes]] = []
        self._order = count()
        self.traces: dict[bytes, Traced] = {}

    def __len__(self) -> int:
        return len(self._due)

    def begin(self, now: float, time_ns: int, *, interesting: float = 1.0) -> int:
        """Begin a trace at `now` (seconds); how many spans it will have. SHARES are chosen, times `interesting`."""
        chance, trace_id = self._chance, self._chance.randbytes(16)
        kind = self._kind(interesting)
        spans = chance.randint(*_MANY)
        root_id = chance.randbytes(8)
        for place in range(spans - 1):
            span = _span(trace_id, chance.randbytes(8), time_ns, parent=root_id)
            if not place:
                _fail(span, kind)
            self._put(now + chance.uniform(0, _SPREAD), span)
        root = _span(trace_id, root_id, time_ns)
        if spans == 1:
            _fail(root, kind)
        if kind == "late_root":
            root.attributes.add(key="tenant.id").value.string_value = "acme"
        self._put(now + (self._after() if kind.endswith("_root") else _SPREAD + 0.1), root)
        spans += self._add_late(trace_id, root_id, kind, now, time_ns)
        if kind in {"log", "late_log"}:
            self._put_record(now + (self._after() if kind == "late_log" else chance.uniform(0, _SPREAD)), trace_id)
        self.traces[trace_id] = Traced(kind, spans)
        return spans

    def due(self, now: float) -> Iterator[tuple[Signal, bytes, int]]:
        """What is due: the spans, and the records, each as one request, and how many there are."""
        bodies: dict[Signal, list[bytes]] = {"traces": [], "logs": []}
        while self._due and self._due[0][0] <= now:
            _, _, signal, body = heappop(self._due)
            bodies[signal].append(body)
        yield from ((signal, b"".join(found), len(found)) for signal, found in bodies.items() if found)

    def _kind(self, interesting: float) -> str:
        at = self._chance.random() / interesting
        for kind, share in SHARES.items():
            at -= share
            if at < 0:
                return kind
        return "plain"

    def _after(self) -> float:
        return self._late + self._chance.uniform(0, self._late)

    def _add_late(self, trace_id: bytes, root_id: bytes, kind: str, now: float, time_ns: int) -> int:
        """A span that fails when its trace is decided already; how many there are."""
        if kind not in {"late_status", "late_exception"}:
            return 0
        span = _span(trace_id, self._chance.randbytes(8), time_ns, parent=root_id)
        _fail(span, kind.removeprefix("late_"))
        self._put(now + self._after(), span)
        return 1

    def _put(self, at: float, span: Span) -> None:
        request = ExportTraceServiceRequest()
        group = request.resource_spans.add()
        group.resource.attributes.add(key="service.name").value.string_value = "agent"
        group.scope_spans.add().spans.append(span)
        heappush(self._due, (at, next(self._order), "traces", request.SerializeToString()))

    def _put_record(self, at: float, trace_id: bytes) -> None:
        request = ExportLogsServiceRequest()
        record = LogRecord(trace_id=trace_id, severity_number=SeverityNumber.SEVERITY_NUMBER_ERROR)
        request.resource_logs.add().scope_logs.add().log_records.append(record)
        heappush(self._due, (at, next(self._order), "logs", request.SerializeToString()))


def _span(trace_id: bytes, span_id: bytes, time_ns: int, *, parent: bytes = b"") -> Span:
    span = Span(trace_id=trace_id, span_id=span_id, parent_span_id=parent, name="work" if parent else "agent")
    span.kind = Span.SPAN_KIND_INTERNAL
    span.start_time_unix_nano, span.end_time_unix_nano = time_ns, time_ns + 1_000_000
    for key in ("gen_ai.request.model", "gen_ai.operation.name", "code.function.name"):
        span.attributes.add(key=key).value.string_value = "claude-sonnet-4-5-20250929"
    span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = 1000
    return span


def _fail(span: Span, kind: str) -> None:
    """Make it an error that the source `kind` sees; none for kinds that are no source."""
    if kind == "status":
        span.status.code = Status.STATUS_CODE_ERROR
    elif kind == "exception":
        span.events.add(name="exception")
    elif kind == "attributes":
        span.attributes.add(key="error.type").value.string_value = "TimeoutError"
    elif kind == "agent":
        span.attributes.add(key="spansieve.error.class").value.string_value = "tool_error"
