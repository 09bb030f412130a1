"""What agents were asked to do: AI spans with none above them, be they the root of their trace or below a web server's.

Source: METRICS.md section 1, `spansieve_requests_total`. What is above a span often comes later than it has settled, so
it stays open until that shows.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from spansieve.series import CounterCell, Exemplar, Family
from spansieve.watching import AiSpan

from .alike import Group, Plan, exemplar_of
from .pending import Arrived

MAX_AGE: Final = 600.0
"""Seconds after which what is above a span is not waited for any more."""
MAX_OPEN: Final = 50_000
"""Spans that are waited for; the oldest goes first."""
_MAX_DEPTH: Final = 100
_ID: Final = 8
"""Bytes of a span's id."""

Plumbing = Callable[[bytes, bytes], bytes | None]
"""By trace and span: the parent (empty: none) of a span that has come and is no AI span; None for any other."""
Whose = tuple[str, str]
"""Service and outcome."""


class Asked(NamedTuple):
    """Requests of one service and outcome; the exemplar is for what went wrong."""

    weight: float
    exemplar: Exemplar | None


class Open(NamedTuple):
    """What may turn out to be requests, since when, in seconds of the monotonic clock."""

    since: float
    asked: dict[Whose, Asked]


class Requests:
    """Counts requests; those that are open by the key (trace and id) of the span that they wait for."""

    def __init__(self, family: Family[CounterCell], plumbing: Plumbing) -> None:
        """None is open."""
        self._family = family
        self._plumbing = plumbing
        self._open: dict[bytes, Open] = {}
        self.given_up = 0
        """What was open and went for want of room."""

    def settled(self, group: Group, now: float) -> None:
        """Spans have settled: who has no AI span above is a request, now or when that shows."""
        plan = group.plan
        roots = [span for span in group.spans if not span.is_enclosed]
        asked = [span for span in roots if not span.awaits]
        if asked:
            self._count((plan.service, plan.outcome), _asked(asked, plan))
        for span in roots if len(asked) < len(roots) else ():
            if span.awaits:
                self._wait(span.trace_id + span.awaits, {(plan.service, plan.outcome): _asked([span], plan)}, now)

    def came(self, arrived: Arrived, now: float) -> None:
        """Spans have come: what waited for them is a request, or is not, or waits for the next one."""
        for key in self._open.keys() & arrived.spans:
            asked = self._open.pop(key).asked
            trace_id, top = key[:-_ID], self._climb(key[:-_ID], key[-_ID:])
            if not top:
                for whose, one in asked.items():
                    self._count(whose, one)
            elif not arrived.has_come(trace_id + top):
                self._wait(trace_id + top, asked, now)

    def expire(self, now: float) -> None:
        """Wait no more for what did not come in time."""
        while self._open and (oldest := next(iter(self._open.items())))[1].since + MAX_AGE <= now:
            del self._open[oldest[0]]

    def _climb(self, trace_id: bytes, at: bytes) -> bytes:
        """From `at` up, the first that is an AI span or has not come; empty where there is none."""
        for _ in range(_MAX_DEPTH):
            parent = self._plumbing(trace_id, at)
            if parent is None:
                return at
            if not parent:
                return b""
            at = parent
        return at

    def _wait(self, key: bytes, asked: dict[Whose, Asked], now: float) -> None:
        known = self._open.setdefault(key, Open(now, {})).asked
        for whose, (weight, exemplar) in asked.items():
            former = known.get(whose, Asked(0, None))
            known[whose] = Asked(former.weight + weight, exemplar)
        while len(self._open) > MAX_OPEN:
            del self._open[next(iter(self._open))]
            self.given_up += 1

    def _count(self, whose: Whose, asked: Asked) -> None:
        service, outcome = whose
        self._family.cell(service, service, outcome).add(*asked)


def _asked(spans: list[AiSpan], plan: Plan) -> Asked:
    return Asked(len(spans) * plan.weight, exemplar_of(spans[-1], plan) if plan.is_error else None)
