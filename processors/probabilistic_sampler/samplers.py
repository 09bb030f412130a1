"""What each mode makes of items: pure functions of what these say of their sampling.

Source: the Go Collector's probabilistic_sampler (contrib, processor/probabilisticsamplerprocessor).
"""

import struct
from collections.abc import Callable
from typing import Literal, NamedTuple

from spansieve.sampling import (
    ALL_RANDOMNESS,
    ALWAYS,
    NEVER,
    TraceState,
    probability_of,
    threshold_of,
)

from .config import ProbabilisticSamplerConfig
from .hashing import BUCKETS

Problem = Literal[
    "", "malformed", "missing_randomness", "randomness_in_use", "threshold_in_use", "inconsistent_threshold"
]
"""Why an item can't be judged; "" where it can."""


class Sampler(NamedTuple):
    """A mode with its settings: `threshold` is what it samples with, given the one that an item arrived with."""

    kind: Literal["never", "hashed", "consistent"]
    threshold: Callable[[int | None], int]
    fail_closed: bool


class Way(NamedTuple):
    """What becomes of items: they stay if their randomness is not below `threshold`, and get `state` (None: none)."""

    threshold: int
    policy: str
    problem: Problem
    state: TraceState | None


class Plan(NamedTuple):
    """What becomes of all items that say the same of their sampling, whatever their randomness.

    `randomness` is None where the item's own counts, which is written too if `stamped`. Items whose randomness is not
    below `arriving`, the threshold that they came with, go the way `fits`, others `contradicts`.
    """

    randomness: int | None
    arriving: int
    fits: Way
    contradicts: Way
    stamped: bool


def sampler_of(config: ProbabilisticSamplerConfig) -> Sampler:
    """The sampler of a configuration."""
    percentage = min(config.sampling_percentage, 100.0)
    if config.mode == "hash_seed":
        kept = int(struct.unpack("f", struct.pack("f", percentage * _BUCKETS_A_PERCENT))[0])  # as Go, in 32 bits
        if kept:
            return Sampler("hashed", _always((BUCKETS - kept) << 42), config.fail_closed)
    elif percentage:
        own = _proportional if config.mode == "proportional" else _equalizing
        decide = own(percentage / 100, config.sampling_precision)
        return Sampler("consistent", decide, config.fail_closed)
    return Sampler("never", _always(NEVER), config.fail_closed)


_BUCKETS_A_PERCENT: float = struct.unpack("f", struct.pack("f", BUCKETS / 100))[0]


def _always(threshold: int) -> Callable[[int | None], int]:
    return lambda _: threshold


def _equalizing(ratio: float, precision: int) -> Callable[[int | None], int]:
    own = threshold_of(ratio, precision)
    return lambda arriving: own if arriving is None else max(own, arriving)


def _proportional(ratio: float, precision: int) -> Callable[[int | None], int]:
    def decide(arriving: int | None) -> int:
        try:
            return threshold_of(ratio * probability_of(arriving or ALWAYS), precision)
        except ValueError:  # below the smallest probability
            return NEVER

    return decide


class _Facts(NamedTuple):
    """What is known of items: `randomness` as in a Plan, `state` None where it is to be left alone."""

    randomness: int | None
    policy: str
    problem: Problem
    state: TraceState | None


def plan_of(sampler: Sampler, state: TraceState, *, whole: bool, source: str | None, forced: int | None) -> Plan:
    """The plan for items whose sampling reads `state`; `whole`: nothing of it was malformed.

    `source` names where their own randomness is drawn from (None: there is nothing), and `forced` is the threshold that
    their priority demands.
    """
    facts = _facts(sampler, state, "" if whole else "malformed", source)
    arriving = None if facts.state is None else facts.state.threshold
    return Plan(
        facts.randomness,
        arriving or ALWAYS,
        _way(sampler, facts, arriving, forced),
        _way(sampler, facts._replace(problem="inconsistent_threshold"), arriving, forced),
        stamped=sampler.kind == "hashed" and facts.state is not None,
    )


def _facts(sampler: Sampler, state: TraceState, malformed: Problem, source: str | None) -> _Facts:
    if sampler.kind == "never":
        return _Facts(ALL_RANDOMNESS, "sampling_priority", malformed, state)
    if sampler.kind == "hashed":  # which is not for items that bring sampling of their own: that is left alone
        in_use: Problem = "randomness_in_use" if state.rvalue else "threshold_in_use" if state.tvalue else ""
        left_alone = malformed or in_use
        return _drawn(source, source or "", left_alone, None if left_alone else state)
    if malformed:
        return _drawn(None, "", malformed, None)
    if state.rvalue:
        return _Facts(state.randomness, "sampling_randomness", "", state)
    return _drawn(source, "trace_id_w3c", "", state)


def _drawn(source: str | None, policy: str, problem: Problem, state: TraceState | None) -> _Facts:
    """Facts of items that have their randomness from `source`, or have none."""
    if source is None:
        return _Facts(ALL_RANDOMNESS, "missing_randomness", problem or "missing_randomness", state)
    return _Facts(None, policy, problem, state)


def _way(sampler: Sampler, facts: _Facts, arriving: int | None, forced: int | None) -> Way:
    if forced is not None:
        threshold = forced
    elif facts.problem:
        threshold = NEVER if sampler.fail_closed else ALWAYS
    else:
        threshold = sampler.threshold(arriving)
    state = facts.state
    if state is not None:
        contradicted = facts.problem == "inconsistent_threshold"  # it would have been dropped by what it came with
        state = (state.without_threshold() if contradicted else state).sampled_with(threshold)
    return Way(threshold, facts.policy if forced is None else "sampling_priority", facts.problem, state)
