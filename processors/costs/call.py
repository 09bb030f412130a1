"""One counted model call, as what it costs is booked."""

from typing import Final, NamedTuple

from spansieve.watching import AiSpan

from .money import is_cost, units

FUTURE_NS: Final = 60_000_000_000


class Call(NamedTuple):
    """What the books want to know of a call; texts are empty where nothing says them."""

    time_ns: int
    """When it ended, in nanoseconds since the Unix epoch."""
    units: int | None
    """What it cost (`money`); None: not known."""
    tokens: float
    """In and out."""
    calls: float
    """1, but behind a sampler the calls that it stands for."""
    model: str
    operation: str
    user: str
    tenant: str
    thread: str


def call_of(span: AiSpan, now_ns: int) -> Call:
    """The call that a settled span is. What says that it ended later than in a minute ended now."""
    cost, weight, ended = span.cost_usd, span.weight, span.end_ns
    return Call(
        ended if 0 < ended <= now_ns + FUTURE_NS else now_ns,
        units(cost, weight) if cost is not None and is_cost(cost) else None,
        (span.tokens.input + span.tokens.output) * weight,
        weight,
        span.traits.model,
        span.cost_of,
        span.user,
        span.tenant,
        span.thread,
    )
