"""Whatever comes in: no reader raises, and what it says can be sent and keeps to the schema."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.messages import READERS, Given, collect_json, finish_reasons, read
from spansieve.pdata import Value, encode_value
from tests.spansieve.messages.schema import TEXTS, faults, part_faults

KEYS = [
    *(
        "role",
        "content",
        "parts",
        "type",
        "kind",
        "text",
        "name",
        "id",
        "tool_calls",
        "function",
        "arguments",
        "message",
    ),
    *("messages", "choices", "output", "input", "contents", "candidates", "image_url", "url", "source", "data", "uri"),
    *("finish_reason", "stop_reason", "event.name", "refusal", "summary", "functionCall", "functionResponse", "args"),
    *("inlineData", "toolUse", "toolResult", "toolCallId", "toolName", "result", "value", "system", "prompt", "config"),
    *("tool_call_id", "call_id", "response", "incomplete_details", "reason", "media_type", "thinking", "modality"),
]
WORDS = [
    *("user", "assistant", "tool", "system", "model", "human", "text", "image", "file", "reasoning", "refusal", "blob"),
    *(
        "uri",
        "tool_call",
        "tool_call_response",
        "server_tool_call",
        "function_call",
        "function_call_output",
        "tool_use",
    ),
    *("tool_result", "thinking", "tool-call", "tool-result", "image_url", "input_audio", "document", "web_search_call"),
    *("gen_ai.choice", "gen_ai.user.message", "stop", "tool_calls", "data:image/png;base64,AA", "data:,x", "a://b"),
]
PREFIXES = ["llm.input_messages", "llm.output_messages", "gen_ai.prompt", "gen_ai.completion", "llm.request.functions",
            "retrieval.documents", "llm.tools", "ai.response", "db.query.result"]  # fmt: skip
TAILS = ["message.role", "message.content", "message.tool_calls.0.tool_call.function.name", "role", "content", "name",
         "message.contents.1.message_content.type", "message.contents.1.message_content.image.image.url", "parameters",
         "tool_calls.0.name", "tool_calls.x", "finish_reason", "document.id", "document.score", "tool.json_schema", "",
         "text", "toolCalls", "id", "score"]  # fmt: skip

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_categories=())),
)


def containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(KEYS) | st.text(max_size=3)
    return st.lists(children, max_size=4) | st.dictionaries(keys, children, max_size=5) | children.map(json.dumps)


json_values = st.recursive(scalars, containers, max_leaves=25)
raw = (
    json_values
    | st.binary()
    | json_values.map(json.dumps)
    | json_values.map(json.dumps).map(lambda text: text[:-2])
    | st.text()
)
flat_keys = st.builds(
    lambda prefix, number, tail: f"{prefix}.{number}.{tail}",
    st.sampled_from(PREFIXES),
    st.integers(0, 12) | st.text(max_size=3),
    st.sampled_from(TAILS),
)
source_keys = flat_keys | st.sampled_from(["k", "ai.response.text", "ai.response.toolCalls", "gen_ai.event.content"])
attributes = st.dictionaries(source_keys, raw, max_size=6)
names = st.sampled_from(["gen_ai.choice", "gen_ai.user.message", "gen_ai.tool.message", "db.query.result", ""])
event_bodies = st.dictionaries(st.sampled_from([*KEYS, "gen_ai.event.content", "db.query.result.id"]), raw, max_size=4)
givens = st.builds(
    Given,
    attributes,
    st.lists(st.tuples(names, event_bodies), max_size=4),
    output=st.booleans(),
    failed=st.booleans(),
    system=st.booleans(),
    finish_reasons=st.lists(st.sampled_from(WORDS), max_size=2),
)


def check(name: str, asked: Given) -> None:
    found: Any = read(name, asked)
    if found is None:
        return
    encode_value(found)
    json.dumps(found, allow_nan=False).encode()
    assert found
    if name in ("openinference_documents", "db_query_result"):
        assert all(isinstance(each["id"], str) and isinstance(each["score"], float) for each in found)
    elif name == "ollm_functions":
        assert all(each["type"] == "function" for each in found)
    elif asked.system:
        assert [fault for part in found for fault in part_faults(part)] == []
    else:
        assert faults(found, output=asked.output) == []


@settings(max_examples=150, deadline=None)
@given(givens)
def test_no_reader_raises_and_what_it_says_can_be_sent_and_keeps_to_the_schema(asked: Given) -> None:
    for name in READERS:
        check(name, asked)


@settings(deadline=None)
@given(attributes, raw)
def test_collecting_never_raises(values: dict[str, Value], value: Value) -> None:
    encode_value(collect_json(values))
    assert all(isinstance(reason, str) for reason in finish_reasons(value))


clean = st.text()  # without surrogates
finite = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | clean,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(clean, children, max_size=3),
    max_leaves=6,
)
PART_KEYS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    kind: dict.fromkeys(keys, clean) for kind, keys in TEXTS.items()
}
PART_KEYS["tool_call"] |= {"id": clean, "arguments": finite}
PART_KEYS["tool_call_response"] |= {"id": clean, "response": finite}
for server in ("server_tool_call", "server_tool_call_response"):
    PART_KEYS[server] |= {server: st.fixed_dictionaries({"type": clean, "more": finite})}
standard_parts = st.one_of(
    *(st.fixed_dictionaries({"type": st.just(kind), **keys}) for kind, keys in PART_KEYS.items()),
    st.fixed_dictionaries({"type": st.just("of_a_later_version"), "x": finite}),
)
standard = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["system", "user", "assistant", "tool", "developer"]),
            "parts": st.lists(standard_parts, max_size=4),
            "finish_reason": st.sampled_from(["stop", "tool_calls", "of_a_later_version"]),
        },
        optional={"name": clean},
    ),
    min_size=1,
    max_size=4,
)


@given(
    standard,
    st.sampled_from(["text_or_json", "openai_request", "openai_response", "vercel"]),
    st.booleans(),
    st.booleans(),
)
def test_messages_of_the_schema_pass_unchanged(messages: Any, reader: str, output: bool, as_text: bool) -> None:  # noqa: ANN401
    value = json.dumps(messages) if as_text else messages
    assert read(reader, Given({"k": value}, output=output)) == messages


@settings(deadline=None)
@given(givens, st.sampled_from(sorted(READERS)))
def test_what_was_read_once_is_read_again_unchanged(asked: Given, name: str) -> None:
    asked = asked._replace(system=False)
    once = read(name, asked)
    if isinstance(once, list) and all(isinstance(message, dict) and "parts" in message for message in once):
        assert read("text_or_json", Given({"k": once}, output=asked.output)) == once
