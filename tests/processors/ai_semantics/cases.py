"""Cases of `ai_semantics` as data: read from `tests/fixtures/semantics` (its README explains the format) and made
into requests.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

FOLDER = Path(__file__).parents[2] / "fixtures" / "semantics"
EPOCH_NS = 1_700_000_000_000_000_000
SHORT = {
    "dialect": "spansieve.dialect",
    "kind": "spansieve.ai.kind",
    "op": "gen_ai.operation.name",
    "old_op": "spansieve.original.gen_ai.operation.name",
    "rollup": "spansieve.ai.rollup",
    "finish": "spansieve.ai.finish",
    "class": "spansieve.error.class",
    "source": "spansieve.error.source",
    "soft": "spansieve.error.soft",
}
"""Words that stand for an attribute in `out` and `expect`."""
CASE_KEYS = {"title", "from", "config", "resource", "scope", "spans", "logs", "expect", "status", "name", "scope_out"}
ROW_KEYS = {"title", "from", "config", "resource", "scope", "name", "kind", "status", "message", "in", "events", "out"}
ROW_KEYS |= {"status_out", "name_out", "event_name", "body", "severity"}


@dataclass(frozen=True)
class Case:
    """One request, and what is said of what leaves. `items` are spans or log records by their ids."""

    title: str
    signal: str
    items: Mapping[str, Mapping[str, Any]]
    expect: Mapping[str, Mapping[str, Any]]
    status: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    scope_out: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    resource: Mapping[str, Any] = field(default_factory=dict)
    scope: str = "agent"

    def request(self) -> ExportTraceServiceRequest | ExportLogsServiceRequest:
        """The request that arrives."""
        return _traces(self) if self.signal == "traces" else _logs(self)


def cases() -> Iterator[Case]:
    """Every case of every file, the rows of tables one by one."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(FOLDER.glob("*.yaml")):
        for entry in yaml.load(path.read_bytes(), Loader=loader):  # noqa: S506 (both are safe loaders)
            yield from _table(path.stem, entry) if "each" in entry else [_case(path.stem, entry)]


def _case(topic: str, entry: Mapping[str, Any]) -> Case:
    _known(entry, CASE_KEYS)
    signal = "traces" if "spans" in entry else "logs"
    items = {item["id"]: item for item in entry["spans" if signal == "traces" else "logs"]}
    expect = {item: _long_keys(out) for item, out in entry.get("expect", {}).items()}
    assert expect.keys() <= items.keys(), f"{entry['title']}: expects of an item that is not there"
    return Case(
        title=f"{topic}: {entry['title']}",
        signal=signal,
        items=items,
        expect=expect,
        status=entry.get("status", {}),
        names=entry.get("name", {}),
        scope_out=entry.get("scope_out", {}),
        config=entry.get("config", {}),
        resource=entry.get("resource", {}),
        scope=entry.get("scope", "agent"),
    )


def _table(topic: str, entry: Mapping[str, Any]) -> Iterator[Case]:
    _known(entry, {"title", "from", "base", "logs", "each"})
    for row in entry["each"]:
        merged = {**entry.get("base", {}), **row}
        for part in ("in", "resource", "out"):
            merged[part] = {**entry.get("base", {}).get(part, {}), **row.get(part, {})}
        _known(merged, ROW_KEYS)
        yield _row(
            topic, f"{entry['title']} [{row.get('title') or _label(row)}]", merged, logs=entry.get("logs", False)
        )


def _row(topic: str, title: str, row: Mapping[str, Any], *, logs: bool) -> Case:
    item = {
        "id": "it",
        "attributes": row["in"],
        **{key: row[key] for key in ("kind", "message", "events", "event_name", "body", "severity") if key in row},
    }
    if not logs:
        item |= {"name": row.get("name", "work"), "status": row.get("status", "UNSET")}
    return Case(
        title=f"{topic}: {title}",
        signal="logs" if logs else "traces",
        items={"it": item},
        expect={"it": _long_keys(row["out"])},
        status={"it": row["status_out"]} if "status_out" in row else {},
        names={"it": row["name_out"]} if "name_out" in row else {},
        config=row.get("config", {}),
        resource=row["resource"],
        scope=row.get("scope", "agent"),
    )


def _known(entry: Mapping[str, Any], keys: set[str]) -> None:
    assert entry.keys() <= keys, f"{entry.get('title')}: unknown keys {sorted(entry.keys() - keys)}"


def _long_keys(out: Mapping[str, Any]) -> dict[str, Any]:
    return {SHORT.get(key, key): value for key, value in out.items()}


def _label(row: Mapping[str, Any]) -> str:
    """What tells a row from its neighbours."""
    said = [str(row[key]) for key in ("scope", "resource", "event_name", "name", "message") if key in row]
    events = [f"{event['name']}({_pairs(event.get('attributes', {}))})" for event in row.get("events", [])]
    return ", ".join([*said, *events, _pairs(row.get("in", {}))])[:160]


def _pairs(attributes: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in attributes.items())


def _traces(case: Case) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    part = request.resource_spans.add()
    _fill(part.resource.attributes, {"service.name": "desk", **case.resource})
    scope = part.scope_spans.add()
    scope.scope.name = case.scope
    ids = list(case.items)
    for item in case.items.values():
        parent = item.get("parent")
        start, end = item.get("start", 0), item.get("end", 10)
        span = scope.spans.add(
            trace_id=item.get("trace", 1).to_bytes(16, "big"),
            span_id=(ids.index(item["id"]) + 1).to_bytes(8, "big"),
            parent_span_id=_parent_id(parent, ids),
            name=item.get("name", "work"),
            kind=Span.SpanKind.Value(f"SPAN_KIND_{item.get('kind', 'INTERNAL')}"),
            start_time_unix_nano=EPOCH_NS + start * 1_000_000,
            end_time_unix_nano=EPOCH_NS + end * 1_000_000,
            status=_status(item),
        )
        _fill(span.attributes, item.get("attributes", {}))
        for at, event in enumerate(item.get("events", [])):
            added = span.events.add(name=event["name"], time_unix_nano=EPOCH_NS + (start + at) * 1_000_000)
            _fill(added.attributes, event.get("attributes", {}))
    return request


def _parent_id(parent: str | None, ids: list[str]) -> bytes:
    """Of one outside the request, if no span has that id."""
    if parent is None:
        return b""
    return (ids.index(parent) + 1 if parent in ids else 0xFFFF).to_bytes(8, "big")


def _status(item: Mapping[str, Any]) -> Status | None:
    code = Status.StatusCode.Value(f"STATUS_CODE_{item.get('status', 'UNSET')}")
    return Status(code=code, message=item.get("message", "")) if code or item.get("message") else None


def _logs(case: Case) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    part = request.resource_logs.add()
    _fill(part.resource.attributes, {"service.name": "desk", **case.resource})
    scope = part.scope_logs.add()
    scope.scope.name = case.scope
    for at, item in enumerate(case.items.values(), 1):
        record = scope.log_records.add(
            time_unix_nano=EPOCH_NS + at,
            event_name=item.get("event_name", ""),
            severity_number=item.get("severity", 9),
            severity_text="INFO",
        )
        if item.get("trace"):
            record.trace_id, record.span_id = (1).to_bytes(16, "big"), at.to_bytes(8, "big")
        if "body" in item:
            record.body.CopyFrom(any_value(item["body"]))
        _fill(record.attributes, item.get("attributes", {}))
    return request


def _fill(attributes: Any, values: Mapping[str, Any]) -> None:  # noqa: ANN401 (repeated KeyValue)
    for key, value in values.items():
        attributes.add(key=key).value.CopyFrom(any_value(value))


def any_value(value: Any) -> AnyValue:  # noqa: ANN401 (as YAML has it)
    """A value of YAML as OTLP has it; `{text: [part, 5000, part]}` is a text with 5000 times x between the parts."""
    if isinstance(value, dict) and value.keys() == {"text"}:
        value = "".join("x" * part if isinstance(part, int) else part for part in value["text"])
    made = AnyValue()
    match value:
        case bool():
            made.bool_value = value
        case int():
            made.int_value = value
        case float():
            made.double_value = value
        case str():
            made.string_value = value
        case list():
            made.array_value.values.extend(map(any_value, value))
        case dict():
            made.kvlist_value.SetInParent()
            _fill(made.kvlist_value.values, value)
        case _:
            raise TypeError(f"no attribute value: {value!r}")
    return made


def plain(value: AnyValue) -> Any:  # noqa: ANN401 (as YAML has it)
    """The value as YAML has it."""
    match value.WhichOneof("value"):
        case "array_value":
            return [plain(one) for one in value.array_value.values]
        case "kvlist_value":
            return {one.key: plain(one.value) for one in value.kvlist_value.values}
        case None:
            return None
        case which:
            return getattr(value, which)
