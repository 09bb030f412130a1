"""CPU of `costs` and `decisions` beside reading the same spans and telling of them, and beside parsing them: the five
spans of an agent's turn. Run: python -m bench.costs
"""

import json
from collections.abc import Callable
from statistics import median
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.cpu import cpu, say
from spansieve.cycles import settle
from spansieve.pdata import TraceBatch, Value
from spansieve.plugin import Processor
from spansieve.processors.costs import Costs, CostsConfig
from spansieve.processors.decisions import Decisions, DecisionsConfig
from spansieve.testing import OK, FakeHost, SpanSpec, otlp_request
from spansieve.watching import Watch

TURNS, REQUESTS, ROUNDS = 100, 20, 5
TOOLS = json.dumps([{"type": "function", "name": f"tool_{at}", "description": "d" * 200} for at in range(20)])


def turn(at: int, *, has_content: bool) -> list[SpanSpec]:
    """An agent, two calls of a model with an answer of 1 KB each, a tool, and a span of no meaning."""
    whom: dict[str, Value] = {"user.id": f"user {at % 500}", "gen_ai.conversation.id": f"c{at}"}
    parts = [{"type": "text", "content": "word " * 200}, {"type": "tool_call", "name": "tool_3", "arguments": {"a": 1}}]
    content: dict[str, Value] = {
        "gen_ai.tool.definitions": TOOLS,
        "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": parts}]),
    }
    call: dict[str, Value] = {
        "spansieve.ai.kind": "model",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 900 + at,
        "gen_ai.usage.output_tokens": 90,
        "spansieve.ai.finish": "tool_call",
        **whom,
        **(content if has_content else {}),
    }
    run: dict[str, Value] = {"spansieve.ai.kind": "agent", "gen_ai.agent.name": f"agent {at % 20}", **whom}
    tool: dict[str, Value] = {"spansieve.ai.kind": "tool", "gen_ai.tool.name": "tool_3", **whom}
    kinds: list[dict[str, Value]] = [run, call, tool, call, {}]
    return [OK.with_(attributes=one) for one in kinds]


def requests(*, has_content: bool) -> list[bytes]:
    """Each of many traces."""
    found = []
    for _ in range(REQUESTS):
        turns = [TraceBatch.parse(otlp_request("shop", *turn(at, has_content=has_content))) for at in range(TURNS)]
        found.append(b"".join(one.encode() for one in turns))  # requests join: their lists are repeated fields
    return found


class Bare(Processor[Any]):
    """Has the spans read, and is told of them."""

    def __init__(self, host: FakeHost) -> None:
        """Watch, and do nothing."""
        self._watch = Watch.of(host, lambda _: None, settle=2)
        self.tick = self._watch.tick

    def traces(self, batch: TraceBatch) -> None:
        """Read them."""
        self._watch.see(batch)


def of(make: Callable[[FakeHost], Any], bodies: list[bytes]) -> float:
    """Microseconds a span, from its arrival until it is booked."""
    host = FakeHost()
    made = make(host)
    if not isinstance(made, Bare):
        made.start()
    batches = [TraceBatch.parse(body) for body in bodies]
    for batch in batches:
        for span in batch:
            span.attributes.raws()  # as `ai_semantics` did

    def work() -> None:
        for batch in batches:
            made.traces(batch)
            host.clock.advance(seconds=3)
            made.tick()

    return cpu(work) / len(bodies) / TURNS / 5 * 1e6


def touched(bodies: list[bytes]) -> float:
    """Microseconds a span to parse requests with the generated classes and to look at every attribute."""

    def work() -> None:
        for body in bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for span in (span for scope in resource.scope_spans for span in scope.spans):
                    for one in span.attributes:
                        _ = one.key, one.value.WhichOneof("value")

    return cpu(work) / len(bodies) / TURNS / 5 * 1e6


if __name__ == "__main__":
    settle()
    budgets = [{"name": "all", "usd": 1e6, "per": "month"}, {"name": "each", "usd": 1e6, "per": "day", "scope": "user"}]
    candidates: dict[str, Callable[[FakeHost], Any]] = {
        "watch": Bare,
        "costs": lambda host: Costs(CostsConfig.model_validate({"budgets": budgets}), host),
        "decisions": lambda host: Decisions(DecisionsConfig(), host),
    }
    for has_content in (False, True):
        rounds: dict[str, list[float]] = {name: [] for name in ("parse and touch", *candidates)}
        for _ in range(ROUNDS):
            bodies = requests(has_content=has_content)
            for name, make in candidates.items():
                rounds[name].append(of(make, bodies))
            rounds["parse and touch"].append(touched(bodies))
        found = {name: round(median(each), 2) for name, each in rounds.items()}
        say("us a span, watching included", content=has_content, **found)
