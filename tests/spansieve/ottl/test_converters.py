"""Converters: each as contrib's README has it (pkg/ottl/ottlfuncs), by what it gives and what it refuses."""

import hashlib
from typing import Any

import pytest

from spansieve.config.mistakes import Mistakes
from spansieve.ottl import EvaluationError
from spansieve.ottl.signature import FUNCTIONS

from .expressions import NOW, holds, said, span, value

ITEM = {"text": "a-b", "whole": 7, "double": 1.5, "yes": True, "list": ["a", 1], "map": {"k": "v"}, "raw": b"\x01\xff"}


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("Int(7)", 7),
        ('Int("42")', 42),
        ('Int("2.0")', None),
        ("Int(-2.9)", -2),
        ("Int(true)", 1),
        ('Int(attributes["map"])', None),
        ('Double("2.5")', 2.5),
        ("Double(2)", 2.0),
        ('Double("x")', None),
        ('Bool("T")', True),
        ('Bool("0")', False),
        ('Bool("maybe")', None),
        ("Bool(0.0)", False),
        ("String(1)", "1"),
        ("String(1.0)", "1"),
        ("String(1.25)", "1.25"),
        ("String(false)", "false"),
        ("String([1, 2, 3])", "[1,2,3]"),
        ('String(attributes["map"])', '{"k":"v"}'),
        ('String(attributes["raw"])', "01ff"),
        ("String(span_id)", "0001020304050607"),
        ("String(nil)", None),
        ('IsString("a") and not IsString(1)', True),
        ("IsBool(false) and not IsBool(0)", True),
        ("IsInt(1) and not IsInt(1.0) and not IsInt(true)", True),
        ("IsDouble(1.0) and not IsDouble(1)", True),
        ('IsMap(attributes) and IsMap(attributes["map"]) and IsMap({}) and not IsMap([])', True),
        ('IsList(attributes["list"]) and not IsList("a")', True),
        ('IsEmpty("") and IsEmpty(nil) and IsEmpty(0) and IsEmpty([]) and IsEmpty({}) and not IsEmpty(" ")', True),
        ('IsMatch(name, "^chat")', True),
        ('IsMatch(name, "gpt")', True),  # found anywhere
        ('IsMatch(7, "^7$") and IsMatch(true, "true") and IsMatch(1.5, "1\\\\.5")', True),
        ('IsMatch(attributes["missing"], ".*")', False),
        ('IsMatch(attributes["map"], "\\"k\\":")', True),
        ('IsMatch(name, attributes["missing"])', EvaluationError),
        ('IsMatch(name, Concat(["^", "chat"], ""))', True),
        ('HasPrefix(name, "chat")', True),
        ('HasSuffix(name, "chat")', False),
        ('HasPrefix(attributes["missing"], "x")', EvaluationError),
        ('TrimPrefix("ingest_a", "ingest_")', "a"),
        ('TrimSuffix("a_service", "_service")', "a"),
        ('Trim(" this ")', "this"),
        ('Trim("!!this!!", "!!")', "this"),
        ('ToLowerCase("ÄB")', "äb"),
        ('ToUpperCase("äb")', "ÄB"),
        ('Concat([name, attributes["whole"], nil, true], "-")', "chat gpt-7-<nil>-true"),
        ('Concat(attributes["list"], "+")', "a+1"),
        ('Concat([], "-")', ""),
        ('Split("a|b||c", "|")', ["a", "b", "", "c"]),
        ('Split("ab", "")', ["a", "b"]),
        ('Split("a,b", ",")[1]', "b"),
        ('Split("a,b", ",")[2]', EvaluationError),
        ("Split(1, name)", EvaluationError),
        ('Substring("123456789", 0, 3)', "123"),
        ('Substring("一二三", 0, 4, true)', "一"),
        ('Substring("一二三", 1, 5)', "二"),
        ("Substring(name, 0, 99)", EvaluationError),
        ("Substring(name, 0, 0)", EvaluationError),
        ('SHA256("name")', hashlib.sha256(b"name").hexdigest()),
        ('SHA512("name")', hashlib.sha512(b"name").hexdigest()),
        ('SHA1("name")', hashlib.sha1(b"name").hexdigest()),  # noqa: S324 (what is tested)
        ('MD5("name")', hashlib.md5(b"name").hexdigest()),  # noqa: S324 (what is tested)
        ('FNV("hello world")', 0x779A65E7023CD2E7),
        ('SHA256(attributes["whole"])', EvaluationError),
        (
            'ParseJSON("{\\"a\\": [1, null, true], \\"b\\": {\\"c\\": \\"d\\"}}")',
            {"a": [1.0, None, True], "b": {"c": "d"}},
        ),
        ('ParseJSON("[1]")', [1.0]),
        ('ParseJSON("{\\"a\\": {\\"b\\": 2}}")["a"]["b"]', 2.0),
        ('ParseJSON(attributes["text"])', EvaluationError),
        ('ParseJSON(Concat(["1"], ""))', EvaluationError),
        ('ParseJSON(Concat(["NaN"], ""))', EvaluationError),
        ('ParseJSON(Concat(["{\\"a\\": 1}"], ""))["b"]', EvaluationError),
        ('ParseInt("0xFF", 0)', 255),
        ('ParseInt("-20", 8)', -16),
        ("ParseInt(name, 10)", EvaluationError),
        ('ParseKeyValue("k1=v1 k2=\\"v2\\"")', {"k1": "v1", "k2": "v2"}),
        ('ParseKeyValue("k1!v1_k2!v2", "!", "_")', {"k1": "v1", "k2": "v2"}),
        ("ParseKeyValue(name)", EvaluationError),
        ('ExtractPatterns("GIT_SHA=abc x", "GIT_SHA=(?P<sha>\\\\w+)")', {"sha": "abc"}),
        ('ExtractPatterns(name, "(?P<x>zzz)")', {}),
        ('ExtractPatterns(attributes["whole"], "(?P<x>.)")', EvaluationError),
        ('Len("äb")', 3),
        ('Len(attributes["list"])', 2),
        ("Len(attributes)", len(ITEM)),
        ('Len(attributes["whole"])', EvaluationError),
        ('Keys(attributes["map"])', ["k"]),
        ('Values({"a": 1, "b": "c"})', [1, "c"]),
        ('Coalesce([attributes["missing"], nil, "x", "y"])', "x"),
        ('ContainsValue(["GET", "PUT"], "PUT")', True),
        ('ContainsValue(attributes["list"], 1.0)', True),
        ("ContainsValue([true], 1)", False),
        ('Index("hello world", "world")', 6),
        ('Index(attributes["list"], 1)', 1),
        ('Index(attributes["list"], "zz")', -1),
        ('Base64Encode("test?>")', "dGVzdD8+"),
        ('Base64Encode("test?>", "base64-url")', "dGVzdD8-"),
        ('Base64Encode("a", "base64-raw")', "YQ"),
        ('Decode("dGVzdA==", "base64")', "test"),
        ('Decode("dGVzdA", "base64-raw-url")', "test"),
        ('Base64Decode("dGVzdA==")', "test"),
        ('Decode(name, "base64")', EvaluationError),
        ('Seconds(Duration("1m30s"))', 90.0),
        ('Milliseconds(Duration("1500us"))', 1),
        ('Hours(Duration("90m"))', 1.5),
        ("Nanoseconds(end_time - start_time)", 1_500_000_000),
        ("Duration(name)", EvaluationError),
        ("UnixNano(Now())", NOW),
        ("UnixSeconds(Unix(5, 999999999))", 5),
        ("UnixMilli(start_time)", NOW // 10**6),
        ('UnixNano(Time("2023-01-02 03:04:05.678", "%Y-%m-%d %H:%M:%S.%L"))', 1_672_628_645_678_000_000),
        ('UnixSeconds(Time("02/Jan/2023:03:04:05 +0200", "%d/%b/%Y:%H:%M:%S %z"))', 1_672_621_445),
        ('UnixSeconds(Time("Jan  2 2023 03:04:05 PM", "%b %e %Y %I:%M:%S %p"))', 1_672_671_845),
        ('Time(name, "%Y")', EvaluationError),
        ('FormatTime(Unix(1672628645), "%A %h %e %Y %T.%L %z")', "Monday Jan  2 2023 03:04:05.000 +0000"),
        ("Year(Unix(0)) + Month(Unix(0)) + Day(Unix(0)) + Hour(Unix(3600))", 1973),
        ("Weekday(Unix(0))", 4),
        ('UnixSeconds(TruncateTime(Unix(3723), Duration("1h")))', 3600),
        ("UnixNano(name)", EvaluationError),
        ('String(TraceID("000102030405060708090a0b0c0d0e0f"))', "000102030405060708090a0b0c0d0e0f"),
        ('SpanID(attributes["raw"])', EvaluationError),
        ("IsString(UUID())", True),
    ],
)
def test_what_it_gives(expression: str, result: Any) -> None:  # noqa: ANN401 (any value)
    item = span(**ITEM)
    if expression.split("(", maxsplit=1)[0].startswith(("Is", "not")) or " and " in expression:
        if result is EvaluationError:
            with pytest.raises((EvaluationError, Mistakes)):
                holds(expression, item)
        else:
            assert holds(expression, item) is result
    elif result is EvaluationError:
        with pytest.raises((EvaluationError, Mistakes)):  # a mistake where all is constant
            value(expression, item)
    else:
        found = value(expression, item)
        assert (found, type(found)) == (result, type(result))


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("IsMatch(name)", "IsMatch: pattern missing (column 1) Write IsMatch(target, pattern)."),
        ('IsMatch(name, "a", "b")', "IsMatch: too many arguments (column 20) Write IsMatch(target, pattern)."),
        ('IsMatch(name, patern="a")', "IsMatch has no parameter patern (column 15) Did you mean pattern?"),
        ('IsMatch(target=name, "a")', "arguments without a name stand before those with one (column 22)"),
        ('IsMatch(name, "a", target=name)', "IsMatch: target is given twice (column 20)"),
        ('IsMatch(name, "(")', "IsMatch, pattern: no RE2 regular expression: missing ): ( (column 15)"),
        ('Ismatch(name, "a")', "unknown converter Ismatch (column 1) Did you mean IsMatch?"),
        ('ismatch(name, "a")', "ismatch is no converter: converters begin with a capital (column 1)"),
        ("HasPrefix(name, 1)", "HasPrefix, prefix: a text is expected, found a whole number (column 17)"),
        ('Duration("5x") > Duration("1s")', "Duration: a text such as 5s, 500ms or 1m30s is expected (column 1)"),
        ('ExtractPatterns(name, "a") == nil', "no named group such as (?P<name>...) (column 23)"),
        ('Concat(name, "") == ""', None),
        ("HasAttrKeyOnDatapoint(name)", "HasAttrKeyOnDatapoint works in context metric alone (column 1)"),
        ("Len(1) == 1", "Len: a text, list or map is expected, found a whole number (column 1)"),
        ('set(name, "x") == nil', "set is no converter"),
    ],
)
def test_what_is_called_wrongly_is_told_with_its_column_and_a_mend(condition: str, told: str | None) -> None:
    if told is None:  # what is a list shows only when it is looked up
        with pytest.raises(EvaluationError, match="Concat, vals: a list is expected, found a text"):
            holds(condition, span())
    else:
        assert told in said(condition)


def test_a_converter_that_gives_no_truth_is_an_error_where_one_is_asked_for() -> None:
    with pytest.raises(EvaluationError, match="Len: true or false is expected, found a whole number"):
        holds("Len(name)", span())


@pytest.mark.parametrize(
    "function", ["Duration", "ParseJSON", "ParseKeyValue", "UnixNano", "SpanID", "ParseInt", "Time"]
)
def test_errors_tell_types_and_never_content(function: str) -> None:
    more = {"Time": ', "%Y"', "ParseInt": ", 10"}.get(function, "")
    with pytest.raises(EvaluationError) as caught:
        value(f'{function}(attributes["secret"]{more})', span(secret="hunter2"))
    assert "hunter2" not in str(caught.value)


def test_all_that_the_reference_lists_is_there() -> None:
    editors = (
        "set delete_key delete_matching_keys keep_keys keep_matching_keys replace_pattern replace_all_patterns "
        "replace_match replace_all_matches truncate_all limit merge_maps flatten append"
    )
    converters = (
        "IsMatch Concat Split Substring SHA256 ParseJSON Int String Double Len IsString IsMap IsRootSpan HasPrefix "
        "HasSuffix Duration Now ExtractPatterns ToLowerCase ToUpperCase Time Bool "
        "IsList IsInt IsDouble IsBool Trim UnixNano"
    )
    assert set(f"{editors} {converters}".split()) <= set(FUNCTIONS)
