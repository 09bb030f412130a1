"""Whom a request names, read off its wire bytes."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spansieve.pdata import decode_pair, encode_pair
from spansieve.processors.prompt_privacy.people import is_name, names_people, owners_of_homes
from spansieve.processors.prompt_privacy.told import Told
from spansieve.semconv import raw_mapping

from .requests import pair, value

NAME = "Maria Lindqvist"
IDENTITY = frozenset(raw_mapping()["identity"]["user"])
TOLD = Told(IDENTITY, lambda key: names_people(key, IDENTITY))
TELLING = ("user.name", "enduser.names", "session.user", "git.author.name", "process.owner", "lk.participant_identity")


def names(of: object) -> set[str]:
    """Of the body of a record."""
    return TOLD.names(LogRecord(body=value(of)).SerializeToString())


@pytest.mark.parametrize("key", TELLING)
def test_a_key_that_tells_does_wherever_it_stands(key: str) -> None:
    span = Span()
    span.events.add(name="e").attributes.append(pair(key, NAME))
    assert TOLD.names(span.SerializeToString()) == {NAME}
    assert TOLD.names(Span(links=[Span.Link(attributes=[pair(key, [NAME, "Bo Larsson"])])]).SerializeToString()) == {
        NAME,
        "Bo Larsson",
    }
    assert TOLD.names(Span(attributes=[pair("context", [{key: NAME}])]).SerializeToString()) == {NAME}
    assert names({"level": "info", key: NAME}) == {NAME}


@pytest.mark.parametrize(
    "told",
    [
        {"user": {"name": NAME}},
        {"user": {"id": "x7", "fullName": NAME, "plan": "enterprise"}},
        {"user": {"profile": {"display_name": NAME, "theme": "solarized"}, "team": {"name": "platform"}}},
        {"user": [{"name": {"first": NAME}}]},
        {"enduser": {"id": NAME}},
        {"session": {"user": NAME, "id": "4711-4711"}},
        {"git": {"author": {"name": NAME}, "branch": "main-line"}},
        {"process": {"owner": NAME, "command_line": "python -m agent"}},
        {"user.profile": {"name": NAME, "level": "gold star"}},
        {"event": {"context": {"user": {"name": NAME}}}},
    ],
)
def test_a_map_tells_as_its_keys_do_joined_by_dots(told: Mapping[str, object]) -> None:
    assert names(told) == {NAME}
    [(key, inside)] = told.items()
    assert TOLD.names(Span(attributes=[pair(key, inside)]).SerializeToString()) == {NAME}


@pytest.mark.parametrize(
    "said",
    [
        {"user": NAME},
        {"user": {"theme": "solarized", "settings": {"editor": "neovim"}, "created": 1735689600, "roles": ["editor"]}},
        {"user": {"name": "root", "id": 4711, "email": "<EMAIL_abcdabcd>"}},
        {"session": {"id": "4711-4711", "name": "planning"}},
        {"git": {"commit": {"message": NAME}}},
        {"agent": {"name": NAME}},
        {"user": {}},
        {"user.role": "maintainer"},
        {"message": f"\nuser.name: {NAME}", "text": f"\n\tuser.name\x12{NAME}"},
    ],
)
def test_what_says_nothing_of_anybody_is_no_name(said: Mapping[str, object]) -> None:
    assert names(said) == set()


def test_what_no_key_may_tell_is_not_learned() -> None:
    told = Told(IDENTITY, lambda key: key != "user.name" and names_people(key, IDENTITY))
    assert told.names(LogRecord(body=value({"user": {"name": NAME, "login": "mlindqvist"}})).SerializeToString()) == {
        "mlindqvist"
    }


def test_names_are_learned_sixteen_levels_deep_and_no_deeper() -> None:
    def nested(levels: int) -> object:
        return {"user": NAME} if levels == 1 else {"user": nested(levels - 1)}

    assert names(nested(17)) == {NAME}
    assert names(nested(18)) == set()


def test_a_text_that_looks_like_pairs_hides_none_behind_it() -> None:
    bait = encode_pair("user.x", "y" * 50)[:-50].decode()
    assert NAME in names({"text": bait * 20, "user.name": NAME})
    assert names({"text": "\n\tuser.name = one\n" * 2000, "user.name": NAME}) == {NAME}


@given(st.binary(max_size=60), st.sampled_from(TELLING))
def test_any_bytes_are_read_without_a_word(noise: bytes, key: str) -> None:
    raw = encode_pair(key, NAME)
    for at in range(0, len(raw), 5):
        TOLD.names(raw[:at] + noise + raw[at:])
    assert TOLD.names(b"J" + bytes([len(raw)]) + raw) == {NAME}


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.text(max_size=12) | st.integers(0, 2**40),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "id", "x"]), inner, max_size=3)
    ),
)


@given(st.sampled_from(["user", "user.name", "enduser.id", "git"]), VALUES)
def test_only_names_are_learned_and_only_from_what_is_there(key: str, held: Any) -> None:  # noqa: ANN401
    raw = encode_pair(key, held)
    for name in TOLD.names(raw):
        assert is_name(name)
        assert repr(name)[1:-1] in repr(decode_pair(raw))


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("cd /home/lindqvist/src && ls /Users/birgitta", {"lindqvist", "birgitta"}),
        (r"C:\Users\Birgitta\x and C:\\Users\\bengt\\y and D:/Users/bjorn/z", {"Birgitta", "bengt", "bjorn"}),
        (r"C:\Users/mixed and E:/Users\other1", {"mixed", "other1"}),
        ("Users: list /home/ubuntu /home/bo /home//nobody1 Userspace", set()),
        (r"\Users\nodrive", set()),
        (
            'mkdir "/Users/name/My Documents" and ls /home/account/tools /Users/session',
            set(),
        ),  # of descriptions of tools
    ],
)
def test_home_directories_tell_their_owners(text: str, owners: set[str]) -> None:
    assert owners_of_homes(text.encode()) == owners
