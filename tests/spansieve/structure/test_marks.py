"""All marks together: whatever a trace looks like, the same answer, within bounds."""

import random
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.structure import Mark, Step, marks
from tests.spansieve.structure.building import agent, marked, model, of, sid, step, tool

KINDS = ("tool", "tool", "model", "embedding", "agent", "task", "batch", "")

steps_ = st.lists(
    st.builds(
        Step,
        span_id=st.integers(0, 12).map(sid),
        parent_span_id=st.integers(0, 14).map(sid),
        start=st.integers(0, 30),
        end=st.integers(0, 30),
        kind=st.sampled_from(KINDS),
        name=st.sampled_from(("", "a", "b")),
        arguments=st.sampled_from((None, "x", "y")),
        failed=st.booleans(),
        usage=st.booleans(),
        parallel=st.booleans(),
    ),
    max_size=14,
)


def paired(steps: list[Step]) -> Counter[tuple[Step, str]]:
    """Each step with what is written on it, without order."""
    found = marks(steps)
    return Counter((one, repr(sorted(found.get(place, {}).items()))) for place, one in enumerate(steps))


@settings(deadline=None)
@given(steps_, st.randoms(use_true_random=False))
def test_the_order_of_the_steps_does_not_matter(steps: list[Step], chance: random.Random) -> None:
    shuffled = steps[:]
    chance.shuffle(shuffled)
    assert paired(shuffled) == paired(steps)


@settings(deadline=None)
@given(steps_)
def test_spans_that_bear_their_marks_get_the_same_again(steps: list[Step]) -> None:
    first = marks(steps)
    bearing = [one._replace(parallel="spansieve.ai.parallel" in first.get(at, {})) for at, one in enumerate(steps)]
    assert marks(bearing) == first


@settings(deadline=None)
@given(steps_, st.integers(2, 4), st.integers(0, 2))
def test_whatever_the_shape_marks_stay_within_bounds(steps: list[Step], siblings: int, tools: int) -> None:
    found = marks(steps, max_siblings=siblings, max_tools=tools)
    for place, mark in found.items():
        assert mark
        assert_bounds(steps[place], mark, siblings, tools)
    batches = Counter(str(mark["spansieve.ai.batch.id"]) for mark in by_span(steps, found))
    assert all(2 <= size <= siblings for size in batches.values())


def by_span(steps: list[Step], found: dict[int, Mark]) -> Iterable[Mark]:
    """The marks of those in a batch, each id once."""
    return {steps[place].span_id: mark for place, mark in found.items() if "spansieve.ai.batch.id" in mark}.values()


def assert_bounds(one: Step, mark: Mark, siblings: int, tools: int) -> None:
    assert set(mark) <= {
        *("spansieve.ai.parallel", "spansieve.ai.batch.id", "spansieve.ai.batch.size", "spansieve.ai.batch.tools"),
        *("spansieve.ai.retry.attempt", "spansieve.ai.retry.recovered", "spansieve.ai.loop.count"),
        "spansieve.ai.rollup",
    }
    assert mark.get("spansieve.ai.parallel", True) is True
    assert 2 <= int(str(mark.get("spansieve.ai.batch.size", 2))) <= siblings
    assert len(list(mark.get("spansieve.ai.batch.tools", []))) <= tools  # type: ignore[arg-type]
    assert int(str(mark.get("spansieve.ai.retry.attempt", 2))) >= 2
    assert int(str(mark.get("spansieve.ai.loop.count", 3))) >= 3


# --- spans as they should not be


def test_a_span_that_came_twice_is_one_and_both_copies_are_marked() -> None:
    steps = [agent(1), tool(2, 1, (0, 10)), tool(2, 1, (0, 10))]
    assert marks(steps) == {}
    batch = {"spansieve.ai.parallel": True, "spansieve.ai.batch.id": f"{sid(1).hex()}:0"}
    assert marks([*steps, tool(3, 1, (5, 9))]) == {
        0: {"spansieve.ai.batch.size": 2, "spansieve.ai.batch.tools": ["search", "search"]},
        **dict.fromkeys((1, 2, 3), batch),
    }


def test_of_a_span_that_came_in_parts_the_one_that_ended_last_stands() -> None:
    parts = [tool(2, 1, (0, 3)), tool(2, 1, (0, 30))]
    assert sorted(of("parallel", [*parts, tool(3, 1, (20, 40))])) == [2, 3]


def test_nothing_is_said_of_spans_without_an_id() -> None:
    zeros = [one._replace(span_id=bytes(8)) for one in (tool(2, 1, (0, 9)), tool(3, 1, (0, 9)))]
    assert marks([tool(0, 1, (0, 9)), tool(0, 1, (0, 9)), *zeros]) == {}


def test_a_parent_of_zeros_is_none() -> None:
    steps = [tool(1, 0, (0, 9)), tool(2, 0, (0, 9))._replace(parent_span_id=bytes(8))]
    assert of("batch.id", steps) == {1: ":0", 2: ":0"}


def test_parents_in_a_circle_end() -> None:
    wrappers = [step(1, 2, (0, 9), "task"), step(2, 1, (0, 9), "task"), step(3, 3, (0, 9), "task")]
    calls = [tool(4, 1, (0, 9)), tool(5, 1, (0, 9)), tool(6, 3, (0, 9)), tool(7, 8, (0, 9)), tool(8, 7, (0, 9))]
    assert sorted(of("parallel", [*wrappers, *calls])) == [4, 5]
    assert of("rollup", [model(1, 2, (0, 9), usage=True), model(2, 1, (0, 9))]) == {1: True, 2: True}


SIZE = 100_000


def wide() -> list[Step]:
    return [agent(1), *(tool(2 + one, 1, (one, one + 2), arguments="x", failed=one % 2 > 0) for one in range(SIZE))]


def deep() -> list[Step]:
    """Each span inside the one before; the innermost is the last."""
    kinds = ("tool", "model", "agent", "task")
    return [
        step(1 + one, one, (one, 2 * SIZE), kinds[one % 4], "a", arguments="x", failed=True, usage=True)
        for one in range(SIZE)
    ]


def wrapped() -> list[Step]:
    """A chain of wrappers, with a call below each: from each to the top it would be a thousand million steps."""
    chain = [step(1 + one, one, (0, SIZE), "task") for one in range(SIZE // 2)]
    return [*chain, *(tool(SIZE + one, 1 + one, (0, SIZE)) for one in range(SIZE // 2))]


def plumbing() -> list[Step]:
    """The same, with two calls below each, and nothing that could bear the size of the batch."""
    chain = [step(1 + one, one, (0, SIZE)) for one in range(SIZE // 3)]
    return [*chain, *(tool(SIZE + one, 1 + one // 2, (0, SIZE)) for one in range(2 * SIZE // 3))]


@pytest.mark.parametrize("make", [wide, deep, wrapped, plumbing])
def test_a_hundred_thousand_spans_end_in_any_shape(make: object) -> None:
    steps = make()  # type: ignore[operator]
    assert len(marks(steps)) <= len(steps)


def test_most_requests_have_nothing_to_mark() -> None:
    assert marks([]) == {}
    assert marked([agent(1), model(2, 1, (0, 9), usage=True), tool(3, 1, (10, 19)), step(4, 3, (11, 18))]) == {}
