"""Decisions that no producer reports: what was chosen out of what was offered."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.structure import Decision, Step, decisions
from tests.spansieve.structure.building import agent, model, sid, step, tool

# --- tool choice

TURN = [agent(1), model(2, 1, (0, 9)), tool(3, 1, (10, 19), "lookup"), tool(4, 1, (11, 15), "charge")]


def test_the_first_tool_in_the_answer_is_the_choice_out_of_those_offered() -> None:
    (made,) = decisions(TURN, offered={1: ["refund", "charge", "lookup"]}, called={1: ["charge", "lookup"]})
    assert made == Decision("tool_choice", 1, "charge", ["refund", "charge", "lookup"], 3)
    assert made.selected_index == 1


def test_where_the_answer_is_not_known_the_first_tool_that_ran_after_it_counts() -> None:
    (made,) = decisions(TURN)
    assert made == Decision("tool_choice", 1, "lookup", (), 2)
    assert made.selected_index is None


def test_a_tool_that_was_asked_for_and_never_ran_is_a_decision_without_a_span() -> None:
    assert decisions(TURN, called={1: ["refund"]}) == [Decision("tool_choice", 1, "refund", (), None)]


def test_an_answer_without_a_tool_is_no_choice() -> None:
    assert decisions(TURN, called={1: []}) == []
    assert decisions([agent(1), model(2, 1, (0, 9))], offered={1: ["lookup"]}) == []


def test_each_model_call_has_the_tools_up_to_the_next_one() -> None:
    steps = [*TURN, model(5, 1, (20, 29)), model(6, 1, (30, 39)), tool(7, 1, (40, 49), "charge")]
    assert [(made.place, made.selected) for made in decisions(steps)] == [(1, "lookup"), (5, "charge")]


@pytest.mark.parametrize(
    "around",
    [
        [step(5, 1, (0, 9), "task"), model(2, 5, (0, 9)), step(6, 1, (0, 9), "task"), tool(3, 6, (10, 19))],
        [model(2, 1, (0, 9)), step(6, 1, (0, 9), "batch"), tool(3, 6, (10, 19))],
        [step(5, 1, (0, 9)), step(6, 5, (0, 9)), model(2, 6, (0, 9)), tool(3, 5, (10, 19))],
    ],
)
def test_what_wraps_calls_and_tools_is_looked_through(around: list[Step]) -> None:
    (made,) = decisions([agent(1), *around])
    assert made.selected == "search"


@pytest.mark.parametrize(
    "ran",
    [
        tool(3, 7, (10, 19)),  # another agent's
        tool(3, 1, (5, 19)),  # while the model was still answering
        step(3, 1, (10, 19), "retrieval"),
    ],
)
def test_what_the_answer_can_not_have_caused_is_no_choice(ran: Step) -> None:
    assert decisions([agent(1), agent(7), model(2, 1, (0, 9)), ran]) == []


def test_a_failed_call_chose_nothing() -> None:
    assert decisions([agent(1), model(2, 1, (0, 9), failed=True), tool(3, 1, (10, 19))]) == []


# --- hand-off


def test_an_agent_below_another_is_a_hand_off() -> None:
    assert decisions([agent(1), step(2, 1, (0, 9), "task"), agent(3, 2, (1, 8), "refunds")]) == [
        Decision("handoff", 0, "refunds", (), 2)
    ]


@pytest.mark.parametrize(
    "steps",
    [
        [agent(1), agent(2, 1, (1, 8), "desk")],  # one run, seen by two instrumentations
        [agent(1), tool(2, 1, (0, 9)), agent(3, 2, (1, 8), "refunds")],  # a tool call
        [step(1, 0, (0, 9), "workflow"), agent(2, 1), agent(3, 1, (10, 19), "refunds")],
    ],
)
def test_what_is_no_hand_off(steps: list[Step]) -> None:
    assert decisions(steps) == []


def test_a_span_that_the_caller_knows_to_be_one_is_a_hand_off() -> None:
    steps = [step(1, 0, (0, 9), "workflow"), step(2, 1, (1, 2), "other", "refunds"), step(3, 9, (1, 2), "other", "x")]
    assert decisions(steps, handoffs={1, 2}) == [
        Decision("handoff", 0, "refunds", (), 1),
        Decision("handoff", 2, "x", (), 2),
    ]


# --- model fallback

MINUTE = 60_000_000_000


def test_another_model_after_a_failed_call_is_a_fallback_out_of_two() -> None:
    (made,) = decisions([model(1, 9, (0, 10), failed=True), model(2, 9, (10 + MINUTE, 2 * MINUTE), "claude")])
    assert made == Decision("model_fallback", 0, "claude", ("gpt-4o", "claude"), 1)
    assert made.selected_index == 1


@pytest.mark.parametrize(
    "second",
    [
        model(2, 9, (20, 30)),  # the same model: a retry
        model(2, 8, (20, 30), "claude"),
        model(2, 9, (5, 30), "claude"),  # began before the failure
        model(2, 9, (11 + MINUTE, 2 * MINUTE), "claude"),
        model(2, 9, (20, 30), ""),
        step(2, 9, (20, 30), "embedding", "claude"),
    ],
)
def test_what_is_no_fallback(second: Step) -> None:
    assert decisions([model(1, 9, (0, 10), failed=True), second]) == []


# --- whatever a trace looks like

steps_ = st.lists(
    st.builds(
        Step,
        span_id=st.integers(0, 12).map(sid),
        parent_span_id=st.integers(0, 14).map(sid),
        start=st.integers(0, 30),
        end=st.integers(0, 30),
        kind=st.sampled_from(("tool", "model", "agent", "task", "")),
        name=st.sampled_from(("", "a", "b")),
        failed=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.span_id,
)


@settings(deadline=None)
@given(steps_, st.randoms(use_true_random=False))
def test_the_order_of_the_steps_does_not_matter(steps: list[Step], chance: random.Random) -> None:
    shuffled = steps[:]
    chance.shuffle(shuffled)
    assert _named(shuffled) == _named(steps)


def _named(steps: list[Step]) -> list[tuple[object, ...]]:
    """Decisions with the steps in place of their places."""
    return [
        (made.type, steps[made.place], made.selected, made.options, None if made.chosen is None else steps[made.chosen])
        for made in decisions(steps)
    ]


def test_a_deep_chain_ends() -> None:
    kinds = ("task", "model", "task", "tool")
    decisions([step(1 + one, one, (one, one + 9), kinds[one % 4], "a") for one in range(20_000)])
    decisions(
        [*(step(1 + one, one, (0, 9)) for one in range(10_000)), *(tool(20_000 + n, n, (0, 9)) for n in range(10_000))]
    )
