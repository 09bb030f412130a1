"""Equal values have equal bytes."""

import json
from math import inf, nan
from struct import unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.messages.jcs import jcs, quoted
from spansieve.pdata import Value

VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("bits", "written"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_the_rfc_s_appendix_has_them(bits: str, written: str) -> None:
    [number] = unpack(">d", bytes.fromhex(bits))
    assert jcs(number).decode() == written


def test_keys_stand_in_the_order_of_their_utf_16_code_units() -> None:
    # the example of RFC 8785, section 3.2.3
    value: Value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}
    assert list(json.loads(jcs(value))) == ["\r", "1", "\x80", "\xf6", "\u20ac", "\U0001f600", "\ufb33"]


def test_only_what_must_be_escaped_is() -> None:
    assert jcs('\u20ac$\x0f\nA\'B"\\\\"/\x7f').decode() == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'


@given(st.text(min_size=100, max_size=400))
def test_long_texts_are_escaped_as_short_ones_are(text: str) -> None:
    assert quoted(text) == b'"' + b"".join(quoted(character)[1:-1] for character in text) + b'"'


@given(VALUES)
def test_what_is_written_means_the_same(value: Value) -> None:
    assert _typed(json.loads(jcs(value))) == _typed(value)


@given(VALUES, VALUES)
def test_values_that_differ_are_written_differently(one: Value, other: Value) -> None:
    assert (jcs(one) == jcs(other)) == (_typed(one) == _typed(other))


def test_what_the_rfc_refuses_has_a_form() -> None:
    assert (
        jcs([nan, inf, 2**53 + 1, 2**63, b"\x00"]).decode()
        == '["NaN","Infinity",9007199254740993,"9223372036854775808","AA=="]'
    )
    assert jcs("\ud800x").decode() == '"\ufffdx"'


def _typed(value: Value) -> object:
    """`value` so that true is not 1 and 1.0 is, as in JSON."""
    if isinstance(value, dict):
        return {key: _typed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_typed(entry) for entry in value]
    if isinstance(value, bool):
        return "bool", value
    return float(value) if isinstance(value, int) else value
