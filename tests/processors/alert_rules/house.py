"""A processor with a clock that is told, fed with metrics of a few words, and a storage that outlives it."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any, cast

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from spansieve.alerts import Alert, alerts_of
from spansieve.pdata import LogBatch, MetricBatch
from spansieve.plugin import Storage
from spansieve.processors.alert_rules import AlertRules, AlertRulesConfig
from spansieve.testing import FakeHost

Labels = Mapping[str, str]
OPERATIONS = "ai_operation_duration_seconds"
TOOLS = "tool_executions_total"
OVERFLOWS = "spansieve_context_overflows_total"
CUMULATIVE, DELTA = 2, 1


class Disk:
    """A storage in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, value: bytes) -> None:
        self.kept[key] = value

    def transaction(self) -> nullcontext[None]:
        return nullcontext()


class House:
    """`alert_rules` in the middle of nothing. Counters are its own: `add` makes them grow, `step` shows them."""

    def __init__(self, disk: Disk | None = None, clock: Any = None, **config: Any) -> None:  # noqa: ANN401
        self.disk = disk or Disk()
        self.host = FakeHost("alert_rules")
        if clock is not None:
            self.host.clock = clock
        self.host.storage = lambda extension: cast("Storage", self.disk)  # type: ignore[method-assign]
        self.config = AlertRulesConfig.model_validate(config)
        self.rules = AlertRules(self.config, self.host)
        self.rules.start()
        self.start_ns = self.host.clock.time_ns()
        self.counters: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        self._told = 0

    def add(self, amount: float, metric: str, **labels: str) -> None:
        """Let a counter grow."""
        key = metric, tuple(sorted(labels.items()))
        self.counters[key] = self.counters.get(key, 0) + amount

    def operations(self, good: float, bad: float = 0) -> None:
        """Let operations end."""
        self.add(good, OPERATIONS, status="success")
        self.add(bad, OPERATIONS, status="error")

    def show(self) -> None:
        """Send all counters as they are."""
        by_metric: dict[str, list[tuple[Labels, float]]] = {}
        for (metric, labels), value in self.counters.items():
            by_metric.setdefault(metric, []).append((dict(labels), value))
        now = self.host.clock.time_ns()
        for metric, points in by_metric.items():
            self.send(request(metric, points, start_ns=self.start_ns, time_ns=now))

    def send(self, body: bytes) -> None:
        """Let a request pass; it passes unchanged."""
        batch = MetricBatch.parse(body)
        self.rules.metrics(batch)
        assert batch.encode() == body

    def step(self, seconds: float = 10.0) -> list[Alert]:
        """Let time go by, show the counters, and evaluate; what is told then."""
        self.host.clock.advance(seconds=seconds)
        self.show()
        self.rules.tick()
        return self.told()

    def told(self) -> list[Alert]:
        """What was told since it was asked last."""
        batches = [cast("LogBatch", batch) for _, batch in self.host.emitted[self._told :]]
        self._told = len(self.host.emitted)
        return [alert for batch in batches for alert in alerts_of(batch)]

    def restarted(self, seconds: float = 5.0, *, killed: bool = False, **config: Any) -> "House":  # noqa: ANN401
        """The one that is started after this one ended; its counters begin anew."""
        if not killed:
            self.rules.shutdown()
        self.host.clock.advance(seconds=seconds)
        return House(
            self.disk,
            self.host.clock,
            **(config or self.config.model_dump(mode="json", by_alias=True, exclude_unset=True)),
        )

    def rows(self) -> list[dict[str, Any]]:
        """What the status page shows."""
        return cast("list[dict[str, Any]]", self.rules.snapshot()["tables"]["rules"])

    def state(self, rule: str) -> str:
        """The state of a rule without series."""
        return str(next(row["state"] for row in self.rows() if row["rule"] == rule))


def request(
    metric: str,
    points: Sequence[tuple[Labels, float]],
    *,
    start_ns: int,
    time_ns: int,
    temporality: int = CUMULATIVE,
    resource: Labels | None = None,
) -> bytes:
    """An ExportMetricsServiceRequest; a name that ends in `_seconds` is that of a histogram."""
    made = ExportMetricsServiceRequest()
    envelope = made.resource_metrics.add()
    for key, text in (resource or {"service.name": "agent"}).items():
        envelope.resource.attributes.add(key=key).value.string_value = text
    one = envelope.scope_metrics.add().metrics.add(name=metric)
    for labels, value in points:
        point = _point(one, value, temporality)
        point.start_time_unix_nano, point.time_unix_nano = start_ns, time_ns
        for key, text in labels.items():
            point.attributes.add(key=key).value.string_value = text
    return made.SerializeToString()


def _point(metric: Metric, value: float, temporality: int) -> Any:  # noqa: ANN401
    if metric.name.endswith("_seconds"):
        metric.histogram.aggregation_temporality = temporality  # type: ignore[assignment]
        count = round(value)
        return metric.histogram.data_points.add(
            count=count, sum=value / 2, explicit_bounds=[0.5, 1], bucket_counts=[count, 0, 0]
        )
    metric.sum.aggregation_temporality, metric.sum.is_monotonic = temporality, True  # type: ignore[assignment]
    return metric.sum.data_points.add(as_double=value)
