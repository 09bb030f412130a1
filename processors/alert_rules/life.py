"""The states of a rule, of one series: a pure function from one to the next."""

from typing import Final, Literal, NamedTuple

from .rule import Rule

State = Literal["inactive", "pending", "firing", "resolved"]
Verdict = Literal["holds", "lasts", "clear", "unknown"]
"""Beyond the threshold; no more, but not back at `clear`; back there; or too few samples to say."""

_ROUNDING: Final = 1e-6
"""Seconds; times are sums of floats."""


class Life(NamedTuple):
    """A state. Times are seconds of the monotonic clock."""

    state: State = "inactive"
    since: float = 0.0
    """When the condition began to hold; of other states than pending and firing, when they began."""
    quiet: Verdict | None = None
    """While it fires: why it may be over."""
    quiet_since: float = 0.0

    def fires_at(self, rule: Rule) -> float | None:
        """When it will fire if the condition goes on to hold."""
        return self.since + rule.for_seconds if self.state == "pending" else None


def following(life: Life, verdict: Verdict, now: float, rule: Rule, interval: float) -> Life:
    """What is next after an evaluation at `now`; `interval` seconds lie between two evaluations."""
    if life.state == "firing":
        return _firing(life, verdict, now, rule, interval)
    if verdict != "holds":
        return Life("inactive", now) if life.state == "pending" else life
    since = life.since if life.state == "pending" else now
    return Life("firing" if now - since >= rule.for_seconds - _ROUNDING else "pending", since)


def _firing(life: Life, verdict: Verdict, now: float, rule: Rule, interval: float) -> Life:
    """It is over when it is back at `clear` for one interval, or without samples for the rule's time."""
    if verdict in {"holds", "lasts"}:
        return life._replace(quiet=None)
    quiet = "clear" if life.quiet == "clear" else verdict  # too few samples don't take that back
    since = life.quiet_since if life.quiet else now
    if now - since >= (interval if quiet == "clear" else rule.keep_seconds) - _ROUNDING:
        return Life("resolved", now)
    return life._replace(quiet=quiet, quiet_since=since)
