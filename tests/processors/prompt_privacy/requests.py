"""Requests of a few words, and what privacy makes of them."""

from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import Batch, Span, TraceBatch, encode_pair, encode_value
from spansieve.processors.prompt_privacy import PromptPrivacy, PromptPrivacyConfig
from spansieve.testing import FakeHost

KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
TRACE = bytes(range(16))


def privacy(host: FakeHost | None = None, **settings: Any) -> PromptPrivacy:  # noqa: ANN401
    """One that has started, with a fixed key."""
    config = PromptPrivacyConfig.model_validate({"hash": {"key": KEY}, **settings})
    made = PromptPrivacy(config, host or FakeHost())
    made.start()
    return made


def spans_of(
    *items: Mapping[str, object], resource: Mapping[str, object] | None = None, trace: bytes = TRACE, **fields: Any  # noqa: ANN401
) -> bytes:
    """A request of spans with these attributes; `fields` are set on each span."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    for key, value in (resource or {}).items():
        resource_spans.resource.attributes.append(pair(key, value))
    scope_spans = resource_spans.scope_spans.add()
    for number, attributes in enumerate(items, 1):
        span = scope_spans.spans.add(trace_id=trace, span_id=number.to_bytes(8, "big"), **{"name": "step", **fields})
        span.attributes.extend(pair(key, value) for key, value in attributes.items())
    return request.SerializeToString()


def pair(key: str, value: object) -> Any:  # noqa: ANN401
    from opentelemetry.proto.common.v1.common_pb2 import KeyValue  # noqa: PLC0415 (beside its one use)

    return KeyValue.FromString(encode_pair(key, value))  # type: ignore[arg-type]


def value(of: object) -> Any:  # noqa: ANN401
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue  # noqa: PLC0415 (beside its one use)

    return AnyValue.FromString(encode_value(of))  # type: ignore[arg-type]


def scrubbed(processor: PromptPrivacy, body: bytes) -> list[Span]:
    """The spans of `body` behind it, read from the bytes that leave."""
    batch = TraceBatch.parse(body)
    processor.traces(batch)
    return list(TraceBatch.parse(batch.encode()))


def texts(batch: Batch) -> bytes:
    """All that leaves."""
    return batch.encode()
