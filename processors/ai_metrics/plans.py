"""What spans that are alike have in common, looked up once for all of them."""

from typing import Final, NamedTuple

from spansieve.series import HistogramCell
from spansieve.watching import AiSpan, Traits

from .instruments import Instruments
from .roles import is_model, is_run

MAX_PLANS: Final = 4096
"""Plans that are kept; one more, and all are made anew."""


class Plan(NamedTuple):
    """What spans of the same traits, service and outcome have in common."""

    traits: Traits
    """Held, so that no others get their id."""
    operation: str
    model: str
    duration: HistogramCell
    is_model: bool
    is_run: bool
    is_error: bool


class Plans:
    """All that were needed lately."""

    def __init__(self, instruments: Instruments) -> None:
        """None was."""
        self._durations = instruments.durations
        self._known: dict[tuple[int, str, str], Plan] = {}

    def of(self, span: AiSpan) -> Plan:
        """The plan for `span`."""
        key = id(span.traits), span.service, span.outcome
        return self._known.get(key) or self._make(key, span)

    def _make(self, key: tuple[int, str, str], span: AiSpan) -> Plan:
        if len(self._known) >= MAX_PLANS:
            self._known.clear()
        traits = span.traits
        plan = self._known[key] = Plan(
            traits,
            traits.label,
            traits.model,
            self._durations.cell(span.service, traits.label, traits.model, span.outcome),
            is_model(traits),
            is_run(traits),
            span.outcome != "success",
        )
        return plan
