"""CPU a span of `ai_metrics`, beside parsing and indexing and beside what watching alone costs, and of what in it.

`generated` is the yardstick of all figures: the generated classes parse the request and touch every attribute. A run is
three model calls with two tools each. Run: python -m bench.ai_metrics. Compare the ratio.
"""

from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.cpu import cpu, measure, say
from spansieve.cycles import settle
from spansieve.pdata import TraceBatch
from spansieve.processors.ai_metrics import AiMetrics, AiMetricsConfig
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from spansieve.watching import AiSpan, Watch

SPANS, SECONDS = 512, 0.5
MARK = b"\x01the run"
"""Begins all trace ids; each round has another one, since spans that come again are passed over."""
MODEL: dict[str, str | int] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.response.model": "gpt-5-2025",
    "gen_ai.response.id": "r",
    "gen_ai.conversation.id": "c-17",
    "spansieve.ai.prompt.hash": "5d41402abc4b2a76",
    "gen_ai.response.finish_reasons": "stop",
    "gen_ai.usage.input_tokens": 1200,
    "gen_ai.usage.output_tokens": 80,
}
TOOL: dict[str, str | int] = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "search",
    "gen_ai.tool.call.id": "c1",
    **{f"tool.key.{number}": f"value {number}" for number in range(7)},
}
AGENT: dict[str, str | int] = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "desk",
    "user.id": "u-1",
    "session.id": "s",
    **{f"agent.key.{number}": f"value {number}" for number in range(6)},
}
RUN = [AGENT, *[MODEL, TOOL, TOOL] * 3]


def request() -> bytes:
    """As many runs as there is room for, as they are behind `ai_semantics`."""
    message = ExportTraceServiceRequest()
    resource = message.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "desk"
    spans = resource.scope_spans.add().spans
    for trace in range(SPANS // len(RUN)):
        for number, attributes in enumerate(RUN):
            begin_ns = (trace * 20 + number) * 1_000_000
            span = spans.add(
                trace_id=MARK + trace.to_bytes(8, "big"),
                span_id=(trace << 8 | number + 1).to_bytes(8, "big"),
                parent_span_id=(trace << 8 | 1).to_bytes(8, "big") if number else b"",
                name=str(attributes["gen_ai.operation.name"]),
                start_time_unix_nano=begin_ns,
                end_time_unix_nano=begin_ns + 900_000 + 7 * trace,
            )
            for key, value in attributes.items():
                into = span.attributes.add(key=key).value
                if isinstance(value, int):
                    into.int_value = value + trace
                else:
                    into.string_value = value
    batch = TraceBatch.parse(message.SerializeToString())
    AiSemantics(AiSemanticsConfig(), FakeHost()).traces(batch)
    return batch.encode()


def generated(body: bytes) -> None:
    """Parse with the generated classes, and touch every attribute."""
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                for pair in span.attributes:
                    getattr(pair.value, pair.value.WhichOneof("value") or "")


class Rounds:
    """The same request again and again, of other traces each time, half a second apart."""

    def __init__(self, body: bytes) -> None:
        """Have three that look on: nobody, who watches alone, and the processor."""
        self.body = body
        self.at = 0
        self.host, self.alone = FakeHost("ai_metrics"), FakeHost()
        self.watch = Watch.of(self.alone, lambda _: None, settle=2)
        self.metrics = AiMetrics(AiMetricsConfig(), self.host)
        self.metrics.start()

    def index(self) -> TraceBatch:
        """A batch as it comes from the stateless processors."""
        self.at += 1
        batch = TraceBatch.parse(self.body.replace(MARK, self.at.to_bytes(8, "big")))
        for span in batch:
            span.attributes.raws()
        return batch

    def see(self) -> None:
        """Watch, and nothing else."""
        self.watch.see(self.index())
        self.alone.clock.advance(seconds=SECONDS)
        self.watch.tick()

    def count(self) -> None:
        """All of it; every twentieth time metrics leave."""
        self.metrics.traces(self.index())
        self.host.clock.advance(seconds=SECONDS)
        self.metrics.tick()
        self.host.emitted.clear()


def parts(rounds: Rounds) -> dict[str, float]:
    """Microseconds a span of what is done beside watching, each by itself."""
    settled: list[Sequence[AiSpan]] = []
    host = FakeHost()
    watch = Watch.of(host, settled.append, settle=0)
    batches = [rounds.index() for _ in range(40)]
    ids = []
    for batch in batches:
        ids.append((batch, watch.ids(batch)))
        watch.tick()
    metrics = AiMetrics(AiMetricsConfig(), FakeHost("ai_metrics"))
    work: dict[str, Callable[[], object]] = {
        "ids": lambda: _each(lambda one: metrics._levels.see(*one), ids),
        "counting": lambda: _each(metrics._counting.count, settled),
        "collecting, every 10 s": metrics._meter.collect,
    }
    return {name: cpu(do) / sum(map(len, settled)) * 1e6 for name, do in work.items()}


def _each(do: Callable[[Any], object], with_: Sequence[object]) -> None:
    for one in with_:
        do(one)


if __name__ == "__main__":
    settle()  # as the program does
    rounds = Rounds(request())
    spans = len(TraceBatch.parse(rounds.body))
    us = measure(
        {
            "generated": lambda each: generated(each.body),
            "parse and index": lambda each: each.index(),
            "and watch": lambda each: each.see(),
            "and count": lambda each: each.count(),
        },
        rounds,
        spans,
    )
    ratio = {name: round(value / us["generated"], 2) for name, value in us.items()}
    say("ai_metrics, us a span", us={name: round(value, 2) for name, value in us.items()}, ratio=ratio)
    say("beside watching", us=round(us["and count"] - us["and watch"], 2))
    say("of it, us a span", **{name: round(value, 2) for name, value in parts(rounds).items()})
