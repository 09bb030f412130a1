"""A share of all traces, chosen alike by everybody: the same ones on every node, and more of them for larger shares."""

from functools import lru_cache

from .threshold import MIN_PROBABILITY, NEVER, randomness_of, threshold_of
from .tracestate import TraceState

_TRACE_ID_BYTES = 16


def chosen(trace_id: bytes, tracestate: str, ratio: float) -> bool:
    """Whether a trace is among the share `ratio` (0 to 1) of all: when its 56-bit number, `ot=rv:` of `tracestate` or
    else the last 7 bytes of its id, is at least 2**56 * (1 - ratio). Source: OTEP 235.

    What has no trace id of 16 bytes counts as 0, which the ratio 1 alone chooses. Raises ValueError above that.
    """
    return randomness(trace_id, tracestate) >= _threshold(ratio)


def randomness(trace_id: bytes, tracestate: str) -> int:
    """The number by which a trace is chosen: the explicit one, where there is a readable one."""
    if "rv:" in tracestate:
        explicit = TraceState.parse(tracestate)[0].randomness
        if explicit is not None:
            return explicit
    return randomness_of(trace_id) if len(trace_id) == _TRACE_ID_BYTES else 0


@lru_cache(64)
def _threshold(ratio: float) -> int:
    return threshold_of(ratio) if ratio >= MIN_PROBABILITY else NEVER
