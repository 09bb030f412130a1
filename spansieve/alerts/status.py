"""Patterns and alerts as a component shows them (`Host.status`): what the status page and the command line read.

Plain data, fit for JSON; times are RFC 3339. Texts are scrubbed: the status page has no password.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, TypedDict, TypeGuard

from spansieve.plugin import Sparkline

from .record import Alert, Severity, State, Status
from .times import rfc3339, time_ns_of

ERRORS: Final = "spansieve.errors/v1"
"""Marks an `ErrorsStatus`."""
SILENCED: Final = ".silenced"
"""Ends the name under which an exporter shows the alerts that it holds back, a list of `SilencedRow`."""
DELIVERIES: Final = ".deliveries"
"""Ends the name under which an exporter shows what became of the alerts that it was given, a list of `DeliveryRow`."""
DeliveryState = Literal["waits", "sent", "retries", "summed_up", "given_up"]
"""It is to be told; the endpoint has it; it did not take it and is tried again; it became a part of a summary; nobody
was told.
"""


class About(TypedDict):
    """What it is about, and a failure to look at; a text is empty where there is none."""

    example_trace: str
    example_span: str
    service: str
    tool: str
    fingerprint: str


class PatternRow(About):
    """A pattern. `last_hour` has a count a minute, `last_day` one an hour, the oldest first."""

    key: str
    state: State
    count: int
    recovered: int
    soft: int
    rate_per_minute: float
    last_hour: Sparkline
    last_day: Sparkline
    first_seen: str
    last_seen: str
    traces: int
    users: int
    sessions: int
    versions: int
    path: str
    template: str
    frames: str


class AlertRow(About):
    """An alert; `last_hour` are the errors that it is about, empty where it is about none."""

    id: str
    type: str
    status: Status
    severity: Severity
    summary: str
    count: int
    pattern: str
    starts_at: str
    updated_at: str
    ends_at: str
    """Empty while it fires."""
    last_hour: Sparkline
    path: str


class ErrorsStatus(TypedDict):
    """`patterns` as many as are shown, of `patterns_in_all`, the one seen last first; `alerts`: those that fire first,
    of either the newest first.
    """

    schema: str
    time: str
    patterns: list[PatternRow]
    patterns_in_all: int
    alerts: list[AlertRow]


class SilencedRow(TypedDict):
    """An alert that is not sent, and the comment of the silence."""

    alert: str
    type: str
    summary: str
    silence: str


class DeliveryRow(TypedDict):
    """What became of an alert (by its id) at one endpoint, since when, and why; empty where there is nothing to say."""

    alert: str
    endpoint: str
    state: DeliveryState
    why: str
    time: str


def row_of(alert: Alert, last_hour: Sequence[float] = ()) -> AlertRow:
    """An alert as it is shown."""
    pattern, example = alert.pattern, alert.example
    return {
        "id": alert.id,
        "type": alert.type,
        "status": alert.status,
        "severity": alert.severity,
        "fingerprint": alert.fingerprint,
        "summary": alert.summary,
        "count": alert.count,
        "pattern": pattern.key if pattern else "",
        "starts_at": rfc3339(alert.starts_at_ns),
        "updated_at": rfc3339(alert.updated_at_ns),
        "ends_at": "" if alert.ends_at_ns is None else rfc3339(alert.ends_at_ns),
        "last_hour": {"sparkline": [*last_hour]},
        "path": " → ".join(alert.path),
        "service": alert.labels.get("service", ""),
        "tool": alert.labels.get("tool", ""),
        "example_trace": example.trace_id.hex() if example else "",
        "example_span": example.span_id.hex() if example else "",
    }


def in_order(rows: Iterable[AlertRow]) -> list[AlertRow]:
    """Those that fire first, of either the newest first."""
    newest = sorted(rows, key=lambda row: time_ns_of(row["ends_at"] or row["starts_at"]), reverse=True)
    return sorted(newest, key=lambda row: row["status"] != "firing")


def is_errors(value: object) -> TypeGuard[ErrorsStatus]:
    """Whether a component shows patterns and alerts in the form that is known here."""
    return isinstance(value, Mapping) and value.get("schema") == ERRORS
