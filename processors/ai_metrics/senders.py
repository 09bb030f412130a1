"""Services that send the GenAI client metrics themselves: ours would count their calls twice.

Source: METRICS.md section 1, "OTel GenAI client metrics".
"""

from typing import Final

from spansieve.pdata import MetricBatch, Resource

MAX_AGE: Final = 600.0
"""Seconds after which a service counts as one that sends none."""
MAX_SERVICES: Final = 1000
"""Services that are remembered; the longest unheard is forgotten."""
TOKEN_USAGE: Final = "gen_ai.client.token.usage"  # noqa: S105 (no password)
OPERATION_DURATION: Final = "gen_ai.client.operation.duration"
_THEIRS: Final = frozenset({TOKEN_USAGE, OPERATION_DURATION})


def service_of(resource: Resource) -> str:
    """`service.name`; empty where nothing says it."""
    name = resource.attributes.get("service.name")
    return name if isinstance(name, str) else ""


class Senders:
    """Who was heard lately; seconds are monotonic."""

    def __init__(self) -> None:
        """Nobody was."""
        self._heard: dict[str, float] = {}

    def hear(self, batch: MetricBatch, now: float) -> set[str]:
        """Note who sends such metrics in `batch`: those that were not known to."""
        services = {service_of(metric.resource) for metric in batch.every_metric() if metric.name in _THEIRS}
        fresh = {service for service in services if not self.sends(service, now)}
        for service in services:
            self._heard.pop(service, None)
            self._heard[service] = now
        while len(self._heard) > MAX_SERVICES:
            del self._heard[next(iter(self._heard))]
        return fresh

    def sends(self, service: str, now: float) -> bool:
        """Whether `service` was heard within the last ten minutes."""
        heard = self._heard.get(service)
        return heard is not None and now <= heard + MAX_AGE
