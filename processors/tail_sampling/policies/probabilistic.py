"""A share of all traces, the same ones on every node: by the Go Collector's hash, or by the trace's own randomness."""

from ..facts import TraceFacts
from ..probability import (
    fnv1a,
    hash_bound,
    randomness_of_hash,
    rounded,
    salted,
    threshold_of_share,
)
from .base import Building, Now, Policy, Verdict, Vote
from .leaf_config import ProbabilisticConfig
from .leaves import NOT_SAMPLE, Asked


class Probabilistic:
    """Samples where the hash, or the randomness, of the trace is on the right side of a bound."""

    def __init__(self, name: str, config: ProbabilisticConfig) -> None:
        """The percentage is more than 0 and less than 100."""
        self.name = name
        self._mode = config.mode
        self._start = salted(config.hash_salt)
        self._bound = hash_bound(config.sampling_percentage)
        self._exact = threshold_of_share(config.sampling_percentage / 100)
        self._threshold = rounded(self._exact)

    def vote(self, trace: TraceFacts, _: Now) -> Verdict:
        """By hash or randomness, as `mode` says. What is kept never has a threshold above its randomness, which the
        rounding of thresholds would do to one trace in some ten thousand.
        """
        if self._mode == "consistent" or (self._mode == "auto" and trace.consistent):
            if trace.randomness < self._exact:
                return NOT_SAMPLE
            return Verdict(Vote.SAMPLE, min(self._threshold, trace.randomness))
        value = fnv1a(trace.trace_id, self._start)
        if value > self._bound:
            return NOT_SAMPLE
        randomness = randomness_of_hash(value)
        return Verdict(Vote.SAMPLE, min(self._threshold, randomness), randomness=randomness)


def probabilistic(name: str, config: ProbabilisticConfig, _: Building) -> Policy:
    """The policy of a share; all and none need no chance."""
    if config.sampling_percentage >= 100:
        return Asked(name, lambda _: True)
    if config.sampling_percentage <= 0:
        return Asked(name, lambda _: False)
    return Probabilistic(name, config)
