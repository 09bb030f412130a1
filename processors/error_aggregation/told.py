"""What is told of errors: the records that alerts are made of."""

from typing import Final, NamedTuple

from spansieve.alerts import Pattern as PatternRecord
from spansieve.failures import ErrorContext, context_of, context_of_record
from spansieve.pdata import DecodeError, LogRecord, Shell, Span, read

from .alarms import Cause
from .examples import Example
from .pattern import Base, Pattern
from .rates import per_minute
from .seen import Seen, example_of
from .sources import Sources

FUTURE_NS: Final = 60_000_000_000
"""An error that is later than this from now raises nothing."""
MARK: Final = "spansieve.error."
"""Begins the metadata that is ours."""


class Hit(NamedTuple):
    """An error that was just counted."""

    seen: Seen
    base: Base
    pattern: Pattern
    now_ns: int
    """The clock, in nanoseconds since the epoch."""
    now: float
    """Monotonic seconds."""

    @property
    def when_ns(self) -> int:
        """When it happened; what is said to lie further ahead than a minute counts as in a minute."""
        return min(self.seen.time_ns, self.now_ns + FUTURE_NS)


class Teller:
    """Makes records of what is kept."""

    def __init__(self, sources: Sources, resolve_after: float) -> None:
        """A pattern that is silent for `resolve_after` seconds is resolved."""
        self._sources = sources
        self._resolve_after_ns = round(resolve_after * 1e9)

    def cause(self, hit: Hit, *, fine: bool = False) -> Cause:
        """An error that raises an alert; `fine`: about its fingerprint, and not about its key."""
        seen = hit.seen
        record = self.record(hit.base, hit.pattern if fine else None, hit.now_ns)
        labels = {"service": seen.source.service, "tool": hit.base.tool}
        labels = {name: text for name, text in labels.items() if text}
        return Cause(seen.time_ns, record, self.context(example_of(seen)), seen.path, labels)

    def record(self, base: Base, pattern: Pattern | None, now_ns: int) -> PatternRecord:
        """A key as it is now, with the fingerprint seen last, or one fingerprint."""
        counted = pattern or base
        shown = pattern or base.latest or next(iter(base.every()), None)
        rates = [one.rates for one in ([pattern] if pattern else base.every())]
        return PatternRecord(
            key=base.key,
            fingerprint=shown.fingerprint if shown else "",
            type=base.type,
            tool=base.tool,
            template=shown.template if shown else "",
            frames=shown.frames if shown else (),
            count=counted.count,
            first_seen_ns=counted.first_ns,
            last_seen_ns=counted.last_ns,
            rate_per_minute=per_minute(rates, counted.first_ns, now_ns),
            recovered=counted.recovered,
            state=counted.life.state(now_ns, self._resolve_after_ns),
        )

    def context(self, example: Example) -> ErrorContext | None:
        """An example as everybody reads it; None where it can't be read."""
        try:
            found = self._context(example)
        except DecodeError:
            return None
        agent, user, thread = example.above
        metadata = dict(found.metadata)
        if example.attempt > 1:
            metadata[MARK + "attempt"] = example.attempt
        if example.caused_by:
            metadata[MARK + "caused_by"] = example.caused_by
        return found._replace(
            agent=found.agent or agent,
            user_id=found.user_id or user,
            thread_id=found.thread_id or thread,
            metadata=metadata,
        )

    def service(self, example: Example) -> str:
        """Who sent an example; empty where it does not say so, or can't be read."""
        try:
            return self._sources.of(Shell(example.resource, example.scope)).service
        except DecodeError:
            return ""

    def _context(self, example: Example) -> ErrorContext:
        scope = self._sources.of(Shell(example.resource, example.scope)).scope
        if example.is_record:
            return context_of_record(LogRecord(read("LogRecord", example.wire), scope))
        return context_of(Span(read("Span", example.wire), scope))


def words(base: Base) -> str:
    """An error for a summary, which holds nothing of its message."""
    return f"{base.type} in {base.tool}" if base.tool else base.type


def lasting(seconds: float) -> str:
    """A time for a summary."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:g} s"
