"""Patterns and alerts as plain data, for the status page and the command line."""

from typing import Any, Final

from spansieve.alerts import Alert, rfc3339

from .alarms import Alarms
from .pattern import Base, Pattern
from .table import Table
from .told import Teller

MOST: Final = 200
"""Patterns shown: those seen last."""


def shown(table: Table, alarms: Alarms, teller: Teller, now_ns: int) -> dict[str, Any]:
    """`patterns`, the one seen last first, and `alerts`, the newest first. Times are RFC 3339."""
    every = [(base, pattern) for base in table.bases.values() for pattern in base.every()]
    every.sort(key=lambda pair: pair[1].last_ns, reverse=True)
    return {
        "patterns": [_pattern(base, pattern, teller, now_ns) for base, pattern in every[:MOST]],
        "alerts": [_alert(alert) for alert in reversed(alarms.recent)],
    }


def _pattern(base: Base, pattern: Pattern, teller: Teller, now_ns: int) -> dict[str, Any]:
    record = teller.record(base, pattern, now_ns)
    example = pattern.examples.last()
    context = None if example is None else teller.context(example)
    return {
        "key": record.key,
        "fingerprint": record.fingerprint,
        "state": record.state,
        "count": record.count,
        "recovered": record.recovered,
        "soft": pattern.soft,
        "rate_per_minute": record.rate_per_minute,
        "last_hour": {"sparkline": pattern.rates.minutes.until(now_ns)},
        "last_day": {"sparkline": pattern.rates.hours.until(now_ns)},
        "first_seen": rfc3339(record.first_seen_ns),
        "last_seen": rfc3339(record.last_seen_ns),
        "traces": pattern.traces.count(),
        "users": pattern.users.count(),
        "sessions": pattern.sessions.count(),
        "versions": pattern.versions.count(),
        "path": " → ".join(pattern.path),
        "template": record.template,
        "frames": ", ".join(record.frames),
        "example_trace": context.trace_id.hex() if context else "",
        "example_span": context.span_id.hex() if context else "",
    }


def _alert(alert: Alert) -> dict[str, Any]:
    pattern = alert.pattern
    return {
        "id": alert.id,
        "type": alert.type,
        "status": alert.status,
        "severity": alert.severity,
        "summary": alert.summary,
        "count": alert.count,
        "pattern": pattern.key if pattern else "",
        "starts_at": rfc3339(alert.starts_at_ns),
        "ends_at": "" if alert.ends_at_ns is None else rfc3339(alert.ends_at_ns),
        "example_trace": alert.example.trace_id.hex() if alert.example else "",
        "path": " → ".join(alert.path),
    }
