"""An alert as it is inside: immutable, with everything that a receiver is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from spansieve.failures import ErrorContext

Status = Literal["firing", "resolved"]
Severity = Literal["critical", "error", "warning", "info"]
"""The gravest first."""
State = Literal["new", "active", "resolved", "regressed"]
STORM: Final = "alert_storm"
"""The type of an alert that stands for many others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The pattern that an alert is about, as it stood when the alert was made. Times: nanoseconds since the epoch."""

    key: str
    """The base key, `type:tool`."""
    fingerprint: str
    """16 hex digits; those of the pattern below the key, the one seen last where the alert is about the key."""
    type: str
    tool: str
    """Empty where there is none."""
    template: str
    frames: tuple[str, ...]
    count: int
    first_seen_ns: int
    last_seen_ns: int
    rate_per_minute: float
    recovered: int
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert, firing or resolved. Times are nanoseconds since the epoch."""

    id: str
    """`al_` and 26 characters: the same from its first firing to its end."""
    type: str
    """Its condition: `error_spike`, `new_error_type`, `pattern_spike`, `error_regression`, `alert_storm`, ..."""
    status: Status
    severity: Severity
    fingerprint: str
    """16 hex digits: its identity over restarts and nodes."""
    starts_at_ns: int
    updated_at_ns: int
    ends_at_ns: int | None
    summary: str
    """One line for a person. It holds no message: messages may quote content."""
    count: int = 0
    """Errors that it tells of."""
    window_s: int = 0
    """Within so many seconds; 0: over all time."""
    labels: Mapping[str, str] = field(default_factory=dict)
    pattern: Pattern | None = None
    example: ErrorContext | None = None
    """A failure to look at; its texts as privacy left them."""
    path: tuple[str, ...] = ()
    """From the root cause to the topmost, as `tool:bash`, `agent:coder`."""
