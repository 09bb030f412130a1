"""The families of secrets, alone: each example of each rule, and what must hold for any bytes."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import re2
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from spansieve.processors.prompt_privacy.detectors import FAMILIES as EVERY_FAMILY
from spansieve.processors.prompt_privacy.detectors import (
    Engine,
    assignments,
    commands,
    encoded,
    headers,
    neighbours,
    pairs,
    private_key,
    prose,
    tokens,
)
from spansieve.processors.prompt_privacy.detectors.family import Finding
from spansieve.processors.prompt_privacy.detectors.token_table import FORMATS, core_of

MODULES = (tokens, private_key, headers, assignments, commands, pairs, neighbours, prose, encoded)
FAMILIES = [family for module in MODULES for family in module.FAMILIES]
EXAMPLES = Path(__file__).parents[3] / "fixtures" / "privacy" / "examples"


class Example(NamedTuple):
    rule: str
    text: bytes
    found: bytes | None


def examples() -> Iterator[Example]:
    for module in MODULES:
        path = EXAMPLES / f"{module.__name__.rpartition('.')[2]}.yaml"
        for row in yaml.safe_load(path.read_text("utf-8")):
            for text in row["match"]:
                before, _, rest = text.partition("⟦")
                found, _, after = rest.partition("⟧")
                yield Example(row["rule"], (before + found + after).encode(), found.encode())
            for text in row["no_match"]:
                yield Example(row["rule"], text.encode(), None)


@cache
def union() -> "re2._Regexp[bytes]":
    options = re2.Options()
    options.encoding, options.never_capture, options.dot_nl = re2.Options.Encoding.LATIN1, True, True
    return re2.compile("|".join(f"(?:{core})" for family in FAMILIES for core in family.words).encode(), options)


def findings(text: bytes) -> list[Finding]:
    found: list[Finding] = []
    place = 0
    while hit := union().search(text, place):
        new = [finding for family in FAMILIES for finding in family.find(text, *hit.span())]
        found += new
        place = max([hit.start() + 1, *(finding.end for finding in new)])
    return found


def scrubbed(text: bytes) -> bytes:
    for finding in sorted(findings(text), reverse=True):
        text = text[: finding.start] + b"<SECRET_kqzd>" + text[finding.end :]
    return text


POSITIVE = [each for each in examples() if each.found is not None]
NEGATIVE = [each for each in examples() if each.found is None]


def test_every_example_is_found_by_its_rule_and_nothing_else_is() -> None:
    for each in POSITIVE:
        found = [(finding.rule, each.text[finding.start : finding.end]) for finding in findings(each.text)]
        assert found == [(each.rule, each.found)], each.text


def test_no_near_miss_is_found() -> None:
    assert {each.text: found for each in NEGATIVE if (found := findings(each.text))} == {}


def test_all_passwords_of_a_command_are_found() -> None:
    text = b"keytool -genkey -storepass p4ssw0rd1 -keypass p4ssw0rd2 -alias x"
    assert scrubbed(text) == b"keytool -genkey -storepass <SECRET_kqzd> -keypass <SECRET_kqzd> -alias x"


def test_every_format_of_tokens_has_examples_and_a_core_that_its_token_contains() -> None:
    by_rule: dict[str, list[bytes]] = {}
    for each in POSITIVE:
        by_rule.setdefault(each.rule, []).append(each.text)
    assert {row.name for row in FORMATS} <= set(by_rule)
    assert len({row.name for row in FORMATS}) == 91
    for name in {row.name for row in FORMATS}:
        cores = re.compile("|".join(core_of(row) for row in FORMATS if row.name == name).encode())
        assert all(cores.search(text) for text in by_rule[name]), name


def test_a_key_on_the_wire_and_its_value_are_a_hit() -> None:
    for key in (b"db.password", b"client_secret", b"http.request.header.x-api-key"):
        assert union().search(key + b"\x12\x16\x0a\x14" + b"q9W8e7R6t5Y4u3I2o1P0"), key
        assert union().search(key + b"\x12\x1a\x2a\x18\x0a\x16\x0a\x14" + b"q9W8e7R6t5Y4u3I2o1P0"), key


def test_counts_of_tokens_on_the_wire_are_no_hit() -> None:
    for value in range(128):
        assert not union().search(
            b"\x0a\x19gen_ai.usage.input_tokens\x12\x02\x18" + bytes([value]) + b"J\x1f\x0a\x0cother.key.is"
        )


def test_scrubbing_twice_changes_nothing_more() -> None:
    for each in POSITIVE:
        once = scrubbed(each.text)
        assert scrubbed(once) == once


def test_json_stays_json() -> None:
    for each in POSITIVE:
        for depth in range(3):
            text = each.text.decode()
            for _ in range(depth + 1):
                text = json.dumps({"out": text})
            json.loads(scrubbed(text.encode()))


def test_a_token_is_found_at_any_depth_of_json() -> None:
    token = "gh" + "p_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
    text = f"a\n{token}\nb"
    for _ in range(4):
        text = json.dumps({"out": text})
        assert token not in scrubbed(text.encode()).decode()


ALL = Engine(EVERY_FAMILY)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one.entity, text[one.start : one.end]) for one in ALL.find(text.encode()).findings]


@pytest.mark.parametrize(
    "text",
    [
        "password=jane@acme.io",
        '"password": "jane@acme.io"',
        "DB_PASSWORD='jane@acme.io'",
        "client_secret: jane@acme.io",
        "--password jane@acme.io",
        "sshpass -p jane@acme.io ssh web1",
        '{"name":"DB_PASSWORD","value":"jane@acme.io"}',
        "CREATE USER a IDENTIFIED BY 'jane@acme.io'",
        "the password is jane@acme.io",
    ],
)
def test_an_address_where_a_secret_has_to_stand_is_a_secret(text: str) -> None:
    assert kinds(text) == [("SECRET", "jane@acme.io")]


@pytest.mark.parametrize(
    "text",
    [
        "user=jane@acme.io",
        '"login": "jane@acme.io"',
        "password_owner: jane@acme.io",
        "session_id=jane@acme.io",
        "user_key=jane@acme.io",
        "the password was sent to jane@acme.io",
        "a new token will be mailed to: jane@acme.io",
        "grant_type=password&username=jane@acme.io",
        "password reset jane@acme.io",
    ],
)
def test_an_address_beside_a_word_for_secrets_is_an_address(text: str) -> None:
    assert kinds(text) == [("EMAIL", "jane@acme.io")]


def test_who_a_one_time_password_is_for_is_found_beside_its_secret() -> None:
    text = "otpauth://totp/Acme:jane@acme.io?secret=JBSWYADPEHPKAPXP&issuer=Acme"
    assert kinds(text) == [("EMAIL", "jane@acme.io"), ("SECRET", "JBSWYADPEHPKAPXP")]


@given(st.text(alphabet="ab1A =:\"'\\\n,;<>{}()[]&%$*#.-_/+", max_size=60))
@example("==")
@example("'")
def test_whatever_stands_behind_a_name_is_no_error(value: str) -> None:
    for name in ("password=", '"token": "', "--secret ", "Authorization: Basic ", "the password is ", "cookie: sid="):
        text = (name + value).encode()
        assert all(0 <= finding.start < finding.end <= len(text) for finding in findings(text))


@given(st.binary(max_size=120), st.integers(0, 120))
def test_no_family_raises_for_any_bytes_at_any_place(text: bytes, start: int) -> None:
    start = min(start, len(text))
    for family in FAMILIES:
        family.find(text, start, start)


@given(st.sampled_from(POSITIVE), st.integers(0, 400), st.binary(max_size=3))
def test_no_family_raises_where_an_example_is_damaged(each: Example, place: int, damage: bytes) -> None:
    findings(each.text[:place] + damage + each.text[place + len(damage) :])


@pytest.mark.parametrize(
    "shape",
    [
        "password=",
        "cookie: a=",
        "-----BEGIN PRIVATE KEY-----",
        "Z2hwX",
        "eyJaaaaaaaa",
        "--token a ",
        "<password>aaaaaa1",
        "docker login -p ",
    ],
)
def test_what_is_looked_at_for_a_refused_hit_is_bounded(shape: str) -> None:
    """A look at one hit ends at a bound, not at the text's end: what lies behind changes nothing."""
    text = shape.encode() * 100_000
    hit = union().search(text)
    assert hit
    short, long = (text[: hit.end() + size] for size in (70_000, 700_000))
    for family in FAMILIES:
        assert family.find(short, *hit.span()) == family.find(long, *hit.span())
