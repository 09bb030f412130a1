"""ai_semantics on telemetry that is odd, hostile, or another's: it keeps to what the document says of it."""

from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import LogBatch, Span, TraceBatch, Value
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost

MALFORMED = b"\x0a\x0eexception.type\x12\x02\x0a\x09"  # a text that says it has nine bytes, and has none


def processor(**config: Any) -> AiSemantics:  # noqa: ANN401
    return AiSemantics(AiSemanticsConfig.model_validate(config), FakeHost())


def request(*spans: Mapping[str, Any], scope: str = "agent") -> bytes:
    """A request of spans, each with what it is given: `id`, `parent`, `at` (start and end in ms), `a`, `status`,
    `message`, `events` (name, attributes), `trace`.
    """
    built = ExportTraceServiceRequest()
    held = built.resource_spans.add().scope_spans.add()
    held.scope.name = scope
    for place, given in enumerate(spans):
        start, end = given.get("at", (place, place + 1))
        span = held.spans.add(
            trace_id=given.get("trace", b"t" * 16),
            span_id=given.get("id", place.to_bytes(8, "big")),
            parent_span_id=given.get("parent", b""),
            name=given.get("name", "span"),
            start_time_unix_nano=start * 1_000_000,
            end_time_unix_nano=end * 1_000_000,
        )
        span.status.code = given.get("status", 0)
        span.status.message = given.get("message", "")
    batch = TraceBatch.parse(built.SerializeToString())
    for view, given in zip(batch, spans, strict=True):
        view.attributes.update(given.get("a", {}))
        for name, attributes in given.get("events", ()):
            view.add_event(name, 1, attributes)
    return batch.encode()


def through(tag: AiSemantics, body: bytes) -> list[Span]:
    batch = TraceBatch.parse(body)
    tag.traces(batch)
    once = batch.encode()
    again = TraceBatch.parse(once)
    tag.traces(again)
    assert again.encode() == once
    return list(TraceBatch.parse(once))


@pytest.mark.parametrize(
    ("scope", "attributes", "config"),
    [
        (
            "openlit.x",
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": ["anthropic"],
                "gen_ai.usage.cache_read.input_tokens": 9,
            },
            {},
        ),
        (
            "langfuse-sdk",
            {
                "langfuse.observation.type": "generation",
                "langfuse.observation.usage_details": '{"input": 1' + "0" * 400 + "}",
            },
            {},
        ),
        (
            "com.anthropic.claude_code",
            {"span.type": "llm_request", "input_tokens": 1.7e308, "cache_read_tokens": 1.7e308},
            {},
        ),
        ("agent", {"gen_ai.operation.name": "retrieval", "llm.top_k": 1e30}, {"semconv": "dev"}),
    ],
)
def test_a_value_beyond_all_bounds_costs_that_value(
    scope: str, attributes: dict[str, Value], config: dict[str, Any]
) -> None:
    [span] = through(processor(**config), request({"name": "claude_code.llm_request", "a": attributes}, scope=scope))
    assert "spansieve.ai.kind" in span.attributes


def test_sums_of_events_beyond_all_bounds_are_none() -> None:
    events = [("model.inference", {"model": "m", "promptTokens": 1.7e308})] * 2
    [span] = through(processor(), request({"events": events}))
    assert span.attributes["spansieve.ai.inference.count"] == 2
    assert "gen_ai.usage.input_tokens" not in span.attributes


def test_a_malformed_attribute_of_an_event_costs_that_attribute() -> None:
    body = request(
        {"a": {"gen_ai.operation.name": "chat"}, "events": [("exception", {"exception.message": "429 Too"})]}
    )
    batch = TraceBatch.parse(body)
    [span] = batch
    span.events[0].attributes.set_raw({"exception.type": MALFORMED})
    [span] = through(processor(), batch.encode())
    assert span.attributes["spansieve.error.class"] == "rate_limited"


def test_a_long_chain_of_heirs_inherits_from_its_top() -> None:
    spans = [
        {
            "name": "handle_responses",
            "id": place.to_bytes(8, "big"),
            "parent": (place - 1).to_bytes(8, "big") if place > 1 else b"",
            "a": {"codex.usage.total_tokens": 1, **({"model": "gpt-5-codex"} if place == 1 else {})},
        }
        for place in range(1, 3001)
    ]
    found = through(processor(), request(*spans))
    assert {span.attributes["gen_ai.request.model"] for span in found} == {"gpt-5-codex"}


def test_dropping_originals_keeps_counts_that_are_their_own_standard_name_and_json_that_holds_more() -> None:
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.cache_write.input_tokens": 500,
        "llm.invocation_parameters": '{"model": "claude-3", "reasoning_effort": "high"}',
        "llm.model_name": "claude-3",
    }
    [span] = through(processor(drop_originals=True), request({"a": attributes}))
    assert span.attributes["spansieve.ai.input_excludes_cache"] is True
    assert span.attributes["gen_ai.request.model"] == "claude-3"
    assert attributes.keys() - span.attributes.keys() == {"llm.model_name"}


@pytest.mark.parametrize(
    ("attributes", "tagged"),
    [
        ({"event": "api_error", "status_code": 503}, False),
        ({"event.name": "api_error", "status_code": 503}, True),
    ],
)
def test_a_logger_s_text_is_no_event_s_name(attributes: dict[str, Value], tagged: bool) -> None:
    built = ExportLogsServiceRequest()
    built.resource_logs.add().scope_logs.add().log_records.add()
    batch = LogBatch.parse(built.SerializeToString())
    [record] = batch
    record.attributes.update(attributes)
    processor().logs(batch)
    assert ("spansieve.ai.kind" in record.attributes) is tagged


@pytest.mark.parametrize(
    ("kind", "message", "expected"),
    [
        ("Exception", "GraphInterrupt((Interrupt(value='Approve?'),))", "none"),
        ("GraphInterrupt", "", "none"),
        ("ValueError", "GraphInterrupt(", "unknown"),
        ("Exception", "it broke", "unknown"),
    ],
)
def test_control_flow_is_known_by_what_exporters_leave_of_its_type(kind: str, message: str, expected: str) -> None:
    raised = {"exception.type": kind, "exception.message": message}
    spec = {"a": {"langsmith.span.kind": "chain"}, "status": 2, "events": [("exception", raised)]}
    [span] = through(processor(), request(spec, scope="langsmith"))
    assert span.attributes["spansieve.error.class"] == expected


def test_control_flow_beside_a_failure_does_not_hide_it() -> None:
    events = [
        ("exception", {"exception.type": "StopAsyncIteration"}),
        ("exception", {"exception.type": "RateLimitError"}),
    ]
    spec = {"a": {"gen_ai.operation.name": "chat"}, "status": 2, "message": "Error code: 429", "events": events}
    [span] = through(processor(), request(spec))
    assert span.attributes["spansieve.error.class"] == "rate_limited"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ('{"error": false, "rows": [1]}', None),
        ('{"errors": 0, "warnings": 2}', None),
        ('{"error": {}}', None),
        ("Error handling: chapter 5", "soft"),
        ("Error reading file: no such file", "soft"),
        ("Errors are listed below", None),
        ('import json\nFAILED = {"status": "error"}\n', "soft"),
        ('{"error": "no such table"}', "hard"),
        ('{"error": {"code": 5}}', "hard"),
        ("Error: ToolException('no')", "hard"),
        ('{"content": [], "isError": true}', "hard"),
        ("content='no' name='x' status='error'", "hard"),
        ("Process exited with code 1", "soft"),
    ],
)
def test_a_result_says_that_it_failed_and_does_not_merely_quote_that(result: str, expected: str | None) -> None:
    spec = {"a": {"openinference.span.kind": "TOOL", "tool.name": "t", "output.value": result}}
    [span] = through(processor(), request(spec))
    soft = "soft" if "spansieve.error.soft" in span.attributes else "hard"
    assert (soft if "spansieve.error.class" in span.attributes else None) == expected


def test_what_is_soft_below_is_soft_above() -> None:
    below = {"name": "claude_code.tool.execution", "parent": b"a" * 8, "a": {"output": "Exit code: 1"}}
    above = {"name": "claude_code.tool", "id": b"a" * 8, "a": {"tool_name": "Bash"}}
    first, second = through(processor(), request(below, above))
    assert first.attributes["spansieve.error.soft"] is True
    assert second.attributes["spansieve.error.class"] == "tool_error"
    assert second.attributes["spansieve.error.soft"] is True


def test_a_span_that_becomes_an_approval_gets_at_once_what_approvals_get() -> None:
    raised = [("exception", {"exception.type": "GraphInterrupt"})]
    attributes = {"openinference.span.kind": "CHAIN", "tool.name": "pay", "tool_call.id": "c1"}
    [span] = through(processor(), request({"name": "execute_tools", "a": attributes, "status": 2, "events": raised}))
    assert span.attributes["spansieve.ai.kind"] == "approval"
    assert span.attributes["gen_ai.tool.name"] == "pay"


def test_what_a_span_above_is_about_to_get_is_inherited_at_once() -> None:
    below = {"name": "claude_code.tool.execution", "parent": b"a" * 8}
    above = {"name": "execute_tool grep", "id": b"a" * 8, "a": {"gen_ai.operation.name": "execute_tool"}}
    first, second = through(processor(), request(below, above))
    assert first.attributes["gen_ai.tool.name"] == second.attributes["gen_ai.tool.name"] == "grep"


def test_a_twin_that_no_dialect_knows_is_not_touched() -> None:
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "x"}
    spans = [
        {"id": b"A" * 8, "parent": b"P" * 8, "at": (0, 10), "a": tool},
        {"id": b"B" * 8, "parent": b"P" * 8, "at": (1, 9), "a": tool},
        {"id": b"A" * 8, "parent": b"P" * 8, "at": (0, 10), "name": "GET /", "a": {"http.request.method": "GET"}},
    ]
    first, second, twin = through(processor(), request(*spans))
    assert first.attributes["spansieve.ai.parallel"] is second.attributes["spansieve.ai.parallel"] is True
    assert dict(twin.attributes) == {"http.request.method": "GET"}


def test_tools_without_a_trace_have_nothing_to_do_with_each_other() -> None:
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "x"}
    spans = [{"trace": b"", "at": (0, 10), "a": tool}, {"trace": b"", "at": (1, 9), "a": tool}]
    assert not [span for span in through(processor(), request(*spans)) if "spansieve.ai.parallel" in span.attributes]


def test_an_original_is_never_replaced() -> None:
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "OpenAI",
        "spansieve.original.gen_ai.provider.name": "zzz",
    }
    [span] = through(processor(), request({"a": attributes}))
    assert span.attributes["gen_ai.provider.name"] == "OpenAI"
    assert span.attributes["spansieve.original.gen_ai.provider.name"] == "zzz"


@pytest.mark.parametrize("name", ["execute_tools", "running tools", "tool"])
def test_a_name_that_only_begins_like_a_tool_s_names_none(name: str) -> None:
    [span] = through(processor(), request({"name": name, "a": {"traceloop.span.kind": "tool"}}, scope="x"))
    assert span.attributes["spansieve.ai.kind"] == "tool"
    assert "gen_ai.tool.name" not in span.attributes


def test_a_span_that_can_t_be_read_stays_as_it_is_and_costs_no_other() -> None:
    batch = TraceBatch.parse(
        request({"a": {"gen_ai.operation.name": "chat"}}, {"a": {"gen_ai.operation.name": "chat"}})
    )
    first, _ = batch
    first.attributes.set_raw({"bad": b"\x0a\x05bad"})
    host = FakeHost()
    left = TraceBatch.parse(batch.encode())
    AiSemantics(AiSemanticsConfig(), host).traces(left)
    again = TraceBatch.parse(left.encode())
    _, second = again
    assert second.attributes["spansieve.ai.kind"] == "model"
    assert host.counts["spansieve_ai_semantics_skipped", "malformed", "span"] == 1


def test_a_step_that_repeats_its_call_s_tokens_is_known_under_any_tracer() -> None:
    usage = {"gen_ai.request.model": "m", "gen_ai.provider.name": "openai", "gen_ai.usage.input_tokens": 5}
    step = {"name": "step 1", "id": b"s" * 8, "a": usage}
    call = {"name": "chat m", "parent": b"s" * 8, "a": {**usage, "gen_ai.operation.name": "chat"}}
    above, below = through(processor(), request(step, call, scope="my-service"))
    assert (above.attributes["spansieve.ai.kind"], above.attributes["spansieve.ai.rollup"]) == ("step", True)
    assert below.attributes["spansieve.ai.kind"] == "model"
    assert "spansieve.ai.rollup" not in below.attributes
