"""Attribute actions: what is left of a set of attributes, action by action, as the Go Collector leaves it."""

import hashlib
import struct
from typing import Any

import pytest
from pydantic import ValidationError

from spansieve.actions import Action, compile_actions
from spansieve.pdata import TraceBatch, Value
from spansieve.testing import OK, otlp_request


def after(before: dict[str, Value], *actions: dict[str, Any]) -> dict[str, Value]:
    """What `actions` leave of `before`, read from the bytes that would go out."""
    batch = TraceBatch.parse(otlp_request("agent", OK.with_(attributes=before)))
    act = compile_actions([Action(**action) for action in actions])
    for span in batch:
        act(span.attributes)
    [left] = TraceBatch.parse(batch.encode())
    return dict(left.attributes)


@pytest.mark.parametrize(
    ("action", "there", "missing"),
    [
        ("insert", {"k": "old"}, {"k": "new"}),
        ("update", {"k": "new"}, {}),
        ("upsert", {"k": "new"}, {"k": "new"}),
        ("UPSERT", {"k": "new"}, {"k": "new"}),
        ("delete", {}, {}),
    ],
)
def test_an_action_on_what_is_there_and_on_what_is_missing(
    action: str, there: dict[str, Value], missing: dict[str, Value]
) -> None:
    spec: dict[str, Any] = {"key": "k", "action": action}
    if action != "delete":
        spec["value"] = "new"
    assert after({"k": "old"}, spec) == there
    assert after({}, spec) == missing


@pytest.mark.parametrize(
    "value", ["text", True, 7, -(2**63), 1.5, ["a", 1, None], {"a": {"b": [1, True]}}, "", 0, False]
)
def test_a_value_keeps_its_yaml_type(value: Value) -> None:
    left = after({}, {"key": "k", "value": value, "action": "insert"})
    assert left == {"k": value}
    assert type(left["k"]) is type(value)


@pytest.mark.parametrize("action", ["insert", "update", "upsert"])
def test_a_missing_source_is_no_action_and_a_default_fills_in(action: str) -> None:
    before: dict[str, Value] = {} if action == "insert" else {"k": "old"}
    copy = {"key": "k", "from_attribute": "source", "action": action}

    assert after(before, copy) == before
    assert after({**before, "source": 5}, copy) == {"source": 5, "k": 5}
    assert after(before, {**copy, "default_value": "d"}) == {"k": "d"}
    assert after({**before, "source": 5}, {**copy, "default_value": "d"}) == {"source": 5, "k": 5}
    assert after(before, {"key": "k", "default_value": "d", "action": action}) == {"k": "d"}


def test_an_empty_source_is_a_source() -> None:
    copy = {"key": "k", "from_attribute": "source", "default_value": "d", "action": "upsert"}
    assert after({"source": None}, copy) == {"source": None, "k": None}


def test_actions_run_in_order_each_on_what_the_one_before_left() -> None:
    assert after(
        {"account": "7"},
        {"key": "id", "from_attribute": "account", "action": "insert"},
        {"key": "account", "action": "delete"},
        {"key": "id", "converted_type": "int", "action": "convert"},
    ) == {"id": 7}


def test_delete_takes_the_key_and_every_name_the_pattern_is_found_in() -> None:
    before: dict[str, Value] = {"keep": 1, "http.header.a": 1, "my.http.header.b": 1, "k": 1}
    assert after(before, {"key": "k", "pattern": r"http\.header", "action": "delete"}) == {"keep": 1}
    assert after(before, {"pattern": r"^http\.header", "action": "delete"}) == {
        "keep": 1,
        "my.http.header.b": 1,
        "k": 1,
    }


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("value", "hashed"),
    [
        ("grüße", sha256("grüße".encode())),
        (-7, sha256(struct.pack("<q", -7))),
        (0.5, sha256(struct.pack("<d", 0.5))),
        (True, sha256(b"\1")),
        (False, sha256(b"\0")),
        ("", ""),
        (b"bytes", ""),
        (["a"], ""),
        ({"a": 1}, ""),
        (None, ""),
    ],
)
def test_hash_puts_sha256_in_the_place_of_a_value(value: Value, hashed: str) -> None:
    assert after({"k": value, "other": "x"}, {"key": "k", "action": "hash"}) == {"k": hashed, "other": "x"}


def test_hash_by_pattern_and_of_what_is_missing() -> None:
    assert after({"user.id": "a", "n": 1}, {"key": "gone", "pattern": r"^user\.", "action": "hash"}) == {
        "user.id": sha256(b"a"),
        "n": 1,
    }
    twice = {"key": "user.id", "pattern": r"^user\.", "action": "hash"}
    assert after({"user.id": "a"}, twice) == {"user.id": sha256(sha256(b"a").encode())}  # as Go: once for each


def test_extract_sets_an_attribute_for_each_named_group() -> None:
    pattern = r"(?P<scheme>\w+)://(?P<host>[^/:]+)(:(?P<port>\d+))?".replace("(:(", "(?::(")
    extract = {"key": "url", "pattern": pattern, "action": "extract"}
    assert after({"url": "see http://häuser.example/a http://b", "host": 1}, extract) == {
        "url": "see http://häuser.example/a http://b",
        "scheme": "http",
        "host": "häuser.example",
        "port": "",
    }
    assert after({"url": "nothing"}, extract) == {"url": "nothing"}
    assert after({"url": 5}, extract) == {"url": 5}
    assert after({}, extract) == {}


@pytest.mark.parametrize(
    ("target", "value", "converted"),
    [
        ("int", "12", 12),
        ("int", "-0012", -12),
        ("int", "+9223372036854775807", 2**63 - 1),
        ("int", "9223372036854775808", "9223372036854775808"),
        ("int", " 12", " 12"),
        ("int", "1_000", "1_000"),
        ("int", "1.5", "1.5"),
        ("int", -3.9, -3),
        ("int", 1e300, 1e300),
        ("int", True, 1),
        ("int", [1], [1]),
        ("int", 5, 5),
        ("double", "1.5e3", 1500.0),
        ("double", ".5", 0.5),
        ("double", "0x1p-2", 0.25),
        ("double", "-inf", float("-inf")),
        ("double", "1e999", "1e999"),
        ("double", "0x1p99999", "0x1p99999"),
        ("double", "1,5", "1,5"),
        ("double", "1_0", "1_0"),
        ("double", 3, 3.0),
        ("double", False, 0.0),
        ("double", {"a": 1}, {"a": 1}),
        ("double", 2.5, 2.5),
        ("string", 12, "12"),
        ("string", True, "true"),
        ("string", 1.0, "1"),
        ("string", -0.1, "-0.1"),
        ("string", 1e20, "100000000000000000000"),
        ("string", 1.5e21, "1.5e+21"),
        ("string", 1e-6, "0.000001"),
        ("string", 1.5e-6, "0.0000015"),
        ("string", 1e-7, "1e-7"),
        ("string", 1.25e16, "12500000000000000"),
        ("string", float("inf"), "json: unsupported value: +Inf"),
        ("string", float("nan"), "json: unsupported value: NaN"),
        ("string", b"\0\1", "AAE="),
        ("string", None, ""),
        ("string", ["ü", 1, 1.0, True, None, b"\0"], '["ü",1,1,true,null,"AA=="]'),
        ("string", {"b": "<a&b>", "a": {"x": 1e21}}, r'{"a":{"x":1e+21},"b":"\u003ca\u0026b\u003e"}'),
        ("string", [float("nan")], ""),
        ("string", "as it is", "as it is"),
    ],
)
def test_convert_changes_the_type_or_leaves_the_value(target: str, value: Value, converted: Value) -> None:
    left = after({"k": value}, {"key": "k", "action": "convert", "converted_type": target})
    assert left == {"k": converted}
    assert type(left["k"]) is type(converted)


def test_convert_does_nothing_where_nothing_is() -> None:
    assert after({}, {"key": "k", "action": "convert", "converted_type": "int"}) == {}


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ({"action": "insert", "value": 1}, "insert needs `key`"),
        ({"action": "insert", "key": "k"}, "insert needs one of `value`, `from_attribute`, `default_value`"),
        ({"action": "upsert", "key": "k", "value": 1, "from_attribute": "a"}, "takes one source, found `value` and"),
        ({"action": "update", "key": "k", "value": 1, "pattern": "a"}, "update does not use `pattern`"),
        ({"action": "update", "key": "k", "value": 1, "converted_type": "int"}, "update does not use `converted_type`"),
        ({"action": "upsert", "key": "k", "from_context": "metadata.tenant"}, "`from_context` is not available yet"),
        ({"action": "delete"}, "delete needs `key`, `pattern` or both"),
        ({"action": "delete", "key": "k", "value": 1}, "delete does not use `value`"),
        ({"action": "hash", "key": "k", "default_value": 1}, "hash does not use `default_value`"),
        ({"action": "hash", "pattern": "("}, "no RE2 regular expression: missing"),
        ({"action": "extract", "key": "k"}, "extract needs `pattern`"),
        ({"action": "extract", "key": "k", "pattern": "a"}, "no named group"),
        ({"action": "extract", "key": "k", "pattern": "(?P<a>x)(y)"}, "has an unnamed group"),
        (
            {"action": "extract", "key": "k", "pattern": "(?P<a>x)", "from_attribute": "b"},
            "does not use `from_attribute`",
        ),
        ({"action": "convert", "key": "k"}, "convert needs `converted_type`"),
        ({"action": "convert", "key": "k", "converted_type": "int", "pattern": "a"}, "convert does not use `pattern`"),
        ({"action": "convert", "key": "k", "converted_type": "bool"}, "'int', 'double' or 'string'"),
        ({"action": "append", "key": "k"}, "'insert', 'update', 'upsert'"),
        ({"action": "insert", "key": "k", "value": 2**63}, "`value` is larger than 64 bits"),
        ({"action": "insert", "key": "k", "value": [{1: "a"}]}, "`value` has a key that is no text"),
        ({"action": "insert", "key": "k", "value": object()}, "`value` is of type object"),
    ],
)
def test_a_mistake_in_an_action_is_explained(action: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Action(**action)
    assert problem in str(caught.value)


def test_all_mistakes_of_an_action_are_told_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        Action.model_validate({"action": "INSERT", "value": 1, "from_attribute": "a", "pattern": "("})
    [error] = caught.value.errors()
    for part in ("insert needs `key`", "takes one source", "does not use `pattern`", "no RE2"):
        assert part in error["msg"]
