"""What a span or log record says was said, wherever it says it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.messages import READERS
from spansieve.messages.calls import (
    Conversation,
    conversation,
    conversation_of_events,
    conversation_of_record,
    said_by_record,
    tools_called,
)
from spansieve.messages.chain import hashes
from spansieve.messages.entry import Entry
from spansieve.messages.limits import MAX_CONTENT_BYTES, MAX_MESSAGES
from spansieve.pdata import Value
from spansieve.semconv import raw_mapping
from spansieve.semconv.names import KIND

HI = [Entry("user", "Hi")]
CONTENT = [entry for entry in raw_mapping()["attributes"] if entry.get("content")]
SAID = ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions")


def test_the_table_says_nothing_of_sources_that_is_not_understood() -> None:
    sources = [
        source
        for entry in CONTENT
        for source in entry["sources"]
        if entry["target"] in SAID or "tool.call" in entry["target"]
    ]
    words = {word for source in sources for word in source}
    assert words <= {"key", "keys", "key_pattern", "span_events", "span_event_attr", "dialects", "kinds", "transform"}
    assert {source["transform"].removeprefix("messages:") for source in sources if "transform" in source} <= set(
        READERS
    )
    assert all(source["key_pattern"].endswith(".*") for source in sources if "key_pattern" in source)


@pytest.mark.parametrize("target", SAID[:2])
def test_every_key_that_the_table_has_for_messages_is_read(target: str) -> None:
    for entry in (entry for entry in CONTENT if entry["target"] == target):
        for source in (source for source in entry["sources"] if "key" in source):
            kind = source.get("kinds", ["model"])[0]
            dialect = source.get("dialects", [""])[0]
            found = conversation(
                {source["key"]: json.dumps([{"role": "user", "content": "Hi"}])}, kind=kind, dialect=dialect
            )
            assert found, source


@pytest.mark.parametrize("target", ["gen_ai.tool.call.arguments", "gen_ai.tool.call.result"])
def test_every_key_that_the_table_has_for_tools_is_read(target: str) -> None:
    for entry in (entry for entry in CONTENT if entry["target"] == target):
        for source in (source for source in entry["sources"] if "key" in source):
            found = conversation({source["key"]: '{"a": 1}'}, kind="tool", dialect=source.get("dialects", [""])[0])
            assert found.arguments == {"a": 1} or found.result == '{"a":1}', source


def test_what_is_no_json_is_what_the_user_said() -> None:
    assert conversation({"input.value": "Hi"}, kind="model", dialect="").prompt == HI
    assert conversation({"gen_ai.input.messages": '[{"role": "us'}, kind="model").prompt == [
        Entry("user", '[{"role": "us')
    ]


def test_the_first_source_that_has_anything_counts() -> None:
    attributes: dict[str, Value] = {
        "gen_ai.input.messages": "[]",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Hi",
        "input.value": "something else",
    }
    assert conversation(attributes, kind="model").prompt == HI


def test_kind_and_dialect_are_read_from_the_span() -> None:
    tool: dict[str, Value] = {"spansieve.ai.kind": "tool", "input.value": '{"a": 1}', "output.value": "done"}
    assert conversation(tool) == Conversation(arguments={"a": 1}, result="done")
    assert (
        conversation({"gen_ai.operation.name": "execute_tool", "input.value": "1", "output.value": "2"}).result == "2"
    )
    assert (
        conversation({"events": json.dumps([{"event.name": "gen_ai.user.message", "content": "Hi"}])}) == Conversation()
    )
    logfire: dict[str, Value] = {"spansieve.ai.kind": "model", "spansieve.dialect": "logfire"}
    assert (
        conversation(logfire | {"events": json.dumps([{"event.name": "gen_ai.user.message", "content": "Hi"}])}).prompt
        == HI
    )


def test_steps_that_are_neither_model_nor_agent_nor_tool_have_no_conversation() -> None:
    assert not conversation({"spansieve.ai.kind": "retrieval", "input.value": "Hi", "output.value": "Ho"})


EVENTS: list[tuple[str, dict[str, Value]]] = [
    ("gen_ai.system.message", {"content": "Be brief."}),
    ("gen_ai.user.message", {"content": "Hi"}),
    ("gen_ai.assistant.message", {"tool_calls": [{"id": "1", "function": {"name": "look", "arguments": '{"a": 1}'}}]}),
    ("gen_ai.tool.message", {"id": "1", "content": "found"}),
    ("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Here."}}),
]
TOLD = Conversation(
    [
        Entry("system", "Be brief."),
        Entry("user", "Hi"),
        Entry("assistant", {"call": "look", "arguments": {"a": 1}}),
        Entry("tool", "found"),
    ],
    [Entry("assistant", "Here.")],
)


def test_events_and_log_records_say_what_attributes_say() -> None:
    assert conversation({}, EVENTS, kind="model") == TOLD
    assert conversation_of_events(EVENTS) == TOLD
    bodies = [(name, said_by_record(dict(body), {"gen_ai.system": "openai"})) for name, body in EVENTS]
    assert conversation_of_events(bodies) == TOLD


@pytest.mark.parametrize("body", [{"content": "Hi"}, "Hi", '{"content": "Hi"}'])
def test_one_record_is_a_prompt_of_one_message(body: Value) -> None:
    assert conversation_of_record("gen_ai.user.message", body, {}).prompt == HI
    azure: dict[str, Value] = {"gen_ai.event.content": '{"content": "Hi"}'}
    assert conversation_of_record("gen_ai.user.message", None, azure).prompt == HI


def test_records_of_other_names_say_it_in_their_attributes() -> None:
    details = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}])
    name = "gen_ai.client.inference.operation.details"
    assert conversation_of_record(name, None, {"gen_ai.input.messages": details}).prompt == HI
    assert conversation_of_record(name, {"gen_ai.input.messages": details}, {}).prompt == HI
    assert conversation_of_record("claude_code.user_prompt", None, {"prompt": "Hi"}).prompt == HI
    assert conversation_of_record("user_prompt", None, {"prompt": "Hi"}).prompt == HI
    codex: dict[str, Value] = {
        "spansieve.ai.kind": "tool",
        "spansieve.dialect": "codex",
        "arguments": "{}",
        "output": "ok",
    }
    assert conversation_of_record("codex.tool_result", None, codex) == Conversation(arguments={}, result="ok")
    exchange: Value = {"input": {"messages": [{"role": "user", "content": "Hi"}]}, "output": {"messages": []}}
    assert conversation_of_record("some.scope", exchange, {}).prompt == HI


def test_what_is_above_the_limits_is_one_text_as_it_stands() -> None:
    big = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "x" * MAX_CONTENT_BYTES}]}])
    many = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "x"}]}] * (MAX_MESSAGES + 1))
    for text in (big, many):
        assert conversation({"gen_ai.input.messages": text}, kind="model").prompt == [Entry("user", text)]


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["text", "user", "tool_call"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "parts", "type", "content", "name", "id", "tool_calls"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
KEYS = [
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.prompt.0.content",
    "events",
]
KEYS += ["llm.input_messages.0.message.contents.0.message_content.type", "gen_ai.tool.call.arguments", "tool_response"]


@given(
    st.dictionaries(st.sampled_from(KEYS), JSON | JSON.map(json.dumps), max_size=3),
    st.sampled_from(["model", "tool", ""]),
)
@settings(max_examples=50)
def test_nothing_that_a_span_may_hold_raises(attributes: dict[str, Any], kind: str) -> None:
    events = [(name, attributes) for name in ("gen_ai.user.message", "gen_ai.choice", "tool.output")]
    found = conversation(attributes, events, kind=kind, dialect="pydantic_ai")
    hashes(found, bytes(32), "k1", template=True, simhash=True)
    for name in ("gen_ai.user.message", "codex.tool_result", ""):
        conversation_of_record(name, attributes.get(KEYS[0]), attributes)


@pytest.mark.parametrize(
    ("attributes", "names"),
    [
        ({"gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"tool"}]}]'}, []),
        (
            {
                "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"tool_call","name":"a"},'
                '{"type":"server_tool_call","name":"b","server_tool_call":{"type":"web_search"}}]}]'
            },
            ["a", "b"],
        ),
        ({"gen_ai.output.messages": '[{"role":"assistant","tool_calls":[{"function":{"name":"a"}}]}]'}, ["a"]),
        ({"gen_ai.output.messages": "<withheld>"}, []),
        (
            {
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "a",
            },
            ["a"],
        ),
        ({"gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.tool_calls.0.name": "a"}, ["a"]),
        ({"gen_ai.input.messages": "[]"}, None),
    ],
)
def test_the_tools_that_an_answer_calls_are_named_in_order(
    attributes: dict[str, Value], names: list[str] | None
) -> None:
    assert tools_called({KIND: "model", **attributes}) == names
