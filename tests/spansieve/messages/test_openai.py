"""Requests and answers of model APIs as JSON, and the blocks inside them."""

import json
from typing import Any

import pytest

from spansieve.messages import Given, read

HI = {"role": "user", "parts": [{"type": "text", "content": "hi"}]}


def request(value: Any) -> Any:  # noqa: ANN401
    return read("openai_request", Given({"k": value if isinstance(value, str) else json.dumps(value)}))


def response(value: Any, **known: Any) -> Any:  # noqa: ANN401
    text = value if isinstance(value, str) else json.dumps(value)
    return read("openai_response", Given({"k": text}, output=True, **known))


def parts(*blocks: object) -> Any:  # noqa: ANN401
    """The parts of a user's message of these blocks."""
    return request({"messages": [{"role": "user", "content": list(blocks)}]})[0]["parts"]


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": "hi"}], "model": "gpt-4o"},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
        {"input": "hi"},
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}]},
        {"input": [{"type": "message", "role": "user", "content": "hi"}]},
        {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
        {"prompt": "hi"},
        {"role": "user", "content": "hi"},
        [{"role": "user", "content": "hi"}],
        [[{"type": "human", "content": "hi"}]],
        [{"type": "text", "text": "hi"}],
        {"messages": [HI]},
        [HI],
        "hi",
        json.dumps("hi"),
    ],
)
def test_a_request_in_any_api_s_form_is_the_same_message(body: object) -> None:
    assert request(body) == [HI]


@pytest.mark.parametrize("nothing", ["", "null", "[]", "{}", '""', None])
def test_an_empty_request_is_nothing(nothing: str | None) -> None:
    assert read("openai_request", Given({"k": nothing})) is None
    assert read("openai_request", Given({})) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"messages": [{"role"',
        "[1, 2",
        "[[1], [2]]",
        '[{"city": "Rome"}]',
        '{"args": [], "kwargs": {"city": "Rome"}}',
        "42",
        "NaN",
    ],
)
def test_json_that_is_cut_off_or_says_nothing_of_messages_stays_one_text(text: str) -> None:
    assert request(text) == [{"role": "user", "parts": [{"type": "text", "content": text}]}]


def test_an_object_that_is_no_request_becomes_the_text_of_its_json() -> None:
    assert read("openai_request", Given({"k": {"city": "Rome"}})) == [
        {"role": "user", "parts": [{"type": "text", "content": '{"city": "Rome"}'}]}
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"system": "Be brief.", "messages": [{"role": "user", "content": "hi"}]},
        {"system": [{"type": "text", "text": "Be brief."}], "messages": [{"role": "user", "content": "hi"}]},
        {"instructions": "Be brief.", "input": "hi"},
        {"systemInstruction": {"parts": [{"text": "Be brief."}]}, "contents": "hi"},
        {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]},
    ],
)
def test_system_instructions_beside_the_messages_come_first(body: object) -> None:
    assert request(body) == [{"role": "system", "parts": [{"type": "text", "content": "Be brief."}]}, HI]


def test_a_developer_s_message_keeps_its_role_and_a_name_its_owner() -> None:
    assert request([{"role": "developer", "content": "x", "name": "ops"}]) == [
        {"role": "developer", "parts": [{"type": "text", "content": "x"}], "name": "ops"}
    ]


def test_a_role_that_is_no_text_is_the_user_s_and_a_content_of_null_is_no_part() -> None:
    assert request({"messages": [{"role": 7, "content": None}, {"role": "assistant", "content": None}]}) == [
        {"role": "user", "parts": [{"type": "text", "content": '{"role": 7, "content": null}'}]},
        {"role": "assistant", "parts": []},
    ]


def test_tool_calls_and_their_answers_hold_values() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"email": "a@b.example"}'}}
    found = request(
        [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": '{"id": 7}'},
            {"role": "tool", "tool_call_id": "c2", "content": "42"},
            {"role": "tool", "tool_call_id": "c3", "content": [{"type": "text", "text": "done"}]},
        ]
    )
    assert [part for message in found for part in message["parts"]] == [
        {"type": "tool_call", "id": "c1", "name": "find", "arguments": {"email": "a@b.example"}},
        {"type": "tool_call_response", "id": "c1", "response": {"id": 7}},
        {"type": "tool_call_response", "id": "c2", "response": "42"},
        {"type": "tool_call_response", "id": "c3", "response": "done"},
    ]


def test_arguments_that_are_cut_off_stay_text() -> None:
    call = {"id": "c1", "function": {"name": "find", "arguments": '{"email": '}}
    [message] = request([{"role": "assistant", "tool_calls": [call, None, "x"]}])
    assert message["parts"] == [{"type": "tool_call", "id": "c1", "name": "find", "arguments": '{"email": '}]


def test_functions_before_tools_are_tools() -> None:
    call = {"name": "find", "arguments": "{}"}
    answer = {"role": "function", "name": "find", "content": "no"}
    assert request([{"role": "assistant", "content": None, "function_call": call}, answer]) == [
        {"role": "assistant", "parts": [{"type": "tool_call", "name": "find", "arguments": {}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "response": "no"}], "name": "find"},
    ]


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (
            {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
            {"type": "uri", "modality": "image", "uri": "https://x.example/a.png"},
        ),
        (
            {"type": "image_url", "image_url": "data:image/png;base64,AAAA"},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
        ),
        (
            {"type": "input_image", "image_url": "DATA:image/png;base64,AAAA"},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
        ),
        ({"type": "input_image", "file_id": "f1"}, {"type": "file", "modality": "image", "file_id": "f1"}),
        (
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "AAAA"},
        ),
        ({"type": "file", "file": {"file_id": "f1"}}, {"type": "file", "modality": "document", "file_id": "f1"}),
        (
            {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA"},
            {"type": "blob", "modality": "document", "mime_type": "application/pdf", "content": "AAAA"},
        ),
        (
            {"type": "input_file", "file_url": "https://x.example/a.pdf"},
            {"type": "uri", "modality": "document", "uri": "https://x.example/a.pdf"},
        ),
        ({"type": "refusal", "refusal": "I can't."}, {"type": "refusal", "content": "I can't."}),
        ({"type": "thinking", "thinking": "so"}, {"type": "reasoning", "content": "so"}),
        (
            {"type": "tool_use", "id": "t1", "name": "find", "input": {"a": 1}},
            {"type": "tool_call", "id": "t1", "name": "find", "arguments": {"a": 1}},
        ),
        (
            {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "[1]"}]},
            {"type": "tool_call_response", "id": "t1", "response": [1]},
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
        ),
        (
            {"type": "document", "source": {"type": "url", "url": "https://x.example/a"}},
            {"type": "uri", "modality": "document", "uri": "https://x.example/a"},
        ),
        (
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
            {
                "type": "server_tool_call",
                "id": "s1",
                "name": "web_search",
                "server_tool_call": {"type": "web_search", "input": {"query": "q"}},
            },
        ),
        (
            {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []},
            {
                "type": "server_tool_call_response",
                "id": "s1",
                "server_tool_call_response": {"type": "web_search", "content": []},
            },
        ),
        (
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "inside"}},
            {"type": "text", "content": "inside"},
        ),
        (
            {"type": "image", "source": "https://x.example/a"},
            {"type": "uri", "modality": "image", "uri": "https://x.example/a"},
        ),
        (
            {"type": "image_url", "image_url": {"url": "data:image/svg+xml,<svg/>"}},
            {"type": "uri", "modality": "image", "mime_type": "image/svg+xml", "uri": "data:image/svg+xml,<svg/>"},
        ),
        (
            {"type": "audio-url", "url": "https://x.example/a"},
            {"type": "uri", "modality": "audio", "uri": "https://x.example/a"},
        ),
        (
            {"type": "tool_call_response", "id": 7, "response": "x"},
            {"type": "tool_call_response", "id": "7", "response": "x"},
        ),
        ({"type": "hologram", "x": 1}, {"type": "hologram", "x": 1}),
        ({"x": 1}, {"type": "text", "content": '{"x": 1}'}),
        ({"type": "blob"}, {"type": "text", "content": '{"type": "blob"}'}),
        (
            {"kind": "image-url", "url": "https://x.example"},
            {"type": "uri", "modality": "image", "uri": "https://x.example"},
        ),
        (
            {"kind": "binary", "binary_content": "AAAA", "media_type": "image/png"},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
        ),
        ("plain", {"type": "text", "content": "plain"}),
        ({"type": "text", "content": "of the schema"}, {"type": "text", "content": "of the schema"}),
        (
            {"type": "tool_call_response", "id": "c", "result": "older"},
            {"type": "tool_call_response", "id": "c", "response": "older"},
        ),
    ],
)
def test_a_block_of_content_becomes_its_part(block: object, part: object) -> None:
    assert parts(block) == [part]


def test_items_of_the_responses_api_become_messages() -> None:
    items = [
        {"role": "user", "content": "hi"},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "look"}]},
        {"type": "function_call", "call_id": "c1", "name": "find", "arguments": '{"a": 1}'},
        {"type": "local_shell_call", "call_id": "c2", "action": {"command": ["ls"]}},
        {"type": "function_call_output", "call_id": "c1", "output": '{"b": 2}'},
    ]
    assert request({"input": items}) == [
        HI,
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "look"}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "find", "arguments": {"a": 1}}]},
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c2", "name": "local_shell", "arguments": {"command": ["ls"]}}],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": {"b": 2}}]},
    ]


def test_an_answer_of_the_responses_api_is_one_message() -> None:
    output = [
        {"type": "reasoning", "summary": [], "encrypted_content": "gAAA"},
        {"type": "web_search_call", "id": "ws", "status": "completed", "action": {"query": "q"}},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]},
    ]
    search = {"type": "web_search", "status": "completed", "action": {"query": "q"}}
    body = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": output}
    assert response(body) == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": ""},
                {"type": "server_tool_call", "id": "ws", "name": "web_search", "server_tool_call": search},
                {"type": "text", "content": "Done."},
            ],
            "finish_reason": "length",
        }
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"choices": [{"message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]}, "stop"),
        ({"choices": [{"message": {"content": "ok"}, "finish_reason": "tool_calls"}]}, "tool_call"),
        ({"choices": [{"text": "ok", "finish_reason": "length"}]}, "length"),
        ({"message": {"role": "assistant", "content": "ok"}, "done_reason": "stop"}, "stop"),
        ({"message": "ok"}, "stop"),
        ({"role": "assistant", "content": [{"type": "text", "text": "ok"}], "stop_reason": "end_turn"}, "stop"),
        ({"content": [{"type": "text", "text": "ok"}], "stop_reason": "refusal"}, "content_filter"),
        ({"content": [{"type": "text", "text": "ok"}], "stop_reason": "pause_turn"}, "pause_turn"),
        ({"output": "ok"}, "stop"),
        ({"combined_chunk_content": "ok", "chunk_count": 2}, "stop"),
        (
            {"candidates": [{"content": {"role": "model", "parts": [{"text": "ok"}]}, "finishReason": "MAX_TOKENS"}]},
            "length",
        ),
        ([{"type": "text", "text": "ok"}], "stop"),
        ([{"role": "assistant", "content": "ok"}], "stop"),
        ("ok", "stop"),
    ],
)
def test_an_answer_in_any_api_s_form_is_the_same_message_with_the_schema_s_finish_reason(
    body: object, reason: str
) -> None:
    parts = [{"type": "text", "content": "ok"}]
    assert response(body) == [{"role": "assistant", "parts": parts, "finish_reason": reason}]


def test_a_finish_reason_that_nobody_states_is_the_span_s_else_error_after_a_failure_else_stop() -> None:
    choices = {"choices": [{"message": {"content": "a"}}, {"message": {"content": "b"}}]}

    def reasons(**known: Any) -> list[str]:  # noqa: ANN401
        return [message["finish_reason"] for message in response(choices, **known)]

    assert reasons() == ["stop", "stop"]
    assert reasons(failed=True) == ["error", "error"]
    assert reasons(failed=True, finish_reasons=["tool_calls"]) == ["tool_call", "error"]


def test_a_message_without_a_word_still_says_why_it_ended() -> None:
    body = {"choices": [{"message": {"content": None}, "finish_reason": "content_filter"}]}
    assert response(body) == [{"role": "assistant", "parts": [], "finish_reason": "content_filter"}]


def test_reasoning_and_refusal_beside_the_content_are_parts() -> None:
    body = {"message": {"reasoning_content": "so", "content": "", "refusal": "I can't."}}
    assert response(body)[0]["parts"] == [
        {"type": "reasoning", "content": "so"},
        {"type": "refusal", "content": "I can't."},
    ]


def test_text_or_json_reads_arrays_with_roles_and_takes_everything_else_for_text() -> None:
    def read_it(value: object, *, output: bool = False) -> Any:  # noqa: ANN401
        return read("text_or_json", Given({"k": value}, output=output))  # type: ignore[dict-item]

    assert read_it('[{"role": "user", "content": "hi"}]') == [HI]
    assert read_it([HI]) == [HI]
    for text in ("hi", "[1]", '{"messages": []}', '[{"role": "user"}, 1]', "[]"):
        assert read_it(text) == [{"role": "user", "parts": [{"type": "text", "content": text}]}]
    assert read_it("ok", output=True)[0] | {"parts": []} == {"role": "assistant", "parts": [], "finish_reason": "stop"}
    assert read_it("") is None
    assert read_it("null") is None
