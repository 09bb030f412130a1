"""A processor with a clock that is told, fed with spans of a few words, and a storage that outlives it."""

from collections.abc import Mapping
from typing import Any

from spansieve.alerts import Alert, alerts_of
from spansieve.pdata import LogBatch, MetricBatch, TraceBatch
from spansieve.processors.costs import Costs, CostsConfig
from tests.disk import Disk, DiskHost
from tests.e2e.sampling_cases import body

PRICES = {"overrides": [{"match": "^small$", "input_per_million": 1, "output_per_million": 2}]}


def chat(trace: str, span: str, usd: float | None = None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """A call of 1000 tokens in and 500 out: of `small` it costs 0.002 USD."""
    attrs = {
        "spansieve.ai.kind": "model",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "small",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 500,
        **({} if usd is None else {"gen_ai.usage.cost": usd}),
        **changes.pop("attrs", {}),
    }
    plain = {"trace": trace, "span": span, "parent": None, "name": "chat small", "start_ms": 0, "dur_ms": 100}
    return {**plain, "attrs": attrs, "status": "UNSET", **changes}


class House:
    """One processor. Times of spans are relative to now."""

    def __init__(self, disk: Disk | None = None, at_s: float = 0.0, **config: Any) -> None:  # noqa: ANN401
        self.disk = disk or Disk()
        self.host = DiskHost(self.disk, "costs")
        self.host.clock.advance(seconds=at_s)
        stored = {} if disk is None else {"storage": "disk"}
        self.costs = Costs(CostsConfig.model_validate({"prices": PRICES, **stored, **config}), self.host)
        self.costs.start()

    def send(self, *spans: Mapping[str, Any]) -> TraceBatch:
        """What leaves for what comes."""
        batch = TraceBatch.parse(body([dict(one) for one in spans], self.host.clock.time_ns()))
        self.costs.traces(batch)
        return batch

    def pass_(self, seconds: float, step: float = 1.0) -> None:
        """Let time go by."""
        while seconds > 0:
            self.host.clock.advance(seconds=min(step, seconds))
            self.costs.tick()
            seconds -= step

    def alerts(self) -> list[Alert]:
        """All that were sent since this was asked last."""
        batches = [batch for signal, batch in self.host.emitted if signal == "alerts"]
        self.host.emitted[:] = [one for one in self.host.emitted if one[0] != "alerts"]
        return [alert for batch in batches if isinstance(batch, LogBatch) for alert in alerts_of(batch)]

    def told(self) -> list[tuple[str, str, str]]:
        """Of these the budget, the level and the status."""
        return [(one.labels["budget"], one.labels["level"], one.status) for one in self.alerts()]

    def series(self, name: str) -> dict[tuple[str, ...], float]:
        """The points of a metric in the last batch: values by service and labels."""
        batch = next(batch for signal, batch in reversed(self.host.emitted) if signal == "metrics")
        assert isinstance(batch, MetricBatch)
        return {
            (
                str(point.resource.attributes["service.name"]),
                *(str(value) for _, value in point.attributes.items()),
            ): float(point.value or 0)
            for point in batch
            if point.metric.name == name
        }
