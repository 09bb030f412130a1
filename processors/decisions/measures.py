"""What is counted of decisions. Source: METRICS.md, section 4."""

from typing import Final

from spansieve.plugin import Host
from spansieve.series import Exemplar, Meter
from spansieve.watching import AiSpan

from .config import DecisionsConfig
from .decided import Decided

CONFIDENCES: Final = tuple(tenth / 10 for tenth in range(1, 11))
OPTIONS: Final = (1, 2, 3, 4, 5, 8, 16, 32, 64, 128)


class Measures:
    """The metrics of one processor."""

    def __init__(self, host: Host, config: DecisionsConfig) -> None:
        """Register them."""
        self.meter = Meter(host, config, "spansieve.decisions")
        self._count = self.meter.counter(
            "spansieve_decisions_total", "Decisions, reported or inferred.", labels=("type", "inferred")
        )
        self._confidence = self.meter.histogram(
            "spansieve_decision_confidence", "How sure a decision was.", labels=("type",), buckets=CONFIDENCES
        )
        self._options = self.meter.histogram(
            "spansieve_decision_options", "Out of how many a decision was made.", labels=("type",), buckets=OPTIONS
        )

    def count(self, one: Decided, times: int, last: AiSpan) -> None:
        """A decision that was made so many times, at last by that span."""
        service, weight = one.service, one.weight
        self._count.cell(service, one.type, "true" if one.inferred else "false").add(weight * times)
        if one.confidence is None and one.options is None:
            return
        exemplar = Exemplar(last.trace_id, last.span_id, last.end_ns, one.is_error)
        if one.confidence is not None:
            self._confidence.cell(service, one.type).record(one.confidence, exemplar, weight * times)
        if one.options is not None:
            self._options.cell(service, one.type).record(one.options, exemplar, weight * times)
