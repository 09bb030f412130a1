"""Requests of a few words, and what privacy makes of them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from spansieve.pdata import Span, TraceBatch, encode_pair, encode_value
from spansieve.processors.prompt_privacy import PromptPrivacy, PromptPrivacyConfig
from spansieve.processors.prompt_privacy.assembly import engine_of
from spansieve.processors.prompt_privacy.cuts import Slot, filled
from spansieve.processors.prompt_privacy.policy import Policy
from spansieve.processors.prompt_privacy.scrubber import Scrubber
from spansieve.pseudonyms import Keyring, Pseudonyms
from spansieve.semconv import raw_mapping
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
    *items: Mapping[str, object],
    resource: Mapping[str, object] | None = None,
    trace: bytes = TRACE,
    **fields: Any,  # noqa: ANN401
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


def pair(key: str, value: object) -> KeyValue:
    return KeyValue.FromString(encode_pair(key, value))  # type: ignore[arg-type]


def value(of: object) -> AnyValue:
    return AnyValue.FromString(encode_value(of))  # type: ignore[arg-type]


def scrubbed(processor: PromptPrivacy, body: bytes) -> list[Span]:
    """The spans of `body` behind it, read from the bytes that leave."""
    batch = TraceBatch.parse(body)
    processor.traces(batch)
    return list(TraceBatch.parse(batch.encode()))


def text_scrubber(**settings: Any) -> Callable[[str], str]:  # noqa: ANN401
    """What replaces what is found in a text, by placeholders of one trace."""
    config = PromptPrivacyConfig.model_validate({"hash": {"key": KEY}, **settings})
    keyring = Keyring.configured(config.hash)
    assert keyring is not None
    pseudonyms = Pseudonyms(keyring)
    scrubber = Scrubber(engine_of(config), Policy(config, raw_mapping()), config.max_scan_bytes, _raise)

    def placeholder(slot: Slot) -> bytes:
        return pseudonyms.placeholder(slot.entity, slot.value, TRACE).encode()

    def scrub(text: str) -> str:
        raw = text.encode("utf-8", "surrogatepass")
        cut = scrubber.cut(raw)
        return (raw if cut is None else filled(cut, placeholder)).decode("utf-8", "replace")

    return scrub


def _raise(error: BaseException) -> None:
    raise error


def is_json(text: str) -> bool:
    """Whether `text` is a JSON object or array."""
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False
