"""Attributes: a mapping over the bytes, exact for every layout that protobuf allows."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from spansieve.pdata import Attributes, DecodeError, Value, decode_value, encode_pair, encode_value, repaired_strings
from spansieve.pdata.schema import CLASSES, Wire


def attributes(*raws: bytes) -> Attributes:
    message = CLASSES["Span"]()
    message.attributes.extend(raws)
    return Attributes(message.attributes)


def raws_of(view: Attributes) -> list[bytes]:
    return list(view._container[:])


def of(**values: Value) -> Attributes:
    return attributes(*[encode_pair(key, value) for key, value in values.items()])


# ----- as a mapping


def test_every_kind_of_value_comes_back_as_it_was_set() -> None:
    view = attributes()
    values: dict[str, Value] = {
        "text": "ü",
        "true": True,
        "one": 1,
        "float": 1.0,
        "bytes": b"\xff",
        "list": [1, "a", [None, False]],
        "dict": {"a": {"b": [2.5]}},
        "none": None,
        "empty": [],
        "low": -(2**63),
        "high": 2**63 - 1,
        "long": "x" * 100_000,
    }
    view.update(values)
    assert repr(dict(view)) == repr(values)
    assert repr(dict(attributes(*raws_of(view)))) == repr(values)


def test_setting_deleting_and_asking() -> None:
    view = of(a=1, b="two", c=True)
    view["b"] = "zwei"
    del view["a"]
    view["d"] = [1]
    assert list(view.items()) == [("b", "zwei"), ("c", True), ("d", [1])]
    assert ("a" in view, "b" in view, view.get("a"), view.get("a", "none"), view["c"]) == (
        False,
        True,
        None,
        "none",
        True,
    )
    assert view.raw("b") == encode_pair("b", "zwei")
    assert view.raw("a") is None
    assert [KeyValue.FromString(raw).key for raw in raws_of(view)] == ["b", "c", "d"]
    assert view == {"b": "zwei", "c": True, "d": [1]}
    with pytest.raises(KeyError):
        view["a"]
    with pytest.raises(KeyError):
        del view["a"]


def test_a_nested_value_is_a_copy() -> None:
    view = of(a=[1])
    value = view["a"]
    assert isinstance(value, list)
    value.append(2)
    assert view["a"] == [1]
    view["a"] = value
    assert view["a"] == [1, 2]


def test_duplicates_stay_until_their_key_is_written() -> None:
    raws = [encode_pair("a", 1), encode_pair("b", 2), encode_pair("a", 3), encode_pair("b", 4), encode_pair("c", 5)]
    view = attributes(*raws)
    assert dict(view) == {"a": 1, "b": 2, "c": 5}
    view["d"] = 6
    assert raws_of(view) == [*raws, encode_pair("d", 6)]
    view["a"] = 7
    assert raws_of(view) == [encode_pair("a", 7), raws[1], raws[3], raws[4], encode_pair("d", 6)]
    del view["b"]
    assert raws_of(view) == [encode_pair("a", 7), raws[4], encode_pair("d", 6)]
    view["d"] = 8
    assert dict(view) == {"a": 7, "c": 5, "d": 8}


def test_long_lists_keep_their_order_under_many_edits() -> None:
    view = of(**{f"k{number}": number for number in range(300)})
    expected: dict[str, Value] = {f"k{number}": number for number in range(300)}
    for number in range(0, 300, 3):
        del view[f"k{number}"], expected[f"k{number}"]
        view[f"k{number + 1}"] = expected[f"k{number + 1}"] = "set"
        view[f"new{number}"] = expected[f"new{number}"] = number
    assert view.remove(["k2", "k5", "gone"]) == 2
    del expected["k2"], expected["k5"]
    assert list(view.items()) == list(expected.items())
    assert list(attributes(*raws_of(view)).items()) == list(expected.items())


def test_a_long_list_loses_keys_in_any_order() -> None:
    view = of(**{f"k{number}": number for number in range(100)})
    for number in [90, 10, 50, 49, 51, 0, 99, 30]:
        del view[f"k{number}"]
        view[f"k{(number + 5) % 100}"] = -1
        assert list(attributes(*raws_of(view)).items()) == list(view.items())
    assert len(view) == 92


def test_true_and_one_are_two_values_wherever_they_are_remembered() -> None:
    view = attributes()
    for value in (True, 1, 1.0, False, 0, 0.0, -0.0):
        view["k"] = value
        assert repr(view["k"]) == repr(value)


def test_an_update_that_cannot_be_encoded_changes_nothing() -> None:
    view = of(a=1)
    with pytest.raises(ValueError, match="64 bits"):
        view.update({"a": 2, "b": 2**63})
    with pytest.raises(TypeError, match="can't be a object"):
        view.update({"a": 2, "b": object()})  # type: ignore[dict-item]
    assert dict(view) == {"a": 1}


# ----- odd bytes

PIECES = [
    b"\x0a\x01a",  # the key a
    b"\x0a\x01b",
    b"\x12\x03\x0a\x01x",  # a text
    b"\x12\x02\x18\x05",  # a number
    b"\x12\x03\x18\x85\x00",  # the same, longer than need be
    b"\x12\x04\x18\x01\x18\x02",  # two numbers: the last counts
    b"\x12\x05\x0a\x01x\x10\x01",  # a text, then a boolean
    b"\x12\x04\x2a\x02\x0a\x00",  # a list, which a second one is merged with
    b"\x12\x02\x10\x07",  # a boolean of 7
    b"\x12\x00",
    b"\x18\x09",  # key_strindex
    b"\xc0\x3e\x05",  # an unknown field
    b"\x10\x05",  # the value's field with a wrong wire type
    b"\x0a\x80\x00",  # an empty key, its length in two bytes
]


def plain(message: Wire) -> object:
    kind = message.WhichOneof("value")
    if kind == "array_value":
        return [plain(entry) for entry in message.array_value.values]
    return getattr(message, kind) if kind else None


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=4).map(b"".join), max_size=4))
@example([b"\x0a\x01a\x12\x03\x0a\x01x", b"\x0a\x01a\x12\x03\x0a\x01x\x0a\x01b"])  # a key behind the value counts
@example([b"\x0a\x01a\x12\x80\x01" + b"\x18\x05" * 64 + tail for tail in (b"", b"\x0a\x01b")])
def test_any_layout_reads_as_the_generated_class_reads_it(raws: list[bytes]) -> None:
    expected: dict[str, object] = {}
    for raw in raws:
        pair = KeyValue.FromString(raw)
        expected.setdefault(pair.key, plain(pair.value))
    for _ in range(2):  # the second time from what was remembered
        view = attributes(*raws)
        assert repr(dict(view)) == repr(expected)
        assert repr({key: view.get(key) for key in view}) == repr(expected)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.binary(max_size=12) | st.lists(st.sampled_from(PIECES)).map(b"".join), max_size=3), st.integers(0, 40)
)
def test_malformed_pairs_raise_the_documented_error_alone(raws: list[bytes], cut: int) -> None:
    raws = [raw[:cut] for raw in raws]
    view = attributes(*raws)
    try:
        for key in view:
            view.get(key)
        view["new"] = 1
        view.remove([*view])
    except DecodeError:
        return
    for raw in raws:
        CLASSES["KeyValue"].FromString(raw)  # what was read well is well


@pytest.mark.parametrize("value", [b"\x12\x03\x0a\x01x", b"\x12\x80\x01" + b"\x18\x05" * 64])
def test_a_known_beginning_does_not_hide_a_second_key_behind_the_value(value: bytes) -> None:
    assert list(attributes(b"\x0a\x01a" + value)) == ["a"]
    assert list(attributes(b"\x0a\x01a" + value + b"\x0a\x01b")) == ["b"]


@pytest.mark.parametrize(
    "value", [b"\x18\x05\x08", b"\x10\x01\x08", b"\x0a\x05x", b"\x18\x80\x80", b"\x21\x00\x00\x00\x00"]
)
def test_a_value_that_is_malformed_behind_its_beginning_is_refused(value: bytes) -> None:
    with pytest.raises(DecodeError):
        attributes(b"\x0a\x01a\x12" + bytes([len(value)]) + value)["a"]


def test_bad_utf8_costs_that_string_alone_and_is_counted() -> None:
    view = attributes(b"\x0a\x01a\x12\x04\x0a\x02x\xff", b"\x0a\x02k\xfe\x12\x03\x0a\x01y")
    before = repaired_strings()
    assert view["a"] == "x\ufffd"
    assert view["a"] == "x\ufffd"
    assert view["k\ufffd"] == "y"
    assert repaired_strings() > before
    assert raws_of(view)[0] == b"\x0a\x01a\x12\x04\x0a\x02x\xff"
    before = repaired_strings()
    assert dict(of(good="text")) == {"good": "text"}
    assert repaired_strings() == before


def test_a_lone_surrogate_is_written_as_the_replacement_character() -> None:
    view = attributes()
    view["k\ud800"] = "a\udfffb"
    view["pair"] = "\ud83d\ude00"
    assert [KeyValue.FromString(raw).value.string_value for raw in raws_of(view)] == ["a\ufffdb", "😀"]


# ----- nesting


def nested(levels: int) -> Value:
    value: Value = 1
    for _ in range(levels):
        value = [value]
    return value


def test_nesting_is_bounded_both_ways() -> None:
    deep = nested(46)
    assert decode_value(encode_value(deep)) == deep
    with pytest.raises(ValueError, match="nested more than 92"):
        encode_value(nested(47))
    loop: list[Value] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="nested more than 92"):
        encode_value(loop)
    raw = b"\x18\x01"
    for levels in range(1, 3000):
        inner = CLASSES["KeyValue"](key=raw).SerializeToString()
        raw = CLASSES["KeyValue"](key=inner).SerializeToString()
        raw = b"\x2a" + raw[1:]
        if levels in {47, 60, 2999}:
            with pytest.raises(DecodeError):
                decode_value(raw)
            with pytest.raises(DecodeError):
                attributes(b"\x0a\x01a\x12" + CLASSES["KeyValue"](key=raw).SerializeToString()[1:])["a"]
