"""The team of the demo: what its two weeks have in them."""

import pytest

from spansieve.cli.demo_team import DAYS, SERVICE, requests
from spansieve.pdata import Span, TraceBatch

UNTIL_NS = 1_777_863_721_000_000_000
WEEK_NS = 7 * 86_400 * 10**9


@pytest.fixture(scope="module")
def traces() -> dict[bytes, list[Span]]:
    found: dict[bytes, list[Span]] = {}
    for body in requests(UNTIL_NS):
        for span in TraceBatch.parse(body):
            found.setdefault(span.trace_id, []).append(span)
    return found


def roots(traces: dict[bytes, list[Span]]) -> list[Span]:
    return [spans[-1] for spans in traces.values()]


def test_it_is_the_same_each_time() -> None:
    assert [*requests(UNTIL_NS)] == [*requests(UNTIL_NS)]


def test_it_lasts_two_weeks_and_ends_when_it_is_told_to(traces: dict[bytes, list[Span]]) -> None:
    times = [span.end_time_unix_nano for span in roots(traces)]
    assert times == sorted(times)
    assert max(times) <= UNTIL_NS
    assert min(times) < UNTIL_NS - (DAYS - 1) * WEEK_NS / 7


def test_each_trace_has_one_root_that_ends_last(traces: dict[bytes, list[Span]]) -> None:
    for *inner, root in traces.values():
        ids = {span.span_id for span in (*inner, root)}
        assert not root.parent_span_id
        assert all(span.parent_span_id in ids for span in inner)
        assert all(span.end_time_unix_nano <= root.end_time_unix_nano for span in inner)
        assert root.resource.attributes["service.name"] == SERVICE
        assert not any(span.is_error for span in inner)


def test_some_users_come_back_and_some_do_not(traces: dict[bytes, list[Span]]) -> None:
    weeks: tuple[set[object], set[object]] = (set(), set())
    for root in roots(traces):
        weeks[root.start_time_unix_nano >= UNTIL_NS - WEEK_NS].add(root.attributes["user.id"])
    assert 0 < len(weeks[0] & weeks[1]) < len(weeks[0])


def test_some_questions_are_asked_again_at_once(traces: dict[bytes, list[Span]]) -> None:
    asked = [
        (spans[-1].attributes["user.id"], spans[0].attributes["gen_ai.input.messages"]) for spans in traces.values()
    ]
    assert 0.05 < 1 - len(set(asked)) / len(asked) < 0.3
