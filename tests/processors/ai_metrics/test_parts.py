"""ai_metrics: the tables that it keeps, each by itself."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.ai_metrics import conversations, duplicates, pending
from spansieve.processors.ai_metrics.concurrency import Concurrency, Interval, Swept, sweep
from spansieve.processors.ai_metrics.conversations import Conversations, Sum
from spansieve.processors.ai_metrics.duplicates import Duplicates
from spansieve.processors.ai_metrics.latencies import Latencies
from spansieve.processors.ai_metrics.pending import Pending
from spansieve.watching import Ids
from spansieve.watching.testing import ai_span

from .house import Row

MOMENTS = st.integers(0, 30)
INTERVALS = st.lists(st.tuples(MOMENTS, MOMENTS, st.sampled_from([1.0, 2.5])), max_size=12)


def running_at(intervals: Sequence[Interval], moment: int) -> float:
    return sum(weight for start, end, weight in intervals if start <= moment < end)


@given(INTERVALS, MOMENTS, MOMENTS)
def test_a_sweep_finds_what_looking_at_every_moment_finds(intervals: list[Interval], one: int, other: int) -> None:
    begin, end = sorted((one, other))
    swept = sweep(intervals, begin, end)
    assert swept.at_end == running_at(intervals, end)
    assert swept.most == max(running_at(intervals, moment) for moment in range(begin, end + 1))


def test_tools_are_swept_by_service_and_those_that_went_idle_are_told_once() -> None:
    tools = Concurrency(0)
    tools.add("shop", [(5, 15, 1.0)])
    tools.add("shop", [(8, 25, 1.0)])
    tools.add("bank", [(1, 2, 1.0)])
    assert tools.sweep(10) == {"shop": Swept(2, 2), "bank": Swept(0, 1)}
    assert tools.sweep(20) == {"shop": Swept(1, 2), "bank": Swept(0, 0)}
    assert tools.sweep(30) == {"shop": Swept(0, 1)}
    assert tools.sweep(40) == {"shop": Swept(0, 0)}
    assert tools.sweep(50) == {}


def test_of_too_many_tool_runs_the_rest_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.processors.ai_metrics.concurrency.MAX_INTERVALS", 2)
    tools = Concurrency(0)
    for _ in range(5):
        tools.add("shop", [(5, 15, 1.0)])
    assert tools.left_out == 3
    assert tools.sweep(10)["shop"].most == 2


def test_tools_of_a_time_to_come_are_forgotten_and_counted() -> None:
    tools = Concurrency(0)
    tools.add("shop", [(5, 15, 1.0), (8, 2**64 - 1, 1.0), (2**63, 2**64 - 1, 1.0)])
    assert tools.sweep(10)["shop"].at_end == 2
    assert tools.sweep(12)["shop"].at_end == 1
    assert tools.left_out == 2


def ids(*rows: Row) -> list[Ids]:
    return [
        (trace.to_bytes(16, "big"), span.to_bytes(8, "big"), parent.to_bytes(8, "big") if parent else b"")
        for trace, span, parent in rows
    ]


def test_a_trace_is_pending_from_its_first_span_until_its_root_and_counts_once() -> None:
    table = Pending()
    assert len(table.see(ids(Row(1, 2, parent=1)), now=0).traces) == 1
    assert (len(table.traces), len(table.parents)) == (1, 1)
    assert not table.see(ids(Row(1, 3, parent=1)), now=1).traces
    assert not table.see(ids(Row(1, 1)), now=2).traces
    assert (len(table.traces), len(table.parents)) == (0, 0)
    assert not table.see(ids(Row(1, 4, parent=1)), now=3).traces, "a late span makes no new trace"
    assert (len(table.traces), len(table.parents)) == (0, 0)


def test_the_same_span_ids_in_two_traces_are_two_spans() -> None:
    table = Pending()
    table.see(ids(Row(1, 1), Row(1, 2, parent=1), Row(2, 2, parent=1)), now=0)
    assert (len(table.traces), len(table.parents)) == (1, 1)


def test_after_ten_minutes_nothing_is_waited_for() -> None:
    table = Pending()
    table.see(ids(Row(1, 2, parent=1)), now=0)
    table.see(ids(Row(2, 2, parent=1)), now=300)
    table.expire(599)
    assert (len(table.traces), len(table.parents)) == (2, 2)
    table.expire(601)
    assert (len(table.traces), len(table.parents)) == (1, 1)


def test_of_too_many_traces_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "MAX_WAITING", 3)
    table = Pending()
    for trace in range(5):
        table.see(ids(Row(trace + 1, 2, parent=1)), now=trace)
    assert (len(table.traces), table.traces.given_up, table.parents.given_up) == (3, 2, 2)


@given(st.permutations(range(1, 9)), st.integers(1, 8))
def test_nothing_is_pending_once_all_spans_of_a_trace_came_in_whatever_order(order: list[int], size: int) -> None:
    table = Pending()
    fresh = 0
    for at in range(0, 8, size):
        rows = [Row(1, span, parent=span // 2) for span in order[at : at + size]]
        fresh += len(table.see(ids(*rows), now=0).traces)
    assert (len(table.traces), len(table.parents), fresh) == (0, 0, 1)


def asked(seen: Duplicates, now: float, *prompts: str, model: str = "gpt", tools: str = "") -> int:
    return seen.count([ai_span(prompt_hash=prompt, tools_hash=tools) for prompt in prompts], model, now)


def test_a_request_is_a_duplicate_within_ten_minutes_of_the_last_one_like_it() -> None:
    seen = Duplicates()
    assert asked(seen, 0, "hash") == 0
    assert asked(seen, 600, "hash") == 1
    assert asked(seen, 1200, "hash") == 1, "each one counts from the last"
    assert asked(seen, 1801, "hash") == 0
    assert asked(seen, 1802, "a", "a", "b", "a") == 2


def test_requests_that_differ_in_model_or_tools_or_have_no_hash_are_none() -> None:
    seen = Duplicates()
    assert asked(seen, 0, "a") + asked(seen, 0, "a", model="claude") + asked(seen, 0, "a", tools="t") == 0
    assert asked(seen, 0, "", "") == 0


def test_of_too_many_requests_the_longest_unseen_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MAX_HASHES", 2)
    seen = Duplicates()
    for prompt in "abac":
        asked(seen, 0, prompt)
    assert seen.forgotten == 1
    assert asked(seen, 1, "b") == 0
    seen.expire(602)
    assert len(seen) == 0


def test_a_conversation_holds_what_its_newest_call_was_given_for_fifteen_minutes() -> None:
    table = Conversations()
    table.called("shop", "t1", 100, end_ns=10, now=0)
    table.called("shop", "t1", 300, end_ns=30, now=1)
    table.called("shop", "t1", 200, end_ns=20, now=2)
    table.called("shop", "t2", 50, end_ns=5, now=3)
    assert table.sums(10) == {"shop": Sum(2, 350)}
    assert table.sums(902) == {"shop": Sum(1, 50)}
    assert table.sums(904) == {"shop": Sum(0, 0)}
    assert table.sums(905) == {}


def test_a_call_that_ended_in_a_time_to_come_gives_way_to_the_next_one() -> None:
    held = Conversations()
    held.called("shop", "t", 100, 2**64 - 1, 0)
    held.called("shop", "t", 7, 10**18, 1)
    assert held.sums(2)["shop"].size_bytes == 7


def test_the_same_thread_of_two_services_is_two_conversations() -> None:
    table = Conversations()
    table.called("shop", "t", 100, end_ns=1, now=0)
    table.called("bank", "t", 10, end_ns=1, now=0)
    assert table.sums(1) == {"shop": Sum(1, 100), "bank": Sum(1, 10)}


def test_of_too_many_conversations_the_longest_inactive_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "MAX_CONVERSATIONS", 2)
    table = Conversations()
    for thread, size in (("a", 1), ("b", 10), ("a", 2), ("c", 100)):
        table.called("shop", thread, size, end_ns=size, now=0)
    assert table.sums(1) == {"shop": Sum(2, 102)}
    assert table.forgotten == 1


def test_percentiles_are_of_their_window_and_by_operation() -> None:
    taken = Latencies()
    taken.add("chat", [10.0] * 100, 1, now=0)
    taken.add("chat", [1.0] * 100, 1, now=1800)
    taken.add("execute_tool", [0.1] * 100, 1, now=1800)
    assert taken.quantile(0.95, 5, 1810) == pytest.approx(1.0, rel=0.02)
    assert taken.quantile(0.95, 60, 1810) == pytest.approx(10.0, rel=0.02)
    by_operation = taken.by_operation(0.95, 5, 1810)
    assert by_operation == {"chat": pytest.approx(1, rel=0.02), "execute_tool": pytest.approx(0.1, rel=0.02)}
    trend = taken.trend(0.95, 1810)
    assert len(trend) == 60
    assert trend[-1] == pytest.approx(1, rel=0.02)
    assert trend[29] == pytest.approx(10, rel=0.02)


def test_where_nothing_ran_there_is_no_percentile() -> None:
    taken = Latencies()
    assert taken.quantile(0.95, 5, 0) is None
    taken.add("chat", [1.0], 1, now=0)
    assert taken.quantile(0.95, 60, 3700) is None
    taken.expire(3700)
    assert taken.by_operation(0.95, 60, 0) == {}


def test_operations_beyond_fifty_share_one_name() -> None:
    taken = Latencies()
    for number in range(60):
        taken.add(f"operation {number}", [1.0], 1, now=0)
    assert len(taken.by_operation(0.5, 5, 1)) == 51
    assert "other" in taken.by_operation(0.5, 5, 1)
