"""What is built to hurt, or to break what comes after."""

import json
from typing import Any

import pytest

from spansieve.messages import (
    MAX_CONTENT_BYTES,
    MAX_MESSAGES,
    READERS,
    Given,
    collect_json,
    read,
    too_large,
)
from spansieve.pdata import Value, encode_value


def arguments(raw: str) -> Any:  # noqa: ANN401
    """The arguments of a call that were sent as the JSON text `raw`."""
    call = {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": raw}}]}
    found: Any = read("openai_request", Given({"k": json.dumps([call])}))
    encode_value(found)
    return found[0]["parts"][0]["arguments"]


def test_content_above_the_limit_is_not_read_at_all() -> None:
    just = Given({"a": "x" * (MAX_CONTENT_BYTES - 9), "b": 1})
    assert not too_large(just)
    assert read("text", just) is not None
    for much in (
        Given({"a": "x" * (MAX_CONTENT_BYTES + 1)}),
        Given({"a": "é" * (MAX_CONTENT_BYTES // 2 + 1)}),
        Given({"a": "x" * (MAX_CONTENT_BYTES // 2), "b": ["x" * (MAX_CONTENT_BYTES // 2), 1]}),
        Given({}, [("gen_ai.user.message", {"content": {"k": "x" * (MAX_CONTENT_BYTES + 1)}})]),
    ):
        assert too_large(much)
        assert all(read(name, much) is None for name in READERS)
    assert collect_json({"llm.tools.0.tool.json_schema": "x" * (MAX_CONTENT_BYTES + 1)}) is None


def test_a_conversation_above_the_limit_is_not_read_at_all() -> None:
    hi = {"role": "user", "content": "hi"}
    assert read("openai_request", Given({"k": json.dumps([hi] * MAX_MESSAGES)})) is not None
    assert read("openai_request", Given({"k": json.dumps([hi] * (MAX_MESSAGES + 1))})) is None


@pytest.mark.parametrize("raw", ["[" * 100_000, '{"a":' * 100_000, "[" * 101 + "]" * 101])
def test_json_that_is_nested_too_deep_stays_text(raw: str) -> None:
    assert arguments(raw) == raw
    assert read("openai_request", Given({"k": raw})) == [{"role": "user", "parts": [{"type": "text", "content": raw}]}]


def test_json_that_is_nested_just_as_deep_as_allowed_is_read() -> None:
    assert isinstance(arguments("[" * 100 + "]" * 100), list)


def test_what_is_nested_deeper_than_otlp_allows_becomes_json_text_inside() -> None:
    found = arguments('{"a":' * 80 + '"leaf"' + "}" * 80)
    depth = 0
    while isinstance(found, dict):
        found, depth = found["a"], depth + 1
    assert depth > 20
    assert json.loads(found) == json.loads('{"a":' * (80 - depth) + '"leaf"' + "}" * (80 - depth))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775808", "9223372036854775808"),
        ("9" * 10_000, "9" * 10_000),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("1e999", "Infinity"),
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\ud800"', "\ufffd"),
        ('{"\\ud800": 1}', {"\ufffd": 1}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("", ""),
    ],
)
def test_what_otlp_or_json_can_not_hold_becomes_text(raw: str, value: Value) -> None:
    assert arguments(raw) == value


def test_bytes_become_base64() -> None:
    assert read(
        "openai_request", Given({"k": [{"role": "user", "parts": [{"type": "x", "raw": b"\x00\x01", "none": b""}]}]})
    ) == [{"role": "user", "parts": [{"type": "x", "raw": "AAE=", "none": ""}]}]


def test_an_unknown_reader_is_named() -> None:
    with pytest.raises(KeyError, match="gone"):
        read("gone", Given({}))
