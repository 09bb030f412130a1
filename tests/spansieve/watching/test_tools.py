"""Executions of tools: each once, and whether others ran beside them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.watching.tools import arrive
from spansieve.watching.trace import Trace
from tests.spansieve.watching.watched import TRACE_ID, Sent, Watched, agent, batch_of, settled, tool

CALL = "gen_ai.tool.call.id"
WRAPPER = {"spansieve.ai.kind": "task"}


def parallel(*requests: list[Sent], gap: float = 0.0) -> set[str]:
    return {label for label, span in settled(*requests, gap=gap).items() if span.is_parallel}


def executed(*requests: list[Sent], gap: float = 0.0) -> set[str]:
    return {label for label, span in settled(*requests, gap=gap).items() if span.is_execution}


def test_tools_of_one_parent_that_overlap_by_a_millisecond_ran_in_parallel() -> None:
    tools = [tool("a", "p", at=(0, 10)), tool("b", "p", at=(9, 20)), tool("c", "p", at=(19.5, 30))]
    assert parallel(tools) == parallel([tools[0]], tools[1:], gap=1) == {"a", "b"}


def test_tools_of_other_parents_do_not_matter_and_neither_do_other_spans() -> None:
    assert parallel([agent("x"), agent("y"), tool("a", "x"), tool("b", "y"), agent("z", "x")]) == set()


def test_tools_in_wrappers_of_their_own_are_siblings() -> None:
    spans = [agent("x"), Sent("v", "x", WRAPPER), Sent("w", "x"), tool("a", "v"), tool("b", "w")]
    assert parallel(spans) == parallel(spans[:3], spans[3:4], spans[4:], gap=0.5) == {"a", "b"}


def test_a_tool_is_not_parallel_to_the_one_that_it_runs_in() -> None:
    assert parallel([tool("a", "p", at=(0, 10)), tool("b", "a", "fetch", at=(2, 8))]) == set()


@pytest.mark.parametrize("key", ["spansieve.ai.parallel", "tool.parallel"])
def test_what_the_sender_says_of_it_counts(key: str) -> None:
    assert parallel([tool("a", "p", said={key: True})]) == {"a"}
    assert parallel([tool("a", "p", said={key: "true"})]) == {"a"}
    assert parallel([tool("a", "p", said={key: False}), tool("b", "p")]) == {"b"}


def test_a_tool_with_an_end_before_its_start_overlaps_nobody() -> None:
    assert parallel([tool("a", "p", at=(10, 0)), tool("b", "p")]) == set()


def test_a_tool_that_came_again_with_other_times_is_no_sibling_of_itself() -> None:
    assert parallel([tool("a", "p", at=(0, 5))], [tool("a", "p", at=(0, 9))], gap=1) == set()


def test_beyond_so_many_tools_of_a_trace_none_is_parallel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.watching.tools.MAX_TOOLS", 2)
    assert parallel([tool("a", "p"), tool("b", "p"), tool("c", "p")]) == {"a", "b"}


def test_two_instrumentations_of_one_execution_count_once_in_any_order() -> None:
    outer, inner = tool("o"), tool("i", "p")
    between = Sent("p", "o", {"mcp.method.name": "tools/call", "spansieve.ai.kind": "mcp"})
    assert executed([outer, between, inner]) == {"o"}
    assert executed([inner, between], [outer], gap=1) == executed([outer], [between, inner], gap=1) == {"o"}


def test_an_outer_instrumentation_that_comes_late_does_not_count_again() -> None:
    assert executed([tool("i", "p")], [Sent("p", "o")], [tool("o")], gap=3) == {"i"}
    assert executed([tool("i", "p"), Sent("p", "o")], [tool("o", "", "fetch")], gap=3) == {"i", "o"}


def test_below_one_span_so_many_tools_are_remembered_and_more_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.watching.beneath.MAX_TOOLS", 2)
    watched = Watched()
    watched.watch.see(batch_of(*(tool(name, "outer", name) for name in "abcd")))
    watched.after(2)
    watched.watch.see(batch_of(tool("outer", name="a")))
    assert [span.is_execution for span in watched.after(2)] == [False]
    assert watched.host.counts["watch_evictions", "counted"] == 2


def test_a_long_trace_forgets_names_of_tools_with_their_spans_and_finds_executions_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spansieve.watching.trace.MAX_LINKS", 6)
    trace = Trace(TRACE_ID)
    for number in range(20):
        (span,) = settled([tool("x", name=f"tool {number // 2}")]).values()
        trace.links[b"%d" % number] = b""
        arrive(trace, b"%d" % number, span, None)
        trace.settled({b"%d" % number: span})
        trace.shrink()
        assert len(trace.named) <= 6
    assert "tool 9" in trace.repeated


def test_a_tool_that_an_agent_runs_within_the_same_tool_is_another_execution() -> None:
    assert executed([tool("o"), agent("a", "o"), tool("i", "a")]) == {"o", "i"}
    assert executed([tool("i", "a")], [agent("a", "o")], [tool("o")], gap=3) == {"o", "i"}


def test_calls_with_ids_of_their_own_are_two_executions() -> None:
    calls = [tool("o", said={CALL: "1"}), tool("i", "o", said={CALL: "2"})]
    assert executed(calls) == {"o", "i"}


def test_a_failure_that_the_inner_span_alone_knows_is_that_of_the_execution() -> None:
    told = settled([tool("o"), tool("i", "o", said={"error.type": "ToolError"})])
    assert (told["o"].is_execution, told["o"].outcome) == (True, "error")


def test_so_it_is_where_the_outer_span_came_first_and_settles_first() -> None:
    told = settled([tool("o")], [tool("i", "o", said={"error.type": "ToolError"})], gap=1)
    assert (told["o"].is_execution, told["o"].outcome, told["i"].is_execution) == (True, "error", False)


@pytest.mark.parametrize(
    ("attributes", "is_tool", "name"),
    [
        ({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "x"}, True, "x"),
        ({"spansieve.ai.kind": "tool", "tool.name": "x"}, True, "x"),
        ({"spansieve.ai.kind": "tool"}, True, ""),
        ({"spansieve.ai.kind": "batch", "gen_ai.operation.name": "execute_tool"}, False, ""),
        ({"spansieve.ai.kind": "approval", "gen_ai.operation.name": "execute_tool", "tool.name": "x"}, True, "x"),
        ({"spansieve.ai.kind": "model", "gen_ai.tool.name": "x"}, False, ""),
    ],
)
def test_which_spans_are_those_of_tools(attributes: dict[str, str], is_tool: bool, name: str) -> None:
    (span,) = settled([Sent("a", "", attributes)]).values()
    assert (span.traits.is_tool, span.is_execution, span.traits.tool) == (is_tool, is_tool, name)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 12), st.integers(0, 6)), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_tools_of_one_parent_are_parallel_if_any_two_of_them_share_a_millisecond(
    runs: list[tuple[str, int, int]],
) -> None:
    sent = [tool(f"t{at}", parent, at=(begin, begin + lasts)) for at, (parent, begin, lasts) in enumerate(runs)]
    parents = [agent(parent) for parent in "ab"]
    told = settled([*sent, *parents])
    for at, (parent, begin, lasts) in enumerate(runs):
        shared = [
            min(begin + lasts, start + long) - max(begin, start)
            for other, (whose, start, long) in enumerate(runs)
            if other != at and whose == parent
        ]
        assert told[f"t{at}"].is_parallel == any(one >= 1 for one in shared)


def test_of_very_many_that_settle_together_in_wrappers_of_their_own_the_first_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spansieve.watching.tools.MAX_LOOKED", 1)
    wrappers = [Sent("v", "x", WRAPPER), Sent("w", "x", WRAPPER)]
    assert parallel([agent("x"), *wrappers, tool("a", "v"), tool("b", "w")]) == {"a"}
    assert parallel([tool("a", "p"), tool("b", "p"), tool("c", "p")]) == {"a", "b", "c"}


def test_tools_that_are_not_held_against_others_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.watching.tools.MAX_TOOLS", 4)
    monkeypatch.setattr("spansieve.watching.tools.MAX_LOOKED", 1)
    watched = Watched()
    wrappers = [Sent(one, "x", WRAPPER) for one in "uvw"]
    tools = [tool("a", "u"), tool("b", "v"), tool("c", "w"), tool("d", "p"), tool("e", "p")]
    watched.watch.see(batch_of(agent("x"), *wrappers, *tools))
    watched.after(2)
    assert watched.host.counts["watch_evictions", "tools"] == 1 + 3, "one without room, three not looked at"
