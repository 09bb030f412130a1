"""watching: one model call that two instrumentations saw is one call, whether it tells tokens or fails."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.watching import AiSpan
from spansieve.watching.settling import Settling
from spansieve.watching.testing import ai_span

TRACE = b"t" * 16


def span(number: int, parent: int = 0, **changes: object) -> AiSpan:
    ids = {"span_id": number.to_bytes(8, "big"), "parent_span_id": parent.to_bytes(8, "big") if parent else b""}
    return ai_span(trace_id=TRACE, **ids, **changes)


def calls(*requests: Iterable[AiSpan], settles_between: bool = False) -> set[int]:
    """The numbers of the spans that are calls, of requests that came one after another."""
    settling, told = Settling(), []
    for request in requests:
        settling.take(TRACE, [], request)
        settling.close(0)
        if settles_between:
            told += settling.settle(1)
    told += settling.settle(1)
    return {int.from_bytes(one.span_id, "big") for one in told if one.is_call}


def agent(number: int, parent: int = 0) -> AiSpan:
    return span(number, parent, kind="agent", operation="invoke_agent")


def plumbing(number: int, parent: int = 0) -> AiSpan:
    return span(number, parent, kind="task", operation="")


@pytest.mark.parametrize("settles_between", [False, True])
def test_of_nested_failed_calls_the_inner_one_counts_however_late_the_outer_comes(settles_between: bool) -> None:
    inner, outer = span(4, 3, outcome="error"), span(2, 1, outcome="error")
    parts = [inner], [plumbing(3, 2)], [outer], [agent(1)]
    assert calls(*parts, settles_between=settles_between) == {4}


def test_two_tries_below_one_outer_call_are_two_calls() -> None:
    assert calls([span(3, 2, outcome="error"), span(4, 2), span(2, 1), agent(1)]) == {3, 4}


def test_a_call_of_a_run_below_a_call_is_another_one() -> None:
    assert calls([span(4, 3), agent(3, 2), span(2, 1), agent(1)]) == {2, 4}


def test_an_embedding_below_a_chat_is_another_call_and_roll_ups_are_none() -> None:
    embedding = span(3, 2, kind="embedding", operation="embeddings")
    assert calls([embedding, span(2, 1), span(1, is_rollup=True)]) == {2, 3}


@given(st.permutations([1, 2, 3, 4]), st.integers(1, 4))
def test_within_the_time_to_settle_the_order_of_arrival_makes_no_difference(order: list[int], size: int) -> None:
    made = {1: agent(1), 2: span(2, 1), 3: plumbing(3, 2), 4: span(4, 3)}
    spans = [made[number] for number in order]
    assert calls(*(spans[at : at + size] for at in range(0, 4, size))) == {4}
