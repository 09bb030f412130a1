"""CPU a span of reading with `pdata` beside the generated classes. Run: python -m bench.pdata. Compare the ratios.

Spans of 10 attributes, 512 a request; 4 of the values are new in every span of every request. Rows are microseconds a
span, parsing included, the best of several rounds taken in turn; one JSON line.
"""

import json
import time
from collections.abc import Callable

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Kind

from spansieve.pdata import Span, TraceBatch, Value

SPANS = 512
ROUNDS = 9


def request(first: int) -> bytes:
    """One request such as an agent's SDK sends; its spans are numbered from `first` on."""
    message = ExportTraceServiceRequest()
    resource = message.resource_spans.add()
    resource.resource.attributes.append(pair("service.name", "desk"))
    scope = resource.scope_spans.add()
    for number in range(first, first + SPANS):
        span = scope.spans.add(
            name="chat gpt-4o", trace_id=number.to_bytes(16, "big"), span_id=number.to_bytes(8, "big")
        )
        span.parent_span_id = b"parentid"
        span.start_time_unix_nano, span.end_time_unix_nano, span.kind = 10**18, 10**18 + number, Kind.SPAN_KIND_CLIENT
        span.attributes.extend([pair(key, value) for key, value in attributes(number).items()])
    return message.SerializeToString()


def attributes(number: int) -> dict[str, str | int]:
    """What the span with this number says of itself."""
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "server.address": "api.example.org",
        "session.id": f"session-{number // 16}",
        "gen_ai.response.id": f"chatcmpl-{number:032x}",
        "http.request.id": f"{number:016x}",
        "gen_ai.usage.input_tokens": number,
        "gen_ai.usage.output_tokens": number * 7,
        "gen_ai.request.max_tokens": 1000,
        "thread.id": 7,
    }


def pair(key: str, value: str | int) -> KeyValue:
    """One attribute."""
    if isinstance(value, str):
        return KeyValue(key=key, value=AnyValue(string_value=value))
    return KeyValue(key=key, value=AnyValue(int_value=value))


BODIES = [request(place * SPANS) for place in range(8)]


def generated_parse(body: bytes) -> None:
    """Parse with the generated classes."""
    ExportTraceServiceRequest.FromString(body)


def generated_touch(body: bytes) -> None:
    """Parse with the generated classes, and touch every attribute with its kind."""
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "") for pair in span.attributes}


def parse_and_count(body: bytes) -> None:
    """Parse, and count."""
    len(TraceBatch.parse(body))


def check_ids(body: bytes) -> None:
    """Parse, and check the ids."""
    TraceBatch.parse(body).drop_invalid_ids()


def views(body: bytes) -> None:
    """Parse, and make the views."""
    for _ in TraceBatch.parse(body):
        pass


def _with_views(work: Callable[[Span], object]) -> Callable[[bytes], None]:
    def row(body: bytes) -> None:
        for span in TraceBatch.parse(body):
            work(span)

    return row


def read_three(span: Span) -> list[Value]:
    """Two attributes that are there and one that is not."""
    return [span.attributes.get(key) for key in ("session.id", "team", "server.address")]


def unchanged(body: bytes) -> None:
    """Parse, make the views, serialise."""
    batch = TraceBatch.parse(body)
    iter(batch)
    batch.encode()


def edited(body: bytes) -> None:
    """Parse, add two attributes and change one of each span, serialise."""
    batch = TraceBatch.parse(body)
    for span in batch:
        span.attributes.update({"spansieve.ai.kind": "model_call", "team": "desk", "gen_ai.operation.name": "chat!"})
    batch.encode()


ROWS: dict[str, Callable[[bytes], None]] = {
    "generated_parse": generated_parse,
    "generated_parse_touch": generated_touch,
    "parse_len": parse_and_count,
    "parse_check_ids": check_ids,
    "parse_views": views,
    "views_index": _with_views(lambda span: len(span.attributes)),
    "views_read_3": _with_views(read_three),
    "views_read_all": _with_views(lambda span: dict(span.attributes.items())),
    "views_header": _with_views(lambda span: (span.trace_id, span.name, span.kind, span.duration_ns, span.is_error)),
    "views_encode": unchanged,
    "views_edit_3_encode": edited,
}


def main() -> None:
    """Measure and print."""
    best = dict.fromkeys(ROWS, float("inf"))
    for _ in range(ROUNDS):
        for name, row in ROWS.items():
            start = time.process_time()
            for body in BODIES:
                row(body)
            best[name] = min(best[name], (time.process_time() - start) / len(BODIES) / SPANS * 1e6)
    rows = {name: round(microseconds, 2) for name, microseconds in best.items()}
    print(json.dumps({"spans": SPANS, "bytes_a_span": len(BODIES[0]) // SPANS} | rows))


if __name__ == "__main__":
    main()
