"""Which errors of a trace are one failure."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.failures import Rules, TracedError, root_causes, traced_errors
from spansieve.pdata import Span, Value

from .building import SECOND_NS, Made, sid, spans

RULES = Rules()
ERROR = 2


def failed(
    number: int, parent: int, end: float, type_: str = "", message: str = "", *, name: str = "op", stack: str = ""
) -> Made:
    """An error that began at once."""
    said: dict[str, Value] = {"exception.type": type_, "exception.message": message, "exception.stacktrace": stack}
    return Made(number, parent, 0.0, end, name, status=ERROR, exceptions=[said] if type_ or message or stack else ())


def causes(*made: Made) -> list[tuple[str, tuple[str, ...]]]:
    return [(cause.key, cause.path) for cause in root_causes(spans(*made), RULES)]


def counted(*made: Made) -> list[int]:
    """The numbers of the root causes."""
    return numbers(root_causes(spans(*made), RULES))


def numbers(errors: Sequence[TracedError[Span]]) -> list[int]:
    return [int.from_bytes(error.span.span_id, "big") for error in errors]


def test_a_tool_s_failure_that_fails_its_agent_and_its_workflow_is_one_error() -> None:
    assert causes(
        failed(3, 2, 3.0, "PermissionDenied", "not allowed on cluster blue", name="execute_tool deploy"),
        failed(2, 1, 3.1, "PermissionDenied", "not allowed on cluster blue", name="invoke_agent releaser"),
        failed(1, 0, 3.2, name="invoke_workflow release"),
    ) == [("PermissionDenied:deploy", ("tool:deploy", "agent:releaser", "workflow:release"))]


def test_a_trace_without_errors_has_no_causes() -> None:
    assert causes(Made(1), Made(2, 1)) == []
    assert causes() == []


def test_spans_between_that_did_not_fail_are_no_part_of_the_path() -> None:
    found = causes(failed(3, 2, 1.0, "E", name="execute_tool t"), Made(2, 1), failed(1, 0, 9.0, "E", name="w"))
    assert found == [("E:t", ("tool:t", "span:w"))]


LATER = 5.0
"""Long after the gap."""


@pytest.mark.parametrize(
    ("above", "is_same"),
    [
        (failed(1, 0, LATER), True),  # nothing of its own
        (failed(1, 0, LATER, "pkg.Denied", "it went wrong"), True),  # the same type
        (failed(1, 0, LATER, "Other", "tool said:  NO access\nto blue!"), True),  # the message within
        (failed(1, 0, LATER, "Other", "access"), False),  # too short to tell
        (failed(1, 0, LATER, "Other", "no access"), True),  # within the other
        (failed(1, 0, LATER, "Other", "x", stack="Traceback\nlib.Denied: no\n\nOther: x"), True),
        (failed(1, 0, LATER, "Other", "x", stack="Traceback\nDeniedAgain: no\nOther: x"), False),
        (failed(1, 0, LATER, "Other", "something else"), False),
        (failed(1, 0, LATER, "Other"), False),
        (failed(1, 0, LATER, "", "something else"), False),
        (failed(1, 0, 2.0, "Other", "something else"), True),  # right after
        (failed(1, 0, 2.001, "Other", "something else"), False),
        (failed(1, 0, 1.0), True),  # at the same time
        (failed(1, 0, 0.9), False),  # before
        (failed(1, 0, 0.9, "Denied"), False),
    ],
)
def test_an_error_is_the_same_failure_as_one_below_by_what_it_says_and_when(above: Made, is_same: bool) -> None:
    below = failed(2, 1, 1.0, "Denied", "No access to blue")
    assert counted(below, above) == ([2] if is_same else sorted((1, 2), key=lambda one: above.end if one == 1 else 1.0))


def test_errors_that_say_nothing_of_their_type_are_not_alike_by_that() -> None:
    assert counted(failed(2, 1, 1.0, message="left is broken"), failed(1, 0, LATER, message="right is broken")) == [
        2,
        1,
    ]


def test_what_succeeded_in_between_parts_two_errors_that_are_close() -> None:
    below, above = failed(2, 1, 1.0, "A"), failed(1, 0, 1.9, "B")
    assert counted(below, above) == [2]
    assert counted(below, above, Made(3, 1, 1.5, 1.6)) == [2, 1]
    assert counted(below, above, Made(4, 3, 1.5, 1.6), Made(3, 1, 0.1, 1.7)) == [2, 1]  # deeper
    assert counted(below, above, Made(3, 1, 0.5, 1.6)) == [2]  # it began before
    assert counted(below, above, Made(3, 1, 1.95, 2.0)) == [2]  # it began after
    assert counted(below, above, Made(3, 0, 1.5, 1.6)) == [2]  # elsewhere
    assert sorted(counted(below, above, failed(3, 1, 1.6, "C"))) == [2, 3]


def test_the_gap_may_be_another_one() -> None:
    made = spans(failed(2, 1, 1.0, "A"), failed(1, 0, LATER, "B"))
    assert numbers(root_causes(made, RULES, cascade_gap_ns=4 * SECOND_NS)) == [2]
    assert numbers(root_causes(made, RULES, cascade_gap_ns=3 * SECOND_NS)) == [2, 1]


def test_of_several_unrelated_errors_below_each_counts_and_the_one_above_does_not() -> None:
    assert causes(
        failed(2, 1, 1.0, "A", name="execute_tool a"),
        failed(3, 1, 2.0, "B", name="execute_tool b"),
        failed(1, 0, LATER, name="invoke_agent x"),
    ) == [("A:a", ("tool:a", "agent:x")), ("B:b", ("tool:b", "agent:x"))]


def test_another_failure_counts_and_tells_what_caused_it() -> None:
    found = root_causes(
        spans(
            failed(2, 1, 1.0, "A", name="execute_tool a"),
            failed(3, 1, 2.0, "B", name="execute_tool b"),
            failed(4, 1, 9.0, "C", name="execute_tool c"),
            failed(1, 0, LATER, "D", name="invoke_agent x"),
        ),
        RULES,
    )
    assert [(cause.key, cause.caused_by) for cause in found] == [
        ("A:a", ""),
        ("B:b", ""),
        ("D:unknown", "B:b"),
        ("C:c", ""),
    ]


def test_an_error_may_be_the_failure_of_one_far_below_with_another_one_between() -> None:
    assert causes(
        failed(3, 2, 1.0, "A", name="a"), failed(2, 1, 3.0, "B", name="b"), failed(1, 0, LATER, "A", name="c")
    ) == [("A:unknown", ("span:a", "span:c")), ("B:unknown", ("span:b",))]


def test_sameness_goes_on_from_one_to_the_next() -> None:
    low, middle = failed(3, 2, 1.0, "A", "disk is full"), failed(2, 1, 3.0, "B", "save: disk is full")
    assert counted(low, middle, failed(1, 0, LATER, "B", "other")) == [3]


def test_a_long_path_keeps_its_beginning_and_its_end() -> None:
    made = [failed(one, one - 1, 100.0 - one, "E", name=f"s{one}") for one in range(1, 51)]
    ((_, path),) = causes(*made)
    assert len(path) == 32
    assert (path[0], path[30], path[31]) == ("span:s50", "span:s20", "span:s1")


def test_an_error_of_the_trace_that_is_none_by_the_rules_is_no_cause() -> None:
    cancelled = Made(2, 1, 0.0, 1.0, status=ERROR, attributes={"error.type": "cancelled"})
    assert counted(cancelled, failed(1, 0, 1.1)) == [1]


def test_errors_without_an_id_are_each_their_own() -> None:
    assert counted(failed(0, 0, 1.0, "A"), failed(0, 0, 1.0, "A")) == [0, 0]


def test_of_spans_with_one_id_the_error_counts_and_it_counts_once() -> None:
    assert counted(Made(2, 1, end=9.0), failed(2, 1, 1.0, "A"), failed(2, 1, 2.0, "A"), Made(1)) == [2]


def test_a_circle_of_parents_has_a_cause_all_the_same() -> None:
    assert counted(failed(1, 2, 1.0, "A"), failed(2, 3, 2.0, "A"), failed(3, 1, 3.0, "A"))
    assert counted(failed(1, 1, 1.0, "A")) == [1]


def test_a_long_chain_of_errors_is_compared_with_few() -> None:
    size = 2_000
    made = [failed(one, one - 1, 100.0 - one / size, f"E{one % 7}") for one in range(1, size)]
    assert counted(*made) == [size - 1]


def test_of_many_failures_below_the_last_64_are_compared_and_all_count() -> None:
    leaves = [failed(one, 1, float(one), f"E{one}") for one in range(2, 102)]
    found = root_causes(spans(failed(1, 0, 200.0, name="top"), *leaves), RULES)
    assert numbers(found) == list(range(2, 102))
    assert [len(cause.path) for cause in found] == [1] * 36 + [2] * 64


TYPES = st.sampled_from(["", "A", "B"])
MESSAGES = st.sampled_from(["", "disk is full", "save: disk is full"])
ERRORS = st.builds(
    failed, st.integers(1, 9), st.integers(0, 10), st.integers(0, 40).map(lambda t: t / 10), TYPES, MESSAGES
)
OTHERS = st.builds(Made, st.integers(0, 9), st.integers(0, 10), st.integers(0, 40).map(lambda t: t / 10), st.just(4.0))
TRACES = st.lists(ERRORS | OTHERS, max_size=14)


@given(TRACES, st.randoms(use_true_random=False))
def test_whatever_the_shape_each_error_is_told_of_once_in_any_order(made: list[Made], random: random.Random) -> None:
    errors = traced_errors(spans(*made), RULES)
    assert sorted(numbers(errors)) == sorted({one.number for one in made if one.status == ERROR})
    assert bool(errors) == any(error.is_root_cause for error in errors)
    shuffled = random.sample(made, len(made))
    if len({one.number for one in made}) == len(made):
        assert [error[1:] for error in traced_errors(spans(*shuffled), RULES)] == [error[1:] for error in errors]


@given(TRACES)
def test_what_is_no_root_cause_has_one_below_that_ended_before_and_leads_to_it(made: list[Made]) -> None:
    made = list({one.number: one for one in made}.values())
    errors = {int.from_bytes(error.span.span_id, "big"): error for error in traced_errors(spans(*made), RULES)}
    parents = {one.number: one.parent for one in made}
    for number, error in errors.items():
        assert error.is_root_cause == bool(error.path)
        if not error.is_root_cause:
            ends = [
                other.span.end_time_unix_nano for below, other in errors.items() if is_above(number, below, parents)
            ]
            assert min(ends) <= error.span.end_time_unix_nano


def is_above(above: int, below: int, parents: dict[int, int]) -> bool:
    """Whether a climb from `below` comes to `above`."""
    at = below
    for _ in parents:
        at = parents.get(at, 0)
        if at == above:
            return True
    return False


def test_ids_in_the_request_are_what_is_told() -> None:
    (cause,) = root_causes(spans(failed(7, 0, 1.0, "A")), RULES)
    assert (cause.span.span_id, cause.failure.classes) == (sid(7), ("A",))
