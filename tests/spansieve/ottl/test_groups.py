"""Groups: context, mistakes, cache, error modes; and generated expressions beside a naive reference."""

import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.config.mistakes import Mistakes
from spansieve.ottl import OF_SIGNAL, Environment, EvaluationError, Guards, compile_group
from spansieve.ottl.signature import FUNCTIONS
from spansieve.pdata import Signal
from spansieve.testing import FakeHost

from .expressions import environment, holds, said, span


def context_of(signal: Signal, *conditions: str) -> str:
    return compile_group([((), one) for one in conditions], [], OF_SIGNAL[signal], None, environment()).context


def test_the_context_is_the_most_particular_one_that_is_named() -> None:
    assert context_of("traces", 'resource.attributes["a"] == 1') == "resource"
    assert context_of("traces", 'instrumentation_scope.name == "a"') == "scope"
    assert context_of("traces", 'scope.name == "a" and resource.attributes["b"] == 1') == "scope"
    assert context_of("traces", 'resource.attributes["a"] == 1', 'span.name == "b"') == "span"
    assert context_of("traces", 'Concat([span.name, resource.attributes[spanevent.name]], "") == "a"') == "spanevent"
    assert context_of("traces", "IsRootSpan()") == "span"
    assert context_of("metrics", 'metric.name == "a"') == "metric"
    assert context_of("metrics", 'HasAttrKeyOnDatapoint("a")') == "metric"
    assert context_of("metrics", 'metric.name == "a" and datapoint.value_int > 1') == "datapoint"
    assert context_of("logs", 'log.body == "a" or resource.attributes["b"] == 1') == "log"


def test_without_a_context_every_path_has_to_name_it() -> None:
    assert "no path names a context that this signal has (column 1) Begin the paths" in said('name == "a"', None)
    assert "the path name does not begin with its context (column 26) Did you mean span.name?" in said(
        'span.kind == 1 and (not (name == "a"))', None
    )
    assert "no path names a context" in said("true", None)
    assert "no path names a context" in said('log.body == "a"', None)


def test_all_mistakes_of_a_group_are_told_each_with_its_place() -> None:
    with pytest.raises(Mistakes) as caught:
        compile_group(
            [(("conditions", 0), "span.nam == 1"), (("conditions", 1), 'span.name == "fine"')],
            [(("statements", 0), "st(span.name, 1)")],
            OF_SIGNAL["traces"],
            None,
            environment(),
        )
    assert [one.path for one in caught.value.mistakes] == [("conditions", 0), ("statements", 0)]


def test_the_cache_is_the_item_s_own_and_is_seen_to_be_used() -> None:
    around = Environment(lambda: 0)
    group = compile_group(
        [],
        [
            ((), 'merge_maps(cache, {"a": {"b": 1}}, "upsert")'),
            ((), 'set(cache["a"]["c"], name)'),
            ((), 'set(attributes["x"], span.cache["a"])'),
        ],
        OF_SIGNAL["traces"],
        "span",
        around,
    )
    item = span()
    for _, run in group.statements:
        run(item)
    assert item.attributes["x"] == {"b": 1, "c": "chat gpt"}
    assert around.uses_cache


def test_a_function_can_be_replaced_for_those_who_share_an_environment() -> None:
    upper = FUNCTIONS["ToUpperCase"]
    around = Environment(lambda: 0, {"ToLowerCase": upper})
    group = compile_group([((), 'ToLowerCase(name) == "CHAT GPT"')], [], (), "span", around)
    assert group.conditions[0][1](span())


def test_a_condition_that_fails_does_not_hold_is_counted_and_is_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def failing(_: object) -> bool:
        raise EvaluationError("HasPrefix, value: a text is expected, found nil")

    host = FakeHost()
    guards = Guards(host)
    with caplog.at_level(logging.WARNING):
        ignoring = guards.test(failing, "ignore", "traces.span[0]")
        assert [ignoring(None) for _ in range(3)] == [False] * 3
        assert [record.getMessage() for record in caplog.records] == [
            "traces.span[0]: HasPrefix, value: a text is expected, found nil"
        ]
        host.clock.advance(seconds=61)
        ignoring(None)
        assert caplog.records[-1].getMessage().endswith("found nil (3 times since the last such line)")

        caplog.clear()
        assert guards.test(failing, "silent", "x")(None) is False
        assert caplog.records == []
        with pytest.raises(EvaluationError):
            guards.test(failing, "propagate", "x")(None)
        with pytest.raises(EvaluationError):
            guards.run(failing, "propagate", "x")(None)
        guards.run(failing, "ignore", "y")(None)
    assert host.counts["evaluation_errors",] == 8


# --- generated expressions

LEAVES: dict[str, Any] = {
    'attributes["one"]': 1,
    'attributes["half"]': 0.5,
    'attributes["text"]': "a",
    'attributes["yes"]': True,
    'attributes["missing"]': None,
    "name": "chat gpt",
    "kind": 3,
    "1": 1,
    "-2": -2,
    "0.5": 0.5,
    '"a"': "a",
    '""': "",
    "true": True,
    "nil": None,
    "STATUS_CODE_ERROR": 2,
}
Reference = tuple[str, Any]
"""An expression, and its value; an EvaluationError where it has none."""
FAILS = EvaluationError("it can't be calculated")


def _calculated(left: Reference, word: str, right: Reference) -> Reference:
    text = f"({left[0]} {word} {right[0]})"
    if type(left[1]) is not type(right[1]) or type(left[1]) not in (int, float) or (word == "/" and right[1] == 0):
        return text, FAILS
    result = {"+": lambda: left[1] + right[1], "-": lambda: left[1] - right[1], "*": lambda: left[1] * right[1]}
    if word in result:
        return text, result[word]()
    return text, left[1] / right[1] if isinstance(left[1], float) else int(left[1] / right[1])


def _compared(left: Reference, word: str, right: Reference) -> Reference:
    text = f"{left[0]} {word} {right[0]}"
    if FAILS in (left[1], right[1]):
        return text, FAILS
    one, other = left[1], right[1]
    numbers = all(type(value) in (int, float) for value in (one, other))
    if not numbers and type(one) is not type(other):
        return text, word == "!="
    if one is None:
        return text, word in {"==", "<=", ">="}
    orders = {"==": one == other, "!=": one != other, "<": one < other, "<=": one <= other, ">": one > other}
    return text, orders.get(word, one >= other)


def _joined(left: Reference, word: str, right: Reference) -> Reference:
    text = f"({left[0]} {word} {right[0]})"
    if left[1] is FAILS or left[1] is (word == "or"):  # the right side is not looked at
        return text, left[1]
    return text, right[1]


def _negated(part: Reference) -> Reference:
    return f"not ({part[0]})", part[1] if part[1] is FAILS else not part[1]


VALUES = st.recursive(
    st.sampled_from(sorted(LEAVES.items(), key=lambda leaf: leaf[0])),
    lambda inner: st.builds(_calculated, inner, st.sampled_from("+-*/"), inner),
    max_leaves=4,
)
CONDITIONS = st.recursive(
    st.builds(_compared, VALUES, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), VALUES),
    lambda inner: st.builds(_joined, inner, st.sampled_from(["and", "or"]), inner) | st.builds(_negated, inner),
    max_leaves=6,
)


@settings(deadline=None, max_examples=300)
@given(CONDITIONS)
def test_generated_conditions_are_evaluated_as_a_naive_reference_does(condition: Reference) -> None:
    text, result = condition
    item = span(one=1, half=0.5, text="a", yes=True)
    try:
        found: Any = holds(text, item)
    except EvaluationError:
        found = FAILS
    except Mistakes as error:  # a part without any path fails when it compiles
        told = str(error)
        found = result if "can't be calculated" in told or "division by zero" in told else told
    assert found is result or (found is FAILS and result is FAILS)
