"""Re-parenting: the children of dropped spans, whatever shape a trace has."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import DroppedSpan, Span, TraceBatch
from spansieve.structure import rejoin

TRACE = b"T" * 16


def sid(number: int) -> bytes:
    """A span's id; none for 0."""
    return number.to_bytes(8, "big") if number else b""


def batch(parents: Sequence[tuple[int, int]], trace: bytes = TRACE) -> TraceBatch:
    """Spans of one trace, each with its parent (0: none)."""
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for span, parent in parents:
        spans.add(trace_id=trace, span_id=sid(span), parent_span_id=sid(parent))
    return TraceBatch.parse(request.SerializeToString())


def after(parents: Sequence[tuple[int, int]], gone: set[int]) -> dict[int, int]:
    """The parents of the spans that stay once those in `gone` went and theirs were joined."""
    made = batch(parents)
    dropped = [remembered(span) for span in made if number(span.span_id) in gone]
    made.retain(lambda span: number(span.span_id) not in gone)
    rejoin(made, dropped)
    return {number(span.span_id): number(span.parent_span_id) for span in TraceBatch.parse(made.encode())}


def number(identity: bytes) -> int:
    return int.from_bytes(identity, "big")


def remembered(span: Span) -> DroppedSpan:
    return DroppedSpan(span.trace_id, span.span_id, span.parent_span_id)


@pytest.mark.parametrize(
    ("parents", "gone", "left"),
    [
        ([(1, 0), (2, 1), (3, 2)], {2}, {1: 0, 3: 1}),
        ([(1, 0), (2, 1), (3, 2), (4, 3)], {2, 3}, {1: 0, 4: 1}),
        ([(1, 0), (2, 1), (3, 1)], {1}, {2: 0, 3: 0}),  # a kept child of a dropped root is a root
        ([(3, 2), (2, 1), (1, 0)], {2}, {3: 1, 1: 0}),  # children may come before their parents
        ([(2, 9), (3, 2)], {2}, {3: 9}),  # the parent is in another request, or was never sent
        ([(1, 0), (2, 1)], set(), {1: 0, 2: 1}),
        ([(1, 0), (2, 1)], {2}, {1: 0}),
        ([(1, 1), (2, 1)], {1}, {2: 0}),  # its own parent
        ([(1, 2), (2, 1), (3, 1)], {1, 2}, {3: 0}),  # a circle of dropped ones
        ([(1, 2), (2, 1)], {2}, {1: 0}),  # a circle that leads back
        ([(1, 2), (2, 3), (3, 2), (4, 1)], {2, 3}, {1: 0, 4: 1}),
        ([(1, 0), (2, 1), (2, 7), (3, 2)], {2}, {1: 0, 3: 1}),  # two dropped spans of one id: the first counts
    ],
)
def test_who_is_whose_child_afterwards(parents: list[tuple[int, int]], gone: set[int], left: dict[int, int]) -> None:
    assert after(parents, gone) == left


def test_an_id_that_a_kept_span_has_as_well_counts_as_kept() -> None:
    made = batch([(2, 1), (3, 2)])
    assert rejoin(made, [DroppedSpan(TRACE, sid(2), sid(9))]) == 0


def test_ids_of_another_trace_are_others() -> None:
    made = batch([(3, 2)])
    assert rejoin(made, [DroppedSpan(b"U" * 16, sid(2), sid(1))]) == 0


def test_a_parent_of_zeros_is_none() -> None:
    made = batch([(3, 2), (4, 0)])
    spans = list(made)
    spans[1].parent_span_id = bytes(8)
    assert rejoin(made, [DroppedSpan(TRACE, sid(2), bytes(8)), DroppedSpan(TRACE, bytes(8), sid(1))]) == 1
    assert [span.parent_span_id for span in spans] == [b"", bytes(8)]


def test_a_long_chain_costs_no_more_than_its_length() -> None:
    size = 20_000
    dropped = [DroppedSpan(TRACE, sid(one), sid(one - 1)) for one in range(2, size)]
    made = batch([(1, 0), *((size + one, size - 1 - one) for one in range(1_000))])
    assert rejoin(made, dropped) == 1_000  # a climb for each would be 20 million steps
    assert {number(span.parent_span_id) for span in made} == {0, 1}


def test_what_was_dropped_from_other_requests_counts_too() -> None:
    first = batch([(1, 0), (2, 1)])
    first.dropped.append(DroppedSpan(TRACE, sid(2), sid(1)))
    second = batch([(3, 2)])
    assert rejoin(second, first.dropped) == 1
    assert next(iter(second)).parent_span_id == sid(1)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 14)), max_size=14), st.sets(st.integers(1, 12)))
def test_whatever_the_shape_nobody_s_parent_is_dropped_or_itself(
    parents: list[tuple[int, int]], gone: set[int]
) -> None:
    parents = list(dict(parents).items())
    before = dict(parents)
    left = after(parents, gone)
    gone &= set(before)
    assert set(left) == set(before) - gone
    for span, parent in left.items():
        assert parent not in gone
        if before[span] not in gone and parent != before[span]:
            raise AssertionError("a span was moved whose parent stays")
        assert parent != span or before[span] == span
        above = before[span]
        for _ in range(20):  # what a slow climb finds
            above = before[above] if above in gone else above
        assert parent == (above if above not in gone and above != span else span if before[span] == span else 0)
