"""The client metrics of OpenTelemetry's GenAI conventions, made of spans.

Source: METRICS.md section 1, "OTel GenAI client metrics"; the attributes are the conventions'.
"""

from spansieve.pdata import MetricBatch
from spansieve.series import Family, HistogramCell
from spansieve.watching import AiSpan

from .instruments import Instruments
from .senders import Senders


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

    def called(self, span: AiSpan, now: float) -> None:
        """A model call took its time."""
        if not self._senders.sends(span.service, now):
            error = None if span.outcome == "success" else span.error_type or "_OTHER"
            self._cell(self._durations, span, error).record(span.duration_s, None, span.weight)

    def used(self, span: AiSpan, now: float) -> None:
        """A call used tokens."""
        if self._senders.sends(span.service, now):
            return
        for kind, number in (("input", span.tokens.input), ("output", span.tokens.output)):
            if number:
                self._cell(self._tokens, span, kind).record(number, None, span.weight)

    def _cell(self, family: Family[HistogramCell], span: AiSpan, last: str | None) -> HistogramCell:
        traits = span.traits
        address, port = (traits.server_address, traits.server_port) if self._has_server else ("", 0)
        return family.cell(
            span.service,
            traits.label,
            traits.provider or "_OTHER",
            traits.request_model or None,
            traits.response_model or None,
            address or None,
            str(port) if port and address else None,
            last,
        )
