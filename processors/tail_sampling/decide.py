"""The final decision on a trace: a pure function of the policies' votes and of whether it has an error.

Source: contrib's processor/tailsamplingprocessor (`makeDecision`); the built-in `errors` policy is our own.
"""

from collections.abc import Iterable
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
    votes: tuple[tuple[str, Verdict], ...] = ()
    """By policy, in the order in which they were asked."""
    failed: tuple[str, ...] = ()
    """Policies that cast no vote, because they could not."""
    randomness: int | None = None
    """R that its spans get where they have none: the decision was by hash."""

    @property
    def vetoed(self) -> bool:
        """Whether a policy of type `drop` dropped it."""
        return not self.kept and bool(self.votes) and self.votes[-1][1].vote is Vote.DROP


_NOBODY = "", Verdict(Vote.NOT_SAMPLE)


class _Ballot:
    """The votes on one trace as they are cast."""

    def __init__(self, trace: TraceFacts, now: Now) -> None:
        self._trace, self._now = trace, now
        self.votes: list[tuple[str, Verdict]] = []
        self.failed: list[str] = []

    def ask(self, policies: Iterable[Policy], until: Vote | None) -> bool:
        """Ask `policies` until one votes `until`; whether one did."""
        for policy in policies:
            try:
                verdict = policy.vote(self._trace, self._now)
            except PolicyError:
                self.failed.append(policy.name)
                continue
            self.votes.append((policy.name, verdict))
            if verdict.vote is until:
                return True
        return False

    def firsts(self) -> dict[Vote, tuple[str, Verdict]]:
        """For each vote the first policy that cast it, with its verdict."""
        return {cast[1].vote: cast for cast in reversed(self.votes)}

    def outcome(self, cast: tuple[str, Verdict] | None, *, kept: bool) -> Outcome:
        """The outcome that `cast` decided."""
        name, verdict = cast or _NOBODY
        reason: Reason = "error" if kept and name == ERRORS else "policy"
        outcome = Outcome(kept, name, reason=reason, votes=tuple(self.votes), failed=tuple(self.failed))
        if not kept:
            return outcome
        samples = [one for _, one in self.votes if one.vote is Vote.SAMPLE] or [verdict]
        least = min(samples, key=lambda one: one.threshold)
        randomness = least.randomness if verdict.randomness is None else verdict.randomness
        return outcome._replace(sub=verdict.sub, threshold=least.threshold, randomness=randomness)


def decide(policies: Policies, trace: TraceFacts, now: Now, config: TailSamplingConfig) -> Outcome:
    """Ask the policies, those that drop first, and weigh their votes.

    An error is a vote `sample` before all that don't drop, and no inverted vote can undo it.
    """
    ballot = _Ballot(trace, now)
    is_error = config.errors.keep and trace.error is not None
    dropped = ballot.ask(policies.drops, Vote.DROP)
    if dropped and not (is_error and config.errors.over_drop):
        return ballot.outcome(ballot.votes[-1], kept=False)
    if is_error:
        ballot.votes.append((ERRORS, Verdict(Vote.SAMPLE)))
    if not (is_error and config.sample_on_first_match):
        ballot.ask(policies.others, Vote.SAMPLE if config.sample_on_first_match else None)
    return _weighed(ballot, is_error=is_error)


def _weighed(ballot: _Ballot, *, is_error: bool) -> Outcome:
    """The outcome of votes among which there is no drop that counts."""
    firsts = ballot.firsts()
    if Vote.INVERT_NOT_SAMPLE in firsts and not is_error:
        return ballot.outcome(firsts[Vote.INVERT_NOT_SAMPLE], kept=False)
    if Vote.SAMPLE in firsts:
        return ballot.outcome(firsts[Vote.SAMPLE], kept=True)
    if Vote.INVERT_SAMPLE in firsts and Vote.NOT_SAMPLE not in firsts:
        return ballot.outcome(firsts[Vote.INVERT_SAMPLE], kept=True)
    return ballot.outcome(None, kept=False)
