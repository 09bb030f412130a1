"""CPU a span of reading AI spans, and of telling of them once they have settled, beside parsing and indexing them.

`agent` is a run of three model calls with two tools each; `plumbing` is the same with nine spans of no meaning around
each of them, as agents send that trace their framework; `alone` are model calls in traces of their own. Run: python -m
bench.watching. Compare the ratio.
"""

from collections.abc import Iterator

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.cpu import measure, say
from spansieve.cycles import settle
from spansieve.pdata import TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from spansieve.watching import Watch

Attributes = dict[str, str | int]
Shape = list[tuple[Attributes, int, int]]
"""Attributes, number of the parent (1 is the first, 0 none), start in milliseconds."""

SPANS = 512
MARK = b"\x01the run"
"""Begins all trace ids; each round has another one, since spans that come again are passed over."""
MODEL: Attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.response.model": "gpt-5-2025",
    "gen_ai.response.id": "r",
    "gen_ai.conversation.id": "c-17",
    "server.address": "api.openai.com",
    "gen_ai.response.finish_reasons": "stop",
    "gen_ai.usage.input_tokens": 1200,
    "gen_ai.usage.output_tokens": 80,
}
TOOL: Attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", "gen_ai.tool.call.id": "c1"}
AGENT: Attributes = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "desk",
    "user.id": "u-1",
    "session.id": "s",
}
PLUMBING: Attributes = {f"code.key.{number}": f"value {number}" for number in range(10)}


def _run(plumbing: int) -> Iterator[tuple[Attributes, int, int]]:
    """A run with so many spans of no meaning around each call."""
    yield AGENT, 0, 0
    number = 1
    for call in range(3):
        for kind in (MODEL, TOOL, TOOL):
            above = 1
            for _ in range(plumbing):
                yield PLUMBING, above, call
                number += 1
                above = number
            yield kind, above, call
            number += 1


def request(shape: Shape) -> bytes:
    """Traces of one shape, as many as there is room for."""
    message = ExportTraceServiceRequest()
    scope = message.resource_spans.add()
    scope.resource.attributes.add(key="service.name").value.string_value = "desk"
    spans = scope.scope_spans.add()
    for trace in range(SPANS // len(shape)):
        trace_id = MARK + trace.to_bytes(8, "big")
        for number, (attributes, parent, start) in enumerate(shape, 1):
            span = spans.spans.add(
                trace_id=trace_id,
                span_id=(trace << 32 | number).to_bytes(8, "big"),
                parent_span_id=(trace << 32 | parent).to_bytes(8, "big") if parent else b"",
                name=str(attributes.get("gen_ai.operation.name", "step")),
                start_time_unix_nano=start * 1_000_000,
                end_time_unix_nano=start * 1_000_000 + 900_000 + number,
            )
            for key, value in attributes.items():
                pair = span.attributes.add(key=key)
                if isinstance(value, int):
                    pair.value.int_value = value + number if "usage" in key else value
                else:
                    pair.value.string_value = value
    batch = TraceBatch.parse(message.SerializeToString())
    AiSemantics(AiSemanticsConfig(), FakeHost()).traces(batch)
    return batch.encode()


class Rounds:
    """Batches of one shape, one after the other; each is parsed and indexed as they are when watchers see them."""

    def __init__(self, shape: Shape) -> None:
        """Make one."""
        self.body = request(shape)
        self.spans = len(TraceBatch.parse(self.body))
        self.at = 0
        self.host = FakeHost()
        self.told = 0
        self.watch = Watch.of(self.host, self._listen, settle=2)

    def _listen(self, spans: object) -> None:
        self.told += 1

    def index(self) -> TraceBatch:
        """A batch as it comes from the stateless processors."""
        self.at += 1
        batch = TraceBatch.parse(self.body.replace(MARK, self.at.to_bytes(8, "big")))
        for span in batch:
            span.attributes.raws()
        return batch

    def see(self) -> None:
        """Have it read and told of."""
        self.watch.see(self.index())
        self.host.clock.advance(seconds=0.5)
        self.watch.tick()


if __name__ == "__main__":
    settle()  # as the program does
    shapes: dict[str, Shape] = {"agent": list(_run(0)), "plumbing": list(_run(9)), "alone": [(MODEL, 0, 0)]}
    for name, shape in shapes.items():
        rounds = Rounds(shape)
        us = measure({"parse and index": lambda r: r.index(), "and watch": lambda r: r.see()}, rounds, rounds.spans)
        more = us["and watch"] - us["parse and index"]
        say("watching, us a span", shape=name, us={k: round(v, 3) for k, v in us.items()}, more=round(more, 2))
