"""memory_limiter: what passes, what is refused and where, and how it stands in pipelines."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from spansieve import pdata
from spansieve.config.load import load
from spansieve.plugin import Refused
from spansieve.processors.memory_limiter import MemoryLimiter, MemoryLimiterConfig
from spansieve.service import Service
from spansieve.testing import OK, FakeHost, otlp_request, through

MIB = 1024 * 1024
BODY = otlp_request("agent", *[OK] * 3)
ACCEPTED, REFUSED = (f"otelcol_processor_memory_limiter_{word}_" for word in ("accepted", "refused"))


class MadeUp:
    """A memory of so many MiB."""

    def __init__(self, used: int) -> None:
        self.used = used
        self.collected = 0

    def total(self) -> int:
        return 1024 * MIB

    def resident(self) -> int:
        return self.used * MIB

    def relax(self) -> None:
        pass

    def collect(self) -> None:
        self.collected += 1

    def give_back(self) -> None:
        pass


class Case:
    """A limiter of 100 MiB, soft 80, over a made up memory of 20."""

    def __init__(self) -> None:
        self.host = FakeHost("memory_limiter")
        self.memory = MadeUp(20)
        config = MemoryLimiterConfig.model_validate({"check_interval": "1s", "limit_mib": 100})
        self.limiter = MemoryLimiter(config, self.host, self.memory)
        self.limiter.start()

    def has(self, mib: int) -> None:
        """Let the process have so much memory, and the limiter see it."""
        self.memory.used = mib
        self.host.clock.advance(seconds=1)
        self.limiter.tick()


def test_within_limits_everything_passes_unchanged_and_is_counted() -> None:
    case = Case()
    assert len(through(case.limiter, BODY)) == 3
    case.limiter.logs(pdata.LogBatch.parse(b""))
    case.limiter.metrics(pdata.MetricBatch.parse(b""))
    assert case.host.counts[f"{ACCEPTED}spans",] == 3


def test_above_soft_items_are_refused_and_counted_and_above_hard_memory_is_collected() -> None:
    case = Case()
    case.has(85)
    with pytest.raises(Refused, match="data refused due to high memory usage"):
        through(case.limiter, BODY)
    assert case.host.counts[f"{REFUSED}spans",] == 3
    assert case.host.counts["memory_level",] == 1
    assert case.host.counts["memory",] == 85 * MIB
    assert case.host.counts["memory_limit", "soft"] == 80 * MIB
    assert case.host.counts["memory_limit", "hard"] == 100 * MIB

    collected = case.memory.collected
    case.has(101)
    assert case.memory.collected == collected + 1
    assert case.host.counts["memory_collections",] == case.memory.collected
    assert case.host.counts["memory_level",] == 2

    case.has(50)
    assert len(through(case.limiter, BODY)) == 3


def test_at_the_door_large_requests_are_refused_and_small_ones_come_in() -> None:
    case = Case()
    case.has(85)
    with pytest.raises(Refused):
        case.limiter.admit("logs", MIB, MIB)
    assert case.host.counts[f"{REFUSED}log_records",] == 1
    case.limiter.admit("logs", 1000, 1000)
    assert case.host.counts[f"{REFUSED}log_records",] == 1


def test_keys_are_checked() -> None:
    with pytest.raises(ValidationError, match="'check_interval' must be greater than zero"):
        MemoryLimiterConfig.model_validate({"limit_mib": 100})


CONFIG = """
receivers: {otlp: {protocols: {http: {endpoint: "localhost:4318"}}}}
processors:
  memory_limiter: {check_interval: 1s, limit_mib: 100000}
  resource: {attributes: [{key: a, value: b, action: upsert}]}
  batch:
exporters: {file: {path: /dev/null}}
service:
  telemetry: {metrics: {readers: []}}
  pipelines:
    traces: {receivers: [otlp], processors: [PROCESSORS], exporters: [file]}
    traces/2: {receivers: [otlp], processors: [memory_limiter], exporters: [file]}
    logs: {receivers: [otlp], processors: [memory_limiter], exporters: [file]}
"""


def service(tmp_path: Path, processors: str) -> tuple[Service, str]:
    """The service, and what the configuration's warnings say."""
    path = tmp_path / "c.yaml"
    path.write_text(CONFIG.replace("PROCESSORS", processors))
    loaded = load([str(path)])
    return Service(loaded), "\n".join(map(str, loaded.warnings))


def test_one_instance_serves_all_pipelines_and_guards_their_receivers(tmp_path: Path) -> None:
    made, warnings = service(tmp_path, "batch, memory_limiter, resource")
    made.discard()
    assert "memory_limiter" not in warnings
    graph = made._assembly.graph
    [one] = {stage.processor for pipeline in graph.pipelines for stage in pipeline.stages if stage.processor.guards}
    assert graph.guards == {("otlp", "traces"): (one,), ("otlp", "logs"): (one,)}
    assert list(graph.tickers) == ["memory_limiter"]


def test_behind_another_processor_there_is_a_warning_and_it_works_first_all_the_same(tmp_path: Path) -> None:
    made, warnings = service(tmp_path, "resource, memory_limiter")
    made.discard()
    assert "traces.processors[1]: memory_limiter stands behind resource, but works first wherever it stands" in warnings
    assert [stage.id for stage in made._assembly.graph.pipelines[0].stateless] == [
        "memory_limiter",
        "resource",
    ]
