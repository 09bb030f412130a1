"""What real agents sent, read."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from spansieve.messages import Given, collect_json, finish_reasons, read
from spansieve.pdata import Span, TraceBatch, Value, parse
from tests.captures import captured
from tests.spansieve.messages.schema import faults


def spans(capture: str) -> Iterator[Span]:
    for file, signal, body in captured():
        if file.parent.name == capture and signal == "traces":
            batch = parse(signal, body)
            assert isinstance(batch, TraceBatch)
            yield from batch


def matching(span: Span, prefix: str) -> dict[str, Value]:
    return {key: value for key, value in span.attributes.items() if key.startswith(prefix)}


def test_langchain_s_messages_are_read_from_openinference() -> None:
    found: list[Any] = []
    for span in spans("langchain_openinference"):
        for kind in ("input", "output"):
            values = matching(span, f"llm.{kind}_messages.")
            messages = read("openinference", Given(values, output=kind == "output"))
            if values:
                assert faults(messages, output=kind == "output") == []
                found.append(messages)
    assert found[0][0]["role"] == "system"
    calls = [part for messages in found for message in messages for part in message["parts"]]
    assert {part["name"] for part in calls if part["type"] == "tool_call"} >= {"lookup_customer", "charge_card"}
    assert all(isinstance(part["arguments"], dict) for part in calls if part["type"] == "tool_call")
    assert all(part.get("id") for part in calls if part["type"] == "tool_call_response")


def test_langchain_s_tools_are_collected() -> None:
    found: list[Any] = [collect_json(matching(span, "llm.tools.")) for span in spans("langchain_openinference")]
    names = [[tool["function"]["name"] for tool in tools] for tools in found if tools]
    assert names
    assert all(each == ["lookup_customer", "charge_card", "sync_ledger"] for each in names)


@pytest.mark.parametrize("capture", ["openai_semconv", "openai_traceloop"])
@pytest.mark.parametrize("reader", ["text_or_json", "openai_request"])
def test_messages_of_the_schema_pass_unchanged(capture: str, reader: str) -> None:
    count = 0
    for span in spans(capture):
        for key in ("gen_ai.input.messages", "gen_ai.output.messages"):
            if text := span.attributes.get(key):
                output = key == "gen_ai.output.messages"
                messages = read(reader, Given({key: text}, output=output))
                assert faults(messages, output=output) == []
                assert messages == json.loads(str(text))
                count += 1
    assert count > 4


def test_pydantic_ai_s_older_word_for_a_tool_s_response_is_replaced_and_the_rest_stays() -> None:
    answers: list[Any] = []
    for span in spans("pydantic_ai"):
        if text := span.attributes.get("pydantic_ai.all_messages"):
            messages: Any = read("openai_request", Given({"k": text}))
            for before, after in zip(json.loads(str(text)), messages, strict=True):
                for old, new in zip(before["parts"], after["parts"], strict=True):
                    if old["type"] == "tool_call_response":
                        answers.append(new.pop("response"))
                        old.pop("result")
                    assert new == old
    assert {"id": "cust-8812"}.items() <= answers[0].items()


def test_gemini_s_messages_are_read() -> None:
    said: list[Any] = []
    for span in spans("gemini"):
        if span.name != "llm_call":
            continue
        for key, reader in (
            ("gen_ai.input.messages", "gemini_contents"),
            ("gen_ai.output.messages", "openai_response"),
        ):
            output = key == "gen_ai.output.messages"
            messages = read(reader, Given({key: span.attributes.get(key)}, output=output))
            if messages is not None:
                assert faults(messages, output=output) == []
                said.append(messages)
    parts = [part for messages in said for message in messages for part in message["parts"]]
    assert {part["type"] for part in parts} >= {"text", "tool_call"}
    assert {message["role"] for messages in said for message in messages} <= {"user", "assistant", "tool"}


@pytest.mark.parametrize(
    ("capture", "reasons"),
    [("openai_semconv", {"tool_calls", "stop", "length"}), ("pydantic_ai", {"tool_call", "stop", "length"})],
)
def test_finish_reasons_are_found_in_messages(capture: str, reasons: set[str]) -> None:
    found = [finish_reasons(span.attributes.get("gen_ai.output.messages")) for span in spans(capture)]
    assert {reason for each in found for reason in each} == reasons
