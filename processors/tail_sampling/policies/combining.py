"""Policies of policies: all of several, the opposite of one, a veto, and shares of a rate.

Inside them inverted votes are plain ones. Source: contrib's `and.go`, `not.go`, `drop.go`, `composite.go`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ..facts import TraceFacts
from .base import Building, Now, Policy, Verdict, Vote
from .config import AndConfig, CompositeConfig, DropConfig, NotConfig
from .leaves import NOT_SAMPLE, SAMPLE

_DROP = Verdict(Vote.DROP)


class And:
    """Samples what all sample; asks no more once one does not."""

    def __init__(self, name: str, subs: Sequence[Policy]) -> None:
        """At least one."""
        self.name = name
        self._subs = subs

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Sample with the least likely of the parts. Raises PolicyError as a part does."""
        least = SAMPLE
        for sub in self._subs:
            verdict = sub.vote(trace, now)
            if not verdict.vote.samples:
                return NOT_SAMPLE
            if verdict.threshold > least.threshold:
                least = verdict
        return Verdict(Vote.SAMPLE, least.threshold, randomness=least.randomness)


class Not:
    """Samples what another does not."""

    def __init__(self, name: str, sub: Policy) -> None:
        """The other one."""
        self.name = name
        self._sub = sub

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """The opposite. Raises PolicyError as the other one does."""
        return NOT_SAMPLE if self._sub.vote(trace, now).vote.samples else SAMPLE


class Drop:
    """Drops what all sample."""

    def __init__(self, name: str, subs: Sequence[Policy]) -> None:
        """At least one."""
        self.name = name
        self._all = And(name, subs)

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Drop, or say nothing. Raises PolicyError as a part does."""
        return _DROP if self._all.vote(trace, now).vote is Vote.SAMPLE else NOT_SAMPLE


class Share(NamedTuple):
    """A sub-policy of `composite`, and the spans a second that it may let through."""

    policy: Policy
    spans: float


class Composite:
    """The first sub-policy that samples takes the trace, if its share of the second has room."""

    def __init__(self, name: str, shares: Sequence[Share]) -> None:
        """In the order in which they are asked."""
        self.name = name
        self._shares = shares
        self._second = -1
        self._taken = [0] * len(shares)

    def vote(self, trace: TraceFacts, now: Now) -> Verdict:
        """Sample if it fits; a late trace is not asked about again. Raises PolicyError as a sub-policy does."""
        if now.late:
            return NOT_SAMPLE
        second = now.time_ns // 1_000_000_000
        if second != self._second:
            self._second, self._taken = second, [0] * len(self._shares)
        for at, (policy, spans) in enumerate(self._shares):
            if policy.vote(trace, now).vote.samples:
                taken = self._taken[at] + trace.spans
                if taken > spans:
                    return NOT_SAMPLE
                self._taken[at] = taken
                return Verdict(Vote.SAMPLE, sub=policy.name)
        return NOT_SAMPLE


def and_(name: str, config: AndConfig, building: Building) -> Policy:
    """All of several."""
    return And(name, [building.policy(sub) for sub in config.and_sub_policy])


def not_(name: str, config: NotConfig, building: Building) -> Policy:
    """The opposite of one."""
    return Not(name, building.policy(config.not_sub_policy))


def drop(name: str, config: DropConfig, building: Building) -> Policy:
    """A veto."""
    return Drop(name, [building.policy(sub) for sub in config.drop_sub_policy])


def composite(name: str, config: CompositeConfig, building: Building) -> Policy:
    """Shares of a rate: what `rate_allocation` says, else an equal share of the total."""
    subs = config.composite_sub_policy
    names = [sub.name for sub in subs]
    for other in {*config.policy_order, *(share.policy for share in config.rate_allocation)} - {*names}:
        building.context.warn(f"policy {name}: {other} is none of its sub-policies, and has no effect")
    total = config.max_total_spans_per_second
    percents = {share.policy: share.percent for share in config.rate_allocation if share.percent}
    order = {sub: at for at, sub in reversed([*enumerate([*config.policy_order, *names])])}
    shares = [
        Share(
            building.policy(sub),
            min(total, total * percents[sub.name] / 100 if sub.name in percents else total / len(subs)),
        )
        for sub in sorted(subs, key=lambda sub: order[sub.name])
    ]
    return Composite(name, shares)
