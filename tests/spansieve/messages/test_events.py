"""The events that carried messages before they were attributes."""

import json
from typing import Any

from spansieve.messages import Given, read
from spansieve.pdata import Value

Event = tuple[str, dict[str, Value]]
SYSTEM: Event = ("gen_ai.system.message", {"content": "Be brief.", "gen_ai.system": "openai"})
USER: Event = ("gen_ai.user.message", {"content": "hi"})
CALL: dict[str, Value] = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"a": 1}'}}
ASSISTANT: Event = ("gen_ai.assistant.message", {"tool_calls": [CALL]})
TOOL: Event = ("gen_ai.tool.message", {"id": "c1", "content": "no"})
CHOICE: Event = (
    "gen_ai.choice",
    {"index": 0, "finish_reason": "tool_calls", "message": {"content": "ok", "tool_calls": [CALL]}},
)
CALL_PART = {"type": "tool_call", "id": "c1", "name": "find", "arguments": {"a": 1}}


def run(*events: Event, **known: Any) -> Any:  # noqa: ANN401
    return read("events", Given({}, events, **known))


def test_inputs_are_the_messages_and_outputs_the_choices() -> None:
    all_of_them = (SYSTEM, USER, ASSISTANT, TOOL, CHOICE)
    assert run(*all_of_them) == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
        {"role": "assistant", "parts": [CALL_PART]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "no"}]},
    ]
    assert run(*all_of_them, output=True) == [
        {"role": "assistant", "parts": [{"type": "text", "content": "ok"}, CALL_PART], "finish_reason": "tool_call"}
    ]


def test_system_instructions_are_parts_without_a_message() -> None:
    assert run(SYSTEM, system=True) == [{"type": "text", "content": "Be brief."}]


def test_a_list_of_events_in_one_attribute_is_the_same() -> None:
    events = [{"event.name": name, **body} for name, body in (SYSTEM, USER, ASSISTANT, TOOL, CHOICE)]
    for value in (json.dumps(events), events):
        for output in (False, True):
            given = Given({"events": value}, output=output)  # type: ignore[dict-item]
            assert read("events", given) == run(SYSTEM, USER, ASSISTANT, TOOL, CHOICE, output=output)


def test_bodies_and_messages_as_json_text_are_the_same() -> None:
    def as_text(event: Event) -> Event:
        return event[0], {
            key: value if isinstance(value, str) else json.dumps(value) for key, value in event[1].items()
        }

    def in_content(event: Event) -> Event:
        return event[0], {"gen_ai.event.content": json.dumps(event[1])}

    for change in (as_text, in_content):
        assert run(*map(change, (ASSISTANT, TOOL))) == run(ASSISTANT, TOOL)
        assert run(change(CHOICE), output=True) == run(CHOICE, output=True)


def test_blocks_of_bedrock_as_json_text_are_parts() -> None:
    blocks = [{"text": "Looking."}, {"toolUse": {"toolUseId": "t1", "name": "find", "input": {"a": 1}}}]
    results = [{"toolResult": {"toolUseId": "t1", "status": "success", "content": [{"text": "no"}]}}]
    choice: Event = ("gen_ai.choice", {"message": json.dumps(blocks), "finish_reason": "tool_use"})
    tool: Event = ("gen_ai.tool.message", {"role": "tool", "id": "t1", "content": json.dumps(results)})
    assert run(choice, output=True) == [
        {
            "role": "assistant",
            "parts": [
                {"type": "text", "content": "Looking."},
                {"type": "tool_call", "id": "t1", "name": "find", "arguments": {"a": 1}},
            ],
            "finish_reason": "tool_call",
        }
    ]
    assert run(tool) == [{"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "no"}]}]


def test_what_is_no_list_of_events_is_nothing() -> None:
    for value in ("", "[", "{}", "[1, null]", 7, None):
        assert read("events", Given({"events": value})) is None
    assert run(("gen_ai.choice", {}), output=True) == [{"role": "assistant", "parts": [], "finish_reason": "stop"}]
