"""Adds settled spans to the numbers."""

from collections import defaultdict
from collections.abc import Sequence

from spansieve.plugin import Clock
from spansieve.series import Exemplar
from spansieve.watching import AiSpan

from .calls import Calls
from .concurrency import Concurrency, Interval
from .instruments import Instruments
from .latencies import Latencies
from .plans import Plans


class Counting:
    """What every AI span is counted by; calls and tools by more."""

    def __init__(self, instruments: Instruments, calls: Calls, concurrency: Concurrency, clock: Clock) -> None:
        """Add to these."""
        self._to = instruments
        self._calls = calls
        self._concurrency = concurrency
        self._clock = clock
        self._plans = Plans(instruments)
        self.latencies = Latencies()

    def count(self, spans: Sequence[AiSpan]) -> None:
        """These have settled."""
        plan_of = self._plans.of
        taken: defaultdict[str, list[float]] = defaultdict(list)
        for span in spans:
            plan = plan_of(span)
            seconds, weight = span.duration_s, span.weight
            exemplar = Exemplar(span.trace_id, span.span_id, span.end_ns, plan.is_error)
            plan.duration.record(seconds, exemplar, weight)
            taken[plan.operation] += [seconds] * max(1, round(weight))
            if not span.parent_span_id:
                self._to.requests.cell(span.service, span.service, span.outcome).add(
                    weight, exemplar if plan.is_error else None
                )
            if span.is_execution:
                self._tool(span, exemplar if plan.is_error else None)
            elif span.is_call:
                self._calls.count(span, plan, exemplar if plan.is_error else None)
            elif plan.is_run:
                self._to.operations.cell(span.service, span.cost_of).add(weight)
            if span.is_counted:
                self._calls.tokens(span, plan)
        now = self._clock.monotonic()
        for operation, values in taken.items():
            self.latencies.add(operation, values, now)

    def _tool(self, span: AiSpan, exemplar: Exemplar | None) -> None:
        parallel = "true" if span.is_parallel else "false"
        self._to.tools.cell(span.service, span.traits.tool, span.outcome, parallel).add(span.weight, exemplar)
        self._concurrency.add(span.service, Interval(span.start_ns, span.end_ns, span.weight))
