"""How many spans one stands for that a sampler kept. Source: SAMPLING.md section 6."""

from functools import lru_cache
from typing import Final

from spansieve.plugin import Place
from spansieve.sampling import TraceState, adjusted_count

SAMPLERS: Final = frozenset({"probabilistic_sampler", "tail_sampling"})
"""Processors that take spans away and tell in the trace state with which threshold."""


def samplers_before(place: Place | None) -> list[str]:
    """The ids of those that stand before."""
    return [] if place is None else [one for one in place.before if one.partition("/")[0] in SAMPLERS]


def weight_of(tracestate: str) -> float:
    """By the threshold (`ot=th`) in a trace state; 1 where there is none that can be read."""
    return _weight(tracestate) if "th:" in tracestate else 1.0


@lru_cache(1024)
def _weight(tracestate: str) -> float:
    threshold = TraceState.parse(tracestate)[0].threshold
    return 1.0 if threshold is None else adjusted_count(threshold) or 1.0
