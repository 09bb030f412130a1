"""Histories that grow from call to call are read once, and read the same."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.messages.calls import conversation
from spansieve.messages.chain import hashes
from spansieve.messages.entry import Entry
from spansieve.messages.growing import Growing

KEY = bytes(32)
PARTS: st.SearchStrategy[Any] = st.one_of(
    st.text().map(lambda text: {"type": "text", "content": text}),
    st.text().map(lambda text: {"type": "tool_call", "id": "1", "name": "look", "arguments": json.dumps([text])}),
    st.text().map(lambda text: {"type": "tool_call_response", "id": "1", "response": text}),
    st.just({"text": "of another shape"}),
)
MESSAGES: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "tool", "system"]), "parts": st.lists(PARTS, max_size=2)}
)
SYSTEM = {"role": "system", "parts": [{"type": "text", "content": "You are careful. " * 20}]}


def call(messages: list[Any], memory: Growing | None, indent: int | None = None) -> dict[str, Any]:
    text = json.dumps(messages, indent=indent)
    return dict(hashes(conversation({"gen_ai.input.messages": text}, kind="model", memory=memory), KEY, "k1"))


@given(st.lists(MESSAGES, max_size=6), st.lists(st.integers(0, 6), max_size=6), st.sampled_from([None, 1]))
@settings(max_examples=60)
def test_a_history_is_read_as_if_for_the_first_time(messages: list[Any], sizes: list[int], indent: int | None) -> None:
    memory = Growing()
    for size in sizes:
        told = [SYSTEM, *messages[:size]]
        assert call(told, memory, indent) == call(told, None, indent)


def test_what_is_known_of_a_history_is_used() -> None:
    memory = Growing()
    told = [SYSTEM, {"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
    first = conversation({"gen_ai.input.messages": json.dumps(told)}, kind="model", memory=memory)
    more = json.dumps([*told, {"role": "assistant", "parts": [{"type": "text", "content": "Hello."}]}])
    second = conversation({"gen_ai.input.messages": more}, kind="model", memory=memory)

    assert [(one is other) for one, other in zip(first.prompt, second.prompt, strict=False)] == [True, True]
    assert second.prompt[2] == Entry("assistant", "Hello.")


def test_a_text_that_goes_on_in_another_way_is_unknown() -> None:
    memory = Growing()
    memory.keep("input", text := "[" + "1" * 300 + "]", [Entry("user", "1")], 1)
    assert memory.find("input", text) is not None
    assert memory.find("output", text) is None
    assert memory.find("input", text[:-1] + "2]") is None
    known = memory.find("input", text[:-1] + ' , {"a": 2}]')
    assert known is not None
    assert known[1] == '[ {"a": 2}]'


def test_what_was_not_used_for_longest_is_forgotten_at_the_limit() -> None:
    memory = Growing(max_characters=1000)
    texts = [f"{number}" + "x" * 299 for number in range(4)]
    for text in texts[:3]:
        memory.keep("input", text, [])
    assert memory.find("input", texts[0]) is not None
    memory.keep("input", texts[3], [])
    assert [memory.find("input", text) is not None for text in texts] == [True, False, True, True]


def test_a_text_above_the_limit_is_not_kept() -> None:
    memory = Growing(max_characters=1000)
    memory.keep("input", text := "x" * 1001, [])
    assert memory.find("input", text) is None
