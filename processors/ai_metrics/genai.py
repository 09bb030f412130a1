"""The client metrics of OpenTelemetry's GenAI conventions, made of spans.

Source: METRICS.md section 1, "OTel GenAI client metrics"; the attributes are the conventions'.
"""

from collections.abc import Sequence
from typing import Final

from spansieve.pdata import MetricBatch
from spansieve.series import Family, HistogramCell
from spansieve.watching import AiSpan

from .alike import Group, Plan, seconds_of
from .instruments import Instruments
from .senders import Senders

_NOT_KNOWN: Final = "_OTHER"
"""The conventions' word for the type of an error that nothing names."""


class GenAiMetrics:
    """For services that don't send them themselves; seconds are monotonic."""

    def __init__(self, instruments: Instruments, *, server: bool) -> None:
        """`server`: whether to say which server was called."""
        self._tokens = instruments.client_tokens
        self._durations = instruments.client_durations
        self._has_server = server
        self._senders = Senders()

    def hear(self, batch: MetricBatch, now: float) -> None:
        """Services may send such metrics here: what is made for them is shown no more."""
        for service in self._senders.hear(batch, now):
            self._tokens.drop(service)
            self._durations.drop(service)

    def called(self, plan: Plan, calls: Sequence[AiSpan], now: float) -> None:
        """Model calls took their time."""
        if self._senders.sends(plan.service, now):
            return
        by_error: dict[str | None, list[AiSpan]] = {} if plan.is_error else {None: [*calls]}
        for span in calls if plan.is_error else ():
            by_error.setdefault(span.error_type or _NOT_KNOWN, []).append(span)
        for error, some in by_error.items():
            cell = self._cell(self._durations, plan, error)
            cell.record_all(seconds_of(some), Group(plan, some).exemplar, plan.weight)

    def used(self, plan: Plan, counted: Sequence[AiSpan], now: float) -> None:
        """Calls used tokens."""
        if self._senders.sends(plan.service, now):
            return
        for place, kind in enumerate(("input", "output")):
            tokens = [span.tokens[place] for span in counted]
            some = counted if all(tokens) else [span for span in counted if span.tokens[place]]
            if some:
                cell = self._cell(self._tokens, plan, kind)
                cell.record_all([*filter(None, tokens)], Group(plan, some).exemplar, plan.weight)

    def _cell(self, family: Family[HistogramCell], plan: Plan, last: str | None) -> HistogramCell:
        traits = plan.traits
        address, port = (traits.server_address, traits.server_port) if self._has_server else ("", 0)
        return family.cell(
            plan.service,
            plan.operation,
            traits.provider or None,
            traits.request_model or None,
            traits.response_model or None,
            address or None,
            str(port) if port and address else None,
            last,
        )
