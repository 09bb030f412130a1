"""Errors that a later try made good."""

import pytest

from spansieve.failures import Rules, traced_errors
from spansieve.pdata import Value

from .building import Made, spans

HASH = "spansieve.ai.tool.args_hash"
ARGUMENTS = "gen_ai.tool.call.arguments"
ERROR = 2


def tool(
    number: int,
    start: float,
    status: int = 0,
    more: dict[str, Value] | None = None,
    *,
    parent: int = 9,
    name: str = "query",
) -> Made:
    attributes = {"gen_ai.tool.name": name} | (more or {})
    return Made(number, parent, start, start + 1, f"execute_tool {name}", attributes, status)


def recovered(*made: Made, rules: Rules | None = None) -> list[int]:
    """The numbers of the errors that were made good."""
    errors = traced_errors(spans(*made), rules or Rules())
    return [int.from_bytes(error.span.span_id, "big") for error in errors if error.recovered]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({HASH: "k1:aa"}, {HASH: "k1:aa"}, True),
        ({HASH: "k1:aa"}, {HASH: "k1:bb"}, False),
        ({ARGUMENTS: '{"q":1}'}, {ARGUMENTS: '{"q":1}'}, True),
        ({ARGUMENTS: '{"q":1}'}, {ARGUMENTS: '{"q":2}'}, False),
        ({HASH: "k1:aa"} | {ARGUMENTS: "x"}, {HASH: "k1:aa"} | {ARGUMENTS: "y"}, True),
        ({HASH: "k1:aa"}, {}, False),
        ({}, {}, True),  # nothing is known of the arguments: same name, parent and model
    ],
)
def test_a_try_of_the_same_tool_with_the_same_arguments_makes_an_error_good(
    one: dict[str, Value], other: dict[str, Value], is_same: bool
) -> None:
    found = recovered(tool(1, 0.0, ERROR, one), tool(2, 1.0, 0, other))
    assert found == ([1] if is_same else [])


def test_it_has_to_begin_when_the_error_is_over() -> None:
    assert recovered(tool(1, 0.0, ERROR), tool(2, 0.9)) == []
    assert recovered(tool(1, 5.0, ERROR), tool(2, 0.0)) == []
    assert recovered(tool(1, 0.0, ERROR), tool(2, 1.0)) == [1]


def test_arguments_count_anywhere_in_the_trace_and_names_under_one_parent() -> None:
    known: dict[str, Value] = {HASH: "k1:aa"}
    assert recovered(tool(1, 0.0, ERROR, known, parent=7), tool(2, 1.0, 0, known, parent=8)) == [1]
    assert recovered(tool(1, 0.0, ERROR, parent=7), tool(2, 1.0, parent=8)) == []
    assert recovered(tool(1, 0.0, ERROR), tool(2, 1.0, name="other")) == []


def test_all_tries_before_a_success_are_made_good_and_none_after_it() -> None:
    tries = [tool(number, float(number), ERROR) for number in (1, 2, 4)]
    assert recovered(*tries, tool(3, 3.0)) == [1, 2]


def test_a_model_call_is_tried_again_with_the_same_model() -> None:
    call = {"gen_ai.request.model": "gpt-4o"}
    failed = Made(1, 9, 0.0, 1.0, "chat", call, ERROR)
    assert recovered(failed, Made(2, 9, 1.0, 2.0, "chat", call)) == [1]
    assert recovered(failed, Made(2, 9, 1.0, 2.0, "chat", {"gen_ai.request.model": "other"})) == []


def test_a_cancelled_try_is_no_error_and_makes_nothing_good() -> None:
    assert recovered(tool(1, 0.0, ERROR), tool(2, 1.0, ERROR, {"error.type": "cancelled"})) == []


def test_a_try_with_a_status_that_is_no_source_makes_nothing_good() -> None:
    rules = Rules(sources=["attributes"])
    assert recovered(tool(1, 0.0, 0, {"error.type": "E"}), tool(2, 1.0, ERROR), rules=rules) == []


def test_what_failed_in_a_run_that_was_made_good_is_made_good_with_it() -> None:
    run = Made(1, 0, 0.0, 3.0, "invoke_agent a", status=ERROR)
    again = Made(3, 0, 4.0, 6.0, "invoke_agent a")
    assert recovered(tool(2, 1.0, ERROR, parent=1), run, again) == [2, 1]


def test_a_run_that_failed_is_not_made_good_by_the_retry_of_a_tool_in_it() -> None:
    run = Made(1, 0, 0.0, 9.0, "invoke_agent a", status=ERROR)
    assert recovered(tool(2, 1.0, ERROR, parent=1), tool(3, 2.0, parent=1), run) == [2]
