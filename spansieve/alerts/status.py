"""Patterns and alerts as a component shows them (`Host.status`): what the status page and the command line read.

Plain data, fit for JSON; times are RFC 3339. Texts are scrubbed: the status page has no password.
"""

from collections.abc import Mapping
from typing import Final, TypedDict, TypeGuard

from spansieve.plugin import Sparkline

from .record import Severity, State, Status

ERRORS: Final = "spansieve.errors/v1"
"""Marks an `ErrorsStatus`."""
SILENCED: Final = ".silenced"
"""Ends the name under which an exporter shows the alerts that it holds back, a list of `SilencedRow`."""


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
    """An alert; `last_hour` are the errors of its pattern, or all of them where it is about all."""

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


def is_errors(value: object) -> TypeGuard[ErrorsStatus]:
    """Whether a component shows patterns and alerts in the form that is known here."""
    return isinstance(value, Mapping) and value.get("schema") == ERRORS
