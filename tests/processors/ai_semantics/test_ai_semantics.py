"""ai_semantics: what leaves for what arrives. What each dialect's spans become is in test_cases and test_agents."""

from typing import Any

import pytest

from spansieve.pdata import LogBatch, Span, StatusCode, TraceBatch, Value
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost, SpanSpec, otlp_request, through

CHAT = SpanSpec(
    "chat gpt-4o",
    attributes={
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 6400,
        "gen_ai.usage.output_tokens": 100,
    },
)


def processor(host: FakeHost | None = None, **config: Any) -> AiSemantics:  # noqa: ANN401
    return AiSemantics(AiSemanticsConfig.model_validate(config), host or FakeHost())


def tagged(spec: SpanSpec, **config: Any) -> Span:  # noqa: ANN401
    [span] = through(processor(**config), otlp_request("agent", spec))
    return span


def test_a_span_that_no_rule_knows_keeps_its_bytes() -> None:
    body = otlp_request("shop", SpanSpec("GET /", attributes={"http.request.method": "GET", "url.path": "/"}))
    batch = TraceBatch.parse(body)
    processor().traces(batch)
    assert batch.encode() == body


def test_the_share_of_the_window_that_was_used_is_written() -> None:
    span = tagged(CHAT)
    assert span.attributes["spansieve.ai.context.window"] == 128_000
    assert span.attributes["spansieve.ai.context.utilization"] == 0.05


def test_windows_of_ones_own_win() -> None:
    span = tagged(CHAT, context_windows=[{"match": "^gpt-4o", "window": 12_800}])
    assert span.attributes["spansieve.ai.context.utilization"] == 0.5


def test_what_nobody_knows_the_window_of_gets_neither() -> None:
    span = tagged(CHAT.with_(attributes={**CHAT.attributes, "gen_ai.request.model": "in-house-7"}))
    assert "spansieve.ai.context.window" not in span.attributes
    assert "spansieve.ai.context.utilization" not in span.attributes


OWN_PRICES = {"enabled": True, "overrides": [{"match": "gpt-4o", "input_per_million": 10, "output_per_million": 40}]}


def test_a_call_costs_what_its_model_costs_and_unknown_models_are_counted() -> None:
    pytest.importorskip("genai_prices")
    host = FakeHost()
    costs = processor(host, cost=OWN_PRICES)
    [span] = through(costs, otlp_request("agent", CHAT))
    assert span.attributes["spansieve.cost.usd"] == pytest.approx(0.068)

    unknown = CHAT.with_(attributes={**CHAT.attributes, "gen_ai.request.model": "in-house-7"})
    [span] = through(costs, otlp_request("agent", unknown))
    assert "spansieve.cost.usd" not in span.attributes
    assert host.counts[("spansieve_ai_semantics_unpriced",)] == 1


def test_what_its_producer_says_it_costs_is_not_priced_again_and_a_roll_up_never() -> None:
    pytest.importorskip("genai_prices")
    said = CHAT.with_(attributes={**CHAT.attributes, "gen_ai.usage.cost": 0.5})
    assert tagged(said, cost=OWN_PRICES).attributes["spansieve.cost.usd"] == 0.5
    run = CHAT.with_(attributes={**CHAT.attributes, "gen_ai.operation.name": "invoke_agent"})
    assert "spansieve.cost.usd" not in tagged(run, cost=OWN_PRICES).attributes


@pytest.mark.parametrize(
    ("value", "reason"), [(-4, "range"), (10**10, "range"), ("many", "type"), (1.5, "type"), (True, "type")]
)
def test_a_count_that_is_none_is_skipped_and_counted(value: Value, reason: str) -> None:
    host = FakeHost()
    attributes: dict[str, Value] = {"llm.request.type": "chat", "gen_ai.usage.prompt_tokens": value}
    spec = SpanSpec("openai.chat", attributes=attributes)
    [span] = through(processor(host), otlp_request("agent", spec))
    assert "gen_ai.usage.input_tokens" not in span.attributes
    assert host.counts["spansieve_ai_semantics_skipped", reason, "gen_ai.usage.input_tokens"] == 1


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"model": ' + "9" * 5000 + "}", "nul"])
def test_malformed_json_in_an_attribute_costs_that_value_alone(text: str) -> None:
    attributes: dict[str, Value] = {
        "openinference.span.kind": "LLM",
        "llm.invocation_parameters": text,
        "llm.token_count.prompt": 7,
    }
    span = tagged(SpanSpec("ChatOpenAI", attributes=attributes))
    assert span.attributes["spansieve.ai.kind"] == "model"
    assert span.attributes["gen_ai.usage.input_tokens"] == 7


def test_spans_of_one_trace_in_one_request_are_seen_together_however_they_are_ordered() -> None:
    tool = SpanSpec("tool.search", attributes={"tool.name": "search"}, duration_ns=10_000_000)
    batch = SpanSpec("tools.parallel_batch", attributes={"batch.size": 2}, duration_ns=20_000_000)
    spans = through(processor(), otlp_request("agent", batch, tool, tool.with_(attributes={"tool.name": "read"})))
    assert [span.attributes.get("spansieve.ai.parallel") for span in spans] == [None, True, True]
    assert len({span.attributes["spansieve.ai.batch.id"] for span in spans[1:]}) == 1
    assert spans[0].attributes["spansieve.ai.batch.size"] == 2
    assert spans[0].attributes["spansieve.ai.batch.tools"] == ["search", "read"]


def test_the_status_is_set_only_when_asked_and_never_that_of_a_handled_error() -> None:
    failed = SpanSpec("execute_tool x", attributes={"gen_ai.operation.name": "execute_tool", "error.type": "Timeout"})
    assert tagged(failed).status_code == StatusCode.UNSET
    assert tagged(failed, errors={"set_status": True}).status_code == StatusCode.ERROR
    handled = failed.with_(status=StatusCode.OK)
    assert tagged(handled, errors={"set_status": True}).status_code == StatusCode.OK


def test_log_records_without_a_rule_keep_their_bytes() -> None:
    body = b"\x0a\x0c\x12\x0a\x12\x08\x2a\x06\x0a\x04mind"
    batch = LogBatch.parse(body)
    processor().logs(batch)
    assert batch.encode() == body


def test_many_shapes_of_spans_are_forgotten_rather_than_kept() -> None:
    tag = processor()
    for number in range(6000):
        spec = SpanSpec(f"chat {number}", attributes={**CHAT.attributes, f"traceloop.{number}": "x", f"k{number}": 1})
        tag.traces(TraceBatch.parse(otlp_request("agent", spec)))
    [span] = through(tag, otlp_request("agent", CHAT))
    assert span.attributes["spansieve.ai.kind"] == "model"


def test_originals_of_log_records_are_dropped_when_asked_and_only_those_that_were_read() -> None:
    batch = LogBatch.parse(b"\x0a\x06\x12\x04\x12\x02\x10\x09")
    [record] = batch
    record.attributes.update({"event.name": "codex.tool_result", "tool_name": "shell", "call_id": "c1", "took": 3})
    processor(drop_originals=True).logs(batch)
    assert record.attributes["gen_ai.tool.name"] == "shell"
    assert set(record.attributes) & {"tool_name", "call_id", "took", "event.name"} == {"took", "event.name"}
