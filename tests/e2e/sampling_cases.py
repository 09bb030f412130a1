"""Cases of tail sampling, one a line of JSON: a configuration, what is sent when, and what is to arrive."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spansieve.pdata import TraceBatch
from spansieve.processors.tail_sampling import TailSampling, TailSamplingConfig
from spansieve.testing import FakeHost

FOLDER = Path(__file__).parents[1] / "fixtures" / "sampling"
STEP_MS = 50
"""How far the clock goes at once."""
STATUS = {"UNSET": 0, "OK": 1, "ERROR": 2}
ERROR_KEYS = {"type": "exception.type", "message": "exception.message", "stack": "exception.stacktrace"}
"""A span's `error`, which stands for an exception event; `t_s` is its end in seconds, `tool` its tool's name."""
KIND = {"INTERNAL": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}

Case = Mapping[str, Any]


class Arrived(NamedTuple):
    """A span that came out, `at` seconds after the first batch went in."""

    at: float
    span: Span


def cases(name: str) -> list[Case]:
    """Those of a file in the folder of fixtures."""
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def trace_id(label: str) -> bytes:
    """Of a label that is no id itself."""
    is_id = len(label) == 32 and set(label) <= set("0123456789abcdef")
    return bytes.fromhex(label) if is_id else hashlib.sha256(f"trace:{label}".encode()).digest()[:16]


def span_id(trace: str, label: str | None) -> bytes:
    """Of labels; none of none."""
    return hashlib.sha256(f"{trace}/{label}".encode()).digest()[:8] if label is not None else b""


def body(spans: Sequence[Mapping[str, Any]], base_ns: int) -> bytes:
    """The request of one batch; spans of one resource stand together."""
    made, scopes = ExportTraceServiceRequest(), {}
    for one in spans:
        resource = json.dumps(one.get("resource", {}), sort_keys=True)
        if resource not in scopes:
            group = made.resource_spans.add()
            _fill(group.resource.attributes, one.get("resource", {}))
            scopes[resource] = group.scope_spans.add()
            scopes[resource].scope.name = "case"
        _span(scopes[resource].spans.add(), one, base_ns)
    return made.SerializeToString()


def _span(made: Span, one: Mapping[str, Any], base_ns: int) -> None:
    made.trace_id = trace_id(one["trace"])
    made.span_id, made.parent_span_id = span_id(one["trace"], one["span"]), span_id(one["trace"], one["parent"])
    made.name, made.kind, made.flags = one["name"], KIND[one.get("kind", "INTERNAL")], one.get("flags", 0)  # type: ignore[assignment]
    made.trace_state = one.get("tracestate", "")
    lasted_ns = round(one["dur_ms"] * 1e6)
    start_ns = round(one["t_s"] * 1e9) - lasted_ns if "t_s" in one else round(one["start_ms"] * 1e6)
    made.start_time_unix_nano = base_ns + start_ns
    made.end_time_unix_nano = made.start_time_unix_nano + lasted_ns
    made.status.code = STATUS[one["status"]]  # type: ignore[assignment]
    _fill(made.attributes, one["attrs"] | ({"gen_ai.tool.name": one["tool"]} if "tool" in one else {}))
    raised = {ERROR_KEYS[key]: value for key, value in (one.get("error") or {}).items() if value is not None}
    for event in [*one.get("events", []), *([{"name": "exception", "attrs": raised}] if raised else [])]:
        added = made.events.add(name=event["name"], time_unix_nano=made.end_time_unix_nano)
        _fill(added.attributes, event.get("attrs", {}))


def _fill(attributes: Any, values: Mapping[str, Any]) -> None:  # noqa: ANN401
    for key, value in values.items():
        _set(attributes.add(key=key).value, value)


def _set(made: Any, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, list):
        made.array_value.SetInParent()
        for item in value:
            _set(made.array_value.values.add(), item)
        return
    kinds = {bool: "bool_value", int: "int_value", float: "double_value", str: "string_value"}
    setattr(made, kinds[type(value)], value)


def spans_in(request: bytes) -> list[Span]:
    """All spans of a request."""
    groups = ExportTraceServiceRequest.FromString(request).resource_spans
    return [span for group in groups for scope in group.scope_spans for span in scope.spans]


def told(case: Case) -> list[Arrived]:
    """What leaves the processor, by a clock that is told; it ticks every 100 ms."""
    host = FakeHost("tail_sampling")
    processor = TailSampling(TailSamplingConfig.model_validate(case["config"]), host)
    base_ns, begin, arrived = host.clock.time_ns(), host.clock.monotonic(), list[Arrived]()
    batches = sorted(case["batches"], key=lambda batch: batch["at_s"])
    end = batches[-1]["at_s"] + case.get("settle_s", 1.5)
    waiting = [(batch["at_s"], body(batch["spans"], base_ns)) for batch in batches]
    for step in range(round(end * 1000) // STEP_MS + 1):
        now = round(host.clock.monotonic() - begin, 3)
        if step % (100 // STEP_MS) == 0:
            processor.tick()
        while waiting and waiting[0][0] <= now and processor.room("traces", len(waiting[0][1])):
            batch = TraceBatch.parse(waiting.pop(0)[1])
            processor.traces(batch)
            arrived += [Arrived(now, span) for span in spans_in(batch.encode())]
        arrived += [Arrived(now, span) for _, sent in host.emitted for span in spans_in(sent.encode())]
        host.emitted.clear()
        host.clock.advance(seconds=STEP_MS / 1000)
    return arrived


def shortfalls(case: Case, arrived: Sequence[Arrived]) -> list[str]:
    """What a case expects and `arrived` does not show."""
    found = _Found(case, arrived)
    expected = case["expect"]
    said = [f"{trace} was not kept" for trace in expected["kept"] if trace not in found.traces]
    said += [f"{trace} was not dropped" for trace in expected["dropped"] if trace in found.traces]
    for check in (_spans, _attributes, _absent, _ot, _tracestates, _times, _count):
        said += check(expected, found)
    return said


class _Found:
    """What arrived, by trace label."""

    def __init__(self, case: Case, arrived: Sequence[Arrived]) -> None:
        sent = [span for batch in case["batches"] for span in batch["spans"]]
        labels = {trace_id(span["trace"]): span["trace"] for span in sent}
        self.names = {span_id(span["trace"], span["span"]): span["span"] for span in sent}
        self.traces: dict[str, list[Arrived]] = defaultdict(list)
        for one in arrived:
            self.traces[labels[one.span.trace_id]].append(one)

    def spans(self, trace: str) -> list[Span]:
        return [one.span for one in self.traces.get(trace, [])]

    def values(self, trace: str, key: str) -> list[Any]:
        every = [one.value for span in self.spans(trace) for one in span.attributes if one.key == key]
        return [getattr(value, value.WhichOneof("value") or "string_value") for value in every]


def _spans(expected: Case, found: _Found) -> Iterator[str]:
    for trace, labels in expected.get("kept_spans", {}).items():
        seen = sorted(found.names[span.span_id] for span in found.spans(trace))
        if seen != sorted(labels):
            yield f"{trace} has the spans {seen}, not {sorted(labels)}"


def _attributes(expected: Case, found: _Found) -> Iterator[str]:
    for trace, attributes in expected.get("attrs", {}).items():
        for key, value in attributes.items():
            if value not in found.values(trace, key):
                yield f"{trace} has {key} {found.values(trace, key)}, not {value!r}"


def _absent(expected: Case, found: _Found) -> Iterator[str]:
    for trace, keys in expected.get("absent_attrs", {}).items():
        yield from (f"{trace} has {key}" for key in keys if found.values(trace, key))


def _ot(expected: Case, found: _Found) -> Iterator[str]:
    for trace, fields in expected.get("ot", {}).items():
        for span in found.spans(trace):
            has = _ot_fields(span.trace_state)
            yield from (f"{trace} has {key}:{has.get(key)}, not {v}" for key, v in fields.items() if has.get(key) != v)


def _ot_fields(tracestate: str) -> dict[str, str]:
    members = [member.strip() for member in tracestate.split(",")]
    ours = [member[3:].split(";") for member in members if member.startswith("ot=")]
    return dict(field.split(":", 1) for field in ours[0]) if ours else {}


def _tracestates(expected: Case, found: _Found) -> Iterator[str]:
    for trace, part in expected.get("tracestate", {}).items():
        yield from (
            f"{trace} has the tracestate {s.trace_state!r} without {part!r}"
            for s in found.spans(trace)
            if part not in s.trace_state
        )


def _times(expected: Case, found: _Found) -> Iterator[str]:
    first: Callable[[str], float] = lambda trace: min(one.at for one in found.traces[trace])  # noqa: E731
    for trace, limit in expected.get("by_s", {}).items():
        if trace in found.traces and first(trace) > limit:
            yield f"{trace} came at {first(trace)} s, not by {limit} s"
    for trace, limit in expected.get("not_before_s", {}).items():
        if trace in found.traces and first(trace) < limit:
            yield f"{trace} came at {first(trace)} s, before {limit} s"


def _count(expected: Case, found: _Found) -> Iterator[str]:
    limits = expected.get("kept_count")
    if limits and not limits["min"] <= len(found.traces) <= limits["max"]:
        yield f"{len(found.traces)} traces were kept, not {limits['min']} to {limits['max']}"
