"""bearertokenauth: which requests are let in, and what clients send."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spansieve.extensions.bearertokenauth import BearerTokenAuth, BearerTokenAuthConfig
from spansieve.plugin import Unauthenticated
from spansieve.testing import FakeHost


def extension(host: FakeHost | None = None, **config: Any) -> BearerTokenAuth:  # noqa: ANN401
    made = BearerTokenAuth(BearerTokenAuthConfig.model_validate(config), host or FakeHost())
    made.start()
    return made


def lets_in(auth: BearerTokenAuth, *values: str, header: str = "authorization") -> bool:
    try:
        return auth.authenticate({header: values} if values else {}) == ""
    except Unauthenticated:
        return False


def test_every_token_is_let_in_and_the_first_is_sent() -> None:
    auth = extension(tokens=["new", "old"])
    assert lets_in(auth, "Bearer new")
    assert lets_in(auth, "Bearer old")
    assert auth.credentials() == {"Authorization": "Bearer new"}


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "new", "bearer new", "Bearer new2", "Bearer ne", "Basic new"]
)
def test_nothing_else_is(value: str) -> None:
    assert not lets_in(extension(token="new"), value)


def test_without_the_header_nobody_is_let_in_and_the_challenge_names_the_scheme() -> None:
    with pytest.raises(Unauthenticated, match="missing or empty header: Authorization") as error:
        extension(token="new").authenticate({})
    assert error.value.challenge == "Bearer"


def test_what_was_sent_is_in_no_error() -> None:
    with pytest.raises(Unauthenticated) as error:
        extension(token="right").authenticate({"authorization": ["Bearer planted-secret"]})
    assert "planted" not in str(error.value)


def test_scheme_and_header_are_free() -> None:
    auth = extension(token="t", scheme="", header="X-Api-Key")
    assert lets_in(auth, "t", header="x-api-key")
    assert not lets_in(auth, "Bearer t", header="x-api-key")
    assert auth.credentials() == {"X-Api-Key": "t"}


def test_a_file_wins_and_is_read_again_when_it_changes(tmp_path: Path) -> None:
    host, file = FakeHost(), tmp_path / "tokens"
    file.write_text("  one \n\ntwo\n")
    auth = extension(host, filename=str(file), token="ignored")
    assert auth.renewable
    assert [lets_in(auth, f"Bearer {token}") for token in ("one", "two", "ignored", "")] == [True, True, False, False]
    file.write_text("three\n")
    host.clock.advance(seconds=1)
    assert [lets_in(auth, f"Bearer {token}") for token in ("one", "three")] == [False, True]
    assert auth.credentials() == {"Authorization": "Bearer three"}


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff", "größe\n".encode(), b"a\x07b\n"])
def test_a_bad_file_is_refused_at_start_and_kept_out_later(tmp_path: Path, content: bytes) -> None:
    host, file = FakeHost(), tmp_path / "tokens"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"token|text"):
        extension(filename=str(file))
    file.write_text("good")
    auth = extension(host, filename=str(file))
    file.write_bytes(content)
    host.clock.advance(seconds=1)
    assert lets_in(auth, "Bearer good")
    assert host.counts["file_reloads", "kept_former", "tokens"] == 1


def test_a_missing_file_is_told() -> None:
    with pytest.raises(ValueError, match=r"filename: /nowhere can't be read: No such file"):
        extension(filename="/nowhere")


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({}, "no bearer token provided"),
        ({"token": "a", "tokens": ["b"]}, "either tokens or token should be provided, not both"),
        ({"token": ""}, "not empty"),
        ({"tokens": ["a", "b\n"]}, "printable"),
        ({"token": "a", "header": "a b"}, "a header's name"),
        ({"token": "a", "scheme": "a b"}, "one word"),
    ],
)
def test_a_mistake_is_explained(config: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        BearerTokenAuthConfig.model_validate(config)


def test_a_text_with_commas_is_a_list_and_no_token_is_shown() -> None:
    config = BearerTokenAuthConfig.model_validate({"tokens": "planted1, planted2"})
    assert [one.get_secret_value() for one in config.tokens] == ["planted1", "planted2"]
    assert "planted" not in repr(config) + config.model_dump_json()
