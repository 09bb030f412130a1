"""Lists in attribute keys: messages, tools, documents."""

from typing import Any

import pytest

from spansieve.messages import Given, collect_json, read
from spansieve.pdata import Value


def test_openinference_s_messages_come_in_the_order_of_their_numbers_and_gaps_close_up() -> None:
    values: dict[str, Value] = {
        f"llm.input_messages.{number}.message.content": str(number) for number in (10, 2, 0, 999_999_999)
    }
    found: Any = read("openinference", Given(values))
    assert [message["parts"][0]["content"] for message in found] == ["0", "2", "10", "999999999"]


@pytest.mark.parametrize("number", ["x", "-1", "", "1e3", "²", "9" * 5000])
def test_what_is_no_number_is_no_message(number: str) -> None:
    assert read("openinference", Given({f"llm.input_messages.{number}.message.content": "hi"})) is None


def test_openinference_s_calls_answers_and_contents_are_parts() -> None:
    one = "llm.input_messages.0.message"
    two = "llm.input_messages.1.message"
    three = "llm.input_messages.2.message"
    values: dict[str, Value] = {
        f"{one}.role": "assistant",
        f"{one}.tool_calls.0.tool_call.id": "c1",
        f"{one}.tool_calls.0.tool_call.function.name": "find",
        f"{one}.tool_calls.0.tool_call.function.arguments": '{"a": 1}',
        f"{two}.role": "tool",
        f"{two}.tool_call_id": "c1",
        f"{two}.name": "find",
        f"{two}.content": '{"b": 2}',
        f"{three}.role": "user",
        f"{three}.content": "look",
        f"{three}.contents.1.message_content.type": "image",
        f"{three}.contents.1.message_content.image.image.url": "https://x.example/a",
        f"{three}.contents.0.message_content.type": "text",
        f"{three}.contents.0.message_content.text": "look",
        f"{three}.contents.2.message_content.type": "reasoning",
        f"{three}.contents.2.message_content.text": "so",
    }
    assert read("openinference", Given(values)) == [
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "find", "arguments": {"a": 1}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": {"b": 2}}], "name": "find"},
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "look"},
                {"type": "uri", "modality": "image", "uri": "https://x.example/a"},
                {"type": "reasoning", "content": "so"},
            ],
        },
    ]


def test_openinference_s_older_calls_and_content_beside_contents_are_kept() -> None:
    one = "llm.input_messages.0.message"
    values: dict[str, Value] = {
        f"{one}.content": "look",
        f"{one}.contents.0.message_content.type": "audio",
        f"{one}.contents.0.message_content.audio.audio.url": "data:audio/wav;base64,AAAA",
        f"{one}.contents.1.message_content.type": "hologram",
        f"{one}.contents.2.message_content.image": "nothing to know it by",
        f"{one}.function_call_name": "find",
        f"{one}.function_call_arguments_json": '{"a": 1}',
    }
    found: Any = read("openinference", Given(values))
    assert found[0]["parts"] == [
        {"type": "text", "content": "look"},
        {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "AAAA"},
        {"type": "hologram"},
        {"type": "tool_call", "name": "find", "arguments": {"a": 1}},
    ]


def test_openllmetry_s_prompts_may_hold_blocks_as_json_text() -> None:
    values: dict[str, Value] = {
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": '[{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "u://x"}}]',
        "gen_ai.prompt.1.role": "assistant",
        "gen_ai.prompt.1.tool_calls.0.id": "c1",
        "gen_ai.prompt.1.tool_calls.0.name": "find",
        "gen_ai.prompt.1.tool_calls.0.arguments": '{"a": 1}',
        "gen_ai.prompt.2.role": "tool",
        "gen_ai.prompt.2.tool_call_id": "c1",
        "gen_ai.prompt.2.content": "no",
        "gen_ai.prompt.3.content": '[{"name": "a list of the user\'s"}]',
        "gen_ai.prompt.prompt_filter_results": "[]",
    }
    assert read("ollm", Given(values)) == [
        {
            "role": "user",
            "parts": [{"type": "text", "content": "look"}, {"type": "uri", "modality": "image", "uri": "u://x"}],
        },
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "find", "arguments": {"a": 1}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "no"}]},
        {"role": "user", "parts": [{"type": "text", "content": '[{"name": "a list of the user\'s"}]'}]},
    ]


def test_openllmetry_s_completions_end_as_they_say() -> None:
    values: dict[str, Value] = {
        "gen_ai.completion.0.finish_reason": "tool_calls",
        "gen_ai.completion.0.content": "ok",
        "gen_ai.completion.1.refusal": "I can't.",
    }
    assert read("ollm", Given(values, output=True)) == [
        {"role": "assistant", "parts": [{"type": "text", "content": "ok"}], "finish_reason": "tool_call"},
        {"role": "assistant", "parts": [{"type": "refusal", "content": "I can't."}], "finish_reason": "stop"},
    ]


def test_openllmetry_s_functions_are_tool_definitions() -> None:
    values: dict[str, Value] = {
        "llm.request.functions.1.name": "b",
        "llm.request.functions.0.name": "a",
        "llm.request.functions.0.description": "first",
        "llm.request.functions.0.parameters": '{"type": "object"}',
    }
    assert read("ollm_functions", Given(values)) == [
        {"type": "function", "name": "a", "description": "first", "parameters": {"type": "object"}},
        {"type": "function", "name": "b"},
    ]
    assert read("ollm_functions", Given({"llm.request.functions.x.name": "b"})) is None


def test_the_schemas_of_tools_are_collected_in_order_and_what_is_no_json_stays_text() -> None:
    values: dict[str, Value] = {
        "llm.tools.10.tool.json_schema": '{"name": "c"}',
        "llm.tools.2.tool.json_schema": "{cut",
        "llm.tools.0.tool.json_schema": '{"name": "a"}',
        "llm.tools.0.tool.name": "a",
    }
    assert collect_json(values) == [{"name": "a"}, "{cut", {"name": "c"}]
    assert collect_json({}) is None


def test_documents_are_id_and_score_and_one_without_both_is_left_out() -> None:
    values: dict[str, Value] = {
        "retrieval.documents.5.document.id": "e",
        "retrieval.documents.5.document.score": "high",
        "retrieval.documents.1.document.id": "b",
        "retrieval.documents.1.document.score": 0.5,
        "retrieval.documents.0.document.id": 7,
        "retrieval.documents.0.document.score": "0.75",
        "retrieval.documents.0.document.content": "secret",
        "retrieval.documents.2.document.id": "c",
        "retrieval.documents.3.document.score": 0.1,
        "retrieval.documents.4.document.id": "d",
        "retrieval.documents.4.document.score": float("nan"),
    }
    assert read("openinference_documents", Given(values)) == [{"id": "7", "score": 0.75}, {"id": "b", "score": 0.5}]
    assert read("openinference_documents", Given({})) is None


def test_each_event_of_a_database_s_query_is_a_document() -> None:
    first: dict[str, Value] = {"db.query.result.id": "a", "db.query.result.score": 1, "db.query.result.document": "x"}
    second: dict[str, Value] = {"db.query.result.id": "b", "db.query.result.distance": 0.1}
    events = [("db.query.result", first), ("db.query.result", second)]
    assert read("db_query_result", Given({}, events)) == [{"id": "a", "score": 1.0}]


@pytest.mark.parametrize("beside", [True, False], ids=["repeated", "among the contents alone"])
def test_a_call_among_openinference_s_contents_is_one_call(beside: bool) -> None:
    one = "llm.input_messages.0.message"
    values: dict[str, Value] = {
        f"{one}.role": "assistant",
        f"{one}.contents.0.message_content.type": "tool_use",
        f"{one}.contents.0.tool_call.id": "c1",
        f"{one}.contents.0.tool_call.function.name": "find",
        f"{one}.contents.0.tool_call.function.arguments": '{"a": 1}',
    }
    if beside:
        values |= {
            f"{one}.tool_calls.0.tool_call.id": "c1",
            f"{one}.tool_calls.0.tool_call.function.name": "find",
            f"{one}.tool_calls.0.tool_call.function.arguments": '{"a": 1}',
        }
    call = {"type": "tool_call", "id": "c1", "name": "find", "arguments": {"a": 1}}
    assert read("openinference", Given(values)) == [{"role": "assistant", "parts": [call]}]
