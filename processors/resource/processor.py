"""Run attribute actions on the resources of spans, log records and data points.

The actions themselves are in `spansieve.actions`. Source: the Go Collector's resource processor (contrib,
processor/resourceprocessor).
"""

from spansieve.actions import compile_actions
from spansieve.pdata import LogBatch, MetricBatch, TraceBatch
from spansieve.plugin import Host, Processor

from .config import ResourceConfig


class Resource(Processor[ResourceConfig]):
    """Changes resource attributes in place and drops nothing."""

    config = ResourceConfig

    def __init__(self, config: ResourceConfig, host: Host) -> None:
        """Compile the actions."""
        self._act = compile_actions(config.attributes)

    def traces(self, batch: TraceBatch) -> None:
        """Act on the resource of each group of spans."""
        self._run(batch)

    def logs(self, batch: LogBatch) -> None:
        """Act on the resource of each group of log records."""
        self._run(batch)

    alerts = logs

    def metrics(self, batch: MetricBatch) -> None:
        """Act on the resource of each group of metrics."""
        self._run(batch)

    def _run(self, batch: TraceBatch | LogBatch | MetricBatch) -> None:
        for resource in batch.resources:
            self._act(resource.attributes)
