"""Run statements on every resource, scope, span, span event, metric, data point or log record of a batch.

The statements are `spansieve.ottl`'s. Source: the Go Collector's transformprocessor (contrib).
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from spansieve.ottl import ContextName, EventAt, Guards, MetricAt
from spansieve.pdata import LogBatch, MetricBatch, TraceBatch
from spansieve.plugin import Host, Processor

from .config import TransformConfig
from .passes import Pass, passes


class Transform(Processor[TransformConfig]):
    """Changes what passes and drops nothing, unless a statement can't be run and the mode is `propagate`."""

    config = TransformConfig
    on_error: ClassVar[Literal["refuse", "drop", "pass"]] = "drop"  # the same batch would fail again and again

    def __init__(self, config: TransformConfig, host: Host) -> None:
        """Compile all statements."""
        made = passes(config.sources(), Guards(host), host.clock.time_ns)
        self._traces = [one for one in made if one.signal == "traces"]
        self._metrics = [one for one in made if one.signal == "metrics"]
        self._logs = [one for one in made if one.signal == "logs"]

    def traces(self, batch: TraceBatch) -> None:
        """Run the statements for traces."""
        _run(self._traces, batch)

    def metrics(self, batch: MetricBatch) -> None:
        """Run the statements for metrics."""
        _run(self._metrics, batch)

    def logs(self, batch: LogBatch) -> None:
        """Run the statements for logs."""
        _run(self._logs, batch)

    alerts = logs


def _run(made: list[Pass], batch: TraceBatch | MetricBatch | LogBatch) -> None:
    for one in made:
        run = one.run
        for item in _items(batch, one.context):
            run(item)


def _items(batch: Any, context: ContextName) -> Iterable[Any]:  # noqa: ANN401 (a batch of the context's signal)
    """What a batch has for a context."""
    items: Iterable[Any] = batch
    if context == "resource":
        items = batch.resources
    elif context == "scope":
        items = batch.scopes
    elif context == "spanevent":
        items = (EventAt(event, span) for span in batch for event in span.events)
    elif context == "metric":
        items = (MetricAt(metric, points) for metric, points in batch.by_metric())
    return items
