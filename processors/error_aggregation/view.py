"""Patterns and alerts as plain data, for the status page and the command line."""

from collections.abc import Iterable
from functools import cached_property
from typing import Final

from spansieve.alerts import Alert, Scrub, fingerprint_of, rfc3339, scrubbed
from spansieve.alerts.status import ERRORS, ErrorsStatus, PatternRow, in_order, row_of

from .kept import Kept
from .pattern import Base, Pattern
from .rates import Rates

MOST: Final = 200
"""Patterns shown: those seen last."""


class View:
    """What is kept at one moment, in nanoseconds since the epoch."""

    def __init__(self, kept: Kept, now_ns: int, scrub: Scrub) -> None:
        """Texts of errors go through `scrub` once more."""
        self._kept = kept
        self._now_ns = now_ns
        self._scrub = scrub
        self._every = [(base, one) for base in kept.table.bases.values() for one in base.every()]
        self._every.sort(key=lambda pair: pair[1].last_ns, reverse=True)

    def status(self, alerts: Iterable[Alert] = ()) -> ErrorsStatus:
        """All of it. Alerts are those that fire and the last that did, or `alerts` as well."""
        alarms = self._kept.alarms
        told = {alert.id: alert for alert in (*alarms.recent, *alerts)}
        told |= {firing.alert.id: firing.alert for firing in alarms.firing.values()}
        return {
            "schema": ERRORS,
            "time": rfc3339(self._now_ns),
            "patterns": [self._pattern(*pair) for pair in self._every[:MOST]],
            "patterns_in_all": len(self._every),
            "alerts": in_order(row_of(alert, self._last_hour_of(alert)) for alert in told.values()),
        }

    def _pattern(self, base: Base, pattern: Pattern) -> PatternRow:
        teller = self._kept.teller
        record = teller.record(base, pattern, self._now_ns)
        example = pattern.examples.last()
        context = None if example is None else teller.context(example)
        trace_id = context.trace_id if context else b""
        return {
            "key": record.key,
            "fingerprint": record.fingerprint,
            "state": record.state,
            "count": record.count,
            "recovered": record.recovered,
            "soft": pattern.soft,
            "rate_per_minute": record.rate_per_minute,
            "last_hour": {"sparkline": [*pattern.rates.minutes.until(self._now_ns)]},
            "last_day": {"sparkline": [*pattern.rates.hours.until(self._now_ns)]},
            "first_seen": rfc3339(record.first_seen_ns),
            "last_seen": rfc3339(record.last_seen_ns),
            "traces": pattern.traces.count(),
            "users": pattern.users.count(),
            "sessions": pattern.sessions.count(),
            "versions": pattern.versions.count(),
            "path": " → ".join(pattern.path),
            "template": scrubbed(record.template, trace_id, self._scrub),
            "frames": scrubbed(", ".join(record.frames), trace_id, self._scrub),
            "service": teller.service(example) if example else "",
            "tool": record.tool,
            "example_trace": trace_id.hex(),
            "example_span": context.span_id.hex() if context else "",
        }

    def _last_hour_of(self, alert: Alert) -> list[float]:
        """The errors that an alert is about: of a fingerprint, of a key, or all."""
        told = alert.pattern
        base = self._kept.table.bases.get(told.key) if told else None
        if told and alert.fingerprint == fingerprint_of(alert.type, told.key):
            return self._last_hour(base.every() if base else ())
        if told and alert.fingerprint == fingerprint_of(alert.type, told.fingerprint):
            one = base.patterns.get(told.fingerprint) if base else None
            return self._last_hour([one] if one else ())
        return self._last_hour_of_all

    @cached_property
    def _last_hour_of_all(self) -> list[float]:
        return self._last_hour(one for _, one in self._every)

    def _last_hour(self, patterns: Iterable[Pattern]) -> list[float]:
        minutes = Rates().minutes
        for one in patterns:
            minutes.join(one.rates.minutes)
        return [*minutes.until(self._now_ns)]
