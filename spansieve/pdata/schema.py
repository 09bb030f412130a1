"""The lazy schema: OTLP's messages as protobuf reads them here, built at run time in a pool of their own.

It differs from OTLP's `.proto` files, whose names and numbers it keeps (opentelemetry-proto 1.11), in five ways:

* proto2, so that a field that was sent empty is sent on;
* every string is `bytes`, so that bad UTF-8 does not fail a request;
* what few readers touch (attributes, events, links, status, bodies, buckets, exemplars) is `repeated bytes`, the same
  wire type as a message, and so kept as it came until somebody reads it. Singular ones are repeated too: a message may
  stand on the wire in several parts, which are to be merged;
* enums are int32, so that numbers newer than ours survive;
* a request of traces may also be read in pieces, its spans kept as they came.

Fields that are not listed here are unknown fields, which protobuf keeps.
"""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError as ProtobufDecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from .errors import DecodeError

Signal = Literal["traces", "logs", "metrics", "alerts"]
"""What a request carries. Alerts are OTLP log records on the wire."""

Wire: TypeAlias = Any
"""A message or container of the lazy schema: its fields exist at run time only."""

_PACKAGE = "spansieve.lazy"
_FIELD = descriptor_pb2.FieldDescriptorProto

# Types are protobuf's; `text` is a string in OTLP; `lazy M` one or more messages M kept as bytes; `one M`, `many M`
# real messages; `packed T` repeated numbers. `|name` puts a field into the oneof `name`.
SCHEMA: dict[str, str] = {
    "AnyValue": (
        "1 string_value text|value, 2 bool_value bool|value, 3 int_value int64|value, 4 double_value double|value, "
        "5 array_value one ArrayValue|value, 6 kvlist_value one KeyValueList|value, 7 bytes_value bytes|value, 8 "
        "string_value_strindex int32|value"
    ),
    "ArrayValue": "1 values many AnyValue",
    "KeyValueList": "1 values many KeyValue",
    "KeyValue": "1 key text, 2 value one AnyValue, 3 key_strindex int32",
    "InstrumentationScope": (
        "1 name text, 2 version text, 3 attributes lazy KeyValue, 4 dropped_attributes_count uint32"
    ),
    "EntityRef": "1 schema_url text, 2 type text, 3 id_keys texts, 4 description_keys texts",
    "Resource": "1 attributes lazy KeyValue, 2 dropped_attributes_count uint32, 3 entity_refs lazy EntityRef",
    # traces
    "ExportTraceServiceRequest": "1 resource_spans many ResourceSpans",
    "ResourceSpans": "1 resource one Resource, 2 scope_spans many ScopeSpans, 3 schema_url text",
    "ScopeSpans": "1 scope one InstrumentationScope, 2 spans many Span, 3 schema_url text",
    "Span": (
        "1 trace_id bytes, 2 span_id bytes, 3 trace_state text, 4 parent_span_id bytes, 16 flags fixed32, 5 name "
        "text, 6 kind int32, 7 start_time_unix_nano fixed64, 8 end_time_unix_nano fixed64, 9 attributes lazy "
        "KeyValue, 10 dropped_attributes_count uint32, 11 events lazy Event, 12 dropped_events_count uint32, 13 "
        "links lazy Link, 14 dropped_links_count uint32, 15 status lazy Status"
    ),
    "Event": "1 time_unix_nano fixed64, 2 name text, 3 attributes lazy KeyValue, 4 dropped_attributes_count uint32",
    "Link": (
        "1 trace_id bytes, 2 span_id bytes, 3 trace_state text, 4 attributes lazy KeyValue, 5 "
        "dropped_attributes_count uint32, 6 flags fixed32"
    ),
    "Status": "2 message text, 3 code int32",
    # traces once more, in pieces
    "TracePieces": "1 resource_spans many ResourcePieces",
    "ResourcePieces": "1 resource lazy Resource, 2 scope_spans many ScopePieces, 3 schema_url text",
    "ScopePieces": "1 scope lazy InstrumentationScope, 2 spans lazy Span, 3 schema_url text",
    # logs
    "ExportLogsServiceRequest": "1 resource_logs many ResourceLogs",
    "ResourceLogs": "1 resource one Resource, 2 scope_logs many ScopeLogs, 3 schema_url text",
    "ScopeLogs": "1 scope one InstrumentationScope, 2 log_records many LogRecord, 3 schema_url text",
    "LogRecord": (
        "1 time_unix_nano fixed64, 11 observed_time_unix_nano fixed64, 2 severity_number int32, 3 severity_text "
        "text, 5 body lazy AnyValue, 6 attributes lazy KeyValue, 7 dropped_attributes_count uint32, 8 flags "
        "fixed32, 9 trace_id bytes, 10 span_id bytes, 12 event_name text"
    ),
    # metrics
    "ExportMetricsServiceRequest": "1 resource_metrics many ResourceMetrics",
    "ResourceMetrics": "1 resource one Resource, 2 scope_metrics many ScopeMetrics, 3 schema_url text",
    "ScopeMetrics": "1 scope one InstrumentationScope, 2 metrics many Metric, 3 schema_url text",
    "Metric": (
        "1 name text, 2 description text, 3 unit text, 5 gauge one Gauge|data, 7 sum one Sum|data, 9 histogram one "
        "Histogram|data, 10 exponential_histogram one ExponentialHistogram|data, 11 summary one Summary|data, 12 "
        "metadata lazy KeyValue"
    ),
    "Gauge": "1 data_points many NumberDataPoint",
    "Sum": "1 data_points many NumberDataPoint, 2 aggregation_temporality int32, 3 is_monotonic bool",
    "Histogram": "1 data_points many HistogramDataPoint, 2 aggregation_temporality int32",
    "ExponentialHistogram": "1 data_points many ExponentialHistogramDataPoint, 2 aggregation_temporality int32",
    "Summary": "1 data_points many SummaryDataPoint",
    "NumberDataPoint": (
        "7 attributes lazy KeyValue, 2 start_time_unix_nano fixed64, 3 time_unix_nano fixed64, 4 as_double "
        "double|value, 6 as_int sfixed64|value, 5 exemplars lazy Exemplar, 8 flags uint32"
    ),
    "HistogramDataPoint": (
        "9 attributes lazy KeyValue, 2 start_time_unix_nano fixed64, 3 time_unix_nano fixed64, 4 count fixed64, 5 "
        "sum double, 6 bucket_counts packed fixed64, 7 explicit_bounds packed double, 8 exemplars lazy Exemplar, "
        "10 flags uint32, 11 min double, 12 max double"
    ),
    "ExponentialHistogramDataPoint": (
        "1 attributes lazy KeyValue, 2 start_time_unix_nano fixed64, 3 time_unix_nano fixed64, 4 count fixed64, 5 "
        "sum double, 6 scale sint32, 7 zero_count fixed64, 8 positive lazy Buckets, 9 negative lazy Buckets, 10 "
        "flags uint32, 11 exemplars lazy Exemplar, 12 min double, 13 max double, 14 zero_threshold double"
    ),
    "Buckets": "1 offset sint32, 2 bucket_counts packed uint64",
    "SummaryDataPoint": (
        "7 attributes lazy KeyValue, 2 start_time_unix_nano fixed64, 3 time_unix_nano fixed64, 4 count fixed64, 5 "
        "sum double, 6 quantile_values lazy ValueAtQuantile, 8 flags uint32"
    ),
    "ValueAtQuantile": "1 quantile double, 2 value double",
    "Exemplar": (
        "7 filtered_attributes lazy KeyValue, 2 time_unix_nano fixed64, 3 as_double double|value, 6 as_int "
        "sfixed64|value, 4 span_id bytes, 5 trace_id bytes"
    ),
}

TEXTS: dict[str, frozenset[str]] = {}
"""By message: the fields that are strings in OTLP, and so have to be UTF-8."""
LAZY: dict[str, dict[str, str]] = {}
"""By message and field: the message that the field's bytes hold."""


def _field(message: str, line: str) -> tuple[descriptor_pb2.FieldDescriptorProto, str]:
    """The field that `line` of the schema describes, and the oneof it stands in ('' = none)."""
    rest, _, oneof = line.partition("|")
    number, name, kind, *of = rest.split()
    field = _FIELD(name=name, number=int(number), label=_FIELD.LABEL_OPTIONAL)
    if kind in {"lazy", "many", "packed", "texts"}:
        field.label = _FIELD.LABEL_REPEATED
    if kind in {"one", "many"}:
        field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".{_PACKAGE}.{of[0]}"
    elif kind in {"text", "texts", "lazy", "bytes"}:
        field.type = _FIELD.TYPE_BYTES
    else:
        field.type = _FIELD.Type.Value(f"TYPE_{(of or [kind])[0].upper()}")
    if kind == "packed":
        field.options.packed = True
    if kind in {"text", "texts"}:
        TEXTS[message] |= {name}
    elif kind == "lazy":
        LAZY[message][name] = of[0]
    return field, oneof


def _build() -> dict[str, type[Wire]]:
    file = descriptor_pb2.FileDescriptorProto(name="spansieve/lazy.proto", package=_PACKAGE, syntax="proto2")
    for name, lines in SCHEMA.items():
        TEXTS[name], LAZY[name] = frozenset(), {}
        message = file.message_type.add(name=name)
        for line in lines.split(", "):
            field, oneof = _field(name, line)
            if oneof:
                if not message.oneof_decl:
                    message.oneof_decl.add(name=oneof)
                field.oneof_index = 0  # no message of OTLP has two
            message.field.append(field)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in SCHEMA}


CLASSES: dict[str, type[Wire]] = _build()
"""The message classes of the lazy schema, by name."""


class Shape(NamedTuple):
    """How a signal's request is built: its message, and the fields that lead from it to the items of a scope."""

    request: str
    resources: str
    scopes: str
    items: str


_TRACES = Shape("ExportTraceServiceRequest", "resource_spans", "scope_spans", "spans")
_LOGS = Shape("ExportLogsServiceRequest", "resource_logs", "scope_logs", "log_records")
_METRICS = Shape("ExportMetricsServiceRequest", "resource_metrics", "scope_metrics", "metrics")
SHAPES: dict[Signal, Shape] = {"traces": _TRACES, "logs": _LOGS, "metrics": _METRICS, "alerts": _LOGS}


def shape_of(signal: Signal) -> Shape:
    """The shape of a signal's request. Raises ValueError for a word that is no signal."""
    try:
        return SHAPES[signal]
    except KeyError:
        raise ValueError(f"{signal!r} is no signal; it is one of {', '.join(get_args(Signal))}") from None


def read(name: str, raw: bytes) -> Wire:
    """The message `name` that `raw` holds. Raises DecodeError."""
    try:
        return CLASSES[name].FromString(raw)
    except ProtobufDecodeError:
        raise DecodeError(f"malformed {name}") from None


def unknown(message: Wire) -> list[bytes]:
    """What those fields of `message` hold that are not in the schema, texts and messages. Groups, which OTLP never had,
    are not looked into.
    """
    fields = UnknownFieldSet(message)
    return [fields[place].data for place in range(len(fields)) if fields[place].wire_type == _LENGTH_DELIMITED]


_LENGTH_DELIMITED = 2


def merge(name: str, parts: Iterable[bytes]) -> Wire:
    """The one message `name` that stands on the wire in `parts`, none included. Raises DecodeError."""
    message = CLASSES[name]()
    try:
        for part in parts:
            message.MergeFromString(part)
    except ProtobufDecodeError:
        raise DecodeError(f"malformed {name}") from None
    return message
