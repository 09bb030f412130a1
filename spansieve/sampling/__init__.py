"""OpenTelemetry's consistent probability sampling: thresholds, randomness, and the trace state that carries both.

An item is kept where its threshold is not above its randomness; both have 56 bits. A threshold tells for how many items
a kept one stands, so whoever samples again must take it along and never make it smaller. Source: OTEP 235 and the
specification's "TraceState: Probability Sampling"; arithmetic bit by bit as in the Go Collector's pkg/sampling.
"""

from .choice import chosen
from .threshold import (
    ALL_RANDOMNESS,
    ALWAYS,
    DIGITS,
    MIN_PROBABILITY,
    NEVER,
    adjusted_count,
    parse_rvalue,
    parse_tvalue,
    probability_of,
    randomness_of,
    rvalue_of,
    threshold_of,
    tvalue_of,
)
from .tracestate import MAX_MEMBERS, TraceState, members_of

__all__ = [
    "ALL_RANDOMNESS",
    "ALWAYS",
    "DIGITS",
    "MAX_MEMBERS",
    "MIN_PROBABILITY",
    "NEVER",
    "TraceState",
    "adjusted_count",
    "chosen",
    "members_of",
    "parse_rvalue",
    "parse_tvalue",
    "probability_of",
    "randomness_of",
    "rvalue_of",
    "threshold_of",
    "tvalue_of",
]
