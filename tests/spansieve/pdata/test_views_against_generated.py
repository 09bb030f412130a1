"""Every view, held against the generated OTLP classes: decode, edit, encode, compare."""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import SeverityNumber
from opentelemetry.proto.trace.v1.trace_pb2 import Span as PlainSpan

from spansieve.pdata import Attributes, LogBatch, MetricBatch, Span, TraceBatch, Value
from spansieve.pdata.schema import Wire

quick = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))

# ----- random messages of every kind, with unknown fields at every level

KEYS = ["a", "b", "c", "", "kö", "k" * 127, "k" * 128]
UNKNOWN = [
    b"",
    b"",
    b"\xc0\x3e\x05",  # field 1000, varint
    b"\xca\x3e\x03new",  # field 1001, bytes
    b"\xd1\x3e12345678\xdd\x3e1234",  # fields 1002 and 1003, fixed
    b"\xe3\x3e\x08\x01\xe4\x3e",  # field 1004, a group
]
LIMITS = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SINT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_FIXED32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_SFIXED64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
    FieldDescriptor.TYPE_FIXED64: (0, 2**64 - 1),
}
TEXTS = ["", "x", "ü" * 70, "y" * 127, "z" * 128, "\x00", "\U0001d4b3", "desk", "w" * 300, "w" * 16_400]
FLOATS = [0.0, -0.0, 1.0, 0.1, float("nan"), float("inf"), float("-inf"), 5e-324]


def scalar(rng: Random, field: FieldDescriptor) -> Wire:
    if field.type == FieldDescriptor.TYPE_STRING:
        return rng.choice(KEYS if field.name == "key" else TEXTS)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return rng.choice([b"", b"\xff", b"0123456789abcdef", b"01234567"])
    if field.type == FieldDescriptor.TYPE_BOOL:
        return rng.random() < 0.5
    if field.type == FieldDescriptor.TYPE_DOUBLE:
        return rng.choice([*FLOATS, rng.random()])
    if field.type == FieldDescriptor.TYPE_ENUM:
        return rng.choice([0, 1, 2, 3, 77, -1])
    low, high = LIMITS[field.type]
    return rng.choice([0, 1, 127, 128, 16383, 16384, low, high, rng.randint(low, high)])


def fill(rng: Random, message: Wire, depth: int) -> None:
    """A value for most of the message's fields, for at most one in a oneof, and an unknown field."""
    chosen = {oneof.name: rng.choice([*oneof.fields, None]) for oneof in message.DESCRIPTOR.oneofs}
    for field in message.DESCRIPTOR.fields:
        oneof = field.containing_oneof
        if rng.random() < 0.9 if oneof is None else chosen[oneof.name] is field:
            fill_field(rng, message, field, depth)
    message.MergeFromString(rng.choice(UNKNOWN))


def fill_field(rng: Random, message: Wire, field: FieldDescriptor, depth: int) -> None:
    value = getattr(message, field.name)
    if field.message_type is not None:
        if field.is_repeated:
            for _ in range(rng.choice([0, 1, 1, 2, 2, 3][depth > 9 :]) if depth else 0):
                fill(rng, value.add(), depth - 1)
        elif depth:
            value.SetInParent()
            fill(rng, value, depth - 1)
    elif field.is_repeated:
        value.extend([scalar(rng, field) for _ in range(rng.randint(0, 3))])
    else:
        setattr(message, field.name, scalar(rng, field))


@st.composite
def requests(draw: Callable[[st.SearchStrategy[Any]], Any], kind: type[Any]) -> Wire:
    """A random request. From a seed, since big ones are what is wanted here, not small ones."""
    message = kind()
    fill(draw(st.randoms(use_true_random=True)), message, 12)
    return message


# ----- what the generated messages say, as plain Python


def plain(value: AnyValue) -> Value:
    kind = value.WhichOneof("value")
    if kind is None or kind == "string_value_strindex":
        return None
    if kind == "array_value":
        return [plain(entry) for entry in value.array_value.values]
    if kind == "kvlist_value":
        return mapping(value.kvlist_value.values)
    result: Value = getattr(value, kind)
    return result


def mapping(pairs: Iterable[KeyValue]) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for pair in pairs:
        result.setdefault(pair.key, plain(pair.value))
    return result


def same(found: object, expected: object) -> None:
    """Equal in value and type, order of keys, sign of zero and NaN included."""
    assert repr(found) == repr(expected)


def canonical(message: Wire) -> bytes:
    raw: bytes = message.SerializeToString(deterministic=True)
    return raw


def compare(view: Wire, message: Wire) -> None:
    """Each field of the message with the view's property of that name."""
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        name = {"filtered_attributes": "attributes"}.get(field.name, field.name)
        if name in {"attributes", "metadata"}:
            same(dict(getattr(view, name).items()), mapping(value))
            same({key: getattr(view, name)[key] for key in getattr(view, name)}, mapping(value))
        elif name in {"events", "links", "exemplars"}:
            assert len(getattr(view, name)) == len(value)
            for inner, expected in zip(getattr(view, name), value, strict=True):
                compare(inner, expected)
        elif name == "status":
            compare(view.status, value)
        elif name == "body":
            same(view.body, plain(value))
        elif name in {"as_int", "as_double"}:
            kind = message.WhichOneof("value")
            same(view.value, getattr(message, kind) if kind else None)
        elif name in {"positive", "negative"}:
            expected = (value.offset, tuple(value.bucket_counts)) if message.HasField(name) else None
            same(getattr(view, name) and tuple(getattr(view, name)), expected)
        elif name == "quantile_values":
            same([tuple(entry) for entry in view.quantile_values], [(entry.quantile, entry.value) for entry in value])
        elif field.is_repeated:
            same(tuple(getattr(view, name)), tuple(value))
        elif field.has_presence:
            same(getattr(view, name), value if message.HasField(name) else None)
        else:
            same(getattr(view, name), value)


def compare_envelopes(batch: Wire, message: Wire, resources: str, scopes: str) -> None:
    outer = list(getattr(message, resources))
    assert len(batch.resources) == len(outer)
    inner = [scope for resource in outer for scope in getattr(resource, scopes)]
    assert len(batch.scopes) == len(inner)
    for resource, expected in zip(batch.resources, outer, strict=True):
        same(dict(resource.attributes), mapping(expected.resource.attributes))
        same(resource.dropped_attributes_count, expected.resource.dropped_attributes_count)
        same(resource.schema_url, expected.schema_url)
    for scope, expected in zip(batch.scopes, inner, strict=True):
        compare(scope, expected.scope)
        same(scope.schema_url, expected.schema_url)


# ----- reading


@quick
@given(requests(ExportTraceServiceRequest))
def test_spans_read_as_the_generated_classes_read_them(message: ExportTraceServiceRequest) -> None:
    body = message.SerializeToString()
    batch = TraceBatch.parse(body)
    spans = [span for resource in message.resource_spans for scope in resource.scope_spans for span in scope.spans]
    assert len(batch) == len(spans)
    assert batch.encode() is body
    for view, span in zip(batch, spans, strict=True):
        compare(view, span)
        assert view.duration_ns == max(0, span.end_time_unix_nano - span.start_time_unix_nano)
        assert view.is_error == (span.status.code == 2)
    compare_envelopes(batch, message, "resource_spans", "scope_spans")
    assert len(batch) == len(spans)
    assert canonical(ExportTraceServiceRequest.FromString(batch.encode())) == canonical(message)


@quick
@given(requests(ExportLogsServiceRequest))
def test_log_records_read_as_the_generated_classes_read_them(message: ExportLogsServiceRequest) -> None:
    batch = LogBatch.parse(message.SerializeToString())
    records = [rec for resource in message.resource_logs for scope in resource.scope_logs for rec in scope.log_records]
    assert len(batch) == len(records)
    for view, record in zip(batch, records, strict=True):
        compare(view, record)
    compare_envelopes(batch, message, "resource_logs", "scope_logs")
    assert canonical(ExportLogsServiceRequest.FromString(batch.encode())) == canonical(message)


@quick
@given(requests(ExportMetricsServiceRequest))
def test_data_points_read_as_the_generated_classes_read_them(message: ExportMetricsServiceRequest) -> None:
    batch = MetricBatch.parse(message.SerializeToString())
    expected = []
    for resource in message.resource_metrics:
        for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
            kind = metric.WhichOneof("data")
            expected += [(metric, kind, point) for point in getattr(metric, kind).data_points] if kind else []
    assert len(batch) == len(expected)
    for view, (metric, kind, point) in zip(batch, expected, strict=True):
        compare(view, point)
        assert (view.metric.name, view.metric.unit, view.metric.description) == (
            metric.name,
            metric.unit,
            metric.description,
        )
        assert view.metric.type == kind
        same(dict(view.metric.metadata), mapping(metric.metadata))
        data = getattr(metric, kind)
        assert view.metric.aggregation_temporality == getattr(data, "aggregation_temporality", 0)
        assert view.metric.is_monotonic == getattr(data, "is_monotonic", False)
    compare_envelopes(batch, message, "resource_metrics", "scope_metrics")
    assert canonical(ExportMetricsServiceRequest.FromString(batch.encode())) == canonical(message)


# ----- writing: the same edit on the view and on the generated message

TEXT = st.sampled_from(TEXTS) | st.text(max_size=4)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | TEXT | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=2),
    max_leaves=4,
)
NUMBERS = {
    "kind": (0, 9),
    "flags": (0, 2**32 - 1),
    "start_time_unix_nano": (0, 2**64 - 1),
    "dropped_links_count": (0, 9),
}


def to_any(value: Value) -> AnyValue:
    """An AnyValue by the generated classes."""
    message = AnyValue()
    if isinstance(value, str):
        message.string_value = value
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, int):
        message.int_value = value
    elif isinstance(value, float):
        message.double_value = value
    elif isinstance(value, bytes):
        message.bytes_value = value
    elif isinstance(value, list):
        message.array_value.SetInParent()
        message.array_value.values.extend([to_any(entry) for entry in value])
    elif isinstance(value, dict):
        message.kvlist_value.SetInParent()
        message.kvlist_value.values.extend([to_pair(key, entry) for key, entry in value.items()])
    return message


def to_pair(key: str, value: Value) -> KeyValue:
    return KeyValue(key=key, value=to_any(value))


def put(pairs: Wire, key: str, value: Value) -> None:
    """Set a key of a generated attribute list: the first copy takes the value, the others go."""
    places = [place for place, pair in enumerate(pairs) if pair.key == key]
    if not places:
        pairs.append(to_pair(key, value))
        return
    pairs[places[0]].CopyFrom(to_pair(key, value))
    for place in reversed(places[1:]):
        del pairs[place]


def drop(pairs: Wire, keys: Iterable[str]) -> None:
    kept = [pair for pair in pairs if pair.key not in set(keys)]
    copies = [KeyValue.FromString(pair.SerializeToString()) for pair in kept]
    del pairs[:]
    pairs.extend(copies)


def edit_attributes(data: st.DataObject, view: Attributes, pairs: Wire) -> None:
    key, value = data.draw(st.sampled_from([*KEYS, "new"])), data.draw(VALUES)
    match data.draw(st.sampled_from(["set", "del", "update", "remove", "clear", "pop", "setdefault"])):
        case "set":
            view[key] = value
            put(pairs, key, value)
        case "del" if key in view:
            del view[key]
            drop(pairs, [key])
        case "update":
            more = data.draw(st.dictionaries(st.sampled_from([*KEYS, "new", "newer"]), VALUES, max_size=4))
            view.update(more)
            fresh = {pair.key for pair in pairs}
            for place in (True, False):  # those that are there first: new ones are appended together
                for name, entry in more.items():
                    if (name in fresh) is place:
                        put(pairs, name, entry)
        case "remove":
            keys = data.draw(st.lists(st.sampled_from(KEYS), max_size=3))
            there = {pair.key for pair in pairs}
            assert view.remove(keys) == len(there & set(keys))
            drop(pairs, keys)
        case "clear":
            view.clear()
            del pairs[:]
        case "pop":
            same(view.pop(key, "none"), mapping(pairs).get(key, "none"))
            drop(pairs, [key])
        case "setdefault" if key not in view:
            view.setdefault(key, value)
            put(pairs, key, value)
    same(dict(view), mapping(pairs))


def edit_span(data: st.DataObject, view: Span, span: PlainSpan) -> None:
    for field in data.draw(st.lists(st.sampled_from(sorted(NUMBERS)), max_size=2)):
        value = data.draw(st.integers(*NUMBERS[field]))
        setattr(view, field, value)
        setattr(span, field, value)
    if data.draw(st.booleans()):
        view.name = span.name = data.draw(TEXT)
        view.trace_id = span.trace_id = b"t" * 16
    if data.draw(st.booleans()):
        code: Any = data.draw(st.integers(0, 2))
        view.status.code = span.status.code = code
    if data.draw(st.booleans()):
        view.status.message = span.status.message = data.draw(TEXT)
    edit_events(data, view, span)
    if len(span.links) > 0 and data.draw(st.booleans()):
        edit_attributes(data, view.links[-1].attributes, span.links[-1].attributes)
        view.links[0].trace_state = span.links[0].trace_state = "changed"
        view.retain_links(lambda link: link is not view.links[0])
        del span.links[0]
        for link, expected in zip(view.links, span.links, strict=True):
            link.flags = expected.flags = 3
    for _ in range(data.draw(st.integers(0, 4))):
        edit_attributes(data, view.attributes, span.attributes)


def edit_events(data: st.DataObject, view: Span, span: PlainSpan) -> None:
    if data.draw(st.booleans()):
        view.add_event("late", 5, {"why": [1, "x"]})
        span.events.add(name="late", time_unix_nano=5).attributes.append(to_pair("why", [1, "x"]))
    for event, expected in zip(view.events, span.events, strict=True):
        if data.draw(st.booleans()):
            event.name = expected.name = data.draw(TEXT)
            edit_attributes(data, event.attributes, expected.attributes)
    stay = [data.draw(st.booleans()) for _ in view.events]
    verdicts = iter(stay)
    assert view.retain_events(lambda _: next(verdicts)) == stay.count(False)
    for place in reversed(range(len(stay))):
        if not stay[place]:
            del span.events[place]
    for event, expected in zip(view.events, span.events, strict=True):
        event.time_unix_nano = expected.time_unix_nano = 9
        edit_attributes(data, event.attributes, expected.attributes)


@quick
@given(requests(ExportTraceServiceRequest), st.data())
def test_edits_of_spans_do_what_they_do_to_generated_messages(
    message: ExportTraceServiceRequest, data: st.DataObject
) -> None:
    batch = TraceBatch.parse(message.SerializeToString())
    spans = [span for resource in message.resource_spans for scope in resource.scope_spans for span in scope.spans]
    for view, span in zip(batch, spans, strict=True):
        edit_span(data, view, span)
        compare(view, span)
    for resource, expected in zip(batch.resources, message.resource_spans, strict=True):
        if data.draw(st.booleans()):
            resource.schema_url = expected.schema_url = "https://example.org"
            edit_attributes(data, resource.attributes, expected.resource.attributes)
    scopes = [scope for resource in message.resource_spans for scope in resource.scope_spans]
    for scope, inner in zip(batch.scopes, scopes, strict=True):
        if data.draw(st.booleans()):
            scope.name = inner.scope.name = "renamed"
            edit_attributes(data, scope.attributes, inner.scope.attributes)
    # An empty resource or scope that was only looked at by its edit is no difference: compare what is said.
    again = TraceBatch.parse(batch.encode())
    for view, span in zip(again, spans, strict=True):
        compare(view, span)
    compare_envelopes(again, message, "resource_spans", "scope_spans")
    found = ExportTraceServiceRequest.FromString(batch.encode())
    assert [canonical(span) for span in spans] == [
        canonical(span) for resource in found.resource_spans for scope in resource.scope_spans for span in scope.spans
    ]


@quick
@given(requests(ExportLogsServiceRequest), st.data())
def test_edits_of_log_records_do_what_they_do_to_generated_messages(
    message: ExportLogsServiceRequest, data: st.DataObject
) -> None:
    batch = LogBatch.parse(message.SerializeToString())
    records = [rec for resource in message.resource_logs for scope in resource.scope_logs for rec in scope.log_records]
    for view, record in zip(batch, records, strict=True):
        view.severity_text = record.severity_text = data.draw(TEXT)
        view.severity_number = 17
        record.severity_number = SeverityNumber.SEVERITY_NUMBER_ERROR
        body = data.draw(VALUES)
        view.body = body
        record.ClearField("body")
        if body is not None:
            record.body.CopyFrom(to_any(body))
        edit_attributes(data, view.attributes, record.attributes)
        compare(view, record)
    assert canonical(ExportLogsServiceRequest.FromString(batch.encode())) == canonical(message)


@quick
@given(requests(ExportMetricsServiceRequest), st.data())
def test_edits_of_data_points_do_what_they_do_to_generated_messages(
    message: ExportMetricsServiceRequest, data: st.DataObject
) -> None:
    batch = MetricBatch.parse(message.SerializeToString())
    points: list[Any] = []
    for resource in message.resource_metrics:
        for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
            kind = metric.WhichOneof("data")
            points += getattr(metric, kind).data_points if kind else []
    for view, point in zip(batch, points, strict=True):
        view.time_unix_nano = point.time_unix_nano = 7
        edit_attributes(data, view.attributes, point.attributes)
        if view.metric.type in {"gauge", "sum"}:
            view.value = 5
            point.as_int = 5
        for exemplar, expected in zip(view.exemplars, getattr(point, "exemplars", ()), strict=True):
            exemplar.trace_id = expected.trace_id = b""
            edit_attributes(data, exemplar.attributes, expected.filtered_attributes)
        compare(view, point)
    assert canonical(ExportMetricsServiceRequest.FromString(batch.encode())) == canonical(message)
