"""What agents were asked to do: AI spans with none above them, be they the root of their trace or below a web server's.

Source: METRICS.md section 1, `spansieve_requests_total`. What is above a span often comes later than it has settled, so
it stays open until that shows. Where it never comes, runs of agents and workflows are requests; without one, of all the
model calls of a trace the first is, as `behavior` sees it.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from spansieve.series import CounterCell, Exemplar, Family
from spansieve.watching import AiSpan

from .alike import Group, Plan, exemplar_of
from .pending import Arrived, Seen

MAX_AGE: Final = 600.0
"""Seconds that a span is waited for since the last one below it: a run takes its time."""
MAX_OPEN: Final = 50_000
"""Spans that are waited for; the oldest goes first."""
MAX_LED: Final = 50_000
"""Traces of which a run or a request is known; of these at least, and twice as many at most."""
_MAX_DEPTH: Final = 100
_ID: Final = 8
"""Bytes of a span's id."""

Plumbing = Callable[[bytes, bytes], bytes | None]
"""By trace and span: the parent (empty: none) of a span that has come and is no AI span; None for any other."""


class Whose(NamedTuple):
    """What those have in common that are counted together."""

    service: str
    outcome: str
    is_run: bool
    is_call: bool
    """Of a model."""


class Asked(NamedTuple):
    """Requests of the same; the exemplar is for what went wrong."""

    weight: float
    exemplar: Exemplar | None
    start_ns: int
    """Of the first of them."""
    first: float
    """What that one weighs."""


class Open(NamedTuple):
    """What may turn out to be requests, and when the last of it came, in seconds of the monotonic clock."""

    since: float
    asked: dict[Whose, Asked]


class Requests:
    """Counts requests; those that are open by the key (trace and id) of the span that they wait for."""

    def __init__(self, family: Family[CounterCell], plumbing: Plumbing) -> None:
        """None is open."""
        self._family = family
        self._plumbing = plumbing
        self._open: dict[bytes, Open] = {}
        self._led = Seen(MAX_LED)
        """Traces in which a model call is no request for being the first of what is known."""
        self.given_up = 0
        """What was open and went for want of room."""

    def settled(self, group: Group, now: float) -> None:
        """Spans have settled: who has no AI span above is a request, now or when that shows."""
        plan = group.plan
        roots = [span for span in group.spans if not span.is_enclosed]
        asked = [span for span in roots if not span.awaits]
        whose = _whose(plan)
        if plan.is_run:
            self._led.add({span.trace_id for span in group.spans})
        if asked:
            self._led.add({span.trace_id for span in asked})
            self._count(whose, _asked(asked, plan))
        for span in roots if len(asked) < len(roots) else ():
            if span.awaits:
                self._wait(span.trace_id + span.awaits, {whose: _asked([span], plan)}, now)

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
            self._decide(oldest[0][:-_ID], self._open.pop(oldest[0]).asked)

    def _decide(self, trace_id: bytes, asked: dict[Whose, Asked]) -> None:
        """What is above never came."""
        runs = [whose for whose in asked if whose.is_run]
        calls = [whose for whose in asked if whose.is_call]
        for whose in runs:
            self._count(whose, asked[whose])
        if calls and self._led.unseen({trace_id}):
            self._led.add({trace_id})
            first = min(calls, key=lambda whose: asked[whose].start_ns)
            self._count(first, asked[first]._replace(weight=asked[first].first))

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
        known = self._open.pop(key, Open(now, {})).asked
        self._open[key] = Open(now, known)
        for whose, one in asked.items():
            former = known.get(whose)
            known[whose] = one if former is None else _together(former, one)
        while len(self._open) > MAX_OPEN:
            del self._open[next(iter(self._open))]
            self.given_up += 1

    def _count(self, whose: Whose, asked: Asked) -> None:
        self._family.cell(whose.service, whose.service, whose.outcome).add(asked.weight, asked.exemplar)


def _whose(plan: Plan) -> Whose:
    return Whose(plan.service, plan.outcome, plan.is_run, plan.traits.family == "model")


def _asked(spans: list[AiSpan], plan: Plan) -> Asked:
    exemplar = exemplar_of(spans[-1], plan) if plan.is_error else None
    return Asked(len(spans) * plan.weight, exemplar, min(span.start_ns for span in spans), plan.weight)


def _together(one: Asked, other: Asked) -> Asked:
    first = min(one, other, key=lambda asked: asked.start_ns)
    return first._replace(weight=one.weight + other.weight, exemplar=other.exemplar)
