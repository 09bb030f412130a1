"""Placeholders, tags and hashes: equal where values are, different everywhere else, unreadable without the key."""

import hashlib
import hmac
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.pseudonyms import GLOBAL, WRITTEN, Key, Keyring, Pseudonyms, normal
from spansieve.pseudonyms.pseudonyms import MAX_REMEMBERED, letters

KEY = Key("k1", bytes(range(32)))
OTHER = Key("k0", bytes(range(1, 33)))
TRACE = bytes(range(16))
JANE = "jane@x.io"


@pytest.fixture(scope="module")
def names() -> Pseudonyms:
    return Pseudonyms(Keyring(KEY, (OTHER,)))


def test_a_placeholder_is_the_same_in_its_trace_and_another_in_each_other(names: Pseudonyms) -> None:
    here = names.placeholder("EMAIL", JANE, TRACE)
    assert re.fullmatch("<EMAIL_[a-z]{4}>", here)
    assert names.placeholder("EMAIL", JANE, TRACE) == here
    assert Pseudonyms(Keyring(KEY)).placeholder("EMAIL", JANE.encode(), TRACE) == here
    others = {names.placeholder("EMAIL", JANE, bytes([at]) * 16) for at in range(50)}
    assert len(others - {here}) >= 49


def test_a_global_placeholder_is_the_same_everywhere_and_has_eight_letters(names: Pseudonyms) -> None:
    everywhere = names.placeholder("EMAIL", JANE, GLOBAL)
    assert re.fullmatch("<EMAIL_[a-z]{8}>", everywhere)
    assert everywhere == Pseudonyms(Keyring(KEY)).placeholder("EMAIL", JANE, GLOBAL)
    assert everywhere != Pseudonyms(Keyring(OTHER)).placeholder("EMAIL", JANE, GLOBAL)


@pytest.mark.parametrize("scope", [None, b""])
def test_without_a_scope_there_are_no_letters(names: Pseudonyms, scope: bytes | None) -> None:
    assert names.placeholder("EMAIL", JANE, scope) == "<EMAIL>"


def test_a_tag_names_the_key_and_128_bits(names: Pseudonyms) -> None:
    tag = names.tag("EMAIL", JANE)
    assert re.fullmatch("<EMAIL:k1:[0-9a-f]{32}>", tag)
    assert tag == names.tag("EMAIL", JANE.upper().encode()) != names.tag("PHONE", JANE)


def test_a_hash_is_hmac_sha_256_of_the_parts_behind_their_lengths(names: Pseudonyms) -> None:
    derived = hmac.new(KEY.secret, b"spansieve/hash/v1", hashlib.sha256).digest()
    message = (1).to_bytes(8, "big") + b"a" + (2).to_bytes(8, "big") + b"bc"
    expected = hmac.new(derived, message, hashlib.sha256).digest()
    assert names.mac(b"a", b"bc") == expected
    assert names.digest(b"a", b"bc") == names.written(expected) == f"k1:{expected[:16].hex()}"


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_different_parts_never_join_to_the_same(one: list[bytes], other: list[bytes]) -> None:
    names = Pseudonyms(Keyring(KEY))
    assert (names.mac(*one) == names.mac(*other)) == (one == other)


def test_no_two_purposes_share_what_they_write(names: Pseudonyms) -> None:
    written = {names.digest(b"EMAIL", JANE.encode()), names.tag("EMAIL", JANE)[7:-1], names.digest(JANE.encode())}
    assert len(written) == 3


@given(st.text(max_size=400), st.sampled_from([TRACE, GLOBAL, None]))
def test_placeholders_have_one_form_whatever_the_value(value: str, scope: bytes | None) -> None:
    names = Pseudonyms(Keyring(KEY))
    assert re.fullmatch(WRITTEN, names.placeholder("EMAIL", value, scope))
    assert re.fullmatch(WRITTEN, names.tag("US_SSN2", value))


@given(st.binary(max_size=40))
def test_bytes_that_are_no_utf_8_have_pseudonyms_too(value: bytes) -> None:
    names = Pseudonyms(Keyring(KEY))
    assert names.placeholder("SECRET", value, TRACE) == names.placeholder("SECRET", bytes(value), TRACE)
    assert (names.tag("SECRET", value) == names.tag("SECRET", value + b"\xff")) is False


def test_letters_are_spread_over_the_alphabet() -> None:
    found = Counter("".join(letters(hashlib.sha256(bytes([a, b])).digest(), 4) for a in range(100) for b in range(100)))
    assert set(found) == set("abcdefghijklmnopqrstuvwxyz")
    assert max(found.values()) < 1.15 * min(found.values())


def test_what_is_remembered_is_bounded_and_changes_nothing() -> None:
    names = Pseudonyms(Keyring(KEY))
    first = names.placeholder("SECRET", "0", TRACE)
    for at in range(MAX_REMEMBERED + 10):
        names.placeholder("SECRET", str(at), TRACE)
    names.placeholder("SECRET", "x" * 10_000, TRACE)
    assert len(names._known) <= MAX_REMEMBERED
    assert max(len(value) for _, value, _ in names._known) < 1_000
    assert names.placeholder("SECRET", "0", TRACE) == first


def test_a_hash_is_verified_by_whichever_key_made_it(names: Pseudonyms) -> None:
    old = Pseudonyms(Keyring(OTHER))
    for value in (JANE, JANE.encode()):
        assert names.verify(value, names.tag("EMAIL", JANE)) == "k1"
        assert names.verify(value, old.tag("EMAIL", JANE)) == "k0"
        assert names.verify(value, old.digest(JANE.encode())) == "k0"
        assert names.verify(value, "k0" + names.digest(JANE.encode())[2:]) == "k1"
    assert names.verify("joe@x.io", names.tag("EMAIL", JANE)) is None
    assert names.verify(JANE, "nonsense") is None


def test_a_chain_of_hashes_is_verified_by_making_it_again(names: Pseudonyms) -> None:
    def chain(one: Pseudonyms) -> str:
        return one.written(one.mac(one.mac(b"first"), b"second"))

    assert names.made_by(chain(Pseudonyms(Keyring(OTHER))), chain) == "k0"
    assert names.made_by(f"k0:{'0' * 32}", chain) is None


@pytest.mark.parametrize(
    ("entity", "one", "other"),
    [
        ("EMAIL", "Jane@X.io", "jane@x.IO"),
        ("PHONE", "+49 (170) 123-4567", "+491701234567"),
        ("CARD", "4111 1111 1111 1111", "4111-1111-1111-1111"),
        ("IBAN", "de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("NATIONAL_ID", "123-45-6789", "123 45 6789"),
        ("NATIONAL_ID", "12345678-Z", "12345678z"),
        ("IP", "2001:db8:0:0:0:0:0:1", "2001:DB8::1"),
        ("MAC", "AA-BB-CC-00-11-22", "aa:bb:cc:00:11:22"),
    ],
)
def test_spellings_of_one_value_have_one_pseudonym(entity: str, one: str, other: str) -> None:
    assert normal(entity, one) == normal(entity, other)
    assert normal(entity, normal(entity, one)) == normal(entity, one)


@pytest.mark.parametrize(
    ("entity", "value"),
    [("SECRET", "AbC 1"), ("EMPLOYEE_ID", "E-1 "), ("IP", "not one"), ("PHONE", "none"), ("DATE_OF_BIRTH", "1 May 90")],
)
def test_what_has_no_other_spelling_stays_as_it_is(entity: str, value: str) -> None:
    assert normal(entity, value) == value


def test_no_text_shows_a_key(names: Pseudonyms) -> None:
    assert KEY.secret.hex() not in repr(names)
