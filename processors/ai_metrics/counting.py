"""Adds settled spans to the numbers."""

from collections import Counter
from collections.abc import Sequence

from spansieve.plugin import Clock
from spansieve.watching import AiSpan

from .alike import Group, Plans, seconds_of
from .calls import Calls
from .concurrency import Concurrency
from .instruments import Instruments
from .latencies import Latencies
from .requests import Requests


class Counting:
    """What every AI span is counted by; calls and tools by more."""

    def __init__(
        self, instruments: Instruments, calls: Calls, requests: Requests | None, concurrency: Concurrency, clock: Clock
    ) -> None:
        """Add to these. Without `requests`, spans have no place in a trace: they are made of log records."""
        self._to = instruments
        self._calls = calls
        self._requests = requests
        self._concurrency = concurrency
        self._clock = clock
        self._plans = Plans(instruments, leads_back=requests is not None)
        self.latencies = Latencies()

    def count(self, spans: Sequence[AiSpan]) -> None:
        """These have settled."""
        now = self._clock.monotonic()
        for group in self._plans.grouped(spans):
            self._operations(group, now)
            plan = group.plan
            if plan.traits.is_tool:
                self._tools(group)
            elif plan.is_model:
                self._calls.count(group, now)
                self._calls.hold(group, now)
            elif plan.is_run:
                for operation, runs in Counter(span.cost_of for span in group.spans).items():
                    self._to.operations.cell(plan.service, operation).add(runs * plan.weight)
            self._calls.tokens(group, now)

    def _operations(self, group: Group, now: float) -> None:
        """What all of them are counted by."""
        plan, spans = group
        seconds = seconds_of(spans)
        plan.duration.record_all(seconds, group.exemplar, plan.weight)
        self.latencies.add(plan.duration.values[0] or "", seconds, round(plan.weight), now)
        if self._requests is not None:
            self._requests.settled(group, now)

    def _tools(self, group: Group) -> None:
        """Each execution once."""
        plan = group.plan
        runs = [span for span in group.spans if span.is_execution]
        parallel = [span.is_parallel for span in runs].count(True)
        for label, count in (("true", parallel), ("false", len(runs) - parallel)):
            if count:
                cell = self._to.tools.cell(plan.service, plan.traits.tool, plan.outcome, label)
                cell.add(count * plan.weight, group.exemplar() if plan.is_error else None)
        self._concurrency.add(plan.service, [(span.start_ns, span.end_ns, plan.weight) for span in runs])
