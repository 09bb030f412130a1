"""E-mail, network, wallet addresses and credentials in URLs: what is found, what is left alone, and at what cost."""

import json
import re
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from spansieve.processors.prompt_privacy.detectors.family import MAX_CANDIDATE
from spansieve.processors.prompt_privacy.detectors.resolvers import RESOLVERS
from tests.processors.prompt_privacy.detectors.addresses import DIGITS, FAMILIES, WORDS, found, scrubbed

EXAMPLES = Path(__file__).parents[3] / "fixtures" / "privacy" / "examples"
RULES = [
    rule
    for name in ("emails", "urls", "network", "crypto")
    for rule in yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text("utf-8"))
]
MATCHES = [(rule["rule"], text) for rule in RULES for text in rule["match"]]
NO_MATCHES = [text for rule in RULES for text in rule["no_match"]]

PARTS = [
    *("jane@acme.io", "@", ".", "a", "https://", "u:pw9@", "/", ":", "curl -u ", "8.1.40.30", "2a00:fc3e::1", "\n"),
    *(
        "f0:8b:99:04:ea:62",
        "%40",
        "\\u0040",
        "\uff20",
        "\u200b",
        "&#64;",
        "ü",
        "用",
        '"',
        " ",
        "-",
        "\\",
        "send ",
        "1.",
    ),
    *("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe", "%", "git", "x"),
]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=12).map("".join)
SPACED = st.lists(st.sampled_from([part for part in PARTS if part != "send "]), max_size=12).map(" ".join)
"""Without what a cut changes for others: a border for what is glued to it, the distance to a word."""


@pytest.mark.parametrize(("rule", "text"), MATCHES)
def test_what_is_marked_is_found_and_nothing_else(rule: str, text: str) -> None:
    given_text = text.replace("⟦", "").replace("⟧", "").encode()
    values = [(one.rule, given_text[one.start : one.end].decode()) for one in found(given_text)]
    assert values == [(rule, value) for value in re.findall("⟦(.*?)⟧", text, re.DOTALL)]


@pytest.mark.parametrize("text", NO_MATCHES)
def test_near_misses_are_left_alone(text: str) -> None:
    assert found(text.encode()) == []


@given(SPACED)
def test_a_second_pass_finds_nothing(text: str) -> None:
    once = scrubbed(text.encode())
    assert scrubbed(once) == once


@given(st.lists(TEXTS, max_size=3), st.integers(0, 2), st.booleans())
@example(["\njane@acme.io", "é@x"], 1, True)
@example(["curl -u \nu:pw9@"], 0, False)
def test_json_stays_json_at_any_depth(texts: list[str], depth: int, ascii_only: bool) -> None:
    text = json.dumps({"texts": texts}, ensure_ascii=ascii_only)
    for _ in range(depth):
        text = json.dumps({"inner": text}, ensure_ascii=ascii_only)
    inner = scrubbed(text.encode())
    for _ in range(depth):
        inner = json.loads(inner)["inner"]
    assert len(json.loads(inner)["texts"]) == len(texts)


@given(st.one_of(st.binary(max_size=60), TEXTS.map(str.encode)), st.data())
def test_a_family_may_be_asked_about_any_place_of_any_bytes(text: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    for family in FAMILIES:
        for one in family.find(text, start, data.draw(st.integers(start, len(text)))):
            assert 0 <= one.start < one.end <= len(text)
            assert one.end - one.start <= MAX_CANDIDATE
            assert one.entity in family.entities


@pytest.mark.parametrize("text", [text.replace("⟦", "").replace("⟧", "") for _, text in MATCHES])
def test_what_stands_far_away_is_not_looked_at(text: str) -> None:
    far, room = b" curl a@b.co 8.1.40.30:9 bitcoin " * 40, b"." + b" " * 1024
    alone = found(room + text.encode() + room)
    inside = [
        one for one in found(far + room + text.encode() + room + far) if len(far) < one.start < len(far + room) + 999
    ]
    assert [(one.start - len(far), one.rule) for one in inside] == [(one.start, one.rule) for one in alone]


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
@example(IPv4Address("172.32.0.1"))
@example(IPv4Address("192.167.255.1"))
@example(IPv4Address("100.128.0.1"))
def test_ipv4_addresses_are_found_where_they_are_global(address: IPv4Address) -> None:
    values = [one.rule for one in found(f"client={address} x".encode())]
    to_find = address.is_global and not address.is_multicast and not str(address).endswith(".0.0")
    if address not in map(ip_address, ("192.0.0.9", "192.0.0.10")):  # global, say some versions of `ipaddress`
        assert values == ["ipv4"] * (to_find and str(address) not in RESOLVERS)


def test_cores_of_numbers_hit_none_of_the_addresses_that_every_trace_has() -> None:
    for address in ("127.0.0.1", "10.2.3.4", "172.16.0.1", "172.31.9.9", "192.168.1.1", "0.0.0.1", "255.255.255.0"):
        assert not DIGITS.search(f"\x12\x0b\n\x09{address}J\x10".encode())


@pytest.mark.parametrize("identity", ["claude-sonnet-4-5-20250929", "msg_01XFDUDYJgAACzvnptvVoYEL", "a1b2" * 16])
def test_cores_do_not_hit_what_names_models_and_messages(identity: str) -> None:
    wire = b"\n\x12gen_ai.response.id\x12\x12\n\x40" + identity.encode() + b"J\x12\x39\x40"
    assert not WORDS.search(wire)
    assert not DIGITS.search(wire)


@pytest.mark.parametrize("address", [*(f"{first}.20.30.40" for first in range(256)), "172.16.0.9", "192.168.7.1"])
def test_a_core_hits_in_public_ipv4_addresses_and_in_no_private_ones(address: str) -> None:
    parsed = IPv4Address(address)
    public = not parsed.is_private and parsed < IPv4Address("224.0.0.0")
    assert bool(DIGITS.search(f"host={address} x".encode())) == public
