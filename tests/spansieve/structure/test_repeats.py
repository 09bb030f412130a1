"""Retries and loops: the same call once more."""

import pytest

from spansieve.structure import Step
from tests.spansieve.structure.building import agent, model, of, step, tool


def calls(*outcomes: str, parent: int = 1) -> list[Step]:
    """Equal tool calls one after the other: `-` failed, `+` did not."""
    return [
        tool(10 + number, parent, (number * 10, number * 10 + 5), arguments="x", failed=outcome == "-")
        for number, outcome in enumerate(outcomes)
    ]


# --- retries of tools


@pytest.mark.parametrize(
    ("outcomes", "attempts", "recovered"),
    [
        ("-+", {11: 2}, [10]),
        ("--+", {11: 2, 12: 3}, [10, 11]),  # the later try made good all that failed before it
        ("--", {11: 2}, []),
        ("++", {}, []),
        ("+-", {}, []),
        ("-+-+", {11: 2, 13: 2}, [10, 12]),  # a success ends the series
        ("-++", {11: 2}, [10]),
    ],
)
def test_the_nth_try_after_a_failure(outcomes: str, attempts: dict[int, int], recovered: list[int]) -> None:
    assert of("retry.attempt", calls(*outcomes)) == attempts
    assert of("retry.recovered", calls(*outcomes)) == dict.fromkeys(recovered, True)


def test_a_tool_is_tried_again_anywhere_in_its_trace_whatever_lies_between() -> None:
    steps = [
        tool(2, 1, (0, 9), arguments=7, failed=True),
        tool(3, 1, (10, 19), "other", arguments=7),
        tool(4, 8, (20, 29), arguments=7),
    ]
    assert of("retry.attempt", steps) == {4: 2}
    assert of("retry.recovered", steps) == {2: True}


@pytest.mark.parametrize(
    "second",
    [
        tool(3, 1, (10, 19), arguments="y"),
        tool(3, 1, (10, 19), "other", arguments="x"),
        tool(3, 1, (10, 19)),
        step(3, 1, (10, 19), "retrieval", "search", arguments="x"),
    ],
)
def test_another_call_is_no_retry(second: Step) -> None:
    assert of("retry.attempt", [tool(2, 1, (0, 9), arguments="x", failed=True), second]) == {}


def test_tools_are_compared_only_where_name_and_arguments_are_known() -> None:
    assert of("retry.attempt", [tool(2, 1, (0, 9), failed=True), tool(3, 1, (10, 19))]) == {}
    nameless = [tool(2, 1, (0, 9), "", arguments="x", failed=True), tool(3, 1, (10, 19), "", arguments="x")]
    assert of("retry.attempt", nameless) == {}


def test_what_began_before_the_failure_was_over_is_no_retry_of_it() -> None:
    first = tool(2, 1, (0, 10), arguments="x", failed=True)
    assert of("retry.attempt", [first, tool(3, 1, (9, 20), arguments="x")]) == {}
    assert of("retry.attempt", [first, tool(3, 1, (10, 20), arguments="x")]) == {3: 2}
    assert (
        of("retry.attempt", [tool(2, 1, (5, 5), arguments="x", failed=True), tool(3, 1, (5, 9), arguments="x")]) == {}
    )


def test_tries_that_overlap_are_one_try() -> None:
    steps = [
        tool(2, 1, (0, 10), arguments="x", failed=True),
        tool(3, 1, (5, 12), arguments="x", failed=True),
        tool(4, 1, (20, 30), arguments="x"),
    ]
    assert of("retry.attempt", steps) == {4: 2}
    assert of("retry.recovered", steps) == {2: True, 3: True}


# --- retries of model calls


@pytest.mark.parametrize("kind", ["model", "embedding"])
def test_a_model_call_is_tried_again_under_its_parent(kind: str) -> None:
    steps = [step(2, 1, (0, 9), kind, "m", failed=True), step(3, 1, (10, 19), kind, "m")]
    assert of("retry.attempt", steps) == {3: 2}
    assert of("retry.recovered", steps) == {2: True}


@pytest.mark.parametrize(
    "second",
    [
        model(3, 8, (20, 29)),  # another parent
        model(3, 1, (20, 29), "claude"),  # another model
        step(3, 1, (20, 29), "embedding", "gpt-4o"),  # another kind
    ],
)
def test_another_model_call_is_no_retry(second: Step) -> None:
    assert of("retry.attempt", [model(2, 1, (0, 9), failed=True), second]) == {}


def test_a_model_call_that_follows_another_model_s_is_no_retry_of_what_was_before() -> None:
    steps = [model(2, 1, (0, 9), failed=True), model(3, 1, (10, 19), "claude"), model(4, 1, (20, 29))]
    assert of("retry.attempt", steps) == {}


def test_models_that_nobody_named_are_not_the_same() -> None:
    assert of("retry.attempt", [model(2, 1, (0, 9), "", failed=True), model(3, 1, (10, 19), "")]) == {}


# --- loops


@pytest.mark.parametrize(
    ("outcomes", "counts"),
    [
        ("++", {}),
        ("+++", {12: 3}),
        ("+++++", {12: 3, 13: 4, 14: 5}),
        ("++-++", {12: 3}),  # the one that failed is the third; what follows it is a retry, and begins a new row
        ("++-+++", {12: 3, 15: 3}),
        ("---", {}),
    ],
)
def test_the_third_and_later_equal_call_in_a_row_is_a_loop(outcomes: str, counts: dict[int, int]) -> None:
    assert of("loop.count", [agent(1), *calls(*outcomes)]) == counts


@pytest.mark.parametrize("between", [tool(2, 1, (6, 8), "other"), tool(2, 1, (6, 8)), agent(2, 1, (6, 8))])
def test_another_call_between_ends_the_row(between: Step) -> None:
    assert of("loop.count", [agent(1), *calls("+", "+", "+"), between]) == {}


def test_calls_of_other_parents_and_model_calls_between_do_not_end_the_row() -> None:
    between = [tool(2, 7, (6, 8), "other"), model(3, 1, (6, 8))]
    assert of("loop.count", [agent(1), agent(7), *calls("+", "+", "+"), *between]) == {12: 3}


def test_equal_calls_of_different_parents_are_no_row() -> None:
    assert of("loop.count", [*calls("+", "+"), *[one._replace(start=50) for one in calls("+", parent=2)]]) == {}


def test_a_row_goes_through_the_steps_of_an_agent() -> None:
    assert of("loop.count", _each_in_its_own_step(3)) == {12: 3}


def _each_in_its_own_step(rounds: int) -> list[Step]:
    made = [agent(1)]
    for number in range(rounds):
        time = (number * 10, number * 10 + 5)
        made += [step(50 + number, 1, time, "step"), tool(10 + number, 50 + number, time, arguments="x")]
    return made


def test_equal_calls_of_one_parallel_batch_are_no_loop() -> None:
    batch = [tool(10 + number, 1, (number, 100), arguments="x") for number in range(4)]
    assert of("loop.count", [agent(1), *batch]) == {}
    later = [tool(20, 1, (100, 110), arguments="x"), tool(21, 1, (110, 120), arguments="x")]
    assert of("loop.count", [agent(1), *batch, *later]) == {21: 3}


def test_calls_with_arguments_that_are_not_known_are_no_loop() -> None:
    assert of("loop.count", [agent(1), *(one._replace(arguments=None) for one in calls("+", "+", "+"))]) == {}
