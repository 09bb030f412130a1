"""Requests in a few words, and what a watch tells of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import LogBatch, TraceBatch, Value
from spansieve.plugin import Place
from spansieve.testing import FakeHost
from spansieve.watching import AiSpan, Watch

MS = 1_000_000
START_NS = 1_700_000_000_000 * MS
NOTHING: Mapping[str, Value] = {}
TRACE_ID = bytes(15) + b"\x01"


@dataclass(frozen=True)
class Sent:
    """One span; `parent` names another by its id, which need not be there."""

    id: str
    parent: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    resource: Mapping[str, Value] = field(default_factory=dict)
    name: str = "op"
    start_ms: float = 0
    end_ms: float = 10
    trace_id: bytes = TRACE_ID
    tracestate: str = ""
    status: int = 0
    events: Sequence[tuple[str, float, Mapping[str, Value]]] = ()
    """Name, milliseconds, attributes."""


def chat(id_: str, parent: str = "", taken: int = 0, given: int = 0, **more: Value) -> Sent:
    """A model call; the attributes of `more` have `_` for `.`."""
    counts: dict[str, Value] = {"gen_ai.usage.input_tokens": taken, "gen_ai.usage.output_tokens": given}
    own: dict[str, Value] = {"gen_ai.operation.name": "chat", **(counts if taken or given else {}), **keys(more)}
    return Sent(id_, parent, own)


def agent(id_: str, parent: str = "", **more: Value) -> Sent:
    """The run of an agent."""
    return Sent(id_, parent, {"gen_ai.operation.name": "invoke_agent", "spansieve.ai.kind": "agent", **keys(more)})


def tool(
    id_: str,
    parent: str = "",
    name: str = "search",
    at: tuple[float, float] = (0, 10),
    said: Mapping[str, Value] = NOTHING,
) -> Sent:
    """A tool that ran from and to these milliseconds, with these further attributes."""
    own = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, **said}
    return Sent(id_, parent, own, start_ms=at[0], end_ms=at[1])


def keys(more: Mapping[str, Value]) -> dict[str, Value]:
    """Attributes with `_` for `.`, and `__` for `_`."""
    return {key.replace("__", "\0").replace("_", ".").replace("\0", "_"): value for key, value in more.items()}


def id_of(label: str) -> bytes:
    """A span's id; none where there is no label."""
    return label.encode().rjust(8, b"-") if label else b""


def batch_of(*spans: Sent) -> TraceBatch:
    """A request."""
    request = ExportTraceServiceRequest()
    for sent in spans:
        span = (
            request.resource_spans.add()
            .scope_spans.add()
            .spans.add(
                trace_id=sent.trace_id,
                span_id=id_of(sent.id),
                parent_span_id=id_of(sent.parent),
                name=sent.name,
                start_time_unix_nano=START_NS + round(sent.start_ms * MS),
                end_time_unix_nano=START_NS + round(sent.end_ms * MS),
                trace_state=sent.tracestate,
            )
        )
        span.status.code = sent.status  # type: ignore[assignment]
    batch = TraceBatch.parse(request.SerializeToString())
    for sent, view in zip(spans, batch, strict=True):
        view.attributes.update(sent.attributes)
        view.resource.attributes.update({"service.name": "desk", **sent.resource})
        for name, at_ms, attributes in sent.events:
            view.add_event(name, START_NS + round(at_ms * MS), attributes)
    return TraceBatch.parse(batch.encode())


def records_of(span: str, *attributes: Mapping[str, Value], severity: int = 0) -> LogBatch:
    """Log records of a span (empty: of none)."""
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for _ in attributes:
        records.add(trace_id=TRACE_ID, span_id=id_of(span), severity_number=severity)
    batch = LogBatch.parse(request.SerializeToString())
    for record, own in zip(batch, attributes, strict=True):
        record.attributes.update(own)
    return batch


class PlacedHost(FakeHost):
    """A host of a component that stands in a pipeline, behind `before`; some of those leave what passes as it is."""

    def __init__(self, *before: str, readers: Collection[str] = ()) -> None:
        """Its own id is no matter."""
        super().__init__("ai_metrics")
        self.before = before
        self.readers = frozenset(readers)

    def pipeline(self, signal: str) -> Place | None:
        """The place."""
        return Place("traces", self.before, (), self.readers)


class Watched:
    """A watch whose spans settle after two seconds, and what it told of."""

    def __init__(self, host: FakeHost | None = None) -> None:
        """Open it."""
        self.host = host or FakeHost()
        self.told: list[AiSpan] = []
        self.watch = Watch.of(self.host, self.told.extend, settle=2)

    def after(self, seconds: float) -> list[AiSpan]:
        """What is told of that long from now, on one tick."""
        self.host.clock.advance(seconds=seconds)
        self.watch.tick()
        told = self.told[:]
        self.told.clear()
        return told


def settled(*requests: Sequence[Sent], gap: float = 0.0) -> dict[str, AiSpan]:
    """The spans of requests that come `gap` seconds apart, once all have settled, by their labels."""
    watched = Watched()
    told: list[AiSpan] = []
    for request in requests:
        watched.watch.see(batch_of(*request))
        told += watched.after(gap)
    told += watched.after(2)
    return {span.span_id.decode().lstrip("-"): span for span in told}
