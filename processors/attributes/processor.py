"""Run attribute actions on the spans, log records and data points that include and exclude leave.

The actions themselves are in `spansieve.actions`. Source: the Go Collector's attributes processor (contrib,
processor/attributesprocessor).
"""

from collections.abc import Iterable

from spansieve.actions import compile_actions, problems_for, select
from spansieve.pdata import DataPoint, LogBatch, LogRecord, MetricBatch, Span, TraceBatch
from spansieve.plugin import Host, Processor

from .config import AttributesConfig


class Attributes(Processor[AttributesConfig]):
    """Changes attributes in place and drops nothing."""

    config = AttributesConfig

    def __init__(self, config: AttributesConfig, host: Host) -> None:
        """Compile the actions, and what they are for.

        Raises ValueError where include or exclude name what the pipelines' signals don't have.
        """
        problems = [
            f"{side}: {problem}"
            for side, properties in (("include", config.include), ("exclude", config.exclude))
            if properties is not None
            for signal in sorted(host.signals())
            for problem in problems_for(properties, signal)
        ]
        if problems:
            raise ValueError("; ".join(problems))
        self._act = compile_actions(config.actions)
        self._selection = select(config.include, config.exclude)

    def traces(self, batch: TraceBatch) -> None:
        """Act on spans' attributes; events and links keep theirs."""
        self._run(batch if self._selection is None else self._selection.of(batch))

    def logs(self, batch: LogBatch) -> None:
        """Act on log records' attributes."""
        self._run(batch if self._selection is None else self._selection.of(batch))

    alerts = logs

    def metrics(self, batch: MetricBatch) -> None:
        """Act on data points' attributes."""
        self._run(batch if self._selection is None else self._selection.of(batch))

    def _run(self, items: Iterable[Span | LogRecord | DataPoint]) -> None:
        act = self._act
        for item in items:
            act(item.attributes)
