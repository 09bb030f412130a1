"""One form for what was said, however it was written down."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.messages.calls import conversation
from spansieve.messages.entry import Entry, normal
from spansieve.pdata import Value

PNG = base64.b64encode(b"\x89PNG\r\n").decode()


def prompt(messages: object, **attributes: Value) -> list[tuple[str, object]]:
    text = messages if isinstance(messages, str) else json.dumps(messages)
    found = conversation({"gen_ai.input.messages": text, **attributes}, kind="model", dialect="")
    return [(entry.role, entry.said) for entry in found.prompt]


def said(role: str, *texts: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text} for text in texts]}


@pytest.mark.parametrize(
    ("stated", "role"),
    [
        ("human", "user"),
        ("ai", "assistant"),
        ("model", "assistant"),
        ("function", "tool"),
        ("developer", "system"),
        ("User", "user"),
        ("critic", "critic"),
    ],
)
def test_roles_have_one_name(stated: str, role: str) -> None:
    assert prompt([said(stated, "Hi")]) == [(role, "Hi")]


@pytest.mark.parametrize(
    "spelt",
    [
        [said("user", "Gr\u00fc\u00dfe\nan alle")],
        [said("user", "  Gr\u00fc\u00dfe\r\nan alle \n")],
        [said("user", "Gru\u0308\u00dfe", "an alle")],
        [{"role": "user", "content": "Gr\u00fc\u00dfe\nan alle"}],
        [
            {
                "role": "user",
                "content": [{"type": "text", "text": "Gr\u00fc\u00dfe"}, {"type": "text", "text": "an alle"}],
            }
        ],
        {"messages": [{"role": "human", "content": "Gr\u00fc\u00dfe\nan alle"}]},
        {"contents": [{"role": "user", "parts": [{"text": "Gr\u00fc\u00dfe"}, {"text": "an alle"}]}]},
        "Gr\u00fc\u00dfe\nan alle",
    ],
)
def test_spellings_of_one_message_are_one(spelt: object) -> None:
    assert prompt(spelt) == [("user", "Gr\u00fc\u00dfe\nan alle")]


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.input.messages": json.dumps([said("system", "Be brief."), said("user", "Hi")])},
        {"gen_ai.input.messages": json.dumps([said("developer", "Be brief."), said("user", "Hi")])},
        {
            "gen_ai.input.messages": json.dumps([said("user", "Hi")]),
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
        },
        {"gen_ai.input.messages": json.dumps([said("user", "Hi")]), "gen_ai.system_instructions": "Be brief."},
        {
            "gen_ai.input.messages": json.dumps([said("system", "Be brief."), said("user", "Hi")]),
            "gen_ai.system_instructions": "Be brief.",
        },
        {"ai.prompt": json.dumps({"system": "Be brief.", "messages": [{"role": "user", "content": "Hi"}]})},
        {"gen_ai.prompt": json.dumps({"system": "Be brief.", "messages": [{"role": "user", "content": "Hi"}]})},
        {
            "gen_ai.prompt.0.role": "system",
            "gen_ai.prompt.0.content": "Be brief.",
            "gen_ai.prompt.1.role": "user",
            "gen_ai.prompt.1.content": "Hi",
        },
        {
            "llm.input_messages.0.message.role": "system",
            "llm.input_messages.0.message.content": "Be brief.",
            "llm.input_messages.1.message.role": "user",
            "llm.input_messages.1.message.contents.0.message_content.type": "text",
            "llm.input_messages.1.message.contents.0.message_content.text": "Hi",
        },
    ],
)
def test_system_instructions_are_first_wherever_they_came_from(attributes: dict[str, Value]) -> None:
    found = conversation(attributes)
    assert found.prompt == [Entry("system", "Be brief."), Entry("user", "Hi")]
    assert found.system == found.prompt[:1]


def test_a_system_message_later_on_stays_there() -> None:
    messages = [said("system", "A"), said("system", "B"), said("user", "Hi"), said("system", "C")]
    assert prompt(messages) == [("system", "A\nB"), ("user", "Hi"), ("system", "C")]


def test_calls_and_results_lose_their_ids_and_their_spelling() -> None:
    expected = [
        ("assistant", "Let me look."),
        ("assistant", {"call": "look", "arguments": {"n": 1, "where": "here"}}),
        ("tool", '{"found":true}'),
    ]
    standard = [
        {
            "role": "assistant",
            "parts": [
                {"type": "tool_call", "id": "call_1", "name": "look", "arguments": {"where": "here", "n": 1.0}},
                {"type": "text", "content": "Let me look."},
            ],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": {"found": True}}]},
    ]
    chat = [
        {
            "role": "assistant",
            "content": "Let me look.",
            "tool_calls": [{"id": "x", "function": {"name": "look", "arguments": '{"where": "here", "n": 1}'}}],
        },
        {"role": "tool", "tool_call_id": "x", "content": '{ "found": true }'},
    ]
    anthropic = [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Let me look."},
                {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"n": 1, "where": "here"}},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": '{"found":true}'}]},
    ]
    assert prompt(standard) == prompt(chat) == prompt(anthropic) == expected


def test_a_picture_is_the_hash_of_its_bytes_however_they_came() -> None:
    data, other = f"data:image/png;base64,{PNG}", "https://pictures.example/1.png"
    blocks: list[dict[str, Any]] = [
        {"type": "image_url", "image_url": {"url": data}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": PNG},
    ]
    first, *rest = (prompt([{"role": "user", "content": ["See", block]}]) for block in blocks)
    assert first[0] == ("user", "See")
    assert all(each == first for each in rest)
    assert PNG not in str(first)
    assert prompt([{"role": "user", "content": ["See", {"type": "image_url", "image_url": {"url": other}}]}]) != first


def test_reasoning_and_empty_messages_are_left_out() -> None:
    thought = {"role": "assistant", "parts": [{"type": "reasoning", "content": "Hm."}, {"type": "text", "content": ""}]}
    assert prompt([said("user", "Hi"), thought, said("user", "Well?")]) == [("user", "Hi"), ("user", "Well?")]


@pytest.mark.parametrize("mark", ["<REDACTED>", "__REDACTED__", " [redacted]\n"])
def test_what_the_producer_took_out_is_no_content(mark: str) -> None:
    assert prompt([said("user", mark)]) == []
    assert not conversation({"gen_ai.tool.call.arguments": mark, "gen_ai.tool.call.result": mark}, kind="tool")


def test_names_of_tools_without_anything_else_are_no_content() -> None:
    calls = [{"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "look"}}]}]
    assert prompt(calls) == []
    assert prompt([said("user", "Hi"), *calls]) != prompt([said("user", "Hi")])


@given(st.text())
def test_normal_text_is_normal(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(min_size=1)), max_size=4))
def test_every_way_to_write_a_conversation_gives_the_same_entries(turns: list[tuple[str, str]]) -> None:
    ways: list[Callable[[], Any]] = [
        lambda: {"gen_ai.input.messages": json.dumps([said(*turn) for turn in turns])},
        lambda: {"gen_ai.input.messages": [said(*turn) for turn in turns]},
        lambda: {"langfuse.observation.input": json.dumps([{"role": role, "content": text} for role, text in turns])},
        lambda: {
            f"llm.input_messages.{place}.message.{key}": value
            for place, (role, text) in enumerate(turns)
            for key, value in (("role", role), ("content", text))
        },
    ]
    first, *rest = (conversation(way()).prompt for way in ways)
    assert all(each == first for each in rest)
    assert [(entry.role, entry.said) for entry in first] == [
        (role, normal(text)) for role, text in turns if normal(text)
    ]
