"""Gemini's, Bedrock's and the AI SDK's shapes, and plain text."""

import json
from typing import Any, cast

from spansieve.messages import Given, read
from spansieve.pdata import Value


def run(name: str, value: Any, **known: Any) -> Any:  # noqa: ANN401
    return read(name, Given({"k": value if isinstance(value, str) else json.dumps(value)}, **known))


def user_parts(name: str, *blocks: object) -> Any:  # noqa: ANN401
    key = "parts" if name.startswith("gemini") else "content"
    return run(name, [{"role": "user", key: list(blocks)}])[0]["parts"]


def test_gemini_s_contents_follow_the_system_instruction_and_the_model_is_the_assistant() -> None:
    request = {
        "config": {"system_instruction": "Be brief."},
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {"role": "model", "parts": [{"function_call": {"id": "f1", "name": "find", "args": {"a": 1}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "find", "response": {"b": 2}}}]},
        ],
    }
    assert run("gemini_contents", request) == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "f1", "name": "find", "arguments": {"a": 1}}]},
        {"role": "user", "parts": [{"type": "tool_call_response", "response": {"b": 2}, "name": "find"}]},
    ]


def test_gemini_s_data_files_thoughts_and_code_are_parts() -> None:
    assert user_parts(
        "gemini_contents",
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
        {"file_data": {"mime_type": "video/mp4", "file_uri": "gs://b/v"}},
        {"text": "so", "thought": True},
        {"executableCode": {"language": "PYTHON", "code": "1"}},
        {"codeExecutionResult": {"outcome": "OK", "output": "1"}},
    ) == [
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
        {"type": "uri", "modality": "video", "mime_type": "video/mp4", "uri": "gs://b/v"},
        {"type": "reasoning", "content": "so"},
        {
            "type": "server_tool_call",
            "name": "code_execution",
            "server_tool_call": {"type": "code_execution", "language": "PYTHON", "code": "1"},
        },
        {
            "type": "server_tool_call_response",
            "server_tool_call_response": {"type": "code_execution", "outcome": "OK", "output": "1"},
        },
    ]


def test_bedrock_s_media_and_reasoning_are_parts() -> None:
    place = {"s3Location": {"uri": "s3://b/v"}}
    assert user_parts(
        "openai_request",
        {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
        {"video": {"format": "mp4", "source": place}},
        {"document": {"format": "pdf", "name": "x", "source": {"bytes": "AAAA"}}},
        {"reasoningContent": {"reasoningText": {"text": "so", "signature": "s"}}},
        {"image": {"format": "png"}},
    ) == [
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
        {"type": "uri", "modality": "video", "mime_type": "video/mp4", "uri": "s3://b/v"},
        {"type": "blob", "modality": "document", "content": "AAAA"},
        {"type": "reasoning", "content": "so"},
        {"type": "text", "content": '{"image": {"format": "png"}}'},
    ]


def test_gemini_s_candidates_are_messages_even_when_blocked() -> None:
    answer = {
        "candidates": [
            {"content": {"role": "model", "parts": [{"text": "ok"}]}, "finishReason": "STOP"},
            {"finishReason": "SAFETY"},
        ]
    }
    expected = [
        {"role": "assistant", "parts": [{"type": "text", "content": "ok"}], "finish_reason": "stop"},
        {"role": "assistant", "parts": [], "finish_reason": "content_filter"},
    ]
    assert run("gemini_candidates", answer, output=True) == expected
    assert run("gemini_candidates", [answer], output=True) == expected


def test_an_answer_of_the_agent_development_kit_is_one_message() -> None:
    answer = {"content": {"role": "model", "parts": [{"text": "ok"}]}, "finish_reason": "FinishReason.STOP"}
    expected = [{"role": "assistant", "parts": [{"type": "text", "content": "ok"}], "finish_reason": "stop"}]
    assert run("gemini_candidates", answer, output=True) == expected
    assert run("gemini_candidates", "ok", output=True) == expected
    assert run("gemini_candidates", {"partial": True}, output=True) is None


def test_the_ai_sdk_s_prompt_is_messages_or_text_after_the_system_prompt() -> None:
    system = {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]}
    hi = {"role": "user", "parts": [{"type": "text", "content": "hi"}]}
    messages = [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]
    assert run("vercel", {"system": "Be brief.", "prompt": "hi"}) == [system, hi]
    assert run("vercel", {"system": "Be brief.", "messages": messages}) == [system, hi]
    assert run("vercel", {"system": "Be brief.", "messages": json.dumps(messages)}) == [system, hi]
    assert run("vercel", messages) == [hi]
    assert run("vercel", "hi") == [hi]


def test_the_ai_sdk_s_parts_of_old_and_new_versions_are_the_same() -> None:
    call = {"type": "tool_call", "id": "c", "name": "find", "arguments": {"a": 1}}
    answer = {"type": "tool_call_response", "id": "c", "response": {"b": 2}}
    image = {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"}
    assert user_parts(
        "vercel",
        {"type": "tool-call", "toolCallId": "c", "toolName": "find", "args": {"a": 1}},
        {"type": "tool-call", "toolCallId": "c", "toolName": "find", "input": '{"a": 1}'},
        {"type": "tool-result", "toolCallId": "c", "result": {"b": 2}},
        {"type": "tool-result", "toolCallId": "c", "output": {"type": "json", "value": {"b": 2}}},
        {"type": "image", "image": "AAAA", "mimeType": "image/png"},
        {"type": "file", "data": "AAAA", "mediaType": "image/png"},
        {"type": "reasoning", "text": "so"},
        {"type": "image", "image": "https://x.example/a"},
    ) == [
        call,
        call,
        answer,
        answer,
        image,
        image,
        {"type": "reasoning", "content": "so"},
        {"type": "uri", "modality": "image", "uri": "https://x.example/a"},
    ]


def test_a_tool_s_message_of_the_ai_sdk_is_its_results() -> None:
    result = {"type": "tool-result", "toolCallId": "c", "toolName": "find", "result": "[1]"}
    assert run("vercel", [{"role": "tool", "content": [result]}]) == [
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "response": [1]}]}
    ]


def test_the_ai_sdk_s_answer_is_one_message() -> None:
    values: dict[str, Value] = {
        "ai.response.toolCalls": '[{"toolCallId": "c", "toolName": "find", "input": "{\\"a\\": 1}"}]',
        "ai.response.text": "Looking.",
        "ai.response.reasoning": "so",
        "ai.response.object": '{"x": 1}',
    }
    assert read("vercel_response", Given(values, output=True, failed=True)) == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "so"},
                {"type": "text", "content": "Looking."},
                {"type": "text", "content": '{"x": 1}'},
                {"type": "tool_call", "id": "c", "name": "find", "arguments": {"a": 1}},
            ],
            "finish_reason": "error",
        }
    ]
    thoughts = '[{"type": "reasoning", "text": "so"}, {"type": "reasoning", "text": "then"}]'
    [message] = cast(Any, read("vercel_response", Given({"ai.response.reasoning": thoughts}, output=True)))
    assert message["parts"] == [{"type": "reasoning", "content": "so\n\nthen"}]
    assert read("vercel_response", Given({"ai.response.text": ""}, output=True)) is None
    assert read("vercel_response", Given({"ai.response.toolCalls": "[{"}, output=True)) is None


def test_text_is_one_part_whatever_it_looks_like() -> None:
    part = {"type": "text", "content": '[{"role": "user"}]'}
    assert run("text", part["content"], output=True) == [
        {"role": "assistant", "parts": [part], "finish_reason": "stop"}
    ]
    assert run("text", part["content"], system=True) == [part]
    assert read("text", Given({"k": ["a", "b"]}, system=True)) == [
        {"type": "text", "content": "a"},
        {"type": "text", "content": "b"},
    ]
    assert run("text", "", system=True) is None


def test_langchain_s_serialised_messages_are_unwrapped() -> None:
    said = {"content": "hi", "type": "human", "id": "1"}
    call = {"name": "find", "args": {"a": 1}, "id": "c1", "type": "tool_call"}
    answer = {"content": "", "type": "ai", "tool_calls": [call]}
    request = {"messages": [[{"lc": 1, "type": "constructor", "kwargs": kwargs} for kwargs in (said, answer)]]}
    assert run("openai_request", request) == [
        {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "find", "arguments": {"a": 1}}]},
    ]


def test_calls_that_litellm_leaves_beside_the_parts_are_parts() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    [message] = run("openai_request", [{"role": "assistant", "parts": [], "tool_calls": [call]}])
    assert message["parts"] == [{"type": "tool_call", "id": "c1", "name": "find", "arguments": {}}]
