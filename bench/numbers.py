"""CPU a span that `ai_metrics`, `behavior`, `decisions` and `costs` add, one after the other and all four together.

`generated` is the yardstick of all figures: the generated classes parse the request and touch every attribute. `runs`
are spans of agents alone, three model calls with two tools each; `codex` is a capture, nine tenths of whose spans are
plumbing. Run: python -m bench.numbers. Compare the ratio.
"""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from bench.ai_metrics import MARK, generated, request
from bench.bodies import capture
from bench.cpu import ROUNDS, cpu, say
from spansieve.cycles import settle
from spansieve.pdata import TraceBatch
from spansieve.plugin import Processor
from spansieve.processors.ai_metrics import AiMetrics, AiMetricsConfig
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.processors.behavior import Behavior, BehaviorConfig
from spansieve.processors.costs import Costs, CostsConfig
from spansieve.processors.decisions import Decisions, DecisionsConfig
from spansieve.testing import FakeHost

REQUESTS, SECONDS = 40, 0.5
MAKE: dict[str, Callable[[FakeHost], Processor[Any]]] = {
    "ai_metrics": lambda host: AiMetrics(AiMetricsConfig(), host),
    "behavior": lambda host: Behavior(BehaviorConfig(), host),
    "decisions": lambda host: Decisions(DecisionsConfig(), host),
    "costs": lambda host: Costs(CostsConfig(), host),
}


class Row:
    """Processors side by side, as in a pipeline: what they read is read once."""

    def __init__(self, names: Sequence[str]) -> None:
        """Start those of these names."""
        self._hosts = [FakeHost(name) for name in names]
        for host in self._hosts:
            host.clock, host.common = self._hosts[0].clock, self._hosts[0].common
        self._processors: list[Any] = [MAKE[host.id](host) for host in self._hosts]
        for processor in self._processors:
            processor.start()

    def take(self, batches: Sequence[TraceBatch]) -> None:
        """Let requests pass, half a second apart, and all of them settle."""
        for batch in batches:
            for processor in self._processors:
                processor.traces(batch)
            self._pass(SECONDS)
        self._pass(30)

    def _pass(self, seconds: float) -> None:
        self._hosts[0].clock.advance(seconds=seconds)
        for host, processor in zip(self._hosts, self._processors, strict=True):
            processor.tick()
            host.emitted.clear()


def marked(body: bytes, mark: bytes, number: int) -> list[TraceBatch]:
    """A request many times over, of other traces each time, as it comes from the stateless processors."""
    batches = []
    for at in range(REQUESTS):
        batch = TraceBatch.parse(body.replace(mark, (number * REQUESTS + at + 2**40).to_bytes(8, "big")))
        for span in batch:
            span.attributes.raws()
        batches.append(batch)
    return batches


def renamed(body: bytes) -> bytes:
    """A request all of whose traces begin with MARK."""
    batch = TraceBatch.parse(body)
    AiSemantics(AiSemanticsConfig(), FakeHost()).traces(batch)
    for span in batch:
        span.trace_id = MARK + span.trace_id[8:]
    return batch.encode()


def figures(name: str, body: bytes) -> None:
    """Say what each row costs beyond none, and what that is beside the yardstick."""
    spans = len(TraceBatch.parse(body)) * REQUESTS
    rows = {"all four": [*MAKE], **{one: [one] for one in MAKE}}
    rounds: dict[str, list[float]] = {one: [] for one in ("generated", *rows)}
    made = {one: Row(names) for one, names in rows.items()}
    for number in range(ROUNDS):
        rounds["generated"].append(cpu(lambda: list(map(generated, [body] * REQUESTS))) / spans * 1e6)
        for place, (one, row) in enumerate(made.items()):
            batches = marked(body, MARK, number * len(made) + place)
            rounds[one].append(cpu(lambda row=row, batches=batches: row.take(batches)) / spans * 1e6)  # type: ignore[misc]
    us = {one: median(each) for one, each in rounds.items()}
    ratio = {one: round(each / us["generated"], 2) for one, each in us.items()}
    say(f"added, us a span: {name}", us={one: round(each, 2) for one, each in us.items()}, ratio=ratio)


if __name__ == "__main__":
    settle()  # as the program does
    figures("runs", request())
    codex = capture("codex/001.traces.pb")
    if codex is not None:
        figures("codex", renamed(codex))
