"""Parallel groups: which calls ran at the same time, and what their parent is told."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.structure import Step
from tests.spansieve.structure.building import agent, marked, model, of, sid, step, tool


def test_tools_that_overlap_under_one_parent_are_a_batch_and_the_parent_says_how_large() -> None:
    steps = [agent(1), tool(2, 1, (20, 60), "charge"), tool(3, 1, (10, 40), "lookup"), model(4, 1, (0, 9))]
    batch = {"spansieve.ai.parallel": True, "spansieve.ai.batch.id": "0000000000000001:10"}
    assert marked(steps) == {
        1: {"spansieve.ai.batch.size": 2, "spansieve.ai.batch.tools": ["lookup", "charge"]},
        2: batch,
        3: batch,
    }


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ((0, 10), (5, 15), True),
        ((0, 10), (0, 10), True),
        ((0, 10), (10, 20), False),  # what touches does not overlap
        ((0, 10), (5, 5), True),  # no length, but inside
        ((0, 10), (0, 0), False),
        ((0, 10), (10, 10), False),
        ((5, 5), (5, 5), False),
        ((0, 10), (5, 0), False),  # an end that was never set
    ],
)
def test_when_two_calls_overlap(first: tuple[int, int], second: tuple[int, int], overlap: bool) -> None:
    found = of("parallel", [tool(1, 9, first), tool(2, 9, second)])
    assert found == ({1: True, 2: True} if overlap else {})


def test_a_chain_of_overlaps_is_one_group_and_a_gap_begins_another() -> None:
    steps = [tool(1, 9, (0, 10)), tool(2, 9, (8, 20)), tool(3, 9, (18, 30)), tool(4, 9, (40, 50)), tool(5, 9, (45, 60))]
    assert of("batch.id", steps) == dict.fromkeys((1, 2, 3), f"{sid(9).hex()}:0") | dict.fromkeys(
        (4, 5), f"{sid(9).hex()}:40"
    )


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=10))
def test_groups_are_what_comparing_all_pairs_would_find(times: list[tuple[int, int]]) -> None:
    steps = [tool(1 + at, 99, (start, start + took)) for at, (start, took) in enumerate(times)]
    groups = {number: {number} for number in range(1, 1 + len(steps))}
    for first, second in combinations(steps, 2):
        if first.start < second.end and second.start < first.end:
            both = groups[_number(first)] | groups[_number(second)]
            groups.update(dict.fromkeys(both, both))
    found = of("batch.id", steps)
    assert sorted(found) == [number for number, group in groups.items() if len(group) > 1]
    for number, batch in found.items():
        assert groups[number] == {other for other in found if found[other] == batch}


def _number(one: Step) -> int:
    return int.from_bytes(one.span_id, "big")


def test_the_largest_group_is_told_of_and_the_earlier_one_of_two_as_large() -> None:
    pairs = [tool(2, 1, (0, 10), "a"), tool(3, 1, (0, 10), "b"), tool(4, 1, (20, 30), "c"), tool(5, 1, (20, 30), "d")]
    assert of("batch.tools", [agent(1), *pairs]) == {1: ["a", "b"]}
    assert of("batch.tools", [agent(1), *pairs, tool(6, 1, (21, 30), "e")]) == {1: ["c", "d", "e"]}


def test_tools_of_different_parents_are_no_siblings() -> None:
    assert marked([agent(1), agent(2), tool(3, 1, (0, 10)), tool(4, 2, (0, 10))]) == {}


def test_a_batch_of_one_is_none() -> None:
    assert marked([step(1, 0, (0, 20), "batch"), tool(2, 1, (0, 10)), model(3, 1, (0, 10))]) == {}


def test_roots_are_siblings_as_their_parent_may_have_been_filtered_away() -> None:
    assert of("batch.id", [tool(1, 0, (0, 10)), tool(2, 0, (5, 15))]) == {1: ":0", 2: ":0"}


def test_a_tool_that_the_producer_calls_parallel_is_so_without_a_batch() -> None:
    assert marked([agent(1), tool(2, 1, (0, 10), parallel=True)]) == {2: {"spansieve.ai.parallel": True}}


def test_of_a_large_group_the_first_by_start_are_marked_and_only_some_are_named() -> None:
    steps = [agent(1), *(tool(10 + one, 1, (one, 500), f"t{one}") for one in range(70))]
    assert sorted(of("batch.id", steps)) == list(range(10, 74))
    assert of("batch.size", steps) == {1: 64}
    assert of("batch.tools", steps) == {1: [f"t{one}" for one in range(32)]}
    assert of("batch.size", steps, max_siblings=5) == {1: 5}
    assert of("batch.tools", steps, max_siblings=5, max_tools=2) == {1: ["t0", "t1"]}


def test_a_batch_is_found_however_many_calls_came_before_it() -> None:
    before = [tool(10 + one, 1, (one * 10, one * 10 + 5)) for one in range(200)]
    assert sorted(of("parallel", [agent(1), *before, tool(2, 1, (9000, 9010)), tool(3, 1, (9000, 9010))])) == [2, 3]


def test_tools_without_a_name_are_counted_and_not_named() -> None:
    steps = [agent(1), tool(2, 1, (0, 10), ""), tool(3, 1, (0, 10), "")]
    assert marked(steps)[1] == {"spansieve.ai.batch.size": 2}


# --- wrappers


@pytest.mark.parametrize("kind", ["", "task", "step", "other", "message"])
def test_a_span_around_each_single_call_is_not_the_parent(kind: str) -> None:
    steps = [
        agent(1),
        step(2, 1, (0, 50), kind),
        tool(3, 2, (1, 49), "a"),
        step(4, 1, (2, 60), kind),
        step(5, 4, (3, 60), kind),
        tool(6, 5, (4, 59), "b"),
    ]
    assert of("batch.id", steps) == dict.fromkeys((3, 6), f"{sid(1).hex()}:1")
    assert of("batch.tools", steps) == {1: ["a", "b"]}


@pytest.mark.parametrize("kind", ["agent", "workflow", "tool", "model", "batch", "mcp", "retrieval"])
def test_a_span_that_does_work_of_its_own_is_a_parent(kind: str) -> None:
    steps = [agent(1, time=(0, 5)), step(2, 1, (0, 1), kind), tool(3, 2, (10, 50)), step(4, 1, (1, 2), kind)]
    assert of("batch.id", [*steps, tool(5, 4, (10, 50))]) == {}


def test_a_wrapper_of_several_calls_is_their_parent() -> None:
    steps = [agent(1), step(2, 1, (0, 50), "step"), tool(3, 2, (1, 9)), tool(4, 2, (1, 9)), tool(5, 1, (1, 9))]
    assert of("batch.size", steps) == {2: 2}
    assert sorted(of("parallel", steps)) == [3, 4]


def test_what_a_tool_calls_itself_does_not_count_as_a_second_call_of_its_wrapper() -> None:
    steps = [
        agent(1),
        *(step(2, 1, (0, 50), "task"), tool(3, 2, (1, 49)), tool(4, 3, (2, 48))),
        *(step(5, 1, (0, 50), "task"), tool(6, 5, (1, 49)), tool(7, 6, (2, 48))),
    ]
    assert sorted(of("parallel", steps)) == [3, 6]


def test_calls_are_siblings_before_their_parent_has_arrived() -> None:
    steps = [step(2, 1, (0, 50), "task"), tool(3, 2, (1, 49)), step(4, 1, (0, 50), "task"), tool(5, 4, (1, 49))]
    assert of("batch.id", steps) == dict.fromkeys((3, 5), f"{sid(1).hex()}:1")


def test_a_batch_below_plumbing_is_told_on_the_nearest_span_that_is_none() -> None:
    steps = [step(1, 0, (0, 99), "step"), step(2, 1, (0, 99)), step(3, 2, (0, 99)), step(4, 2, (0, 99))]
    steps += [tool(5, 3, (1, 9)), tool(6, 3, (1, 9)), tool(7, 4, (1, 9)), tool(8, 4, (1, 9)), tool(9, 4, (1, 9))]
    assert of("batch.size", steps) == {1: 3}
    assert of("batch.id", steps) == dict.fromkeys((5, 6), f"{sid(3).hex()}:1") | dict.fromkeys(
        (7, 8, 9), f"{sid(4).hex()}:1"
    )


# --- agents that are invoked as tools


@pytest.mark.parametrize(
    ("above", "found"),
    [
        ([agent(1)], [2, 3]),
        ([step(1, 0, (0, 99), "tool")], [2, 3]),
        ([step(1, 0, (0, 99), "batch")], [2, 3]),
        ([step(1, 0, (0, 99), "workflow")], []),  # a part of the programme
        ([], []),  # nobody knows who invoked them
        ([step(1, 0, (0, 99), "workflow"), tool(4, 1, (0, 50))], [2, 3, 4]),  # beside a tool
    ],
)
def test_which_agents_count_as_calls(above: list[Step], found: list[int]) -> None:
    steps = [*above, agent(2, 1, (0, 10), "writer"), agent(3, 1, (5, 15), "critic")]
    assert sorted(of("parallel", steps)) == found


def test_a_tool_that_hands_over_to_the_agent_beside_it_is_not_parallel_to_it() -> None:
    handed = [agent(1), tool(2, 1, (0, 50), "delegate"), agent(3, 1, (5, 50), "writer")]
    assert of("parallel", handed) == {}
    assert of("parallel", [*handed, tool(4, 1, (10, 20), "search")]) == dict.fromkeys((2, 3, 4), True)


def test_agents_are_named_as_tools_are() -> None:
    steps = [agent(1), agent(2, 1, (0, 10), "writer"), tool(3, 1, (5, 15), "search")]
    assert of("batch.tools", steps) == {1: ["writer", "search"]}
