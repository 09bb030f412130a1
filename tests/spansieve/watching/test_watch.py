"""A watch: spans are read once for all, and told of once they have settled."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import pytest

from spansieve.pdata import TraceBatch
from spansieve.testing import FakeHost
from spansieve.watching import AiSpan, Watch
from spansieve.watching.testing import ai_span
from tests.spansieve.watching.watched import (
    TRACE_ID,
    PlacedHost,
    Sent,
    Watched,
    agent,
    batch_of,
    chat,
    id_of,
    settled,
    tool,
)

SAMPLED = "ot=th:c"


def test_spans_are_told_of_two_seconds_after_they_came_and_once() -> None:
    watched = Watched()
    watched.watch.see(batch_of(chat("a", taken=1)))
    assert watched.after(1.9) == []
    assert [span.tokens.input for span in watched.after(0.1)] == [1]
    assert watched.after(10) == []


def test_a_batch_is_read_once_for_all_who_stand_side_by_side() -> None:
    first, second = FakeHost(), FakeHost()
    second.common = first.common
    told: list[AiSpan] = []
    one, other = (Watch.of(host, told.extend, settle=2) for host in (first, second))
    batch = batch_of(chat("a"), agent("b"))
    assert one.see(batch) is other.see(batch)
    first.clock.advance(seconds=2)
    one.tick()
    other.tick()
    assert len(told) == 4


def test_what_is_seen_is_the_batch_own_spans_with_what_they_say() -> None:
    batch = batch_of(chat("a"), agent("b"))
    seen = Watched().watch.see(batch)
    assert [span for span, _ in seen] == list(batch)
    assert [ai.traits.operation for _, ai in seen] == ["chat", "invoke_agent"]


def test_who_stands_behind_a_filter_does_not_share() -> None:
    host, behind = PlacedHost("a"), PlacedHost("a", "ai_metrics", "filter", readers=["ai_metrics"])
    behind.common = host.common
    one, other = Watch.of(host, lambda _: None, settle=2), Watch.of(behind, lambda _: None, settle=2)
    batch = batch_of(chat("a"))
    assert one.see(batch) is not other.see(batch)


def test_who_stands_behind_a_processor_that_only_reads_shares_with_those_before_it() -> None:
    host, behind = PlacedHost("a"), PlacedHost("a", "ai_metrics", "mine/2", readers=["ai_metrics", "mine/2"])
    behind.common = host.common
    one, other = Watch.of(host, lambda _: None, settle=2), Watch.of(behind, lambda _: None, settle=2)
    batch = batch_of(chat("a"))
    assert one.see(batch) is other.see(batch)


def test_a_span_sent_again_while_it_waits_counts_as_it_was_sent_last() -> None:
    told = settled([chat("a", taken=1)], [chat("a", taken=5)], gap=1)
    assert told["a"].tokens.input == 5


def test_a_span_sent_again_after_it_was_told_of_is_passed_over_and_counted() -> None:
    watched = Watched()
    watched.watch.see(batch_of(chat("a", taken=1)))
    assert len(watched.after(2)) == 1
    assert len(watched.watch.see(batch_of(chat("a", taken=1)))) == 1
    assert watched.after(2) == []
    assert watched.host.counts[("repeated_spans",)] == 1


def test_the_same_id_in_another_trace_is_another_span() -> None:
    watched = Watched()
    other = replace(chat("a"), trace_id=bytes(15) + b"\2")
    watched.watch.see(batch_of(chat("a"), other))
    assert len(watched.after(2)) == 2


@pytest.mark.parametrize("trace_id", [b"", bytes(16)])
def test_spans_without_a_trace_or_an_id_are_told_of_each(trace_id: bytes) -> None:
    watched = Watched()
    spans = [chat("a", taken=1), chat("", taken=2), chat("", taken=3)]
    nowhere = [replace(span, trace_id=trace_id) for span in spans]
    watched.watch.see(batch_of(*nowhere))
    assert [(span.tokens.input, span.is_counted) for span in watched.after(2)] == [(1, True), (2, True), (3, True)]


def test_what_waits_when_one_leaves_is_told_at_once_and_later_nothing() -> None:
    watched = Watched()
    listener = watched.told.extend
    watch = Watch.of(watched.host, listener, settle=2)
    watch.see(batch_of(tool("a")))
    watch.leave(listener)
    assert [span.is_execution for span in watched.told] == [True, True]  # both heard it
    watched.told.clear()
    watch.see(batch_of(tool("b")))
    assert watched.after(2) == []


def test_who_leaves_has_no_say_any_more_in_how_long_spans_settle() -> None:
    watched = Watched()
    patient = Watch.of(watched.host, print, settle=60)
    patient.leave(print)
    watched.watch.see(batch_of(chat("a")))
    assert len(watched.after(2)) == 1


def test_a_listener_that_fails_keeps_nothing_from_the_others() -> None:
    watched = Watched()

    def fails(_: Sequence[AiSpan]) -> None:
        raise RuntimeError

    Watch.of(watched.host, fails, settle=2).see(batch_of(chat("a")))
    assert len(watched.after(2)) == 1
    assert watched.host.counts["faults", "RuntimeError"] == 1


def test_a_span_that_can_not_be_read_keeps_nothing_from_the_others() -> None:
    watched = Watched()
    body = batch_of(chat("a"), chat("b")).encode()
    broken = body.replace(b"\x0a\x15gen_ai.operation.name", b"\x0a\x7fgen_ai.operation.name", 1)
    assert len(watched.watch.see(TraceBatch.parse(broken))) == 1
    assert watched.host.counts["faults", "DecodeError"] == 1


def test_behind_a_sampler_spans_weigh_what_they_stand_for_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        watched = Watched(PlacedHost("memory_limiter", "tail_sampling/main"))
    assert "behind tail_sampling/main" in caplog.text
    watched.watch.see(batch_of(replace(chat("a"), tracestate=SAMPLED), chat("b")))
    assert [span.weight for span in watched.after(2)] == [4, 1]


def test_before_a_sampler_spans_weigh_one_and_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(PlacedHost("memory_limiter"))
    watched.watch.see(batch_of(replace(chat("a"), tracestate=SAMPLED)))
    assert [span.weight for span in watched.after(2)] == [1]
    assert not caplog.records


def test_a_component_that_a_reload_put_behind_a_sampler_weighs_from_then_on() -> None:
    host = PlacedHost("a")
    watched = Watched(host)
    host.before = ("a", "probabilistic_sampler")
    watched.watch.see(batch_of(replace(chat("a"), tracestate=SAMPLED)))
    assert [span.weight for span in watched.after(2)] == [4]


def test_the_builder_of_tests_gives_every_field() -> None:
    for span in (ai_span(), ai_span(tool="bash", outcome="error"), ai_span(kind="agent", agent="desk")):
        assert all(hasattr(span, name) for name in AiSpan.__slots__)
        assert span.duration_s == 1
    assert ai_span(tool="bash").is_execution
    assert ai_span(kind="agent", agent="desk").cost_of == "desk"


def test_spans_of_no_meaning_tell_what_they_hang_on_and_ai_spans_do_not() -> None:
    watched = Watched()
    watched.watch.see(batch_of(Sent("p", "a"), Sent("r"), chat("a", "r")))
    watched.after(5)
    parents = [watched.watch.plumbing(TRACE_ID, id_of(one)) for one in ("p", "r", "a", "x")]
    assert parents == [id_of("a"), b"", None, None]


def test_of_a_flood_a_part_is_told_at_each_look_and_all_at_the_end() -> None:
    watched = Watched()
    listener = watched.told.extend
    for number in range(5):
        some = (replace(chat("a"), trace_id=b"%8d%8d" % (number, one)) for one in range(1_000))
        watched.watch.see(batch_of(*some))
    assert [len(watched.after(2)), len(watched.after(0))] == [2_000, 2_000]
    watched.watch.leave(listener)


def test_a_span_that_is_above_itself_and_others_ends() -> None:
    told = settled([agent("a", "b"), agent("b", "a"), chat("c", "c", taken=1)])
    assert told.keys() == {"a", "b", "c"}
    assert told["c"].is_counted
