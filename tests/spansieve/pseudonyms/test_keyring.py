"""The keys of hashes: what is taken, what is refused with which words, and that no text shows one."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spansieve.pseudonyms import HashConfig, Key, Keyring
from spansieve.pseudonyms.secret import decoded
from spansieve.testing import FakeHost

SECRET = bytes(range(32))
HEX = SECRET.hex()


def config(**keys: Any) -> HashConfig:  # noqa: ANN401 (whatever the YAML holds)
    return HashConfig.model_validate(keys)


def refusal(**keys: Any) -> str:  # noqa: ANN401
    with pytest.raises(ValidationError) as raised:
        config(**keys)
    return str(raised.value)


def opened(**keys: Any) -> Keyring:  # noqa: ANN401
    return Keyring.open(config(**keys), FakeHost())


@given(st.binary(min_size=31, max_size=80).map(lambda rest: b"\xff" + rest))  # so that base64 never looks like hex
def test_hex_and_both_kinds_of_base64_are_read_in_every_spelling(secret: bytes) -> None:
    standard, urlsafe = base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode()
    wrapped = "\n".join(standard[at : at + 20] for at in range(0, len(standard), 20)) + "\n"
    for text in (secret.hex(), secret.hex().upper(), standard, urlsafe, standard.rstrip("="), wrapped):
        assert decoded(text) == secret


@given(st.binary(min_size=1, max_size=31))
def test_a_short_key_is_refused_with_its_length_and_how_to_make_one(secret: bytes) -> None:
    for text in (secret.hex(), base64.b64encode(secret).decode()):
        with pytest.raises(ValueError, match=f"has {len(secret)} bytes, and at least 32 are needed"):
            decoded(secret.hex())
        said = refusal(key=text)
        assert "openssl rand -hex 32" in said
        assert len(text) < 4 or text not in said


@pytest.mark.parametrize("text", ["a passphrase that is long enough, but a text!", "é" * 64, "0" * 65])
def test_what_is_neither_hex_nor_base64_is_refused_without_being_repeated(text: str) -> None:
    said = refusal(key=text)
    assert "neither hex nor base64" in said
    assert text not in said


def test_a_key_comes_from_the_configuration_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(HEX + "\n")
    assert opened(key=HEX).current == Key("k1", SECRET)
    assert opened(key_file=str(tmp_path / "key"), key_id="k7").current == Key("k7", SECRET)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "can't be read: No such file"),
        (b"ab" * 16, "the key has 16 bytes"),
        (b"\xff" * 32, "neither hex nor base64"),
        (b" \n", "the key is empty"),
    ],
)
def test_a_file_without_a_good_key_is_named_before_the_start(tmp_path: Path, content: bytes | None, why: str) -> None:
    path = tmp_path / "hash.key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=why) as raised:
        Keyring.configured(config(key_file=str(path)))
    assert f"key_file: {path}" in str(raised.value)
    assert "ab" * 16 not in str(raised.value)


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"key": HEX, "key_file": "x"}, "keep one of them"),
        ({"require_key": True}, "require_key is true and there is no key"),
        ({"require_key": True, "key": ""}, "set key or key_file"),
        ({"key_id": "tmp-1"}, "take another id"),
        ({"key_id": "k:1"}, "letters, digits, - and _"),
        ({"key": HEX, "previous": [{"key_id": "k1", "key": HEX}]}, "two keys have the id k1"),
        ({"key": HEX, "previous": [{"key_id": "k0"}]}, "has no key"),
    ],
)
def test_what_does_not_fit_together_is_refused(keys: dict[str, Any], why: str) -> None:
    assert why in refusal(**keys)


def test_a_missing_key_is_made_by_the_program_and_an_empty_one_is_missing() -> None:
    made = opened()
    assert made.current.id == "k1"
    assert made == opened(key="") == opened(key_file="")
    assert opened(key_id="k2").current == Key("k2", made.current.secret)


def test_a_key_that_is_not_kept_says_so_in_its_id() -> None:
    host = FakeHost()
    host.keeps_keys = False
    made = Keyring.open(config(key_id="k2", previous=[{"key_id": "k1", "key": HEX}]), host)
    assert re.fullmatch("tmp-[0-9a-f]{8}", made.current.id)
    assert made == Keyring.open(config(key_id="k3", previous=[{"key_id": "k1", "key": HEX}]), host)
    assert made.previous == (Key("k1", SECRET),)


def test_former_keys_stand_behind_the_current_one(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("cd" * 32)
    previous = [{"key_id": "k2", "key": "ab" * 32}, {"key_id": "k1", "key_file": str(tmp_path / "old")}]
    assert [key.id for key in opened(key=HEX, key_id="k3", previous=previous).keys] == ["k3", "k2", "k1"]


def test_no_text_shows_a_key() -> None:
    given = config(key=HEX, previous=[{"key_id": "k0", "key": "ab" * 32}])
    ring = Keyring.open(given, FakeHost())
    for text in (repr(given), str(given), repr(ring), given.model_dump_json(), str(given.model_dump())):
        for secret in (HEX, "ab" * 32, repr(SECRET)):
            assert secret not in text
