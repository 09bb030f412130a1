"""What measures, and whoever takes what it emits, stands whatever comes: any value under any key that it reads, any
time, any ids.
"""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.exporters.prometheus.config import PrometheusConfig
from spansieve.exporters.prometheus.store import Store
from spansieve.failures import AGENT_KEYS, SIGNS, THREAD_KEYS, TOOL_KEYS, USER_KEYS
from spansieve.in_common import InCommon
from spansieve.pdata import LogBatch, MetricBatch, TraceBatch
from spansieve.plugin import Processor
from spansieve.processors.ai_metrics import AiMetrics
from spansieve.processors.alert_rules import AlertRules
from spansieve.processors.behavior import Behavior
from spansieve.processors.costs import Costs
from spansieve.processors.decisions import Decisions
from spansieve.saved import Saved
from spansieve.testing import FakeHost
from spansieve.watching.details import DETAILS
from spansieve.watching.plans import TENANT_KEYS
from tests.disk import Disk, DiskHost

WATCHERS: tuple[type[Processor[Any]], ...] = (AiMetrics, Behavior, Decisions, Costs)
SAID = (
    *("operation.name", "request.model", "response.model", "provider.name", "request.stream", "workflow.name"),
    *("usage.input_tokens", "usage.output_tokens", "usage.cost", "usage.reasoning.output_tokens"),
    *("usage.cache_read.input_tokens", "usage.cache_creation.input_tokens", "evaluation.score.value"),
    *("input.messages", "output.messages", "tool.definitions", "response.finish_reasons"),
)
OURS = ("ai.kind", "ai.rollup", "ai.finish", "ai.input_excludes_cache", "ai.dialect", "cost.usd", "error.class")
DECISION = ("type", "option_count", "optionCount", "selected_index", "confidence", "reasoning", "reasoning_hash")
KEYS = sorted(
    {f"gen_ai.{one}" for one in SAID}
    | {f"spansieve.{one}" for one in OURS}
    | {f"{prefix}ai.decision.{one}" for prefix in ("", "spansieve.") for one in DECISION}
    | {*DETAILS, *AGENT_KEYS, *SIGNS, *THREAD_KEYS, *TOOL_KEYS, *USER_KEYS, *TENANT_KEYS}
    | {"mcp.method.name", "server.address", "server.port", "service.name", "event.name"}
)
WORDS = ("", "chat", "execute_tool", "invoke_agent", "invoke_workflow", "handoff", "model", "tool", "agent", "x" * 5000)
NUMBERS = (0, -1, 1, 7, 2**31, 2**63 - 1, -(2**63))
DOUBLES = (0.0, -0.5, 0.5, 1e308, 5e-324, math.nan, math.inf, -math.inf)
TIMES = (0, 1, 1_700_000_000_000_000_000, 1_700_000_001_000_000_000, 2**63, 2**64 - 1)
IDS = (b"", bytes(8), b"aaaaaaaa", b"bbbbbbbb", b"cccccccc", b"short", b"far too long for an id")
TRACES = (b"", bytes(16), b"t" * 16, b"u" * 16, b"short")

plain = st.one_of(
    st.sampled_from(WORDS).map(lambda said: {"string_value": said}),
    st.sampled_from(NUMBERS).map(lambda said: {"int_value": said}),
    st.sampled_from(DOUBLES).map(lambda said: {"double_value": said}),
    st.booleans().map(lambda said: {"bool_value": said}),
    st.binary(max_size=4).map(lambda said: {"bytes_value": said}),
    st.just({}),
)
values = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda said: {"array_value": {"values": said}}),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=3).map(lambda said: {"kvlist_value": _pairs(said)}),
    ),
    max_leaves=4,
)


def _pairs(said: dict[str, Any]) -> dict[str, Any]:
    return {"values": [{"key": key, "value": value} for key, value in said.items()]}


attributes = st.lists(st.tuples(st.sampled_from(KEYS), values), max_size=8)
named = st.fixed_dictionaries(
    {"gen_ai.operation.name": st.sampled_from(WORDS[1:6]), "gen_ai.usage.input_tokens": st.sampled_from(NUMBERS)}
)
events = st.tuples(st.sampled_from(("exception", "ai.decision", "new_token", "gen_ai.evaluation.result")), attributes)
spans = st.tuples(
    *map(st.sampled_from, (TRACES, IDS, IDS, TIMES, TIMES)), named, attributes, st.lists(events, max_size=2)
)


Spans = list[Any]
"""Of a request; each has the fields of `spans`."""


def request_of(some: Spans) -> bytes:
    """Spans as they would be sent."""
    request = ExportTraceServiceRequest()
    for trace_id, span_id, parent, start, end, usual, more, happened in some:
        resource = request.resource_spans.add()
        span = resource.scope_spans.add().spans.add(
            trace_id=trace_id,
            span_id=span_id,
            parent_span_id=parent,
            name="x",
            start_time_unix_nano=start,
            end_time_unix_nano=end,
        )
        span.attributes.add(key="gen_ai.operation.name").value.string_value = usual["gen_ai.operation.name"]
        span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = usual["gen_ai.usage.input_tokens"]
        for key, value in more:
            span.attributes.add(key=key, value=value)
        for key, value in more[:2]:
            resource.resource.attributes.add(key=key, value=value)
        for name, said in happened:
            event = span.events.add(name=name, time_unix_nano=start)
            for key, value in said:
                event.attributes.add(key=key, value=value)
    return request.SerializeToString()


def records_of(some: Spans) -> bytes:
    """The same as log records."""
    request = ExportLogsServiceRequest()
    for trace_id, span_id, _, start, end, usual, more, _ in some:
        record = (
            request.resource_logs.add()
            .scope_logs.add()
            .log_records.add(
                trace_id=trace_id,
                span_id=span_id,
                time_unix_nano=start,
                observed_time_unix_nano=end,
                severity_number=17,
            )
        )
        record.event_name = usual["gen_ai.operation.name"]
        for key, value in more:
            record.attributes.add(key=key, value=value)
    return request.SerializeToString()


@pytest.mark.parametrize("source", ["spans", "logs"])
@settings(max_examples=15, deadline=None)
@given(some=st.lists(spans, min_size=1, max_size=6), late=st.lists(spans, max_size=2))
def test_whatever_comes_is_taken_without_a_fault_and_all_that_leaves_can_be_read(
    source: str, some: Spans, late: Spans
) -> None:
    hosts = [DiskHost(Disk()) for _ in WATCHERS]
    all_ = started(hosts, source)
    rules, store = AlertRules(AlertRules.config(), FakeHost()), Store(PrometheusConfig(), refused)
    rules.start()
    for part in (some, late):
        batch, records = TraceBatch.parse(request_of(part)), LogBatch.parse(records_of(part))
        for one in all_:
            one.traces(batch)
        for one in all_:
            one.logs(records)
        for seconds in (0, 3, 20, 400):
            hosts[0].clock.advance(seconds=seconds)
            for one in all_:
                one.tick()
    for one in all_:
        json.dumps(one.snapshot(), allow_nan=False)
        one.shutdown()
    for host in hosts:
        assert not [key for key in host.counts if key[0] == "faults"]
        for signal, emitted in host.emitted:
            if signal == "metrics":
                again = MetricBatch.parse(emitted.encode())
                assert all(point.value is None or math.isfinite(point.value) for point in again)
                rules.metrics(again)
                store.take(again, 0)
    rules.tick()
    json.dumps(rules.snapshot(), allow_nan=False)
    store.render("openmetrics").decode()
    for one in started(hosts, source):
        assert not getattr(one, "_store", getattr(one, "_saved", NOTHING)).unread, "it reads what it wrote"


def started(hosts: list[DiskHost], source: str) -> list[Any]:
    """All that measures, side by side."""
    common = InCommon()
    all_: list[Any] = []
    for make, host in zip(WATCHERS, hosts, strict=True):
        host.common, host.clock = common, hosts[0].clock
        keys = CONFIG.get(make, {}) | ({"count_from": source} if make is AiMetrics else {})
        one: Any = make
        all_.append(one(one.config.model_validate(keys), host))
        all_[-1].start()
    return all_


def refused(reason: str, metric: str, _: int) -> None:
    """Nothing that is ours is."""
    raise AssertionError((reason, metric))


NOTHING = Saved()
CONFIG: dict[Any, dict[str, Any]] = {
    Behavior: {"storage": "disk"},
    Decisions: {"storage": "disk"},
    Costs: {"storage": "disk", "budgets": [{"name": "each", "scope": "user", "usd": 1, "per": "month"}]},
}
