"""What is sent: OTLP trace requests of spans with ten attributes, as model calls have them, and real captures."""

import random
from functools import cache
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

CAPTURES = Path(__file__).parent.parent / "tests" / "fixtures" / "captures"
START_NS = 1_760_000_000_000_000_000


def _attributes(number: int, chance: random.Random) -> dict[str, AnyValue]:
    return {
        "gen_ai.operation.name": AnyValue(string_value="chat"),
        "gen_ai.provider.name": AnyValue(string_value="openai"),
        "gen_ai.request.model": AnyValue(string_value="gpt-4.1-mini"),
        "gen_ai.response.model": AnyValue(string_value="gpt-4.1-mini-2025-04-14"),
        "gen_ai.response.id": AnyValue(string_value=f"chatcmpl-{chance.getrandbits(96):024x}"),
        "gen_ai.request.temperature": AnyValue(double_value=0.2),
        "gen_ai.usage.input_tokens": AnyValue(int_value=chance.randrange(100, 9000)),
        "gen_ai.usage.output_tokens": AnyValue(int_value=chance.randrange(10, 900)),
        "gen_ai.conversation.id": AnyValue(string_value=f"conversation-{number // 8:06d}"),
        "server.address": AnyValue(string_value="api.openai.com"),
    }


def _span(number: int, chance: random.Random) -> Span:
    begin = START_NS + number * 1_000_000
    return Span(
        trace_id=chance.randbytes(16),
        span_id=chance.randbytes(8),
        parent_span_id=chance.randbytes(8),
        name="chat gpt-4.1-mini",
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=begin,
        end_time_unix_nano=begin + chance.randrange(10**8, 10**10),
        attributes=[KeyValue(key=key, value=value) for key, value in _attributes(number, chance).items()],
    )


@cache
def ten_attributes(spans: int) -> bytes:
    """A request of `spans` spans with ten attributes each; the same bytes at every run."""
    chance = random.Random(spans)  # noqa: S311 (test data)
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name", value=AnyValue(string_value="billing-desk"))
    scope = resource.scope_spans.add()
    scope.scope.name = "bench"
    scope.spans.extend(_span(number, chance) for number in range(spans))
    return request.SerializeToString()


def capture(name: str) -> bytes | None:
    """A captured request such as `pydantic_ai/002.traces.pb`, or None where the captures are not at hand."""
    path = CAPTURES / name
    return path.read_bytes() if path.is_file() else None
