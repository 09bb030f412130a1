"""model_call: what a recording SDK sees, and that nobody can count its tokens twice."""

import asyncio
import json

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from spansieve.instrument import model_call
from spansieve.semconv import raw_mapping

from .conftest import Spans, attributes, digest, events


def test_a_call_is_told_on_the_span_and_in_the_event(spans: Spans) -> None:
    with model_call(
        "gpt-4o", provider="openai", prompt="Hi", temperature=0.2, max_tokens=100, attributes={"server.address": "x"}
    ) as call:
        call.first_token()
        call.usage(input=120, output=30, cache_read=100, cache_write=10, reasoning=20)
        call.response(id="resp_1", model="gpt-4o-2024-11-20")
        call.finish("stop")

    span = spans.one()
    found = attributes(span)
    first_chunk = found.pop("gen_ai.response.time_to_first_chunk")
    assert (span.name, span.kind) == ("chat gpt-4o", SpanKind.CLIENT)
    assert isinstance(first_chunk, float)
    assert found == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 100,
        "server.address": "x",
        "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 30,
        "gen_ai.usage.cache_read.input_tokens": 100,
        "gen_ai.usage.cache_creation.input_tokens": 10,
        "gen_ai.usage.reasoning.output_tokens": 20,
        "gen_ai.response.id": "resp_1",
        "gen_ai.response.model": "gpt-4o-2024-11-20",
        "gen_ai.response.finish_reasons": ("stop",),
    }
    assert events(span) == {
        "model.inference": {
            "model": "gpt-4o",
            "promptTokens": 120,
            "completionTokens": 30,
            "temperature": 0.2,
            "maxTokens": 100,
            "stopReason": "stop",
            "promptHash": digest("Hi"),
            "promptLength": 2,
        }
    }


def test_a_call_of_which_nothing_is_known_says_nothing_more(spans: Spans) -> None:
    with model_call("m"):
        pass
    assert attributes(spans.one()) == {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
    assert events(spans.one()) == {"model.inference": {"model": "m"}}


def test_running_totals_of_a_stream_end_at_the_last_and_the_first_token_is_one(spans: Spans) -> None:
    with model_call("m") as call:
        call.first_token()
        call.usage(input=10, output=1)
        first = attributes(call.span)["gen_ai.response.time_to_first_chunk"]  # type: ignore[arg-type]
        call.first_token()
        call.usage(output=5)
    found = attributes(spans.one())
    assert (found["gen_ai.usage.input_tokens"], found["gen_ai.usage.output_tokens"]) == (10, 5)
    assert events(spans.one())["model.inference"]["completionTokens"] == 5
    assert found["gen_ai.response.time_to_first_chunk"] == first


def test_a_call_that_fails_keeps_what_is_known(spans: Spans) -> None:
    async def main() -> None:
        async with model_call("m", operation="generate_content") as call:
            call.usage(input=3)
            raise TimeoutError("took too long")

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    span = spans.one()
    assert span.name == "generate_content m"
    assert span.status.status_code is StatusCode.ERROR
    assert attributes(span)["error.type"] == "TimeoutError"
    assert events(span)["model.inference"] == {"model": "m", "promptTokens": 3}


def test_a_failure_without_an_exception_is_of_a_type_unknown(spans: Spans) -> None:
    with model_call("m") as call:
        call.fail("the answer made no sense")
    assert attributes(spans.one())["error.type"] == "_OTHER"


@pytest.mark.parametrize("value", ["span_only", "SPAN_AND_EVENT", "true"])
def test_content_leaves_in_the_conventions_form_where_the_environment_says_so(
    spans: Spans, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", value)
    with model_call("m", prompt="Hi") as call:
        call.finish("end_turn", output="Hello")
    found = attributes(spans.one())
    assert json.loads(str(found["gen_ai.input.messages"])) == [
        {"role": "user", "parts": [{"type": "text", "content": "Hi"}]}
    ]
    assert json.loads(str(found["gen_ai.output.messages"])) == [
        {"role": "assistant", "parts": [{"type": "text", "content": "Hello"}], "finish_reason": "end_turn"}
    ]


@pytest.mark.parametrize("value", ["", "false", "no_content", "event_only"])
def test_content_stays_otherwise(spans: Spans, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", value)
    with model_call("m", prompt="my secret") as call:
        call.finish("stop", output="your secret")
    assert "secret" not in spans.one().to_json()


@pytest.mark.parametrize(
    ("prompt", "messages"),
    [
        ([{"role": "system", "content": "S"}], [{"role": "system", "parts": [{"type": "text", "content": "S"}]}]),
        (
            {"content": [{"type": "text", "text": "T"}, {"type": "image", "source": 1}]},
            [{"role": "user", "parts": [{"type": "text", "content": "T"}, {"type": "image", "source": 1}]}],
        ),
        ([{"role": "user", "parts": []}], [{"role": "user", "parts": []}]),
        ([{"role": "assistant", "content": None}], [{"role": "assistant", "parts": []}]),
        ([17], [{"role": "user", "parts": [{"type": "text", "content": "17"}]}]),
    ],
)
def test_messages_of_the_vendors_become_the_conventions(spans: Spans, prompt: object, messages: object) -> None:
    with model_call("m", prompt=prompt, capture_content=True):
        pass
    assert json.loads(str(attributes(spans.one())["gen_ai.input.messages"])) == messages


def test_the_collector_takes_the_tokens_from_the_span_alone() -> None:
    """A span with an operation is of the dialect `otel_genai`, and events give tokens in the dialect `plain` only."""
    mapping = raw_mapping()
    priority = {dialect["id"]: dialect["priority"] for dialect in mapping["dialects"]}
    assert priority["otel_genai"] < priority["plain"]
    [otel_genai] = [dialect for dialect in mapping["dialects"] if dialect["id"] == "otel_genai"]
    assert {"attr": {"gen_ai.operation.name": "*"}} in otel_genai["detect"]
    summed = [source for rule in mapping["attributes"] for source in rule["sources"] if "event_sum" in source]
    assert summed
    assert all(source["dialects"] == ["plain"] for source in summed)
