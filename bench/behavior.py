"""CPU of `behavior`: a span and a request, beside reading the spans, which all watchers share; with events and without;
and memory with 20,000 users, 10,000 conversations and 200 tools. Run: python -m bench.behavior
"""

import json
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.cpu import cpu, say
from bench.pdata import generated_touch
from spansieve.cycles import settle
from spansieve.pdata import Signal, TraceBatch, encode_pair
from spansieve.processors.behavior import Behavior, BehaviorConfig
from spansieve.testing import FakeHost
from spansieve.watching import Watch

TRACES, REQUESTS, ROUNDS = 64, 20, 9
SPANS = 8
"""Of a trace: an agent, three model calls, four tools."""
WAYS = 40
"""Sequences of tools."""
USERS, THREADS, TOOLS = 20_000, 10_000, 200
TEXT = "please have a look at the invoices of the last month and tell me which of them are open, number {}"


class _Deaf(FakeHost):
    """A host at which nobody takes events."""

    def leads(self, signal: Signal) -> bool:
        return signal != "logs"


def request(number: int, users: int = USERS) -> bytes:
    """Traces of agents; each user has two threads, and asks something else each time."""
    made = ExportTraceServiceRequest()
    scope = made.resource_spans.add().scope_spans.add()
    for trace in range(number * TRACES, (number + 1) * TRACES):
        message = {"role": "user", "parts": [{"type": "text", "content": TEXT.format(trace)}]}
        whom = {"user.id": f"<USER_{trace % users:08x}>", "gen_ai.conversation.id": f"thread-{trace % THREADS:024x}"}
        asked = {"gen_ai.input.messages": json.dumps([message]), "spansieve.ai.prompt.hash": f"k1:{trace:032x}"}
        agent = {"spansieve.ai.kind": "agent", "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "helper"}
        _add(scope, trace, 1, agent | whom | asked)
        for at in range(3):
            call = {"spansieve.ai.kind": "model", "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
            _add(scope, trace, 2 + at, call | asked)
        for at in range(4):
            name = f"tool_{(trace % WAYS * 5 + at * at) % TOOLS}"
            tool = {"spansieve.ai.kind": "tool", "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name}
            _add(scope, trace, 5 + at, tool)
    return made.SerializeToString()


def _add(scope: Any, trace: int, number: int, attributes: dict[str, str]) -> None:  # noqa: ANN401
    start = 1_700_000_000_000_000_000 + trace * 1_000_000 + number * 1000
    span = scope.spans.add(trace_id=(trace + 1).to_bytes(16, "big"), span_id=(trace * 16 + number).to_bytes(8, "big"))
    span.parent_span_id = b"" if number == 1 else (trace * 16 + 1).to_bytes(8, "big")
    span.name, span.start_time_unix_nano, span.end_time_unix_nano = "span", start, start + 500_000_000
    for key, value in attributes.items():
        span.attributes.add().ParseFromString(encode_pair(key, value))


Step = Callable[[TraceBatch], None]


def watched(host: FakeHost) -> Step:
    """Reading alone."""
    watch = Watch.of(host, lambda _: None, settle=2)

    def step(batch: TraceBatch) -> None:
        watch.see(batch)
        host.clock.advance(seconds=1)
        watch.tick()

    return step


def behaved(host: FakeHost, **config: Any) -> Step:  # noqa: ANN401
    """All of it."""
    behavior = Behavior(BehaviorConfig.model_validate(config), host)
    behavior.start()

    def step(batch: TraceBatch) -> None:
        behavior.traces(batch)
        host.clock.advance(seconds=1)
        behavior.tick()
        host.emitted.clear()

    return step


def us(make: Callable[[], Step]) -> float:
    """Microseconds a span, the best of some rounds; a second of the clock goes by from request to request."""
    step = make()
    rounds = [sum(_taken(step, number * REQUESTS + at) for at in range(REQUESTS)) for number in range(ROUNDS)]
    return min(rounds) / REQUESTS / TRACES / SPANS * 1e6


def _taken(step: Step, number: int) -> float:
    batch = TraceBatch.parse(request(number))
    for span in batch:
        span.attributes.raws()  # as ai_semantics leaves them
    return cpu(partial(step, batch))


def touched() -> float:
    """Microseconds a span of the yardstick."""
    body = request(0)
    return min(cpu(partial(generated_touch, body)) for _ in range(ROUNDS)) / TRACES / SPANS * 1e6


def memory() -> None:
    """What is kept at the bounds, by what it is kept of."""
    tracemalloc.start()
    host = _Deaf()
    step = behaved(host)
    before = tracemalloc.get_traced_memory()[0]
    for number in range(USERS // TRACES + 1):
        step(TraceBatch.parse(request(number)))
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    say("MiB with 20,000 users, 10,000 conversations, 200 tools", mib=round(held / 2**20, 1))


if __name__ == "__main__":
    settle()  # as the program does
    found = {
        "reading": us(lambda: watched(FakeHost())),
        "behavior, nobody takes events": us(lambda: behaved(_Deaf())),
        "the same without texts": us(lambda: behaved(_Deaf(), retry={"text": False})),
        "behavior with events": us(lambda: behaved(FakeHost())),
        "generated classes that parse and touch": touched(),
    }
    say("us a span", **{name: round(one, 2) for name, one in found.items()})
    added = found["behavior, nobody takes events"] - found["reading"]
    say("us a request of 8 spans, reading apart", us=round(added * SPANS, 1))
    memory()
