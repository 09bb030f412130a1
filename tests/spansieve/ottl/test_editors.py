"""Editors: each as contrib's README has it (pkg/ottl/ottlfuncs), on live attributes, nested maps and bodies."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.config.mistakes import Mistakes
from spansieve.ottl import EvaluationError
from spansieve.ottl.editors.replacing import regex_of

from .expressions import holds, log, run, span, traces

NESTED = {
    "name": "test",
    "address": {"street": "first", "house": 1234},
    "occupants": ["user 1", "user 2"],
}
CONFLICTING: dict[str, Any] = {
    "address": {"street": {"number": "first"}, "house": "1234"},
    "address.street": {"number": ["second", "third"]},
    "address.street.number": "fourth",
    "occupants": ["user 1", "user 2"],
}


@pytest.mark.parametrize(
    ("statement", "before", "after"),
    [
        ('set(attributes["a"], "b") where attributes["a"] == nil', {}, {"a": "b"}),
        ('set(attributes["a"], "b") where attributes["a"] == nil', {"a": 1}, {"a": 1}),
        ('set(attributes["a"], attributes["missing"])', {"a": 1}, {"a": 1}),
        ('set(attributes["copy"], attributes["m"])', {"m": {"x": [1]}}, {"m": {"x": [1]}, "copy": {"x": [1]}}),
        ('delete_key(attributes, "a")', {"a": 1, "b": 2}, {"b": 2}),
        ('delete_key(attributes["m"], "a")', {"m": {"a": 1, "b": 2}}, {"m": {"b": 2}}),
        ('delete_key(attributes, "missing")', {"a": 1}, {"a": 1}),
        ('delete_matching_keys(attributes, "(?i)pass")', {"a": 1, "myPassword": 2, "PASS": 3}, {"a": 1}),
        ('keep_matching_keys(attributes, "^a")', {"a": 1, "ab": 2, "ba": 3}, {"a": 1, "ab": 2}),
        ('keep_keys(attributes, ["a", "z"])', {"a": 1, "b": 2}, {"a": 1}),
        ("keep_keys(attributes, [])", {"a": 1}, {}),
        ('limit(attributes, 2, ["c"])', {"a": 1, "b": 2, "c": 3}, {"a": 1, "c": 3}),
        ("limit(attributes, 3, [])", {"a": 1}, {"a": 1}),
        ("limit(attributes, 0, [])", {"a": 1}, {}),
        ("truncate_all(attributes, 3)", {"a": "12345", "b": "ab", "n": 12345}, {"a": "123", "b": "ab", "n": 12345}),
        ("truncate_all(attributes, 4)", {"a": "一二三"}, {"a": "一"}),
        ('truncate_all(attributes, 5, true, "...")', {"a": "123456"}, {"a": "12..."}),
        ('truncate_all(attributes, 6, truncation_marker = "...")', {"a": "123456"}, {"a": "123456"}),
        ("truncate_all(attributes, 0)", {"a": "x"}, {"a": ""}),
        ('merge_maps(attributes, {"a": 2, "b": 3}, "upsert")', {"a": 1}, {"a": 2, "b": 3}),
        ('merge_maps(attributes, {"a": 2, "b": 3}, "insert")', {"a": 1}, {"a": 1, "b": 3}),
        ('merge_maps(attributes, {"a": 2, "b": 3}, "update")', {"a": 1}, {"a": 2}),
        (
            'merge_maps(attributes, ParseJSON(attributes["j"]), "upsert")',
            {"j": '{"k": {"l": true}}'},
            {"j": '{"k": {"l": true}}', "k": {"l": True}},
        ),
        ('merge_maps(attributes["m"], attributes, "insert")', {"m": {"m": 1}, "n": 2}, {"m": {"m": 1, "n": 2}, "n": 2}),
        ('merge_maps(attributes, resource.attributes, "insert")', {}, {"service.name": "desk"}),
        (
            "flatten(attributes)",
            NESTED,
            {
                "name": "test",
                "address.street": "first",
                "address.house": 1234,
                "occupants.0": "user 1",
                "occupants.1": "user 2",
            },
        ),
        ('flatten(attributes, "app")', {"a": {"b": 1}}, {"app.a.b": 1}),
        ("flatten(attributes, depth=2)", {"0": {"1": {"2": {"3": {"4": "v"}}}}}, {"0.1.2": {"3": {"4": "v"}}}),
        ("flatten(attributes, depth=0)", {"a": {"b": 1}}, {"a": {"b": 1}}),
        (
            "flatten(attributes, resolveConflicts=true)",
            CONFLICTING,
            {
                "address.street.number": "first",
                "address.house": "1234",
                "address.street.number.0": "second",
                "address.street.number.1": "third",
                "address.street.number.2": "fourth",
                "occupants": "user 1",
                "occupants.0": "user 2",
            },
        ),
        ('append(attributes["tags"], "prod")', {}, {"tags": ["prod"]}),
        ('append(attributes["tags"], "prod")', {"tags": "old"}, {"tags": ["old", "prod"]}),
        ('append(attributes["tags"], values = ["a", 1])', {"tags": ["x"]}, {"tags": ["x", "a", 1]}),
        (
            'replace_pattern(attributes["c"], "password=[^\\\\s]*(\\\\s?)", "password=***$1")',
            {"c": "a password=x b"},
            {"c": "a password=*** b"},
        ),
        (
            'replace_pattern(attributes["c"], "^kube_([0-9A-Za-z]+_)", "k8s.$1.")',
            {"c": "kube_pod_x"},
            {"c": "k8s.pod_.x"},
        ),
        ('replace_pattern(attributes["c"], "(?P<a>x)", "<${a}$$${1}y$9>")', {"c": "axa"}, {"c": "a<x$xy>a"}),
        ('replace_pattern(attributes["c"], "x*", "-")', {"c": "baxxc"}, {"c": "-b-a-c-"}),
        ('replace_pattern(attributes["c"], "", "-")', {"c": "äb"}, {"c": "-ä-b-"}),
        ('replace_pattern(attributes["c"], "zzz", "-")', {"c": "ä"}, {"c": "ä"}),
        ('replace_pattern(attributes["n"], "1", "2")', {"n": 1}, {"n": 1}),
        ('replace_pattern(attributes["missing"], "1", "2")', {}, {}),
        ('replace_pattern(attributes["c"], "b+", "$0", ToUpperCase, "<%s>")', {"c": "abba"}, {"c": "a<BB>a"}),
        (
            'replace_pattern(attributes["c"], attributes["p"], attributes["r"])',
            {"c": "aba", "p": "b", "r": "-"},
            {"c": "a-a", "p": "b", "r": "-"},
        ),
        (
            'replace_all_patterns(attributes, "value", "/account/\\\\d{4}", "/account/{id}")',
            {"u": "/account/1234/x", "n": 1},
            {"u": "/account/{id}/x", "n": 1},
        ),
        (
            'replace_all_patterns(attributes, "key", "^kube_([0-9A-Za-z]+_)", "$1.")',
            {"kube_pod_id": 1, "b": 2},
            {"pod_.id": 1, "b": 2},
        ),
        (
            'replace_match(attributes["t"], "/user/*/list/*", "/user/{userId}/list/{listId}")',
            {"t": "/user/1/list/2"},
            {"t": "/user/{userId}/list/{listId}"},
        ),
        ('replace_match(attributes["t"], "/user/*", "x")', {"t": "a/user/1"}, {"t": "a/user/1"}),
        (
            'replace_all_matches(attributes, "?[0-9]{x,yz}", "-")',
            {"a": "a1x", "b": "a1yz", "c": "a1y", "n": 1},
            {"a": "-", "b": "-", "c": "a1y", "n": 1},
        ),
    ],
)
def test_what_is_left_of_the_attributes(statement: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    item = span(**before)
    run(statement, item)
    assert dict(item.attributes) == after
    same_types = {key: type(value) for key, value in item.attributes.items()}
    assert same_types == {key: type(value) for key, value in after.items()}

    record = log(before)  # the same on a body, which is no live mapping
    if "resource" not in statement:
        run(statement.replace("attributes", "body"), record, "log")
        assert record.body == after


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ('delete_key(attributes["text"], "a")', "delete_key: a map is expected, found a text"),
        ('keep_keys(attributes["missing"], ["a"])', "keep_keys: a map is expected, found nil"),
        ('merge_maps(attributes, attributes["text"], "upsert")', "merge_maps, source: a map is expected, found a text"),
        ('append(attributes["map"], 1)', "append: a map can't be appended to"),
        ('truncate_all(attributes, 1, true, "...")', "the marker is longer than the limit"),
        (
            'replace_pattern(attributes["text"], attributes["missing"], "x")',
            "replace_pattern, regex: a text is expected, found nil",
        ),
        (
            'replace_pattern(attributes["text"], attributes["bad"], "x")',
            "replace_pattern, regex: no RE2 regular expression",
        ),
        ('replace_pattern(attributes["text"], "t", "x", Int)', "the function gives no text"),
        ('set(attributes["x"], Now() - Now())', "a duration can't be an attribute"),
    ],
)
def test_what_can_t_be_edited_is_an_error(statement: str, told: str) -> None:
    with pytest.raises(EvaluationError, match=told.replace("(", "\\(")):
        run(statement, span(text="text", map={"a": 1}, bad="("))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("st(name, 1)", "unknown editor st (column 1) Did you mean set?"),
        ("Set(name, 1)", "Set is no editor: editors begin with a small letter (column 1) Did you mean set?"),
        ("set(name)", "set: value missing (column 1) Write set(target, value)."),
        ('set("name", 1)', "a path is expected: the field that is changed (column 5)"),
        ('set(name, "x")["y"]', "an editor can't be indexed"),
        (
            "keep_keys(attributes, name)",
            "keep_keys, keys: a list of texts, written out, is expected, found a value that is looked up",
        ),
        (
            "limit(attributes, -1, [])",
            "limit, limit: a whole number from 0 on, written out, is expected, found a whole number",
        ),
        ('merge_maps(attributes, {}, "replace")', '"insert" or "update" or "upsert", written out, is expected'),
        ('replace_all_patterns(attributes, "both", "a", "b")', '"key" or "value", written out, is expected'),
        ('replace_pattern(name, "(", "b")', "no RE2 regular expression: missing ): ( (column 23)"),
        ('replace_pattern(name, "a", "b", Foo)', "the name of a converter of one value is expected, such as SHA256"),
        ('replace_pattern(name, "a", "b", SHA256, "x")', 'a text with one "%s", written out, is expected'),
        ('replace_match(name, "[a", "b")', "no pattern of the form /user/*/list (column 21)"),
        ("set(name, IsRootSpan)", "IsRootSpan is a converter: write its arguments behind it"),
        ('set(cach["x"], 1)', "unknown path cach (column 5) Did you mean cache?"),
    ],
)
def test_what_is_called_wrongly_is_told_with_its_column_and_a_mend(statement: str, told: str) -> None:
    with pytest.raises(Mistakes) as caught:
        run(statement, span())
    assert told in str(caught.value)


def test_what_nothing_is_done_to_keeps_its_bytes() -> None:
    batch = traces()
    before = batch.encode()
    [item] = batch
    for statement in (
        'delete_key(attributes, "x")',
        "truncate_all(attributes, 4096)",
        'replace_all_patterns(resource.attributes, "value", "zzz", "x")',
        'replace_all_patterns(resource.attributes, "key", "zzz", "x")',
        "limit(resource.attributes, 100, [])",
        "flatten(resource.attributes)",
        'merge_maps(attributes, {}, "upsert")',
    ):
        run(statement, item)
    assert batch.encode() == before


@settings(deadline=None, max_examples=50)
@given(st.text(st.sampled_from("ab*?[]{},\\!-é"), max_size=8), st.text(st.sampled_from("abé*-"), max_size=6))
def test_a_glob_without_special_signs_is_the_text_itself(glob: str, text: str) -> None:
    plain = "".join(sign for sign in glob if sign not in "*?[]{},\\")
    item = span(t=text)
    run(f'replace_match(attributes["t"], "{plain}", "hit")', item)
    assert item.attributes["t"] == ("hit" if plain == text else text)
    try:
        regex_of(glob)
    except ValueError:
        return
    assert isinstance(holds("true", item), bool)
