"""The lazy schema: its names, numbers and wire types are those of the generated OTLP classes."""

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import DecodeError, parse
from spansieve.pdata.schema import CLASSES, LAZY, TEXTS

F = FieldDescriptor


def reachable(descriptor: Descriptor, found: dict[str, Descriptor]) -> dict[str, Descriptor]:
    if descriptor.name not in found:
        found[descriptor.name] = descriptor
        for field in descriptor.fields:
            if field.message_type is not None:
                reachable(field.message_type, found)
    return found


OTLP: dict[str, Descriptor] = {}
for request in (ExportTraceServiceRequest, ExportLogsServiceRequest, ExportMetricsServiceRequest):
    reachable(request.DESCRIPTOR, OTLP)


@pytest.mark.parametrize("name", sorted(OTLP))
def test_each_field_stands_where_otlp_has_it(name: str) -> None:
    ours = CLASSES[name].DESCRIPTOR.fields_by_name
    for field in OTLP[name].fields:  # an older opentelemetry-proto has fewer; what it has must be the same
        own = ours[field.name]
        assert own.number == field.number
        if field.type == F.TYPE_STRING:
            assert own.type == F.TYPE_BYTES
            assert field.name in TEXTS[name]
        elif field.type == F.TYPE_ENUM:
            assert own.type == F.TYPE_INT32
        elif field.name in LAZY[name]:
            assert own.type == F.TYPE_BYTES
            assert own.is_repeated
            assert field.message_type is not None
            assert LAZY[name][field.name] == field.message_type.name
            continue
        else:
            assert own.type == field.type
        assert own.is_repeated == field.is_repeated
        if field.containing_oneof is not None and not field.containing_oneof.name.startswith("_"):
            assert own.containing_oneof is not None
            assert own.containing_oneof.name == field.containing_oneof.name


def test_a_word_that_is_no_signal_is_refused() -> None:
    with pytest.raises(ValueError, match="'profiles' is no signal; it is one of traces, logs, metrics, alerts"):
        parse("profiles", b"")  # type: ignore[arg-type]


def test_what_is_no_otlp_ends_in_the_documented_error() -> None:
    with pytest.raises(DecodeError, match="malformed ExportTraceServiceRequest"):
        parse("traces", b"\x0a\x05abc")
