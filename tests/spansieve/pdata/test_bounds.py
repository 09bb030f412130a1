"""bounds: requests that are small on the wire and large in memory are told from honest ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import Signal, bounds, is_crowded
from spansieve.testing import OK, otlp_request


def varint(value: int) -> bytes:
    """`value` in base 128."""
    head = b""
    while value > 127:
        head += bytes([value & 127 | 128])
        value >>= 7
    return head + bytes([value])


def field(number: int, content: bytes) -> bytes:
    """One length-delimited field."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def spans(*items: bytes) -> bytes:
    """A request of `items` under one resource and scope."""
    return field(1, field(2, b"".join(field(2, item) for item in items)))


MANY = 300_000
ATTRIBUTE = field(9, field(1, b"k") + field(2, field(1, b"v")))


@pytest.mark.parametrize(
    "body",
    [
        field(1, b"") * MANY,
        field(1, field(2, b"") * MANY),
        field(1, field(1000, b"") * MANY),
        spans(*[b""] * MANY),
        spans(ATTRIBUTE * MANY),
        spans(b"", field(11, b"") * MANY),
        b"\x08\x00" * MANY,
        field(1, field(2, b"\x0d\x00\x00\x00\x00" * MANY)),
    ],
    ids=["resources", "scopes", "old scopes", "spans", "attributes", "events", "scalars", "fixed"],
)
def test_a_crowd_is_seen_at_every_level(body: bytes) -> None:
    assert is_crowded("traces", body)


def test_a_crowd_of_points_is_seen_in_one_metric() -> None:
    for kind in (5, 7, 9, 10, 11):
        metric = field(kind, field(1, b"") * MANY)
        assert is_crowded("metrics", field(1, field(2, field(2, metric))))
    one_point = field(5, field(1, field(7, b"") * MANY))
    assert is_crowded("metrics", field(1, field(2, field(2, one_point))))


def test_honest_requests_are_none_however_large() -> None:
    request = otlp_request("agent", *[OK.with_(attributes={f"k{n}": "some value" for n in range(10)})] * 3000)
    assert len(request) > bounds.SMALL_BYTES
    assert not is_crowded("traces", request)
    assert not is_crowded("traces", otlp_request("agent", OK.with_(attributes={"prompt": "x" * 3_000_000})))
    metrics = ExportMetricsServiceRequest()
    points = metrics.resource_metrics.add().scope_metrics.add().metrics.add().gauge.data_points
    for number in range(30_000):
        points.add(as_int=number).attributes.add(key="k").value.string_value = "v" * 20
    assert not is_crowded("metrics", metrics.SerializeToString())
    logs = ExportLogsServiceRequest()
    records = logs.resource_logs.add().scope_logs.add().log_records
    for _ in range(10_000):
        records.add().body.string_value = "line " * 20
    assert not is_crowded("logs", logs.SerializeToString())


@given(st.sampled_from(["traces", "logs", "metrics"]), st.binary(max_size=300), st.integers(0, 7))
def test_no_bytes_raise_anything(signal: Signal, noise: bytes, kind: int) -> None:
    padded = noise + bytes([8 | kind]) + b"\xff" * bounds.SMALL_BYTES
    assert not is_crowded(signal, padded)
    assert not is_crowded(signal, ExportTraceServiceRequest().SerializeToString() + noise)
