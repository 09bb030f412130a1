"""What a measurement costs. Run: python -m bench.series. Compare the ratios to `dict`, one look-up and one addition.

`collect` is CPU a series, at the bound of 2000, sums and histograms.
"""

import json
from collections.abc import Callable

from bench.cpu import measure
from spansieve.series import Exemplar, Meter, MetricsOut
from spansieve.testing import FakeHost

CALLS = 1_000
BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 30, 60]
MODELS = [f"model-{number}" for number in range(10)]
SPAN = Exemplar(b"t" * 16, b"s" * 8, 1_700_000_000_000_000_000, is_error=False)


def _updates() -> dict[str, Callable[[object], object]]:
    meter = Meter(FakeHost(), MetricsOut(), "bench")
    tokens = meter.counter("tokens_total", "", labels=("model", "type"), windowed=True)
    seconds = meter.histogram("seconds", "", labels=("model", "status"), buckets=BUCKETS, windowed=True)
    plain: dict[tuple[str, str], float] = {}
    kept = tokens.cell("shop", "kept", "prompt")

    def over(update: Callable[[str], object]) -> Callable[[object], object]:
        return lambda _: [update(MODELS[number % 10]) for number in range(CALLS)]

    def add_plain(model: str) -> None:
        plain[model, "prompt"] = plain.get((model, "prompt"), 0) + 1

    return {
        "dict": over(add_plain),
        "counter": over(lambda model: tokens.cell("shop", model, "prompt").add(1)),
        "kept": over(lambda _: kept.add(1)),
        "histogram": over(lambda model: seconds.cell("shop", model, "success").record(1.5)),
        "exemplar": over(lambda model: seconds.cell("shop", model, "success").record(1.5, SPAN)),
    }


def _collections() -> dict[str, Callable[[object], object]]:
    counters, histograms = (Meter(FakeHost(), MetricsOut(), "bench") for _ in range(2))
    labels = ("model", "from")
    tokens = counters.counter("tokens_total", "", labels=labels)
    seconds = histograms.histogram("seconds", "", labels=labels, buckets=BUCKETS)
    for number in range(2_000):
        tokens.cell("shop", str(number % 50), str(number // 50)).add(1)
        seconds.cell("shop", str(number % 50), str(number // 50)).record(1.5, SPAN)
    return {"sums": lambda _: counters.collect(), "histograms": lambda _: histograms.collect()}


if __name__ == "__main__":
    us = measure(_updates(), None, CALLS)
    ratio = {name: round(value / us["dict"], 2) for name, value in us.items()}
    print(json.dumps({"items": CALLS, "us": {name: round(value, 3) for name, value in us.items()}, "ratio": ratio}))
    us = measure(_collections(), None, 2_000)
    print(json.dumps({"collect": 2_000, "us": {name: round(value, 2) for name, value in us.items()}}))
