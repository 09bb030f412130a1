"""Batches: what stays, what goes, and what each request is cut into."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as PlainSpan

from spansieve.pdata import (
    DecodeError,
    LogBatch,
    MetricBatch,
    Span,
    StatusCode,
    TraceBatch,
    count,
    known,
    mend,
    parse,
    repaired_strings,
    split,
)
from spansieve.testing import OK, otlp_request

UNKNOWN = b"\xca\x3e\x03new"


def request(*sizes: int, scopes: int = 2) -> ExportTraceServiceRequest:
    """A resource for each size, with `scopes` scopes of that many spans; an unknown field in each envelope."""
    message = ExportTraceServiceRequest()
    for number, size in enumerate(sizes):
        resource = message.resource_spans.add(schema_url=f"r{number}")
        resource.MergeFromString(UNKNOWN)
        for place in range(scopes):
            scope = resource.scope_spans.add(schema_url=f"s{place}")
            scope.MergeFromString(UNKNOWN)
            for span in range(size):
                scope.spans.add(name=f"{number}.{place}.{span}", trace_id=b"t" * 16, span_id=b"s" * 8)
    message.MergeFromString(UNKNOWN)
    return message


def names(body: bytes) -> list[str]:
    return [span.name for span in TraceBatch.parse(body)]


# ----- batches


def test_the_very_bytes_leave_while_nobody_looks() -> None:
    body = request(2).SerializeToString()
    batch = parse("traces", body)
    assert (len(batch), batch.size_bytes, batch.drop_invalid_ids()) == (4, len(body), 0)
    assert batch.encode() is body
    assert isinstance(parse("alerts", b""), LogBatch)
    assert len(parse("logs", b"")) == 0


def test_views_are_made_once() -> None:
    batch = TraceBatch.parse(request(2).SerializeToString())
    first, *_ = batch
    first.attributes["a"] = 1
    assert next(iter(batch)) is first
    assert first.resource is batch.resources[0]
    assert first.scope is batch.scopes[0]
    assert first.events is first.events


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=4), st.data())
def test_retain_drops_items_and_what_loses_its_last_one(sizes: list[int], data: st.DataObject) -> None:
    message = request(*sizes)
    batch = TraceBatch.parse(message.SerializeToString())
    going = {span.name for span in batch if data.draw(st.booleans())}
    assert batch.retain(lambda span: span.name not in going) == len(going)
    for resource in reversed(message.resource_spans):
        for scope in reversed(resource.scope_spans):
            stay = [span for span in scope.spans if span.name not in going]
            if scope.spans and not stay:
                resource.scope_spans.remove(scope)
            else:
                copies = [PlainSpan.FromString(span.SerializeToString()) for span in stay]
                del scope.spans[:]
                scope.spans.extend(copies)
        if not resource.scope_spans:
            message.resource_spans.remove(resource)
    assert ExportTraceServiceRequest.FromString(batch.encode()) == message
    assert len(batch) == len(list(batch)) == sum(len(s.spans) for r in message.resource_spans for s in r.scope_spans)
    assert [r.schema_url for r in batch.resources] == [r.schema_url for r in message.resource_spans]
    assert len(batch.scopes) == sum(len(resource.scope_spans) for resource in message.resource_spans)


def test_retain_that_raises_drops_nothing_and_a_dropped_span_can_still_be_read() -> None:
    batch = TraceBatch.parse(request(2).SerializeToString())
    first, second, *_ = batch
    with pytest.raises(ZeroDivisionError):
        batch.retain(lambda span: 1 // (span is first) == 1)
    assert len(batch) == 4
    batch.retain(lambda span: span is not first)
    first.attributes["late"] = 1
    second.name = "second"
    assert first.name == "0.0.0"
    assert names(batch.encode()) == ["second", "0.1.0", "0.1.1"]


def test_a_metric_without_points_goes_and_one_that_never_had_any_stays() -> None:
    message = ExportMetricsServiceRequest()
    scope = message.resource_metrics.add().scope_metrics.add()
    for name in ("a", "b"):
        gauge = scope.metrics.add(name=name).gauge
        for value in range(2):
            gauge.data_points.add(as_int=value)
    scope.metrics.add(name="empty")
    batch = MetricBatch.parse(message.SerializeToString())
    assert batch.retain(lambda point: point.metric.name == "b" and point.value == 1) == 3
    del scope.metrics[1].gauge.data_points[0], scope.metrics[0]
    assert ExportMetricsServiceRequest.FromString(batch.encode()) == message
    assert batch.retain(lambda _: False) == 1
    assert len(batch) == 0


def test_metrics_come_with_their_points_and_are_changed() -> None:
    message = ExportMetricsServiceRequest()
    metrics = message.resource_metrics.add().scope_metrics.add().metrics
    metrics.add(name="sum").sum.data_points.add(as_int=1)
    metrics.add(name="histogram").histogram.data_points.add(count=1)
    metrics.add(name="summary").summary.data_points.add(count=1)
    metrics.add(name="no points").gauge.SetInParent()
    metrics.add(name="no type")
    batch = MetricBatch.parse(message.SerializeToString())
    found = list(batch.by_metric())
    assert [(metric.name, len(points)) for metric, points in found] == [
        ("sum", 1),
        ("histogram", 1),
        ("summary", 1),
        ("no points", 0),
    ]
    assert found[0][1][0].metric is found[0][0]

    found[0][0].is_monotonic, found[0][0].aggregation_temporality = True, 1
    found[1][0].aggregation_temporality = 2
    found[1][1][0].count, found[1][1][0].sum = 7, 2.5
    found[2][1][0].sum = 3.5
    again = list(MetricBatch.parse(batch.encode()))
    assert (again[0].metric.is_monotonic, again[0].metric.aggregation_temporality) == (True, 1)
    assert (again[1].metric.aggregation_temporality, again[1].count, again[1].sum, again[2].sum) == (2, 7, 2.5, 3.5)
    for view, field, value in (
        (found[1][0], "is_monotonic", True),
        (found[2][0], "aggregation_temporality", 1),
        (found[0][1][0], "count", 1),
        (found[0][1][0], "sum", 1.0),
    ):
        with pytest.raises(ValueError, match="type"):
            setattr(view, field, value)

    batch.retain(lambda point: point.metric.name != "histogram")
    assert [metric.name for metric, _ in batch.by_metric()] == ["sum", "summary", "no points"]


@pytest.mark.parametrize("field", ["trace_id", "span_id", "parent_span_id"])
def test_spans_with_ids_of_a_wrong_length_are_dropped(field: str) -> None:
    message = request(2)
    setattr(message.resource_spans[0].scope_spans[0].spans[1], field, b"short")
    message.resource_spans[0].scope_spans[1].spans[0].ClearField("trace_id")
    batch = TraceBatch.parse(message.SerializeToString())
    assert batch.drop_invalid_ids() == 1
    assert names(batch.encode()) == ["0.0.0", "0.1.0", "0.1.1"]
    assert batch.drop_invalid_ids() == 0


def test_edits_through_views_that_were_never_on_the_wire() -> None:
    batch = TraceBatch.parse(b"\x0a\x06\x12\x04\x12\x00\x12\x00")  # two spans without anything, nor scope nor resource
    one, two = batch
    assert (one.name, one.is_error, one.status.code, one.scope.name, dict(one.resource.attributes)) == (
        "",
        False,
        0,
        "",
        {},
    )
    one.status.code = StatusCode.ERROR
    one.status.message = "broken"
    one.resource.attributes["service.name"] = "desk"
    one.scope.attributes["a"] = 1
    two.add_event("late", 5)
    assert two.events[0].name == "late"
    message = ExportTraceServiceRequest.FromString(batch.encode()).resource_spans[0]
    assert message.resource.attributes[0].value.string_value == "desk"
    assert message.scope_spans[0].scope.attributes[0].key == "a"
    assert (message.scope_spans[0].spans[0].status.message, one.is_error) == ("broken", True)
    assert message.scope_spans[0].spans[1].events[0].time_unix_nano == 5


def wrap(*parts: bytes) -> bytes:
    """A request of one span of these bytes."""
    raw = b"".join(parts)
    for field in (b"\x12", b"\x12", b"\x0a"):
        raw = field + bytes([len(raw) & 0x7F | 0x80, len(raw) >> 7]) + raw
    return raw


def test_an_event_that_was_dropped_is_written_nowhere() -> None:
    (span,) = batch = TraceBatch.parse(wrap(b"\x5a\x03\x12\x01a", b"\x5a\x03\x12\x01b", b"\x5a\x03\x12\x01c"))
    first, _, last = span.events
    assert span.retain_events(lambda event: event is not first) == 1
    first.name = "gone"
    last.name = "last"
    (again,) = TraceBatch.parse(batch.encode())
    assert [event.name for event in again.events] == ["b", "last"]


def test_a_text_in_events_is_seen_in_those_that_were_added_and_no_more_in_those_that_went() -> None:
    (span,) = TraceBatch.parse(otlp_request("agent", OK))
    assert not span.events_mention(b"exception")
    span.add_event("exception", 1)
    assert span.events_mention(b"exception")
    assert not span.events_mention(b"exit")
    span.events[0].name = "exit"
    assert span.events_mention(b"exit")
    span.retain_events(lambda event: False)
    assert not span.events_mention(b"exit")


def test_a_status_in_several_parts_is_one() -> None:
    body = wrap(b"\x7a\x02\x18\x02", b"\x2a\x01n", b"\x7a\x04\x12\x02no")
    (span,) = batch = TraceBatch.parse(body)
    assert (span.status.code, span.status.message, span.name) == (2, "no", "n")
    assert batch.encode() != b""
    span.status.message = "yes"
    (again,) = TraceBatch.parse(batch.encode())
    assert (again.status.code, again.status.message) == (2, "yes")
    (broken,) = TraceBatch.parse(wrap(b"\x7a\x01\x12", b"\x7a\x03\x02no"))  # two halves are no whole
    with pytest.raises(DecodeError, match="malformed Status"):
        _ = broken.status


def test_what_is_malformed_inside_a_span_costs_whoever_reads_it() -> None:
    batch = TraceBatch.parse(wrap(b"\x5a\x02\xff\xff", b"\x4a\x01\xff", b"\x2a\x02ok"))
    (span,) = batch
    assert span.name == "ok"
    reads: list[Callable[[Span], object]] = [lambda span: span.events, lambda span: len(span.attributes)]
    for read in reads:
        with pytest.raises(DecodeError):
            read(span)


def test_bad_utf8_in_a_name_costs_the_name() -> None:
    before = repaired_strings()
    (span,) = batch = TraceBatch.parse(wrap(b"\x2a\x03a\xffb", b"\x1a\x01x"))
    assert (span.name, span.trace_state, repaired_strings() - before) == ("a\ufffdb", "x", 1)
    assert b"a\xffb" in batch.encode()


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("kind", 2**31, ValueError),
        ("start_time_unix_nano", -1, ValueError),
        ("trace_id", "text", TypeError),
        ("name", 5, TypeError),
    ],
)
def test_what_otlp_cannot_hold_is_refused_when_it_is_set(field: str, value: object, error: type[Exception]) -> None:
    (span,) = TraceBatch.parse(wrap(b"\x2a\x01n"))
    with pytest.raises(error):
        setattr(span, field, value)


# ----- split, count, mend


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=4), st.integers(1, 7), st.integers(1, 400) | st.none())
def test_the_pieces_are_the_whole(sizes: list[int], max_items: int, max_bytes: int | None) -> None:
    message = request(*sizes)
    body = message.SerializeToString()
    pieces = split("traces", body, max_items, max_bytes)
    assert [name for piece, _ in pieces for name in names(piece)] == names(body)
    for piece, items in pieces:
        assert count("traces", piece) == items <= max_items
        assert max_bytes is None or len(piece) <= max_bytes or items <= 1
        read = ExportTraceServiceRequest.FromString(piece)
        assert all(UNKNOWN in resource.SerializeToString() for resource in read.resource_spans)
        assert read.SerializeToString().endswith(UNKNOWN)
    found = ExportTraceServiceRequest()
    for resource in (r for piece, _ in pieces for r in ExportTraceServiceRequest.FromString(piece).resource_spans):
        if not found.resource_spans or found.resource_spans[-1].schema_url != resource.schema_url:
            found.resource_spans.add().CopyFrom(resource)
            continue
        last = found.resource_spans[-1]
        for scope in resource.scope_spans:
            if last.scope_spans and last.scope_spans[-1].schema_url == scope.schema_url:
                last.scope_spans[-1].spans.extend(scope.spans)
            else:
                last.scope_spans.add().CopyFrom(scope)
    found.MergeFromString(UNKNOWN)
    assert found == message


def test_no_piece_is_larger_than_asked_for_and_none_is_much_smaller() -> None:
    message = request(*[1] * 6, scopes=1)
    for resource in message.resource_spans:
        resource.scope_spans[0].spans[0].name = "n" * 20_000
    five = ExportTraceServiceRequest.FromString(message.SerializeToString())
    del five.resource_spans[5]
    for room in range(five.ByteSize() - 60, five.ByteSize() + 60):
        (first, items), *_ = split("traces", message.SerializeToString(), None, room)
        assert len(first) <= room
        assert items == 4 or len(first) == five.ByteSize()
    assert items == 5


def test_metrics_are_cut_between_points() -> None:
    message = ExportMetricsServiceRequest()
    metric = message.resource_metrics.add().scope_metrics.add().metrics.add(name="m", unit="s")
    metric.sum.is_monotonic = True
    for value in range(5):
        metric.sum.data_points.add(as_int=value)
    pieces = split("metrics", message.SerializeToString(), 2, None)
    assert [items for _, items in pieces] == [2, 2, 1]
    found = [point for piece, _ in pieces for point in MetricBatch.parse(piece)]
    assert [(point.value, point.metric.unit, point.metric.is_monotonic) for point in found] == [
        (n, "s", True) for n in range(5)
    ]


def test_what_is_small_enough_is_not_touched() -> None:
    body = request(2).SerializeToString()
    ((piece, items),) = split("traces", body, 4, len(body))
    assert piece is body
    assert items == 4
    assert split("traces", body, None, None) == split("traces", body, 0, 0) == [(body, 4)]


def test_mend_repairs_strings_and_drops_what_cannot_be_read() -> None:
    good = request(1).resource_spans[0].scope_spans[0].spans[0].SerializeToString()
    spans = [
        good,
        b"\x2a\x03a\xffb",  # a name
        b"\x5a\x05\x1a\x03\x0a\x01\xfe",  # an event's attribute's key
        b"\x4a\x06\x12\x04\x0a\x02\xc3\x28",  # a text
        b"\x4a\x02\x0a\x09",  # an attribute that is cut short
        b"\x7a\x04\x12\x02\xff\xff",  # the status' message
    ]
    scope = b"".join(b"\x12" + bytes([len(span)]) + span for span in spans) + b"\x1a\x01\xff"
    resource = (
        b"\x0a\x08\x0a\x02\x0a\x09\x0a\x02\x0a\x00\x12" + bytes([len(scope) & 0x7F | 0x80, len(scope) >> 7]) + scope
    )
    body = b"\x0a" + bytes([len(resource) & 0x7F | 0x80, len(resource) >> 7]) + resource
    mended = mend("traces", body)
    assert (mended.items, mended.repaired, mended.dropped) == (5, 6, 1)
    message = ExportTraceServiceRequest.FromString(mended.body)
    found = message.resource_spans[0].scope_spans[0]
    assert [span.name for span in found.spans] == ["0.0.0", "a\ufffdb", "", "", ""]
    assert found.schema_url == "\ufffd"
    assert len(message.resource_spans[0].resource.attributes) == 1
    assert mend("traces", mended.body) == (mended.body, 5, 0, 0)


def test_mend_takes_out_a_bad_string_that_a_later_one_replaces() -> None:
    pair = b"\x0a\x03\xff\xfe\xfd\x0a\x04good"  # the key twice: the last one counts
    for body in (
        b"\x0a\x11\x0a\x0f\x0a\x0d" + b"\x0a" + bytes((len(pair),)) + pair,  # in a resource
        b"\x0a\x11\x12\x0f\x12\x0d" + b"\x4a" + bytes((len(pair),)) + pair,  # in a span
    ):
        mended = mend("traces", body)
        assert (mended.repaired, mended.dropped) == (1, 0)
        assert b"good" in ExportTraceServiceRequest.FromString(mended.body).SerializeToString()


def test_mend_drops_what_is_nested_too_deep_for_strict_readers() -> None:
    raw = b""
    for _ in range(49):
        inner = b"\x0a" + varint(len(raw)) + raw
        raw = b"\x2a" + varint(len(inner)) + inner
    pair = b"\x12" + varint(len(raw)) + raw
    mended = mend("traces", wrap(b"\x4a" + varint(len(pair)) + pair))
    assert (mended.items, mended.dropped) == (0, 1)
    ExportTraceServiceRequest.FromString(mended.body)


def varint(size: int) -> bytes:
    return bytes([size]) if size < 0x80 else bytes([size & 0x7F | 0x80, size >> 7])


def test_a_batch_that_is_known_is_read_only_when_somebody_looks() -> None:
    body = otlp_request("agent", OK, OK)
    batch = known("traces", body, 2)
    assert (len(batch), batch.size_bytes, batch.encode()) == (2, len(body), body)
    assert len(known("traces", b"no OTLP", 5)) == 5
    with pytest.raises(DecodeError):
        list(known("traces", b"no OTLP", 5))
    assert batch.retain(lambda _: False) == 2
    assert (len(batch), batch.encode()) == (0, b"")


@pytest.mark.parametrize(("parent", "said"), [(b"", b""), (bytes(8), b""), (b"p" * 8, b"p" * 8)])
def test_a_parent_of_zeros_is_none(parent: bytes, said: bytes) -> None:
    message = request(1, scopes=1)
    message.resource_spans[0].scope_spans[0].spans[0].parent_span_id = parent
    (span,) = TraceBatch.parse(message.SerializeToString())
    assert span.ids() == (b"t" * 16, b"s" * 8, said)
    assert span.is_root == (not said)
