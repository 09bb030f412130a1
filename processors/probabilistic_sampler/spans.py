"""Sampling of spans, whose trace state carries it."""

from collections.abc import Callable, Iterable

from spansieve.pdata import Span, TraceBatch
from spansieve.sampling import TraceState, rvalue_of

from .priorities import span_priority
from .samplers import Sampler, Way, plan_of

PRIORITY = "sampling.priority"
_STAMP = "ot=rv:00000000000000"


class _Route:
    """A way, the trace state to write (behind the randomness, if `stamped`; None: as it is), and how many went it."""

    __slots__ = ("dropped", "kept", "stamped", "text", "threshold", "way")

    def __init__(self, way: Way, *, stamped: bool, before: str) -> None:
        self.way = way
        self.threshold = way.threshold
        self.stamped = stamped
        self.text = None if way.state is None else str(way.state)
        if stamped and way.state is not None:
            self.text = str(way.state.with_randomness(0)).removeprefix(_STAMP)
        elif self.text == before:
            self.text = None
        self.kept = self.dropped = 0


_Routes = tuple[int | None, int, _Route, _Route]


def sample_spans(
    sampler: Sampler, batch: TraceBatch, randomness: Callable[[bytes], int]
) -> Iterable[tuple[Way, bool, int]]:
    """Drop what `sampler` does not keep, and write into the rest how it was sampled.

    `randomness` draws from a trace id. Returns ways with whether spans stayed on them, and how many.
    """
    plans: dict[tuple[str, bool, int | None], _Routes] = {}

    def keep(span: Span) -> bool:
        attributes = span.attributes
        forced = span_priority(attributes[PRIORITY]) if PRIORITY in attributes else None
        trace_id = span.trace_id
        key = span.trace_state, any(trace_id), forced
        plan = plans.get(key)
        if plan is None:
            plan = plans[key] = _routes(sampler, *key)
        known, arriving, fits, contradicts = plan
        drawn = randomness(trace_id) if known is None else known
        route = fits if drawn >= arriving else contradicts
        if drawn < route.threshold:
            route.dropped += 1
            return False
        route.kept += 1
        if route.text is not None:
            span.trace_state = f"ot=rv:{rvalue_of(drawn)}{route.text}" if route.stamped else route.text
        return True

    batch.retain(keep)
    routes = [route for plan in plans.values() for route in plan[2:]]
    return [
        (route.way, kept, count) for route in routes for kept, count in ((True, route.kept), (False, route.dropped))
    ]


def _routes(sampler: Sampler, trace_state: str, has_id: bool, forced: int | None) -> _Routes:
    state, whole = TraceState.parse(trace_state)
    plan = plan_of(sampler, state, whole=whole, source="trace_id_hash" if has_id else None, forced=forced)
    fits, contradicts = (_Route(way, stamped=plan.stamped, before=trace_state) for way in (plan.fits, plan.contradicts))
    return plan.randomness, plan.arriving, fits, contradicts
