"""CPU of `alert_rules`: of an evaluation of 10 rules with 50 series each, of a data point that they count, and of one
that none counts. Run: python -m bench.alert_rules
"""

from collections.abc import Sequence
from statistics import median
from typing import Final

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from bench.cpu import cpu, say
from spansieve.pdata import MetricBatch
from spansieve.processors.alert_rules import AlertRules, AlertRulesConfig
from spansieve.testing import FakeHost

RULES, SERIES, STEPS = 10, 50, 40
MODELS: Final = 4


def request(metric: str, round_: int, start_ns: int, time_ns: int) -> bytes:
    """`SERIES` tools by `MODELS` by two outcomes, each of which grew."""
    made = ExportMetricsServiceRequest()
    one = made.resource_metrics.add().scope_metrics.add().metrics.add(name=metric)
    one.sum.aggregation_temporality, one.sum.is_monotonic = 2, True  # type: ignore[assignment]
    for at in range(SERIES * MODELS * 2):
        point = one.sum.data_points.add(as_int=round_ * 10, start_time_unix_nano=start_ns, time_unix_nano=time_ns)
        labels = {"tool": f"tool {at % SERIES}", "model": f"m{at % MODELS}", "status": ("success", "error")[at % 2]}
        for key, text in labels.items():
            point.attributes.add(key=key).value.string_value = text
    return made.SerializeToString()


def run(metric: str) -> tuple[Sequence[float], Sequence[float]]:
    """Seconds of each evaluation, and of each request."""
    rules = [
        {
            "name": f"rule_{number}",
            "numerator": 'calls_total{status="error"}',
            "denominator": "calls_total",
            "threshold": 0.9,
            "by": ["tool"],
        }
        for number in range(RULES)
    ]
    host = FakeHost()
    processor = AlertRules(AlertRulesConfig.model_validate({"rules": rules}), host)
    processor.start()
    begin, ticks, takes = host.clock.time_ns(), list[float](), list[float]()
    for step in range(1, STEPS):
        host.clock.advance(seconds=10)
        batch = MetricBatch.parse(request(metric, step, begin, host.clock.time_ns()))
        takes.append(cpu(lambda batch=batch: processor.metrics(batch)))  # type: ignore[misc]
        ticks.append(cpu(processor.tick))
    return ticks, takes


ticks, takes = run("calls_total")
_, passed = run("other_total")
POINTS: Final = SERIES * MODELS * 2
say(
    "alert_rules",
    rules=RULES,
    series=SERIES,
    tick_ms=round(median(ticks) * 1e3, 2),
    us_a_counted_point=round(median(takes) / POINTS * 1e6, 2),
    us_a_point_that_no_rule_counts=round(median(passed) / POINTS * 1e6, 3),
)
