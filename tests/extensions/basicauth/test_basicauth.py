"""basicauth: who is let in, what a check may cost, and what clients send."""

import base64
import contextlib
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spansieve.extensions.basicauth import BasicAuth, BasicAuthConfig, checks
from spansieve.extensions.basicauth.htpasswd import check_of, md5_crypt, users_of
from spansieve.plugin import Refused, Unauthenticated
from spansieve.testing import FakeClock, FakeHost

BCRYPT = bcrypt.hashpw(b"secret", b"$2b$04$abcdefghijklmnopqrstuu").decode()
FORMATS = {
    "bcrypt": BCRYPT,
    "bcrypt as htpasswd marks it": BCRYPT.replace("$2b$", "$2y$"),
    "apr1": "$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/",  # openssl passwd -apr1 -salt abcdefgh secret
    "md5 crypt": "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1",  # openssl passwd -1 -salt abcdefgh secret
    "sha": "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
    "ssha": "{SSHA}" + base64.b64encode(bytes.fromhex("8152bc582f58c854f580cb101d3182813dec4afe") + b"salt").decode(),
    "plain": "secret",
}


def basic(name: str, password: str) -> dict[str, list[str]]:
    return {"authorization": [f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"]}


def server(host: FakeHost | None = None, **htpasswd: Any) -> BasicAuth:  # noqa: ANN401
    made = BasicAuth(BasicAuthConfig.model_validate({"htpasswd": htpasswd}), host or FakeHost())
    made.start()
    return made


def client(host: FakeHost | None = None, **keys: Any) -> BasicAuth:  # noqa: ANN401
    made = BasicAuth(BasicAuthConfig.model_validate({"client_auth": keys}), host or FakeHost())
    made.start()
    return made


def lets_in(auth: BasicAuth, name: str, password: str) -> bool:
    try:
        return auth.authenticate(basic(name, password)) == name
    except Unauthenticated:
        return False


@pytest.mark.parametrize("stored", FORMATS.values(), ids=FORMATS)
def test_who_knows_the_password_is_let_in_by_name(stored: str) -> None:
    auth = server(inline=f"# agents\n\nann:{stored}\n")
    for _ in range(2):  # found out, and remembered
        assert auth.authenticate(basic("ann", "secret")) == "ann"
        assert [
            lets_in(auth, *pair) for pair in (("ann", "Secret"), ("ann", ""), ("bob", "secret"), ("", "secret"))
        ] == [False] * 4


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ([], "no basic auth provided"),
        (["Bearer x"], "invalid authorization scheme prefix"),
        (["Basic"], "invalid authorization format"),
        (["Basic !!!"], "invalid authorization format"),
        (["Basic " + base64.b64encode(b"no colon").decode()], "invalid authorization format"),
        (["Basic " + base64.b64encode(b"\xff:x").decode()], "invalid authorization format"),
        (["Basic " + base64.b64encode(b"ann:" + b"x" * 1025).decode()], "invalid authorization format"),
        (["Basic " + base64.b64encode(b"ann:planted").decode()], "invalid credentials"),
    ],
)
def test_who_is_not_let_in_is_told_why_without_what_came(header: list[str], said: str) -> None:
    with pytest.raises(Unauthenticated, match=said) as error:
        server(inline="ann:secret").authenticate({"authorization": header} if header else {})
    assert error.value.challenge.startswith("Basic realm=")
    assert "planted" not in str(error.value)


def test_a_password_may_hold_a_colon_and_the_scheme_any_case() -> None:
    auth = server(inline="ann:a:b")
    assert auth.authenticate({"authorization": ["bASIC " + base64.b64encode(b"ann:a:b").decode()]}) == "ann"


def test_inline_wins_over_the_file_which_is_read_again_when_it_changes(tmp_path: Path) -> None:
    host, file = FakeHost(), tmp_path / "htpasswd"
    file.write_text("ann:old\nbob:b\n")
    auth = server(host, file=str(file), inline="ann:new")
    assert [lets_in(auth, *pair) for pair in (("ann", "old"), ("ann", "new"), ("bob", "b"))] == [False, True, True]
    file.write_text("bob:changed\n")
    host.clock.advance(seconds=1)
    assert [lets_in(auth, *pair) for pair in (("bob", "b"), ("bob", "changed"))] == [False, True]
    file.write_text("bob\n")
    host.clock.advance(seconds=1)
    assert lets_in(auth, "bob", "changed")
    assert host.counts["file_reloads", "kept_former", "passwords"] == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("planted", "htpasswd.inline: line 2 is not name:password"),
        (":planted", "line 2 is not"),
        ("ann:", "line 2 is not"),
        ("ann:$6$abcdefgh$planted", "line 2: the password's format is not known: take bcrypt"),
        ("ann:$argon2id$v=19$planted", "format is not known"),
        ("ann:{SHA}planted", "no digest of SHA-1"),
        ("ann:{SHA256}planted", "format is not known"),
        ("ann:$2y$10$planted", "format is not known"),
        ("ann:" + BCRYPT.replace("$04$", "$31$"), "cost 31 takes seconds a check: make it 14 or less"),
    ],
)
def test_a_line_that_can_t_be_used_is_named_by_its_number(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")) as error:
        server(inline=f"bob:b\n{line}\n")
    assert "planted" not in str(error.value)


@given(st.binary(max_size=80).filter(lambda data: b"\0" not in data), st.sampled_from([b"$apr1$", b"$1$"]))
def test_md5_crypt_is_the_same_each_time_and_no_other_password_s(password: bytes, mark: bytes) -> None:
    made = md5_crypt(password, b"salt", mark)
    assert len(made) == 22
    stored = f"{mark.decode()}salt${made}"
    assert check_of(stored)(password)
    assert not check_of(stored)(password + b"x")


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert all(users_of(text, "here"))


class SlowHash:
    """A hash that takes `seconds` of the clock, and counts how often it was asked."""

    def __init__(self, clock: FakeClock, seconds: float) -> None:
        self.asked = 0
        self._clock = clock
        self._seconds = seconds

    def __call__(self, stored: str) -> Any:  # noqa: ANN401
        def check(password: bytes) -> bool:
            self.asked += 1
            self._clock.advance(seconds=self._seconds)
            return password == b"secret"

        return check


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> tuple[FakeHost, SlowHash]:
    host = FakeHost()
    made = SlowHash(host.clock, 0.5)
    monkeypatch.setattr(checks, "check_of", made)
    return host, made


def test_a_flood_of_wrong_passwords_costs_a_bounded_time_and_keeps_nobody_out(slow: tuple[FakeHost, SlowHash]) -> None:
    host, made = slow
    auth = server(host, inline="ann:x\nbob:x")
    assert lets_in(auth, "ann", "secret")
    asked_to_come_again = 0
    for number in range(1000):
        try:
            assert not lets_in(auth, "ann", f"wrong {number}")
        except Refused:
            asked_to_come_again += 1
    assert made.asked <= 6  # half a second each: the burst, and a fifth of the time that they took
    assert asked_to_come_again == 1000 - (made.asked - 1)
    assert lets_in(auth, "ann", "secret")  # remembered
    with pytest.raises(Refused):
        lets_in(auth, "bob", "secret")
    host.clock.advance(seconds=2.5)
    assert lets_in(auth, "bob", "secret")


def test_the_same_wrong_password_is_hashed_once(slow: tuple[FakeHost, SlowHash]) -> None:
    host, made = slow
    auth = server(host, inline="ann:x")
    assert [lets_in(auth, "ann", "wrong") for _ in range(50)] == [False] * 50
    assert made.asked == 1


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "REMEMBERED", 3)
    verdicts = checks.Verdicts(FakeClock())
    for number in range(10):
        verdicts.right(b"ann", b"%d" % number, "5")
    assert [len(known) for known in verdicts._known.values()] == [1, 3]


def test_clients_send_what_the_section_or_the_files_say(tmp_path: Path) -> None:
    assert client(username="ann", password="s:x").credentials() == {"Authorization": "Basic YW5uOnM6eA=="}
    assert client(username="ann").credentials() == {"Authorization": "Basic YW5uOg=="}
    host, name, word = FakeHost(), tmp_path / "name", tmp_path / "word"
    name.write_text("bob\n")
    word.write_text("one\n")
    auth = client(host, username="ann", username_file=str(name), password="p", password_file=str(word))
    assert auth.renewable
    assert auth.credentials() == {"Authorization": "Basic Ym9iOm9uZQ=="}
    word.write_text("two!\n")
    host.clock.advance(seconds=1)
    assert auth.credentials() == {"Authorization": "Basic Ym9iOnR3byE="}


def test_it_is_one_side_or_the_other() -> None:
    of_server = BasicAuthConfig.model_validate({"htpasswd": {"inline": "a:b"}})
    of_client = BasicAuthConfig.model_validate({"client_auth": {"username": "a"}})
    methods = ("authenticate", "credentials", "storage")
    assert [BasicAuth.gives(of_server, method) for method in methods] == [True, False, False]
    assert [BasicAuth.gives(of_client, method) for method in methods] == [False, True, False]


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({}, "no credential source provided"),
        ({"htpasswd": {}}, "no credential source provided"),
        ({"htpasswd": {"inline": " "}}, "no credential source provided"),
        ({"htpasswd": {"inline": "a:b"}, "client_auth": {"username": "a"}}, "only one of htpasswd or client_auth"),
        ({"client_auth": {"password": "planted"}}, "whose password"),
        ({"client_auth": {"username": "a:b", "password": "planted"}}, "colon"),
    ],
)
def test_a_mistake_is_explained(config: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem) as error:
        BasicAuthConfig.model_validate(config)
    assert "planted" not in str(error.value)


@pytest.mark.parametrize("keys", [{"file": "/nowhere"}, {"inline": "#\n"}])
def test_nobody_is_an_error_at_start(keys: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"htpasswd\.file: /nowhere can't be read|there is nobody in it"):
        server(**keys)
