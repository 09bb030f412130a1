"""Settled spans that are alike, so that most of what there is to do is done once for all of them.

Source: METRICS.md section 1: "hot label sets are cached objects, so an update is a dict lookup and adds".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from spansieve.series import Exemplar, HistogramCell
from spansieve.watching import AiSpan, Traits

from .instruments import Instruments
from .roles import is_model, is_run

MAX_PLANS: Final = 4096
"""Plans that are kept; one more, and all are made anew."""
Key = tuple[Traits, str, str, float]


@dataclass(slots=True)
class Plan:
    """What spans of the same traits, service, outcome and weight have in common."""

    traits: Traits
    service: str
    operation: str
    model: str
    outcome: str
    weight: float
    duration: HistogramCell
    is_model: bool
    is_run: bool
    is_error: bool
    leads_back: bool
    """Whether exemplars lead to its spans."""


class Group(NamedTuple):
    """Spans that are alike, in the order in which they came."""

    plan: Plan
    spans: Sequence[AiSpan]

    def exemplar(self, at: int = -1) -> Exemplar | None:
        """The span at a place: the last one, if nothing else is asked for. None where nobody could look it up."""
        return exemplar_of(self.spans[at], self.plan)


def seconds_of(spans: Sequence[AiSpan]) -> list[float]:
    """What each of them took, `duration_s` of many."""
    seconds = [(span.end_ns - span.start_ns) / 1e9 for span in spans]
    return seconds if min(seconds) >= 0 else [max(0.0, one) for one in seconds]


def exemplar_of(span: AiSpan, plan: Plan) -> Exemplar | None:
    """The span that a value was measured in, if it can be looked up."""
    return None if not plan.leads_back else Exemplar(span.trace_id, span.span_id, span.end_ns, plan.is_error)


class Plans:
    """All that were needed lately."""

    def __init__(self, instruments: Instruments, *, leads_back: bool) -> None:
        """None was. `leads_back`: whether spans can be looked up by their ids."""
        self._leads_back = leads_back
        self._durations = instruments.durations
        self._known: dict[Key, Plan] = {}

    def grouped(self, spans: Iterable[AiSpan]) -> list[Group]:
        """`spans` by what they have in common."""
        groups: dict[Key, list[AiSpan]] = {}
        for span in spans:
            key = span.traits, span.service, span.fate.outcome, span.weight
            try:
                groups[key].append(span)
            except KeyError:
                groups[key] = [span]
        return [Group(self._known.get(key) or self._make(key, some[0]), some) for key, some in groups.items()]

    def _make(self, key: Key, span: AiSpan) -> Plan:
        if len(self._known) >= MAX_PLANS:
            self._known.clear()
        traits, service, outcome = span.traits, span.service, span.outcome
        plan = self._known[key] = Plan(
            traits=traits,
            service=service,
            operation=traits.label,
            model=traits.model,
            outcome=outcome,
            weight=span.weight,
            duration=self._durations.cell(service, traits.label, traits.model, outcome),
            is_model=is_model(traits),
            is_run=is_run(traits),
            is_error=outcome != "success",
            leads_back=self._leads_back,
        )
        return plan
