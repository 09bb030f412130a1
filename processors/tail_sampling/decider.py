"""Everything that has a say in whether a trace is kept: errors, the policies, conversations, the budget."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from spansieve.pdata import NO_SHELL, TraceBatch, together
from spansieve.plugin import Host

from .budget import Budget
from .config import TailSamplingConfig
from .decide import Outcome, decide
from .decisions import Decision
from .facts import TraceFacts
from .policies import BuildContext, Now, Watcher, build


def pseudonyms(host: Host, value: str, keys: Sequence[str]) -> list[str]:
    """What the processors before make of `value` as it stands under `keys` of a span."""
    batch = TraceBatch.parse(together([(NO_SHELL, [b""])]))
    for span in batch:
        span.attributes.update(dict.fromkeys(keys, value))
    host.ahead("traces", batch)
    return [said for span in batch for key in keys if isinstance(said := span.attributes.get(key), str)]


class Decider:
    """Decides one trace after the other."""

    def __init__(self, config: TailSamplingConfig, host: Host) -> None:
        """Make the policies; what is deprecated or without effect is said in the log."""
        self._config = config
        errors, budget = config.errors, config.budget
        self.rules = errors.rules()
        context = BuildContext(host.clock, errors, partial(pseudonyms, host), host.log.warning)
        self._policies = build(config.policies, context)
        self._sessions = frozenset(policy.name for policy in self._policies.sessions)
        self.budget = None
        if budget is not None:
            self.budget = Budget(host.clock, budget)
            self._exempt = frozenset(budget.exempt)
        self.early = errors.keep and errors.early and (errors.over_drop or not self._policies.drops)
        """Whether an error decides at once."""

    @property
    def watchers(self) -> Sequence[Watcher]:
        """Who looks at each span."""
        return self._policies.watchers

    def reopens(self, decision: Decision) -> bool:
        """Whether a late error brings back a trace that was dropped so."""
        errors = self._config.errors
        return errors.keep and "error" in self._config.late.reopen_on and (errors.over_drop or not decision.final)

    def decide(self, trace: TraceFacts, now: Now) -> Outcome:
        """What becomes of it."""
        outcome = decide(self._policies, trace, now, self._config)
        return outcome if not outcome.kept or self.budget is None else self._afforded(outcome, trace, self.budget, now)

    def follows(self, decision: Decision, spans: int, size_bytes: int) -> None:
        """Spans of a trace that is kept go on behind it: they count for the budget too."""
        if self.budget is not None:
            count = self.budget.exempt if decision.policy in self._exempt else self.budget.follows
            count(spans, size_bytes)

    @property
    def has_sessions(self) -> bool:
        """Whether conversations are to be told of decisions."""
        return bool(self._sessions)

    def flagged(self, trace: TraceFacts, outcome: Outcome) -> Iterator[tuple[str, bytes]]:
        """Tell conversations of a decision; the traces that are to be kept after all, each with the policy's name."""
        by_session = outcome.policy in self._sessions
        for policy in self._policies.sessions:
            for trace_id in policy.seen(
                policy.session_of(trace),
                trace.trace_id,
                error=trace.error is not None,
                kept=outcome.kept and not by_session,
                dropped=not outcome.kept,
            ):
                yield policy.name, trace_id

    def state(self) -> dict[str, Any]:
        """What is to last over a restart, fit for JSON, by name."""
        sessions = {f"session/{policy.name}": policy.sessions.state() for policy in self._policies.sessions}
        return sessions if self.budget is None else {"budget": self.budget.state(), **sessions}

    def load(self, state: Callable[[str], Any]) -> None:
        """Take over what `state` has under each name, None where nothing is."""
        for policy in self._policies.sessions:
            policy.sessions.load(state(f"session/{policy.name}") or {})
        if self.budget is not None:
            self.budget.load(state("budget") or {})

    def _afforded(self, outcome: Outcome, trace: TraceFacts, budget: Budget, now: Now) -> Outcome:
        """The outcome, if the budget allows it. For a late root the budget is not asked, which means no."""
        if outcome.policy in self._exempt:
            budget.exempt(trace.spans, trace.size_bytes)
            return outcome
        randomness = trace.randomness if outcome.randomness is None else outcome.randomness
        passed = max(outcome.threshold, trace.max_th)
        if now.late or not budget.admits(randomness, passed, trace.spans, trace.size_bytes):
            return outcome._replace(kept=False)
        return outcome._replace(threshold=max(outcome.threshold, budget.threshold))
