"""Which model calls count: each token once, whatever the instrumentation and the order."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.pdata import DroppedSpan
from spansieve.processors.tail_sampling.policies.tokens import spent, tokens_of
from tests.spansieve.watching.watched import TRACE_ID, Sent, Watched, agent, batch_of, chat, id_of, settled, tool

IN, OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
PLUMBING = Sent


def counted(*requests: list[Sent], gap: float = 0.0) -> set[str]:
    return {label for label, span in settled(*requests, gap=gap).items() if span.is_counted}


def test_calls_with_tokens_count_and_others_do_not() -> None:
    assert counted([agent("a"), chat("b", "a", 5, 1), chat("c", "a"), tool("t", "a")]) == {"b"}


def test_of_two_instrumentations_of_one_call_the_inner_one_counts_in_any_order() -> None:
    outer, inner = chat("o", "", 9), chat("i", "o", 9)
    assert counted([outer, inner]) == counted([inner], [outer], gap=1) == counted([outer], [inner], gap=1) == {"i"}


def test_spans_of_no_meaning_between_them_lead_up_as_well() -> None:
    spans = [chat("o", "", 9), PLUMBING("p", "o"), PLUMBING("q", "p"), chat("i", "q", 9)]
    assert counted(spans) == counted(*[[span] for span in spans], gap=0.4) == {"i"}


def test_spans_that_a_filter_dropped_lead_up_as_well() -> None:
    watched = Watched()
    batch = batch_of(chat("o", "", 9), chat("i", "p", 9))
    batch.dropped.append(DroppedSpan(TRACE_ID, id_of("p"), id_of("o")))
    watched.watch.see(batch)
    assert [span.span_id for span in watched.after(2) if span.is_counted] == [id_of("i")]


@pytest.mark.parametrize("gap", [3, 300])
def test_an_outer_call_that_comes_late_does_not_count_again(gap: float) -> None:
    assert counted([chat("i", "p", 9)], [PLUMBING("p", "o")], [chat("o", "", 9)], gap=gap) == {"i"}
    assert counted([chat("i", "p", 9), PLUMBING("p", "q")], [PLUMBING("q", "o"), chat("o", "", 9)], gap=gap) == {"i"}


def test_a_late_outer_call_of_another_family_counts() -> None:
    embedding = Sent("e", "o", {"gen_ai.operation.name": "embeddings", IN: 3})
    assert counted([embedding], [chat("o", "", 9)], gap=3) == {"e", "o"}


def test_a_run_counts_only_with_a_kind_and_no_mark_where_it_does_not_repeat_what_is_below() -> None:
    tokens: dict[str, Any] = {"gen__ai_usage_input__tokens": 9}
    assert counted([agent("a", **tokens)]) == {"a"}
    assert counted([agent("a", spansieve_ai_rollup=True, **tokens)]) == set()
    assert counted([agent("a", **tokens), chat("b", "a", 4), chat("c", "a", 5)]) == {"b", "c"}
    assert counted([chat("b", "a", 4), chat("c", "a", 5)], [agent("a", **tokens)], gap=5) == {"b", "c"}
    assert counted([Sent("a", "", {"gen_ai.operation.name": "invoke_agent", IN: 9})]) == set()


def test_parents_in_a_circle_are_judged_all_the_same() -> None:
    assert counted([chat("a", "b", 1), chat("b", "a", 1), chat("c", "c", 1), PLUMBING("d", "d"), chat("e", "d", 1)])


@st.composite
def traces(draw: st.DrawFn) -> list[Sent]:
    """A tree of spans that bear tokens or not; its nodes in any order."""
    kinds = st.sampled_from(["", "", "model", "embedding", "agent", "workflow", "tool", "step"])
    operations = st.sampled_from(["", "chat", "embeddings", "generate_content", "invoke_agent", "execute_tool", "x"])
    spans = []
    for number in range(draw(st.integers(1, 14))):
        parent = draw(st.integers(-1, number - 1))
        kind, operation = draw(kinds), draw(operations)
        named: dict[str, Any] = {"spansieve.ai.kind": kind, "gen_ai.operation.name": operation}
        attributes = {key: value for key, value in named.items() if value}
        if attributes:  # what says nothing of itself is no AI span
            if draw(st.booleans()):
                attributes |= {IN: draw(st.integers(0, 4)), OUT: draw(st.integers(0, 2))}
            if draw(st.integers(0, 5)) == 0:
                attributes["spansieve.ai.rollup"] = True
        spans.append(Sent(f"s{number}", f"s{parent}" if parent >= 0 else "", attributes))
    return spans


@given(traces(), st.randoms(use_true_random=False), st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_sums_are_those_of_whole_traces_whatever_the_order_and_the_requests(
    spans: list[Sent], order: random.Random, requests: int
) -> None:
    whole = spent(list(batch_of(*spans)), tokens_of)
    order.shuffle(spans)
    parts: list[list[Sent]] = [[] for _ in range(requests)]
    for span in spans:
        order.choice(parts).append(span)
    told = settled(*filter(None, parts), gap=1.9 / requests)
    own = [span.tokens for span in told.values() if span.is_counted]
    assert (sum(one.input for one in own), sum(one.output for one in own)) == whole


@given(traces(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_spans_that_come_from_the_leaves_up_count_once_however_slowly(spans: list[Sent], order: random.Random) -> None:
    whole = spent(list(batch_of(*spans)), tokens_of)
    told = settled(*[[span] for span in reversed(spans)], gap=order.choice([0.7, 2.5]))
    own = [span.tokens for span in told.values() if span.is_counted]
    assert (sum(one.input for one in own), sum(one.output for one in own)) == whole
