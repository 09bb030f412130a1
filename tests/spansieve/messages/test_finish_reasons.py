"""The finish reasons inside messages that are there already."""

import json

import pytest

from spansieve.messages import finish_reasons

LONG = "x" * (70 << 10)


@pytest.mark.parametrize("structured", [False, True])
def test_they_come_in_the_provider_s_words_and_in_order(structured: bool) -> None:
    messages = [
        {"role": "assistant", "parts": [], "finish_reason": "tool_calls"},
        {"role": "assistant", "parts": [], "finish_reason": None},
        {"role": "assistant", "parts": [{"type": "tool_call", "arguments": {"finish_reason": "no"}}]},
        {"finish_reason": "MAX_TOKENS"},
        "text",
    ]
    assert finish_reasons(messages if structured else json.dumps(messages)) == ["tool_calls", "MAX_TOKENS"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", ["", "text", "[", "null", "finish_reason", '"finish_reason"', "[" * 100_000, None, 7, b"", []]
)
def test_there_are_none_where_there_is_nothing_to_read(value: str | bytes | int | list[object] | None) -> None:
    assert finish_reasons(value) == []  # type: ignore[arg-type]


def test_a_long_text_is_read_at_its_ends() -> None:
    parts = [{"type": "text", "content": LONG}]
    first = {"finish_reason": "stop", "role": "assistant", "parts": parts}
    last = {"role": "assistant", "parts": parts, "finish_reason": "length", "name": None}
    role_first = {"role": "assistant", "finish_reason": "error", "parts": parts}
    for separators in ((",", ":"), (", ", ": ")):
        assert finish_reasons(json.dumps([first], separators=separators)) == ["stop"]
        assert finish_reasons(json.dumps([role_first], separators=separators)) == ["error"]
        assert finish_reasons(json.dumps([last], separators=separators)) == ["length"]
        assert finish_reasons(json.dumps([first, last], separators=separators)) == ["stop", "length"]
        assert finish_reasons(json.dumps([last, first], separators=separators)) == []


def test_what_a_long_text_only_speaks_of_is_no_finish_reason() -> None:
    quoted = '[{"role": "x", "finish_reason": "stop"}]'
    for content in (quoted + LONG, LONG + quoted):
        assert finish_reasons(json.dumps([{"role": "user", "parts": [{"type": "text", "content": content}]}])) == []
    call = {"type": "tool_call", "name": "f", "arguments": {"x": LONG, "finish_reason": "stop"}}
    assert finish_reasons(json.dumps([{"role": "assistant", "parts": [call]}])) == []
    assert finish_reasons(json.dumps([{"arguments": {"finish_reason": "stop"}, "parts": [LONG]}])) == []
