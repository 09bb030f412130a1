"""Literals are found as `in` finds them, with Hyperscan and without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.literals import Literals
from spansieve.scanner import AVAILABLE

SIGNS = [b"error", b"status_code", b"exception", b"\x18\x02", b"\x18\x82\x00", b"ot="]
some = st.lists(st.binary(min_size=1, max_size=20), max_size=5)
parts = st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([*SIGNS, b"ab", b"\x00", b"a.b", b"\n"])))


@given(some, parts)
def test_what_is_found_is_what_stands_there(wanted: list[bytes], around: list[bytes]) -> None:
    data = b"".join([*around, *wanted[:1]])
    for literals in ([*SIGNS, *wanted], wanted):
        assert Literals(literals).found(data) == {literal for literal in literals if literal in data}


@pytest.mark.parametrize("scanned", [False, AVAILABLE])
def test_what_ends_with_the_data_is_found_however_long_that_is(scanned: bool) -> None:
    literals = Literals([*SIGNS, b"k", b"k\x18\x18.\x02\x18\x02", b"\x02\x18.bkaa\x00b\x00kb\x02bb."], scanned=scanned)
    for size in range(200):
        assert literals.found(b"x" * size + b"\x18\x02") == {b"\x18\x02"}


def test_nothing_is_found_of_nothing() -> None:
    assert Literals([]).found(b"x") == set()
