"""Trace state: what is read is written again, thresholds never shrink, and what is malformed is said to be."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.sampling import ALWAYS, NEVER, TraceState, members_of, parse_tvalue, tvalue_of

HEX = st.text("0123456789abcdef", min_size=14, max_size=14)
TVALUES = st.integers(ALWAYS, NEVER - 1).map(tvalue_of)
_LOW, _WORD, _DIGITS = string.ascii_lowercase, string.ascii_lowercase + string.digits + "_*/-", string.digits
_PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in ",=")


def _names(first: str, rest: str, longest: int) -> st.SearchStrategy[str]:
    """A character of `first`, then at most `longest` of `rest`."""
    return st.builds(str.__add__, st.sampled_from(first), st.text(rest, max_size=longest))


_KEYS = _names(_LOW, _WORD, 20).filter(lambda key: key != "ot")
_TENANTS = st.builds("{}@{}".format, _names(_LOW + _DIGITS, _WORD, 20), _names(_LOW, _WORD, 13))
_VALUES = st.text(_PRINTABLE, min_size=1, max_size=21).filter(lambda value: value == value.strip(" "))
MEMBERS = st.builds("{}={}".format, _KEYS | _TENANTS, _VALUES)
PAIRS = st.builds(
    "{}:{}".format,
    _names(_LOW, _LOW + _DIGITS, 5).filter(lambda key: key not in {"rv", "th"}),
    st.text(string.ascii_letters + _DIGITS + "._-", max_size=8),
)
STATES = st.builds(
    TraceState,
    st.just("") | HEX,
    st.just("") | TVALUES,
    st.lists(PAIRS, max_size=5).map(tuple),
    st.lists(MEMBERS, max_size=10).map(tuple),
)


@given(STATES)
def test_what_is_written_reads_back(state: TraceState) -> None:
    assert TraceState.parse(str(state)) == (state, True)


@given(STATES, st.data())
def test_white_space_and_empty_members_count_for_nothing(state: TraceState, data: st.DataObject) -> None:
    blanks = st.text(" \t", max_size=3)
    members = [data.draw(blanks) + member + data.draw(blanks) for member in str(state).split(",")]
    assert TraceState.parse(",".join([*members, data.draw(blanks)])) == (state, True)


@given(st.text(max_size=1100) | st.text(string.printable, max_size=100) | st.from_regex(r"ot=[\x20-\x7e]{0,40}"))
def test_whatever_comes_is_read_as_far_as_it_goes(text: str) -> None:
    state, whole = TraceState.parse(text)
    again, _ = TraceState.parse(str(state))
    assert again == state
    assert whole or text
    assert state.threshold is None or ALWAYS <= state.threshold < NEVER


@given(STATES, st.integers(ALWAYS, NEVER - 1))
def test_sampling_again_never_makes_a_threshold_smaller(state: TraceState, threshold: int) -> None:
    after = state.sampled_with(threshold)
    assert after.threshold == max(threshold, state.threshold or ALWAYS)
    assert after._replace(tvalue="") == state._replace(tvalue="")


@pytest.mark.parametrize(
    ("text", "read", "whole"),
    [
        ("ot=rv:ABCDEF01234567;th:80", TraceState("ABCDEF01234567", "80"), True),
        ("ot=th:8;rv:1", TraceState("", "8"), False),
        ("ot=th:8;th:x,a=1", TraceState(members=("a=1",)), False),
        ("ot=th:8,ot=a:b", TraceState(pairs=("a:b",)), True),
        ("a=1,Bad=2", TraceState(), False),
        ("k" * 257 + "=v,a=1", TraceState(members=("a=1",)), False),
        (
            ",".join(f"a{number}=1" for number in range(32)),
            TraceState(members=tuple(f"a{n}=1" for n in range(32))),
            True,
        ),
        (
            ",".join(f"a{number}=1" for number in range(33)),
            TraceState(members=tuple(f"a{n}=1" for n in range(32))),
            False,
        ),
        ("a=" + "1" * 1100, TraceState(), False),
        ("a=é", TraceState(), False),
    ],
)
def test_what_can_be_read_of_it(text: str, read: TraceState, whole: bool) -> None:
    assert TraceState.parse(text) == (read, whole)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("", {}),
        ("a=1,, b=2 ,", {"a": "1", "b": "2"}),
        ("ot=th:nonsense,t1@s=x", {"ot": "th:nonsense", "t1@s": "x"}),
        ("a=1,a=1", None),
        ("a=1,Bad=2", None),
        ("a=1,b", None),
        ("k" * 257 + "=v", None),
        (",".join(f"a{number}=1" for number in range(33)), None),
    ],
)
def test_members_are_told_where_all_of_them_can_be_read(text: str, members: dict[str, str] | None) -> None:
    assert members_of(text) == members


def test_its_parts_change_one_by_one() -> None:
    state, _ = TraceState.parse("ot=th:8;x:y,vendor=1")
    assert str(state.with_randomness(0xFF)) == "ot=rv:000000000000ff;th:8;x:y,vendor=1"
    assert str(state.without_threshold()) == "ot=x:y,vendor=1"
    assert str(state.sampled_with(parse_tvalue("c"))) == "ot=th:c;x:y,vendor=1"
