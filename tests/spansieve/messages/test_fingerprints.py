"""The hashes of spans as they are written, made once for what is said again."""

import json
from collections.abc import Mapping

import pytest

from spansieve.messages import fingerprints
from spansieve.messages.calls import conversation
from spansieve.messages.chain import hashes
from spansieve.messages.fingerprints import Fingerprints
from spansieve.pdata import Span, TraceBatch, Value, decode_pair, parse
from spansieve.testing import OK, otlp_request

KEY = bytes(range(32))


def span(**attributes: Value) -> Span:
    batch = parse("traces", otlp_request("agent", OK))
    assert isinstance(batch, TraceBatch)
    [made] = batch
    made.attributes.update({key.replace("__", "."): value for key, value in attributes.items()})
    return made


def asked(text: str) -> Span:
    messages = json.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]}])
    return span(spansieve__ai__kind="model", gen_ai__input__messages=messages)


def read(found: Mapping[str, bytes]) -> dict[str, Value]:
    return {key: decode_pair(raw) for key, raw in found.items()}


def test_pairs_are_the_hashes_encoded() -> None:
    one = asked("Hi")
    expected = hashes(conversation(one.attributes), KEY, "k1", template=True, simhash=True)
    assert read(Fingerprints(KEY, "k1", template=True, simhash=True).of(one.attributes)) == expected
    assert "spansieve.ai.prompt.hash" in expected


def test_the_same_content_is_hashed_once() -> None:
    made = Fingerprints(KEY, "k1")
    first = made.of(asked("Hi").attributes)
    assert made.of(asked("Hi").attributes) is first
    assert made.of(asked("Hi!").attributes) != first


def test_the_same_content_of_another_kind_of_span_is_something_else() -> None:
    made = Fingerprints(KEY, "k1")
    model = made.of(span(spansieve__ai__kind="model", input__value="1", output__value="2").attributes)
    tool = made.of(span(spansieve__ai__kind="tool", input__value="1", output__value="2").attributes)
    assert {key.split(".")[2] for key in model} == {"prompt", "completion", "input"}
    assert {key.split(".")[2] for key in tool} == {"tool"}


def test_spans_without_content_get_nothing() -> None:
    assert Fingerprints(KEY, "k1").of(span(http__route="/").attributes) == {}


def test_records_get_theirs() -> None:
    found = Fingerprints(KEY, "k1").of_record("gen_ai.user.message", {"content": "Hi"}, span().attributes)
    assert (
        read(found)["spansieve.ai.prompt.hash"]
        == read(Fingerprints(KEY, "k1").of(asked("Hi").attributes))["spansieve.ai.prompt.hash"]
    )


def test_what_was_said_longest_ago_is_forgotten_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprints, "MAX_BYTES", 4_000)
    made = Fingerprints(KEY, "k1")
    first = made.of(asked("0").attributes)
    for number in range(1, 8):
        made.of(asked(f"{number}").attributes)
    assert made.of(asked("0").attributes) is not first
    assert made.of(asked("0").attributes) == first
