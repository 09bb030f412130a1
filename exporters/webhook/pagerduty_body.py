"""Events for PagerDuty, one an alert. Source: PagerDuty, "Events API v2", "Send an Alert Event"."""

from collections.abc import Sequence
from typing import Any, Final

from spansieve.alerts import Alert, as_json, rfc3339
from spansieve.links import LinkTemplate

from .fields import fields_of
from .links import links_of

MAX_SUMMARY: Final = 1024
MAX_DEDUP_KEY: Final = 255


def pagerduty_event(alert: Alert, routing_key: str, links: Sequence[LinkTemplate], external_url: str) -> dict[str, Any]:
    """The event that opens or closes the incident of `alert`."""
    fields = fields_of(alert)
    return {
        "routing_key": routing_key,
        "event_action": "trigger" if alert.status == "firing" else "resolve",
        "dedup_key": alert.fingerprint[:MAX_DEDUP_KEY],
        "payload": {
            "summary": (alert.summary or alert.type)[:MAX_SUMMARY],
            "source": fields.get("service") or "spansieve",
            "severity": alert.severity,
            "timestamp": rfc3339(alert.updated_at_ns),
            "component": fields.get("tool", ""),
            "group": fields.get("pattern", ""),
            "class": alert.type,
            "custom_details": as_json(alert),
        },
        "client": "spansieve",
        **({"client_url": external_url} if external_url else {}),
        "links": [{"href": link["url"], "text": link["name"]} for link in links_of(alert, links)],
    }
