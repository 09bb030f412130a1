"""A stream of traces for tail sampling: requests of spans with ten attributes, in which no trace comes twice."""

import random
from collections.abc import Iterator
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.bodies import ten_attributes

_TEMPLATES = 4
POLICIES: list[dict[str, Any]] = [
    {
        "name": "tokens",
        "type": "numeric_attribute",
        "numeric_attribute": {"key": "gen_ai.usage.output_tokens", "min_value": 898},
    },
    {
        "name": "model",
        "type": "string_attribute",
        "string_attribute": {"key": "gen_ai.request.model", "values": ["o3", "o4-mini"]},
    },
    {
        "name": "customer",
        "type": "boolean_attribute",
        "boolean_attribute": {"key": "customer.important", "value": True},
    },
]
"""Three that look at attributes: of a number that is on each span, of a text that is, and of one that is nowhere."""


class Stream:
    """Requests of `spans` spans, the spans of a trace behind one another, `per_trace` of them."""

    def __init__(self, spans: int, per_trace: int, seed: int = 1) -> None:
        """Make the templates."""
        self.spans = spans
        self._chance = random.Random(seed)  # noqa: S311 (test data)
        self._templates = [_template(ten_attributes(spans), per_trace, at) for at in range(_TEMPLATES)]
        self._next = 0

    def request(self) -> bytes:
        """The next one; its ids were never there before."""
        body, traces, spans = self._templates[self._next % _TEMPLATES]
        self._next += 1
        made = bytearray(body)
        for places in traces:
            trace_id = self._chance.randbytes(16)
            for place in places:
                made[place : place + 16] = trace_id
        for places in spans:
            span_id = self._chance.randbytes(8)
            for place in places:
                made[place : place + 8] = span_id
        return bytes(made)

    def requests(self, count: int) -> Iterator[bytes]:
        """So many."""
        return (self.request() for _ in range(count))


def _template(body: bytes, per_trace: int, seed: int) -> tuple[bytes, list[list[int]], list[list[int]]]:
    """A request, and where in it each trace's and each span's id stands; the first span of a trace is its root."""
    chance = random.Random(seed)  # noqa: S311 (test data)
    request = ExportTraceServiceRequest.FromString(body)
    spans = request.resource_spans[0].scope_spans[0].spans
    for at, span in enumerate(spans):
        is_root = at % per_trace == 0
        span.trace_id = chance.randbytes(16) if is_root else spans[at - 1].trace_id
        span.parent_span_id = b"" if is_root else spans[at - at % per_trace].span_id
        for pair in span.attributes:
            if pair.key == "gen_ai.usage.output_tokens":
                pair.value.int_value = chance.randrange(10, 900)
    made = request.SerializeToString()
    traces = {span.trace_id: None for span in spans}
    return made, [_places(made, one) for one in traces], [_places(made, span.span_id) for span in spans]


def _places(body: bytes, id_: bytes) -> list[int]:
    found, place = [], body.find(id_)
    while place >= 0:
        found.append(place)
        place = body.find(id_, place + 1)
    return found
