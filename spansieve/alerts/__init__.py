"""Alerts: what is told of what went wrong, as a record inside, and as OTLP log records and JSON outside."""

from .ids import fingerprint_of, new_id, ulid
from .json_form import SCHEMA, as_json
from .log_form import EVENT_NAME, SEVERITY_NUMBERS, alert_of, alerts_of, to_batch
from .packed import packed, unpacked
from .record import STORM, Alert, Pattern, Severity, State, Status
from .shown import MAX_STACK_BYTES, WITHHELD, Scrub, scrubbed, shown
from .times import rfc3339, time_ns_of, to_the_second

__all__ = [
    "EVENT_NAME",
    "MAX_STACK_BYTES",
    "SCHEMA",
    "SEVERITY_NUMBERS",
    "STORM",
    "WITHHELD",
    "Alert",
    "Pattern",
    "Scrub",
    "Severity",
    "State",
    "Status",
    "alert_of",
    "alerts_of",
    "as_json",
    "fingerprint_of",
    "new_id",
    "packed",
    "rfc3339",
    "scrubbed",
    "shown",
    "time_ns_of",
    "to_batch",
    "to_the_second",
    "ulid",
    "unpacked",
]
