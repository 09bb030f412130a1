"""Counted model calls as their costs are booked: those that agree in all that the books tell apart, together.

Calls of one conversation come by the dozen, and the books have many pages: so a page is turned once a second, not once
a call.
"""

from typing import Final, Literal, NamedTuple, get_args

from spansieve.watching import AiSpan

from .calendar import HOUR_NS
from .money import is_cost, units

By = Literal["model", "operation", "user", "tenant", "thread"]
BY: Final[tuple[By, ...]] = get_args(By)
EVERY: Final = frozenset(BY)
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

    @property
    def names(self) -> tuple[str, ...]:
        """What it says of each of `BY`."""
        return self[1:6]


class Place(NamedTuple):
    """Where calls stand in their trace, of which not all that encloses them has come."""

    own: str
    """The operation, where they turn out to be in no agent or workflow."""
    trace_id: bytes
    parent: bytes
    """Empty: all has come."""


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
    by: frozenset[By] = EVERY
    """What they are booked by: of some calls a part is known later than the rest."""

    @property
    def is_first(self) -> bool:
        """Whether they were not booked before: the model is what is known at once."""
        return "model" in self.by

    def plus(self, other: "Calls") -> "Calls":
        """Together with others of the same."""
        return self._replace(
            units=self.units + other.units,
            calls=self.calls + other.calls,
            tokens=self.tokens + other.tokens,
            unpriced=self.unpriced + other.unpriced,
        )

    @property
    def time_ns(self) -> int:
        """A moment in the hour of the calls, in nanoseconds since the Unix epoch."""
        return self.whose.hour * HOUR_NS


class Gathered:
    """Calls that are not booked yet."""

    def __init__(self) -> None:
        """There are none."""
        self._sums: dict[tuple[str | int | bytes, ...], list[float]] = {}

    def add(self, span: AiSpan, now_ns: int) -> None:
        """A counted call has settled, at `now_ns` of the clock."""
        ended, weight, cost = span.end_ns, span.weight, span.cost_usd
        if not 0 < ended <= now_ns + FUTURE_NS:
            ended = now_ns
        hour, traits = ended // HOUR_NS, span.traits
        name, place = span.cost_of, ("", b"", b"")
        if span.awaits:
            name, place = traits.agent, (traits.workflow or traits.label, span.trace_id, span.parent_span_id)
        key = span.service, traits.model, name, span.user, span.tenant, span.thread, hour, *place
        sums = self._sums.get(key)
        if sums is None:
            sums = self._sums[key] = [0, 0.0, 0.0, 0.0]
        if cost is not None and is_cost(cost):
            sums[0] += units(cost, weight)
        else:
            sums[3] += weight
        sums[1] += weight
        sums[2] += (span.tokens.input + span.tokens.output) * weight

    def take(self) -> list[tuple[Calls, Place]]:
        """All of them, in the order in which they began to come."""
        taken = [(Calls(Whose(*key[:7]), *sums), Place(*key[7:])) for key, sums in self._sums.items()]  # type: ignore[arg-type]
        self._sums.clear()
        return taken
