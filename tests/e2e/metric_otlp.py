"""OTLP requests of the few words in which cases of the numbers are written."""

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

STATUS = {"UNSET": 0, "OK": 1, "ERROR": 2}
KIND = {"INTERNAL": 1, "SERVER": 2, "CLIENT": 3}
ABOUT = {"id", "parent", "trace", "t", "ms", "name", "otel_kind", "status", "message", "events", "tracestate"}
ABOUT |= {"service", "resource", "scope", "times", "every", "at", "event_name", "body", "severity"}
"""Keys of a span or record that are no attributes."""
WORDS = {
    "op": "gen_ai.operation.name",
    "provider": "gen_ai.provider.name",
    "model": "gen_ai.request.model",
    "answered": "gen_ai.response.model",
    "in": "gen_ai.usage.input_tokens",
    "out": "gen_ai.usage.output_tokens",
    "cache_read": "gen_ai.usage.cache_read.input_tokens",
    "cache_write": "gen_ai.usage.cache_creation.input_tokens",
    "reasoning": "gen_ai.usage.reasoning.output_tokens",
    "tool": "gen_ai.tool.name",
    "call": "gen_ai.tool.call.id",
    "agent": "gen_ai.agent.name",
    "workflow": "gen_ai.workflow.name",
    "thread": "gen_ai.conversation.id",
    "user": "user.id",
    "tenant": "tenant.id",
    "kind": "spansieve.ai.kind",
    "class": "spansieve.error.class",
    "soft": "spansieve.error.soft",
    "rollup": "spansieve.ai.rollup",
    "finish": "spansieve.ai.finish",
    "window": "spansieve.ai.context.window",
    "utilization": "spansieve.ai.context.utilization",
    "hash": "spansieve.ai.prompt.hash",
    "simhash": "spansieve.ai.prompt.simhash",
    "args_hash": "spansieve.ai.tool.args_hash",
    "bytes": "spansieve.ai.input.bytes",
    "cost": "spansieve.cost.usd",
    "error": "error.type",
}
"""Short words for attributes; any other key is an attribute as it stands."""


Case = Mapping[str, Any]


def _each(items: Sequence[Case]) -> Iterator[Case]:
    """Items with `times` as many ones, `every` seconds apart; `{n}` in their texts counts them."""
    for item in items:
        for n in range(item.get("times", 1)):
            if "times" not in item:
                yield item
                continue
            one = {key: v.replace("{n}", str(n)) if isinstance(v, str) else v for key, v in item.items()}
            yield one | {"id": f"{item['id']}-{n}", "t": item.get("t", 0) + n * item.get("every", 0)}


def _groups(items: Iterable[Case], case: Case) -> Iterator[tuple[dict[str, Any], str, list[Case]]]:
    """Items by resource and scope."""

    def where(item: Case) -> tuple[str, str]:
        resource = {"service.name": item.get("service", case["service"])} | item.get("resource", {})
        return json.dumps(resource, sort_keys=True), item.get("scope", "case")

    for (resource, scope), some in itertools.groupby(items, where):
        yield json.loads(resource), scope, list(some)


def traces(spans: Sequence[Case], case: Case, now_ns: int) -> bytes:
    """A request of spans."""
    request = ExportTraceServiceRequest()
    for resource, scope, some in _groups(_each(spans), case):
        group = request.resource_spans.add()
        _fill(group.resource.attributes, resource)
        to = group.scope_spans.add()
        to.scope.name = scope
        for one in some:
            _span(to.spans.add(), one, case, now_ns)
    return request.SerializeToString()


def trace_id(case: Case, one: Case) -> bytes:
    """Of the label of a trace, which belongs to its case; without one, to the item."""
    label = str(one.get("trace", 1)).replace("{id}", str(one.get("id", "")))
    return hashlib.sha256(f"{case['service']}/{label}".encode()).digest()[:16]


def span_id(case: Case, one: Case, label: object) -> bytes:
    """Of the label of a span in its trace; none of none."""
    return hashlib.sha256(trace_id(case, one) + str(label).encode()).digest()[:8] if label is not None else b""


def _span(made: Any, one: Case, case: Case, now_ns: int) -> None:  # noqa: ANN401
    made.trace_id, made.span_id = trace_id(case, one), span_id(case, one, one["id"])
    made.parent_span_id = span_id(case, one, one.get("parent"))
    target = one.get("tool") or one.get("model") or one.get("agent") or one.get("workflow") or ""
    made.name = one.get("name") or f"{one.get('op') or one.get('kind')} {target}".strip()
    made.kind = KIND[one.get("otel_kind", "INTERNAL")]
    made.trace_state = one.get("tracestate", "")
    made.start_time_unix_nano = now_ns + round(one.get("t", 0) * 1e9)
    made.end_time_unix_nano = made.start_time_unix_nano + round(one.get("ms", 10) * 1e6)
    made.status.code = STATUS[one.get("status", "UNSET")]
    made.status.message = one.get("message", "")
    _fill(made.attributes, attributes(one))
    for event in one.get("events", ()):
        at_ns = made.start_time_unix_nano + round(event.get("ms", 0) * 1e6)
        _fill(made.events.add(name=event["name"], time_unix_nano=at_ns).attributes, attributes(event))


def logs(records: Sequence[Case], case: Case, now_ns: int) -> bytes:
    """A request of log records; one with a `trace` names the span `id` in it."""
    request = ExportLogsServiceRequest()
    for resource, scope, some in _groups(_each(records), case):
        group = request.resource_logs.add()
        _fill(group.resource.attributes, resource)
        to = group.scope_logs.add()
        to.scope.name = scope
        for one in some:
            record = to.log_records.add(time_unix_nano=now_ns + round(one.get("t", 0) * 1e9))
            if "trace" in one:
                record.trace_id = trace_id(case, one)
                record.span_id = span_id(case, one, one.get("id"))
            record.event_name, record.severity_number = one.get("event_name", ""), one.get("severity", 0)
            _set(record.body, one.get("body", ""))
            _fill(record.attributes, attributes(one))
    return request.SerializeToString()


def metrics(some: Sequence[Case], case: Case, now_ns: int) -> bytes:
    """A request of cumulative metrics: sums `{name, unit, value, labels}`, and histograms, with `count` and `sum`."""
    request = ExportMetricsServiceRequest()
    group = request.resource_metrics.add()
    _fill(group.resource.attributes, {"service.name": case["service"]})
    to = group.scope_metrics.add()
    for one in some:
        metric = to.metrics.add(name=one["name"], unit=one.get("unit", ""))
        data: Any = metric.histogram if "count" in one else metric.sum
        data.aggregation_temporality = 2
        point = data.data_points.add(time_unix_nano=now_ns, start_time_unix_nano=now_ns)
        if "count" in one:
            point.count, point.sum, point.bucket_counts[:] = one["count"], one["sum"], [one["count"]]
        else:
            data.is_monotonic, point.as_double = True, one["value"]
        _fill(point.attributes, one.get("labels", {}))
    return request.SerializeToString()


def attributes(one: Case) -> dict[str, Any]:
    """Those of a span, an event or a record."""
    return {WORDS.get(key, key): value for key, value in one.items() if key not in ABOUT and value is not None}


def _fill(to: Any, values: Case) -> None:  # noqa: ANN401
    for key, value in values.items():
        _set(to.add(key=key).value, value)


def _set(made: AnyValue, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, list) and not any(isinstance(item, dict) for item in value):
        made.array_value.SetInParent()
        for item in value:
            _set(made.array_value.values.add(), item)
        return
    if isinstance(value, list | dict):
        value = json.dumps(value)  # as instrumentations write messages on spans
    kinds = {bool: "bool_value", int: "int_value", float: "double_value", str: "string_value"}
    setattr(made, kinds[type(value)], value)
