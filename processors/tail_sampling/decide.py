"""The final decision on a trace: a pure function of the policies' votes and of whether it has an error.

Source: contrib's processor/tailsamplingprocessor (`makeDecision`); the built-in `errors` policy is our own.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from spansieve.sampling import ALWAYS

from .config import ERRORS, TailSamplingConfig
from .facts import TraceFacts
from .policies import Now, Policies, Policy, PolicyError, Verdict, Vote

Reason = Literal["policy", "error", "late_error", "late_root", "session"]
"""Why a trace is kept."""


class Outcome(NamedTuple):
    """What became of a trace, and who said so."""

    kept: bool
    policy: str = ""
    """The policy that decided; "" where none did: nobody asked for the trace."""
    sub: str = ""
    """The sub-policy that `composite` followed."""
    threshold: int = ALWAYS
    """T that its spans get."""
    reason: Reason = "policy"
    asked: tuple[str, ...] = ()
    """The policies that voted, in order."""
    votes: tuple[Vote, ...] = ()
    """What each of them voted."""
    failed: tuple[str, ...] = ()
    """Policies that cast no vote, because they could not."""
    randomness: int | None = None
    """R that its spans get where they have none: the decision was by hash."""

    @property
    def vetoed(self) -> bool:
        """Whether a policy of type `drop` dropped it."""
        return not self.kept and bool(self.votes) and self.votes[-1] is Vote.DROP


_SAMPLE = Verdict(Vote.SAMPLE)


def decide(policies: Policies, trace: TraceFacts, now: Now, config: TailSamplingConfig) -> Outcome:
    """Ask the policies, those that drop first, and weigh their votes.

    An error is a vote `sample` before all that don't drop, and no inverted vote can undo it.
    """
    ballot = _Ballot([], [], [])
    is_error = bool(trace.errors) and config.errors.keep
    dropped = bool(policies.drops) and _ask(policies.drops, trace, now, ballot, Vote.DROP)
    if dropped and not (is_error and config.errors.over_drop):
        return _refused(tuple(ballot.asked), _votes(ballot), len(ballot.asked) - 1, tuple(ballot.failed))
    if is_error:
        ballot.asked.append(ERRORS)
        ballot.verdicts.append(_SAMPLE)
    if not is_error or not config.sample_on_first_match:
        _ask(policies.others, trace, now, ballot, Vote.SAMPLE if config.sample_on_first_match else None)
    return _outcome(ballot, is_error=is_error)


class _Ballot(NamedTuple):
    """The votes on one trace as they are cast."""

    asked: list[str]
    verdicts: list[Verdict]
    failed: list[str]


def _ask(policies: Iterable[Policy], trace: TraceFacts, now: Now, ballot: _Ballot, until: Vote | None) -> bool:
    """Ask `policies` until one votes `until`; whether one did."""
    asked, verdicts, failed = ballot
    for policy in policies:
        try:
            verdict = policy.vote(trace, now)
        except PolicyError:
            failed.append(policy.name)
            continue
        asked.append(policy.name)
        verdicts.append(verdict)
        if verdict.vote is until:
            return True
    return False


def _votes(ballot: _Ballot) -> tuple[Vote, ...]:
    return tuple([verdict.vote for verdict in ballot.verdicts])


def _outcome(ballot: _Ballot, *, is_error: bool) -> Outcome:
    """What votes make among which there is no drop that counts."""
    asked, votes = tuple(ballot.asked), _votes(ballot)
    kept, place = _weighed(votes, is_error)
    if not kept:
        return _refused(asked, votes, place, tuple(ballot.failed))
    verdict = ballot.verdicts[place]
    samples = [one for one in ballot.verdicts if one.vote is Vote.SAMPLE] or [verdict]
    least = min(samples, key=lambda one: one.threshold)
    randomness = least.randomness if verdict.randomness is None else verdict.randomness
    reason: Reason = "error" if asked[place] == ERRORS else "policy"
    failed = tuple(ballot.failed)
    return Outcome(True, asked[place], verdict.sub, least.threshold, reason, asked, votes, failed, randomness)


@lru_cache(4096)
def _refused(asked: tuple[str, ...], votes: tuple[Vote, ...], place: int, failed: tuple[str, ...]) -> Outcome:
    """That of a trace that is dropped by the policy at `place`, or by none (-1). Most are, and few differently."""
    return Outcome(False, asked[place] if place >= 0 else "", asked=asked, votes=votes, failed=failed)


@lru_cache(4096)
def _weighed(votes: tuple[Vote, ...], is_error: bool) -> tuple[bool, int]:
    """Whether a trace is kept for `votes`, among which there is no drop that counts, and the place of the one that
    decided; -1: none did.
    """
    firsts = {vote: place for place, vote in reversed(list(enumerate(votes)))}
    if Vote.INVERT_NOT_SAMPLE in firsts and not is_error:
        return False, firsts[Vote.INVERT_NOT_SAMPLE]
    if Vote.SAMPLE in firsts:
        return True, firsts[Vote.SAMPLE]
    if Vote.INVERT_SAMPLE in firsts and Vote.NOT_SAMPLE not in firsts:
        return True, firsts[Vote.INVERT_SAMPLE]
    return False, -1
