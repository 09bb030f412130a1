"""Examples, put through the processor: what came out instead of what was expected."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from spansieve.config.mistakes import Mistake
from spansieve.config.problems import Path
from spansieve.pdata import LogBatch, TraceBatch, encode_pair, encode_value
from spansieve.semconv.names import DIALECT, KIND

from .engine import Engine
from .log_engine import LogEngine
from .processor import Parts
from .rules_examples import Example, ExampleLog, ExampleSpan

TIME_NS: Final = 1_767_225_600 * 10**9
"""When examples begin: 2026, so that prices are there."""
_SECOND: Final = 10**9
_SHOWN: Final = 200


BatchT = TypeVar("BatchT", TraceBatch, LogBatch)


class Came(NamedTuple):
    """The attributes of an example before and after, and whether anything of it changed."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    changed: bool


class Runner:
    """The processor, as the configuration wants it, for examples."""

    def __init__(self, parts: Parts) -> None:
        """`parts` are of the processor."""
        self._spans = Engine(parts.table, parts.plans, parts.models, parts.output)
        self._logs = LogEngine(parts.table, parts.plans, parts.output)

    def mistakes(self, example: Example, path: Path) -> Iterator[Mistake]:
        """Where the example, which stands at `path`, comes out otherwise than it says."""
        name = f"example {example.name!r}: " if example.name else ""
        try:
            came = self._span(example.span) if example.span else self._log(example.log or ExampleLog())
        except (TypeError, ValueError) as error:
            yield Mistake(f"{name}it can't be written as OTLP: {error}", path=path)
            return
        if example.unrecognised and came.changed:
            written = [f"{key} = {_shown(value)}" for key, value in _written(came).items()]
            yield Mistake(
                f"{name}nothing should have been written, and there was {', '.join(written) or 'a change'}",
                path=(*path, "unrecognised"),
            )
        for key, wanted in example.expect.items():
            if not _same(wanted, came.after.get(key)):
                yield Mistake(
                    f"{name}{_told(key, wanted, came.after)} ({_recognised(came.after)})", path=(*path, "expect", key)
                )

    def _span(self, example: ExampleSpan) -> Came:
        return _came(example, TraceBatch.parse(_request_of_span(example)), self._spans.spans)

    def _log(self, example: ExampleLog) -> Came:
        return _came(example, LogBatch.parse(_request_of_log(example)), self._logs.records)


def _came(example: ExampleSpan | ExampleLog, batch: BatchT, work: Callable[[BatchT], None]) -> Came:
    """What `work` makes of `batch`, the request of `example` alone."""
    body = batch.encode()
    work(batch)
    left = batch.encode()
    item = next(iter(type(batch).parse(left)))
    return Came(example.attributes, dict(item.attributes), left != body)


def _written(came: Came) -> dict[str, Any]:
    return {key: value for key, value in came.after.items() if not _same(value, came.before.get(key))}


def _told(key: str, wanted: object, after: Mapping[str, Any]) -> str:
    if wanted is None:
        return f"should not be there, and is {_shown(after[key])}"
    if key not in after:
        return f"should be {_shown(wanted)}, and is not there"
    return f"should be {_shown(wanted)}, and is {_shown(after[key])}"


def _recognised(after: Mapping[str, Any]) -> str:
    if DIALECT not in after:
        return "no rule recognised it"
    return f"recognised as {after[DIALECT]}, kind {after.get(KIND, 'unknown')}"


def _shown(value: object) -> str:
    text = f"{value!r}" if not isinstance(value, bool) else str(value).lower()
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _same(one: object, other: object) -> bool:
    """Whether both are equal, booleans told from numbers."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _request_of_span(example: ExampleSpan) -> bytes:
    status = Status(code=Status.StatusCode.Value(f"STATUS_CODE_{example.status}"), message=example.message)
    span = Span(
        trace_id=b"e" * 16,
        span_id=b"e" * 8,
        name=example.name,
        kind=Span.SpanKind.Value(f"SPAN_KIND_{example.kind}"),
        start_time_unix_nano=TIME_NS,
        end_time_unix_nano=TIME_NS + _SECOND,
        status=status,
    )
    _fill(span.attributes, example.attributes)
    for event in example.events:
        _fill(span.events.add(name=event.name, time_unix_nano=TIME_NS).attributes, event.attributes)
    scope = ScopeSpans(scope=InstrumentationScope(name=example.scope), spans=[span])
    resource = ResourceSpans(resource=_resource(example.resource), scope_spans=[scope])
    return ExportTraceServiceRequest(resource_spans=[resource]).SerializeToString()


def _request_of_log(example: ExampleLog) -> bytes:
    record = LogRecord(event_name=example.event_name, time_unix_nano=TIME_NS)
    if example.body is not None:
        record.body.ParseFromString(encode_value(example.body))
    _fill(record.attributes, example.attributes)
    scope = ScopeLogs(scope=InstrumentationScope(name=example.scope), log_records=[record])
    resource = ResourceLogs(resource=_resource(example.resource), scope_logs=[scope])
    return ExportLogsServiceRequest(resource_logs=[resource]).SerializeToString()


def _resource(attributes: Mapping[str, Any]) -> Resource:
    resource = Resource()
    _fill(resource.attributes, attributes)
    return resource


def _fill(pairs: Any, attributes: Mapping[str, Any]) -> None:  # noqa: ANN401 (a repeated field)
    for key, value in attributes.items():
        pairs.add().ParseFromString(encode_pair(key, value))
