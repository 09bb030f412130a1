"""What a round of metrics costs the chain thread at the bounds of labels. Run: python -m bench.rounds.

Twelve metrics of 2000 series, four of them histograms with exemplars, as `behavior` and its like send them in the
default configuration: made by a `Meter`, scrubbed by `prompt_privacy`, heard by `ai_metrics`, counted by `alert_rules`.
CPU milliseconds: `round`, all of one round by step; `longest`, the tick that senders wait for longest. `take` is the
exporter `prometheus` taking a round in, on a thread of its own.
"""

from collections import defaultdict
from collections.abc import Callable
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
    """What is emitted goes through processors, as in a pipeline that names who emits as its receiver."""

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


def updates(meter: Meter) -> Callable[[int], None]:
    """Each call changes one series in `every`."""
    labels = ("model", "from")
    families: list[Family[Any]] = [
        meter.histogram(f"h{number}_seconds", "", labels=labels, buckets=BUCKETS) for number in range(4)
    ]
    families += [meter.counter(f"c{number}_total", "", labels=labels) for number in range(8)]
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


def round_of(meter: Meter, host: Behind, interval: float) -> tuple[dict[str, float], float]:
    """Milliseconds of one round by step, and those of its longest tick."""
    host.seconds.clear()
    ticks = list[float]()
    for _ in range(round(interval / TICK_SECONDS) + 1):
        host.clock.advance(seconds=TICK_SECONDS)
        beside = host.seconds["take"]
        ticks.append(cpu(meter.tick) - (host.seconds["take"] - beside))
    steps = dict(host.seconds)
    take = steps.pop("take")
    steps = {"collect": sum(ticks) - sum(steps.values()), **steps, "whole": sum(ticks), "take": take}
    return {name: seconds * 1e3 for name, seconds in steps.items()}, max(ticks) * 1e3


def main() -> None:
    """Print the medians of some rounds."""
    config = MetricsOut()
    clock = FakeClock()
    host = Behind(processors_of(clock))
    host.clock = clock
    meter = Meter(host, config, "spansieve.behavior")
    update = updates(meter)
    update(1)
    round_of(meter, host, config.interval)
    settle()  # as the program does
    rounds = []
    for _ in range(ROUNDS):
        update(EVERY)
        rounds.append(round_of(meter, host, config.interval))
    steps = {name: round(median(one[name] for one, _ in rounds), 1) for name in rounds[0][0]}
    say("rounds", series=12 * SERIES, round_ms=steps, longest_ms=round(median(most for _, most in rounds), 1))


if __name__ == "__main__":
    main()
