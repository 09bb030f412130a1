"""What of an alert can be grouped by, matched and silenced."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from spansieve.alerts import Alert

EVERY: Final = "..."
"""In `group_by`: every alert by itself."""


class Grouping(NamedTuple):
    """The group that an alert belongs to."""

    key: str
    """As Alertmanager writes it: `{}:{type="error_spike", pattern="TimeoutError:bash"}`."""
    labels: Mapping[str, str]


def fields_of(alert: Alert) -> dict[str, str]:
    """The labels of `alert` and its fields by name, without empty ones."""
    pattern, example = alert.pattern, alert.example
    own = {
        "type": alert.type,
        "severity": alert.severity,
        "fingerprint": alert.fingerprint,
        "pattern": pattern.key if pattern else "",
        "error_type": (pattern.type if pattern else "") or (example.type if example else ""),
        "tool": alert.labels.get("tool", "") or (pattern.tool if pattern else "") or (example.tool if example else ""),
        "agent": alert.labels.get("agent", "") or (example.agent if example else ""),
    }
    return {name: value for name, value in {**alert.labels, **own}.items() if value}


def said_of(alert: Alert) -> str:
    """What the failure says of itself: its message, or else what such messages have in common."""
    pattern, example = alert.pattern, alert.example
    return (example.message if example else "") or (pattern.template if pattern else "")


def ended_ns_of(alert: Alert) -> int:
    """When it ended, or was told of last; nanoseconds since the Unix epoch."""
    return alert.updated_at_ns if alert.ends_at_ns is None else alert.ends_at_ns


def grouping_of(alert: Alert, group_by: Sequence[str]) -> Grouping:
    """Where `alert` belongs by `group_by`; names that it does not have are left out."""
    fields = fields_of(alert)
    if EVERY in group_by:
        return Grouping(_key({"fingerprint": alert.fingerprint}), fields)
    labels = {name: fields[name] for name in group_by if name in fields}
    return Grouping(_key(labels), labels)


def _key(labels: Mapping[str, str]) -> str:
    inside = ", ".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return "{}:{" + inside + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
