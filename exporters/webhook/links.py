"""Links of an alert."""

from collections.abc import Iterable, Sequence

from spansieve.alerts import Alert
from spansieve.links import FilledLink, LinkTemplate, filled

from .fields import ended_ns_of, fields_of


def links_of(alert: Alert, templates: Iterable[LinkTemplate]) -> Sequence[FilledLink]:
    """The links of `alert`; one for which it lacks a field is left out."""
    return filled(templates, _values(alert))


def _values(alert: Alert) -> dict[str, str]:
    fields, example = fields_of(alert), alert.example
    return {
        "trace_id": example.trace_id.hex() if example else "",
        "span_id": example.span_id.hex() if example else "",
        "service": fields.get("service", ""),
        "start_ms": str(alert.starts_at_ns // 1_000_000),
        "end_ms": str(ended_ns_of(alert) // 1_000_000),
        "pattern": fields.get("pattern", ""),
        "fingerprint": alert.fingerprint,
        "tool": fields.get("tool", ""),
    }
