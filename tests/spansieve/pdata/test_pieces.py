"""Spans that left their requests are put together again, and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans

from spansieve.pdata import NO_SHELL, TraceBatch, apart, together
from tests.captures import CAPTURES


def seen(body: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Each span with what is around it."""
    return list(_seen(ExportTraceServiceRequest.FromString(body)))


def _seen(request: ExportTraceServiceRequest) -> Iterator[tuple[bytes, bytes, bytes]]:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                around = resource.resource.SerializeToString() + resource.schema_url.encode()
                made = scope.scope.SerializeToString() + scope.schema_url.encode()
                yield around, made, span.SerializeToString()


def again(body: bytes) -> bytes:
    batch = TraceBatch.parse(body)
    shells = batch.shells()
    return together([(shells[id(span.scope)], [span.encode()]) for span in batch])


@pytest.mark.parametrize("file", sorted(CAPTURES.glob("*/*.traces.pb")), ids=lambda file: file.parent.name)
def test_recorded_requests_come_out_as_they_went_in(file: Path) -> None:
    body = file.read_bytes()
    assert sorted(seen(again(body))) == sorted(seen(body))


@pytest.mark.parametrize("file", sorted(CAPTURES.glob("*/*.traces.pb")), ids=lambda file: file.parent.name)
def test_requests_come_apart_without_views_and_nothing_is_lost(file: Path) -> None:
    body = file.read_bytes()
    assert seen(together(apart(body))) == seen(body)


REQUESTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["", "s"]), st.sampled_from(["", "lib"]), st.integers(0, 3)),
    max_size=5,
)


@given(REQUESTS)
def test_equal_envelopes_are_shared(rows: list[tuple[str, str, str, int]]) -> None:
    request = ExportTraceServiceRequest()
    for service, schema, scope, count in rows:
        resource = request.resource_spans.add(schema_url=schema)
        resource.resource.attributes.add(key="service.name").value.string_value = service
        inside = resource.scope_spans.add(schema_url=schema)
        inside.scope.name = scope
        for number in range(count):
            inside.spans.add(name=f"{service}{number}", trace_id=bytes(16))
    body = again(request.SerializeToString())
    assert sorted(seen(body)) == sorted(seen(request.SerializeToString()))
    left = ExportTraceServiceRequest.FromString(body).resource_spans
    resources = [one.resource.SerializeToString() + one.schema_url.encode() for one in left]
    assert len(set(resources)) == len(resources)


def test_fields_that_nobody_knows_stay_with_their_envelope() -> None:
    inner = ScopeSpans()
    inner.scope.name = "lib"
    inner.spans.add(name="x")
    scope = inner.SerializeToString() + b"\xfa\x07\x03new"
    resource = b"\x12" + bytes([len(scope)]) + scope + b"\xfa\x07\x03old"
    left = again(b"\x0a" + bytes([len(resource)]) + resource)
    assert b"new" in left
    assert b"old" in left
    assert [span.name for span in TraceBatch.parse(left)] == ["x"]


def test_nothing_makes_an_empty_request() -> None:
    assert together([]) == b""
    assert list(TraceBatch.parse(together([(NO_SHELL, [b""])]))) != []
