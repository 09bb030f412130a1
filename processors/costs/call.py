"""Counted model calls as their costs are booked: those that agree in all that the books tell apart, together.

Calls of one conversation come by the dozen, and the books have many pages: so a page is turned once a second, not once
a call.
"""

from typing import Final, NamedTuple

from spansieve.watching import AiSpan

from .calendar import HOUR_NS
from .money import is_cost, units

FUTURE_NS: Final = 60_000_000_000
"""What says that it ended later than this from now ended now."""


class Whose(NamedTuple):
    """What the books tell apart; texts are empty where nothing says them."""

    service: str
    model: str
    operation: str
    user: str
    tenant: str
    thread: str
    hour: int
    """In which they ended, since the Unix epoch."""


class Calls(NamedTuple):
    """So many calls; behind a sampler, fractions of them."""

    whose: Whose
    units: int = 0
    """What those cost of which it is known (`money`)."""
    calls: float = 0.0
    tokens: float = 0.0
    """In and out."""
    unpriced: float = 0.0
    """Calls of which it is not known what they cost."""

    @property
    def time_ns(self) -> int:
        """A moment in the hour of the calls, in nanoseconds since the Unix epoch."""
        return self.whose.hour * HOUR_NS


class Gathered:
    """Calls that are not booked yet."""

    def __init__(self) -> None:
        """There are none."""
        self._sums: dict[tuple[str | int, ...], list[float]] = {}

    def add(self, span: AiSpan, now_ns: int) -> None:
        """A counted call has settled, at `now_ns` of the clock."""
        ended, weight, cost = span.end_ns, span.weight, span.cost_usd
        if not 0 < ended <= now_ns + FUTURE_NS:
            ended = now_ns
        key = span.service, span.traits.model, span.cost_of, span.user, span.tenant, span.thread, ended // HOUR_NS
        sums = self._sums.get(key)
        if sums is None:
            sums = self._sums[key] = [0, 0.0, 0.0, 0.0]
        if cost is not None and is_cost(cost):
            sums[0] += units(cost, weight)
        else:
            sums[3] += weight
        sums[1] += weight
        sums[2] += (span.tokens.input + span.tokens.output) * weight

    def take(self) -> list[Calls]:
        """All of them, in the order in which they began to come."""
        taken = [Calls(Whose(*key), *sums) for key, sums in self._sums.items()]  # type: ignore[arg-type]
        self._sums.clear()
        return taken
