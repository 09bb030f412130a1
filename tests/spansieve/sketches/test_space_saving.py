"""Space-saving: what is said of keys, beside what an exact count says."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.sketches import SpaceSaving

Stream = list[tuple[int, int]]
STREAMS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 50)), max_size=80)


def seen(capacity: int, stream: Stream) -> SpaceSaving[int, int]:
    table = SpaceSaving[int, int](capacity)
    for key, amount in stream:
        table.add(key, amount)
    return table


def exact(stream: Stream) -> Counter[int]:
    truth: Counter[int] = Counter()
    for key, amount in stream:
        truth[key] += amount
    return truth


def holds(table: SpaceSaving[int, int], truth: Counter[int]) -> None:
    """What a table promises."""
    for one in table.top():
        assert one.least <= truth[one.key] <= one.amount
    heavy = {key for key, amount in truth.items() if amount > truth.total() / table.capacity}
    assert heavy <= set(table)
    assert len(table) <= table.capacity


@given(st.integers(1, 8), STREAMS)
def test_a_key_has_what_it_has_within_its_error_and_every_heavy_key_is_kept(capacity: int, stream: Stream) -> None:
    table = seen(capacity, stream)
    holds(table, exact(stream))
    assert sum(one.amount for one in table.top()) == exact(stream).total()


@given(st.integers(1, 8), STREAMS, STREAMS)
def test_two_halves_merged_promise_what_the_whole_does(capacity: int, first: Stream, second: Stream) -> None:
    table = seen(capacity, first)
    table.merge(seen(capacity, second))
    holds(table, exact(first + second))
    table.add(99, 1)
    holds(table, exact([*first, *second, (99, 1)]))


@given(st.integers(13, 20), STREAMS, STREAMS)
def test_while_there_is_room_for_all_keys_everything_is_exact(capacity: int, first: Stream, second: Stream) -> None:
    table = seen(capacity, first)
    table.merge(seen(capacity, second))
    assert {one.key: one.amount for one in table.top()} == dict(exact(first + second))
    assert table.replaced == 0


@given(st.integers(1, 8), STREAMS, STREAMS)
def test_what_was_saved_goes_on_as_if_nothing_had_been(capacity: int, first: Stream, second: Stream) -> None:
    table = SpaceSaving[int, int](capacity)
    table.load(seen(capacity, first).top())
    for key, amount in second:
        table.add(key, amount)
    holds(table, exact(first + second))


def test_the_key_that_gives_way_is_told() -> None:
    table = SpaceSaving[str, float](2)
    assert table.add("a", 2.0) is None
    assert table.add("b", 1.0) is None
    assert table.add("c", 0.5) == "b"
    assert [(one.key, one.amount, one.error) for one in table.top()] == [("a", 2.0, 0), ("c", 1.5, 1.0)]
    assert table.get("b") is None
    assert table.top(1)[0].key == "a"


def test_a_table_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="it takes 1 at least"):
        SpaceSaving[str, int](0)
