"""What `/metrics` costs at the bounds of labels. Run: python -m bench.prometheus.

Twelve metrics of 2000 series, four of them histograms: 24,000 series, 104,000 lines. CPU milliseconds: `take`, to take
in a batch in which one series in ten changed; `prepare`, to make text of what changed; `page`, to join the text that
stands ready, which is what an answer takes; `pack`, to compress what changed, and `packed`, to answer with what stands
ready; `part`, an answer in the middle of a round, when one metric changed since text was made; `first`, to make text of
all; `prometheus_client`, the same page by that library.
"""

import json
import statistics
from collections.abc import Callable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric as TheirMetric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from bench.cpu import cpu
from spansieve.cycles import settle
from spansieve.exporters.prometheus import PrometheusConfig
from spansieve.exporters.prometheus.store import Store
from spansieve.pdata import MetricBatch
from spansieve.series import Exemplar, Meter, MetricsOut
from spansieve.testing import FakeHost

BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60]
SERIES = 2_000
ROUNDS = 7
NOTHING = MetricBatch.parse(b"")


class _Families(Collector):
    def __init__(self, families: list[TheirMetric]) -> None:
        self._families = families

    def collect(self) -> list[TheirMetric]:
        return self._families


def _step(meter: Meter) -> Callable[[int], MetricBatch | None]:
    """Each call changes one series in `every`, and collects."""
    labels = ("model", "from")
    histograms = [meter.histogram(f"h{number}_seconds", "", labels=labels, buckets=BUCKETS) for number in range(4)]
    counters = [meter.counter(f"c{number}_total", "", labels=labels) for number in range(8)]
    span = Exemplar(b"\x01" * 16, b"\x02" * 8, 1_700_000_000_000_000_000, is_error=False)

    def step(every: int) -> MetricBatch | None:
        for number in range(0, SERIES, every):
            key = f"model-{number % 50}", f"tool-{number // 50}"
            for histogram in histograms:
                histogram.cell("shop", *key).record(1.5, span)
            for counter in counters:
                counter.cell("shop", *key).add(1)
        return meter.collect()

    return step


def _one_metric(batch: MetricBatch) -> MetricBatch:
    """The first one alone."""
    batch.retain(lambda point: point.metric.name.startswith("h0"))
    return batch


def _theirs(page: bytes) -> float:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(list(text_string_to_metric_families(page.decode()))))
    return cpu(lambda: generate_latest(registry))


if __name__ == "__main__":
    step = _step(Meter(FakeHost(), MetricsOut(), "spansieve.bench"))
    store = Store(PrometheusConfig(), lambda *_: None)
    store.take(step(1) or NOTHING, 0)
    settle()  # as the program does
    times: dict[str, list[float]] = {name: [] for name in ("take", "prepare", "page", "pack", "packed", "part")}
    times["first"] = [cpu(lambda: store.render("text"))]
    store.render_packed("text")
    for _ in range(ROUNDS):
        body = (step(10) or NOTHING).encode()
        times["take"].append(cpu(lambda body=body: store.take(MetricBatch.parse(body), 0)))  # type: ignore[misc]
        times["prepare"].append(cpu(lambda: store.render("text")))
        times["page"].append(cpu(lambda: store.render("text")))
        times["pack"].append(cpu(lambda: store.render_packed("text")))
        times["packed"].append(cpu(lambda: store.render_packed("text")))
        store.take(_one_metric(step(10) or NOTHING), 0)
        times["part"].append(cpu(lambda: store.render_packed("text")))
    page = store.render("text")
    times["prometheus_client"] = [_theirs(page)]
    medians = {name: round(statistics.median(values) * 1e3, 1) for name, values in times.items()}
    sizes = {"bytes": len(page), "packed_bytes": len(store.render_packed("text"))}
    print(json.dumps({"series": 12 * SERIES, **sizes, "cpu_ms": medians}))
