"""What a round of metrics costs the chain thread at the bounds of labels. Run: python -m bench.rounds.

Twice twelve metrics of 2000 series, four of them histograms with exemplars, in the default configuration's
`metrics/ai`: the first twelve as `behavior` and its like send them, made by a `Meter`, scrubbed by `prompt_privacy`,
heard by `ai_metrics`, passed on by `alert_rules`; the others as `ai_metrics` does, of which `alert_rules` counts three.
CPU milliseconds: `behavior_ms` and `ai_metrics_ms`, one round of each by step; `longest_ms`, the tick that senders wait
for longest, in which both send a part. `take` is the exporter `prometheus` taking a round in, on a thread of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, Final

from bench.cpu import cpu, say
from bench.prometheus import BUCKETS, SERIES
from spansieve.cycles import settle
from spansieve.exporters.prometheus import PrometheusConfig
from spansieve.exporters.prometheus.store import Store
from spansieve.pdata import MetricBatch
from spansieve.plugin import Batch, Processor, Signal
from spansieve.processors.ai_metrics import AiMetrics, AiMetricsConfig
from spansieve.processors.alert_rules import AlertRules, AlertRulesConfig
from spansieve.processors.prompt_privacy import PromptPrivacy, PromptPrivacyConfig
from spansieve.series import Exemplar, Family, HistogramCell, Meter, MetricsOut
from spansieve.testing import FakeClock, FakeHost

ROUNDS: Final = 5
TICK_SECONDS: Final = 0.1
EVERY: Final = 10
"""One series in so many changes between two rounds."""


class Behind(FakeHost):
    """What is emitted goes through processors, and into the exporter."""

    def __init__(self, processors: dict[str, Processor[Any]]) -> None:
        """Those, in this order."""
        super().__init__()
        self.processors = processors
        self.store = Store(PrometheusConfig(), lambda *_: None)
        self.seconds: dict[str, float] = defaultdict(float)

    def emit(self, signal: Signal, batch: Batch, **_: bool) -> bool:
        """Let `batch` pass."""
        for name, processor in self.processors.items():
            self.seconds[name] += cpu(lambda one=processor: one.metrics(batch))  # type: ignore[misc]
        bodies = list[bytes]()
        self.seconds["encode"] += cpu(lambda: bodies.append(batch.encode()))
        self.seconds["take"] += cpu(lambda: self.store.take(MetricBatch.parse(bodies[0]), 0))
        return True


def processors_of(clock: FakeClock) -> dict[str, Processor[Any]]:
    """Those of `metrics/ai` in the default configuration."""
    hosts = [FakeHost() for _ in range(3)]
    for host in hosts:
        host.clock = clock
    made: dict[str, Processor[Any]] = {
        "prompt_privacy": PromptPrivacy(PromptPrivacyConfig(), hosts[0]),
        "ai_metrics": AiMetrics(AiMetricsConfig(), hosts[1]),
        "alert_rules": AlertRules(AlertRulesConfig(), hosts[2]),
    }
    for processor in made.values():
        processor.start()
    return made


def updates(meter: Meter, names: Sequence[str]) -> Callable[[int], None]:
    """Twelve metrics, the first of which have these names. Each call changes one series in `every`."""
    labels = ("model", "from")
    families: list[Family[Any]] = [
        meter.histogram(name, "", labels=labels, buckets=BUCKETS) for name in [*names[:1], "h1", "h2", "h3", "h4"][:4]
    ]
    others = [*names[1:], *(f"c{number}_total" for number in range(8))][:8]
    families += [meter.counter(name, "", labels=labels) for name in others]
    keys = [(f"model-{number % 50}", f"tool-{number // 50}") for number in range(SERIES)]
    spans = [Exemplar(number.to_bytes(16), number.to_bytes(8), 1, is_error=False) for number in range(7, 7 + SERIES)]
    cells = [[family.cell("shop", *key) for key in keys] for family in families]

    def update(every: int) -> None:
        for of_family in cells:
            for number in range(0, SERIES, every):
                cell = of_family[number]
                if isinstance(cell, HistogramCell):
                    cell.record(1.5, spans[number])
                else:
                    cell.add(1)

    return update


class Sender:
    """A component that measures, and what is behind it."""

    def __init__(self, scope: str, processors: dict[str, Processor[Any]], clock: FakeClock, *names: str) -> None:
        """`names` are those of its first metrics."""
        self.host = Behind(processors)
        self.host.clock = clock
        self._meter = Meter(self.host, MetricsOut(), scope)
        self.update = updates(self._meter, names)
        self._ticks = 0.0

    def tick(self) -> float:
        """Seconds of a tick, on the chain thread."""
        beside = self.host.seconds["take"]
        seconds = cpu(self._meter.tick) - (self.host.seconds["take"] - beside)
        self._ticks += seconds
        return seconds

    def steps(self) -> dict[str, float]:
        """Milliseconds since this was asked last, by step."""
        found, whole = dict(self.host.seconds), self._ticks
        take = found.pop("take")
        steps = {"collect": whole - sum(found.values()), **found, "whole": whole, "take": take}
        self.host.seconds.clear()
        self._ticks = 0.0
        return {name: seconds * 1e3 for name, seconds in steps.items()}


def round_of(senders: Sequence[Sender], clock: FakeClock) -> float:
    """Let each send a round; milliseconds of the longest tick."""
    longest = 0.0
    for _ in range(round(MetricsOut().interval / TICK_SECONDS) + 1):
        clock.advance(seconds=TICK_SECONDS)
        longest = max(longest, sum(sender.tick() for sender in senders))
    return longest * 1e3


def main() -> None:
    """Print the medians of some rounds."""
    clock = FakeClock()
    behind = processors_of(clock)
    rules = {"alert_rules": behind["alert_rules"]}
    counted = ("ai_operation_duration_seconds", "ai_tokens_total", "tool_executions_total")
    senders = {
        "behavior_ms": Sender("spansieve.behavior", behind, clock),
        "ai_metrics_ms": Sender("spansieve.ai_metrics", rules, clock, *counted),
    }
    longest, steps = list[float](), list[dict[str, dict[str, float]]]()
    for number in range(ROUNDS + 2):
        for sender in senders.values():
            sender.update(EVERY if number else 1)
        longest.append(round_of([*senders.values()], clock))
        steps.append({name: sender.steps() for name, sender in senders.items()})
        if number == 1:
            settle()  # as the program does
    medians = {
        name: {step: round(median(one[name][step] for one in steps[2:]), 1) for step in steps[2][name]}
        for name in senders
    }
    say("rounds", series=24 * SERIES, longest_ms=round(median(longest[2:]), 1), **medians)


if __name__ == "__main__":
    main()
