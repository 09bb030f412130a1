"""Alerts as JSON, version 1: what webhooks send. `docs/alert-v1.schema.json` describes it."""

import math
from collections.abc import Iterable
from typing import Any, Final

from spansieve.failures import ErrorContext
from spansieve.links import FilledLink

from .record import Alert, Pattern
from .shown import shown
from .times import rfc3339

SCHEMA: Final = "spansieve.alert/v1"


def as_json(alert: Alert, links: Iterable[FilledLink] = ()) -> dict[str, Any]:
    """`alert` as JSON values, the keys in the order of the schema. Its texts are to be scrubbed before (`to_batch`)."""
    alert = shown(alert)
    return {
        "schema": SCHEMA,
        "id": alert.id,
        "type": alert.type,
        "status": alert.status,
        "severity": alert.severity,
        "fingerprint": alert.fingerprint,
        "starts_at": rfc3339(alert.starts_at_ns),
        "updated_at": rfc3339(alert.updated_at_ns),
        "ends_at": None if alert.ends_at_ns is None else rfc3339(alert.ends_at_ns),
        "summary": alert.summary,
        "count": alert.count,
        "window_s": alert.window_s,
        "labels": dict(alert.labels),
        "pattern": None if alert.pattern is None else pattern_fields(alert.pattern),
        "example": None if alert.example is None else _example(alert.example),
        "path": list(alert.path),
        "links": [dict(link) for link in links],
    }


def pattern_fields(pattern: Pattern) -> dict[str, Any]:
    """A pattern as JSON values, the keys in the order of the schema."""
    return {
        "key": pattern.key,
        "fingerprint": pattern.fingerprint,
        "type": pattern.type,
        "tool": pattern.tool,
        "template": pattern.template,
        "frames": list(pattern.frames),
        "count": pattern.count,
        "first_seen": rfc3339(pattern.first_seen_ns),
        "last_seen": rfc3339(pattern.last_seen_ns),
        "rate_per_minute": _number(pattern.rate_per_minute),
        "recovered": pattern.recovered,
        "state": pattern.state,
    }


def _example(example: ErrorContext) -> dict[str, Any]:
    return {
        "trace_id": example.trace_id.hex(),
        "span_id": example.span_id.hex(),
        "timestamp": rfc3339(example.time_ns),
        "error": {"type": example.type, "message": example.message, "stack": example.stack},
        "context": {
            "tool": example.tool,
            "agent": example.agent,
            "user_id": example.user_id,
            "thread_id": example.thread_id,
        },
        "metadata": {key: _written(value) for key, value in example.metadata.items()},
    }


def _number(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _written(value: str | int | float | bool) -> str | int | float | bool:
    """JSON has no word for what is no finite number."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
