"""Keyed hashes: what is equal, what differs, and what each is made of."""

import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.messages.calls import Conversation, conversation
from spansieve.messages.chain import Keyed, hash_of, hashes
from spansieve.messages.entry import Entry
from spansieve.messages.likeness import template_of

KEY = bytes(range(32))
START = b"spansieve/prompt/v1\0"
TURNS = st.lists(st.tuples(st.sampled_from(["user", "assistant", "system"]), st.text(min_size=1)), max_size=4)


def of(*turns: tuple[str, str], **options: bool) -> dict[str, Any]:
    prompt = [Entry(role, text) for role, text in turns]
    return dict(hashes(Conversation(prompt), KEY, "k1", **options))


def mac(message: bytes) -> bytes:
    return hmac.digest(KEY, message, "sha256")


def test_the_hash_of_a_prompt_is_a_chain_over_its_messages() -> None:
    first, second = START + b'["system","Be brief."]', START + '["user","Gr\u00fc\u00dfe"]'.encode()
    found = of(("system", "Be brief."), ("user", "Gr\u00fc\u00dfe"))

    assert found["spansieve.ai.prompt.hash"] == "k1:" + mac(mac(first) + second).hex()[:32]
    assert found["spansieve.ai.prompt.message_hashes"] == [f"k1:{mac(each).hex()[:32]}" for each in (first, second)]
    assert (
        found["spansieve.ai.prompt.prefix_hash"] == found["spansieve.ai.system.hash"] == f"k1:{mac(first).hex()[:32]}"
    )


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_a_digest_is_that_of_the_standard_library(key: bytes, before: bytes, message: bytes) -> None:
    assert Keyed(key).digest(message, before) == hmac.digest(key, before + message, "sha256")


def test_calls_that_share_a_history_share_its_hash() -> None:
    history = (("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello."))
    one, other = of(*history, ("user", "What is it?")), of(*history, ("user", "Who is it?"))
    went_on = of(*history, ("user", "Who is it?"), ("assistant", "I look."), ("tool", "Ada"))

    assert one["spansieve.ai.prompt.prefix_hash"] == of(*history)["spansieve.ai.prompt.hash"]
    assert one["spansieve.ai.prompt.prefix_hash"] == other["spansieve.ai.prompt.prefix_hash"]
    assert one["spansieve.ai.prompt.prefix_hash"] == went_on["spansieve.ai.prompt.prefix_hash"]
    assert len({each["spansieve.ai.prompt.hash"] for each in (one, other, went_on)}) == 3
    assert "spansieve.ai.prompt.prefix_hash" not in of(("user", "Hi"))


def test_the_last_32_messages_have_a_hash_each() -> None:
    found = of(*(("user", f"{number}") for number in range(40)))
    assert len(found["spansieve.ai.prompt.message_hashes"]) == 32
    assert found["spansieve.ai.prompt.message_hashes"][-1] == of(("user", "39"))["spansieve.ai.prompt.hash"]
    assert found["spansieve.ai.prompt.message_count"] == 40


def test_lengths_are_characters_and_sizes_are_bytes() -> None:
    attributes = {
        "gen_ai.input.messages": json.dumps(
            [{"role": "user", "parts": [{"type": "text", "content": " Gr\u00fc\u00dfe "}]}]
        ),
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Hi."}]}]),
        "gen_ai.system_instructions": "\u20ac",
    }
    found = hashes(conversation(attributes, kind="model"), KEY, "k1")
    assert found["spansieve.ai.prompt.length"] == 6
    assert found["spansieve.ai.input.bytes"] == 10
    assert (found["spansieve.ai.system.length"], found["spansieve.ai.completion.length"]) == (1, 3)
    assert (found["spansieve.ai.prompt.message_count"], found["spansieve.ai.completion.message_count"]) == (2, 1)


def test_what_a_tool_took_and_gave_is_hashed_whatever_its_spelling() -> None:
    one: dict[str, Any] = {"gen_ai.tool.call.arguments": '{"b": 1, "a": "x"}', "gen_ai.tool.call.result": " done\r\n"}
    other: dict[str, Any] = {"gen_ai.tool.call.arguments": {"a": "x", "b": 1.0}, "gen_ai.tool.call.result": "done"}
    first, second = (hashes(conversation(each, kind="tool"), KEY, "k2") for each in (one, other))
    assert first == second
    assert set(first) == {
        f"spansieve.ai.tool.{kind}_{what}" for kind in ("args", "result") for what in ("hash", "length")
    }
    assert (first["spansieve.ai.tool.args_length"], first["spansieve.ai.tool.result_length"]) == (
        len('{"a":"x","b":1}'),
        4,
    )
    assert str(first["spansieve.ai.tool.args_hash"]).startswith("k2:")


def test_a_tool_s_result_has_the_hash_of_the_message_that_brings_it_to_the_model() -> None:
    result = hashes(conversation({"gen_ai.tool.call.result": '{"ok": true}'}, kind="tool"), KEY, "k1")
    assert [result["spansieve.ai.tool.result_hash"]] == of(("tool", '{"ok":true}'))[
        "spansieve.ai.prompt.message_hashes"
    ]


def test_without_content_there_are_no_hashes() -> None:
    assert hashes(Conversation(), KEY, "k1", template=True, simhash=True) == {}
    assert hashes(conversation({"gen_ai.request.model": "gpt-5", "gen_ai.input.messages": "[]"}), KEY, "k1") == {}


@given(TURNS, TURNS)
def test_prompts_are_equal_where_their_hashes_are(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    first, second = of(*one).get("spansieve.ai.prompt.hash"), of(*other).get("spansieve.ai.prompt.hash")
    assert (first == second) == (one == other)


def test_another_key_gives_other_hashes_even_for_the_same_entries() -> None:
    spoken = Conversation([Entry("user", "Hi")])
    one, other = (hashes(spoken, bytes([number]) * 32, "k1")["spansieve.ai.prompt.hash"] for number in (1, 2))
    assert one != other
    assert hashes(spoken, bytes([1]) * 32, "k1")["spansieve.ai.prompt.hash"] == one


def test_the_hash_of_a_text_alone_is_that_of_the_prompt_that_it_is() -> None:
    assert hash_of(" Hi\r\n", KEY, "k1") == of(("user", "Hi"))["spansieve.ai.prompt.hash"]


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("Sum up report 17 of 2026-11-23T10:00:00Z", "Sum up report <number> of <date>"),
        ("due 23 November 2026, or Nov 23, 2026, or 23.11.2026", "due <date>, or <date>, or <date>"),
        ("see /home/ada/notes.md and C:\\Users\\ada\\x.txt", "see <path> and <path>"),
        ("id 123e4567-e89b-12d3-a456-426614174000.", "id <uuid>."),
        ("3,141.59 and/or 2", "<number> and/or <number>"),
    ],
)
def test_a_template_is_what_stays_when_values_go(text: str, template: str) -> None:
    assert template_of(text) == template


def test_prompts_of_one_template_share_its_hash() -> None:
    one, other = (of(("user", f"Sum up report {number}, please."), template=True) for number in (17, 4))
    assert one["spansieve.ai.prompt.template_hash"] == other["spansieve.ai.prompt.template_hash"]
    assert one["spansieve.ai.prompt.hash"] != other["spansieve.ai.prompt.hash"]
    assert "spansieve.ai.prompt.template_hash" not in of(("user", "17"))


def test_fingerprints_of_prompts_that_are_alike_are_near_each_other() -> None:
    words = [f"word{number}" for number in range(200)]
    one, near = of(("user", " ".join(words)), simhash=True), of(("user", " ".join([*words, "more"])), simhash=True)
    far = of(("user", " ".join(f"term{number}" for number in range(200))), simhash=True)
    numbers = [int(str(each["spansieve.ai.prompt.simhash"]), 16) for each in (one, near, far)]
    assert (numbers[0] ^ numbers[1]).bit_count() < 10 < (numbers[0] ^ numbers[2]).bit_count()
    assert len(str(one["spansieve.ai.prompt.simhash"])) == 16
